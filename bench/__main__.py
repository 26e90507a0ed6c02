"""`python -m bench`: measure submission, FHIR, synthesis and scoring against floors. `--profile`: where time goes."""

import argparse
import asyncio
import statistics
from contextlib import ExitStack
from functools import partial

from app.cli.worker import spare_what_stays
from bench import batch, fhir, page, profile_fhir, profile_submit, report, scoring, servers, submit, synthesis
from bench.forms import INSTRUMENT, submission_body
from bench.identity import IdentityProvider
from bench.load import LoadGenerator
from bench.plan import FULL, QUICK, Plan
from bench.report import Figures
from bench.site import Say, Site, site


def main() -> None:
    """Parse the command line, run, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it runs: no figures to quote")
    parser.add_argument(
        "--profile",
        choices=["submit", *profile_fhir.READS],
        help="show where the time of one request goes, in one process",
    )
    chosen = parser.parse_args()
    plan = QUICK if chosen.quick else FULL
    say: Say = partial(print, flush=True)
    machine = report.machine()
    say(f"{machine['cores']} cores, load average {machine['load_average_before']:.2f}, Python {machine['python']}")
    with site(plan.patients, say) as filled:
        spare_what_stays()  # as in a process that serves
        if chosen.profile == "submit":
            profile_submit.run(filled, plan, say)
            return
        if chosen.profile:
            profile_fhir.run(chosen.profile, filled, plan, say)
            return
        figures = _measure(filled, machine, plan, say)
    report.show(figures, say)
    say(f"\nEvery round: {report.write(figures)}")


def _measure(filled: Site, machine: dict[str, object], plan: Plan, say: Say) -> Figures:
    provider = IdentityProvider.of(filled.centre_id)
    scoring_cost = scoring.run(filled.knowledge, plan.in_process)
    say("Scoring tables ...")
    batch_cost = batch.run(filled.knowledge, plan)
    before = asyncio.run(submit.sizes(filled))
    with ExitStack() as stack:
        say("Starting the services and the load generator ...")
        instruments = filled.settings.instruments_dir
        vigie = stack.enter_context(
            servers.vigie(filled.server.service_url, provider.settings, instruments, filled.folder)
        )
        body = synthesis.document(filled, provider, vigie)
        document = filled.folder / "document.json"
        document.write_bytes(body)
        floor = stack.enter_context(servers.floor(filled.server.service_url, document, filled.folder))
        pulled = fhir.pull(filled, provider, vigie)
        requests = submit.scenarios(filled, provider, plan) | synthesis.scenarios(filled, provider)
        requests |= fhir.scenarios(filled, provider, pulled)
        generator = stack.enter_context(LoadGenerator(requests))
        postgres = int((filled.server.data_dir / "cluster" / "postmaster.pid").read_text().split()[0])
        rounds = submit.run_rounds(filled, generator, vigie, floor, postgres, plan, say)
        grown = submit.grown(before, asyncio.run(submit.sizes(filled)))
        fhir_cost = fhir.run(generator, vigie, floor, postgres, pulled, plan, say)
        both = {synthesis.VIGIE: vigie, synthesis.FLOOR: floor}
        synthesis_cost = synthesis.run(filled, generator, both, postgres, body, plan, say)
    page_cost = page.run(filled, plan, say)
    questionnaire = filled.knowledge.catalogue.get(INSTRUMENT)
    sizes = [len(submission_body(questionnaire, seed)) for seed in range(plan.patients)]
    submitted = submit.Submit(rounds, grown, statistics.mean(sizes))
    return Figures(machine, plan, submitted, fhir_cost, synthesis_cost, page_cost, scoring_cost, batch_cost)


if __name__ == "__main__":
    main()
