"""The figures as a person reads them, beside what was aimed at; and as a file."""

import json
import os
import platform
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import fhir, submit, synthesis
from bench.batch import BatchCost
from bench.fhir import FhirCost
from bench.measure import Measure
from bench.page import PageCost
from bench.plan import Plan
from bench.scoring import ScoringCost
from bench.submit import Submit
from bench.synthesis import SynthesisCost

_RESULTS = Path(__file__).parent / "results"
_HEADERS = ("", "req/s", "p50 ms", "p99 ms", "Python", "PostgreSQL", "generator", "others", "refused")


@dataclass(frozen=True)
class Figures:
    """Everything that was measured."""

    machine: dict[str, Any]
    plan: Plan
    submit: Submit
    fhir: FhirCost
    synthesis: SynthesisCost
    page: PageCost
    scoring: ScoringCost
    batch: BatchCost


@dataclass(frozen=True)
class Aim:
    """What was aimed at, and what came out."""

    text: str
    figure: str
    met: bool


def machine() -> dict[str, Any]:
    """What it was measured on, and how busy that was already."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": head.stdout.strip() or None,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_average_before": os.getloadavg()[0],
    }


def aims(figures: Figures) -> list[Aim]:
    """What the house wants of itself. A miss is said, never hidden, and never fails the run."""
    ratio = figures.submit.ratio(8)
    per_second = figures.submit.median(submit.PHONES, 8).per_second
    http = Measure.median(figures.synthesis.rounds[synthesis.VIGIE])
    in_process = figures.synthesis.read_ms + figures.synthesis.encode_ms
    return [
        Aim("submit at 8 connections: 0.5 or more of the floor", f"{ratio:.2f}", ratio >= 0.5),
        Aim("submit at 8 connections: more than 530/s", f"{per_second:.0f}/s", per_second > 530),
        Aim("synthesis: under 5 ms of CPU in the process (use case and JSON)", f"{in_process:.2f} ms", in_process < 5),
        Aim(
            "synthesis: under 5 ms of Python's CPU a request over HTTP", f"{http.python_ms:.2f} ms", http.python_ms < 5
        ),
        *_page_aims(figures.page),
        *_fhir_aims(figures.fhir),
        *_batch_aims(figures.batch),
    ]


def _page_aims(cost: PageCost) -> list[Aim]:
    few, many = cost.others
    return [
        Aim("synthesis page: under 15 ms of CPU beyond the database", f"{cost.cpu_ms:.1f} ms", cost.cpu_ms < 15),
        Aim(f"synthesis page beside {many} responses and beside {few}: 1.2", f"{cost.ratio:.2f}", cost.ratio <= 1.2),
        Aim("synthesis as PDF: under 300 ms", f"{cost.pdf_ms:.0f} ms", cost.pdf_ms < 300),
    ]


def _fhir_aims(cost: FhirCost) -> list[Aim]:
    read = cost.ratio(fhir.READ)
    wanted = {
        "FHIR, a response by id: 1500/s": (Measure.median(cost.vigie[fhir.READ]).per_second, 1500),
        "FHIR, a page of 20 responses: 300/s": (Measure.median(cost.vigie[fhir.RESPONSES]).per_second, 300),
        "FHIR, a page of 50 Observations: 400/s": (Measure.median(cost.vigie[fhir.OBSERVATIONS]).per_second, 400),
        "FHIR, a response created and its 12 Observations projected: 250/s": (cost.projected_creates, 250),
    }
    return [
        Aim("FHIR, a response by id: 0.45 or more of the floor", f"{read:.2f}", read >= 0.45),
        *(Aim(text, f"{figure:.0f}/s", figure >= least) for text, (figure, least) in wanted.items()),
    ]


def _batch_aims(cost: BatchCost) -> list[Aim]:
    memory, files = cost.in_memory_ratio, cost.file_to_file
    return [
        Aim("tables in memory: 0.25 or more of a bare numpy lookup", f"{memory:.2f}", memory >= 0.25),
        Aim("tables from CSV to CSV: 50 000 full forms a second", f"{files:.0f}/s", files >= 50_000),
        Aim(
            "one full form: within 5 times of look-ups by hand", f"{cost.response_ratio:.1f}", cost.response_ratio <= 5
        ),
        Aim("a total of 9 items: within 10 µs", f"{cost.total_us:.1f} µs", cost.total_us <= 10),
    ]


def show(figures: Figures, say: Callable[[str], None]) -> None:
    """Print everything."""
    stored = figures.submit
    for connections in submit.CONNECTIONS:
        say(f"\nSubmit, {connections} connections (medians; CPU in ms a request; others: share of the machine)")
        say(table(_HEADERS, [_row(name, stored.median(name, connections)) for name in submit.CONTENDERS]))
        say(f"{submit.PHONES} / {submit.FLOOR}: {stored.ratio(connections):.2f} of the requests a second")
    say(
        f"\nA body has {stored.body_bytes:.0f} bytes. Stored per response, with indexes: "
        + ", ".join(f"{name} {size:.0f} bytes" for name, size in stored.bytes_stored.items())
        + " (vigie: answers, scores, evaluation, digests and the audit event)"
    )
    say(fhir_lines(figures.fhir))
    cost = figures.synthesis
    say(f"\nSynthesis of a patient with 104 weekly responses, {synthesis.CONNECTIONS} connections")
    say(table(_HEADERS, [_row(name, Measure.median(rounds)) for name, rounds in cost.rounds.items()]))
    say(
        f"{cost.responses} responses since the last consultation, {cost.body_bytes} bytes of JSON. CPU in process: "
        f"{cost.read_ms:.2f} ms reading and synthesising, {cost.encode_ms:.2f} ms JSON"
    )
    page = figures.page
    say(
        f"The same as a page: {page.cpu_ms:.1f} ms of CPU in process, {page.few_ms:.1f} ms in all beside "
        f"{page.others[0]} responses of others, {page.many_ms:.1f} ms beside {page.others[1]}; "
        f"{page.html_bytes} bytes. As a PDF: {page.pdf_ms:.0f} ms. Between them a loop of a million additions took "
        f"{page.loop_ms:.0f} ms of CPU"
    )
    one = figures.scoring
    say(
        f"\nOne response of {one.answers} answers: {one.validate_us:.0f} µs validation, {one.score_us:.0f} µs for "
        f"{one.scores} scores, {one.alerts_us:.0f} µs alerts"
    )
    say(batch_lines(figures.batch))
    say("\nAims")
    say(table(("", "figure", ""), [(aim.text, aim.figure, "met" if aim.met else "NOT MET") for aim in aims(figures)]))


def fhir_lines(cost: FhirCost) -> str:
    """What an EHR pulls and sends, each beside its floor."""
    rows = [
        row
        for name in fhir.SCENARIOS
        for row in (
            _row(name, Measure.median(cost.vigie[name])),
            _row("  its floor", Measure.median(cost.floor[name])),
        )
    ]
    shares = [
        (name, f"{cost.ratio(name):.2f}", f"{fhir.GO_SERVER[name]}/s", f"{cost.body_bytes[name]}")
        for name in fhir.SCENARIOS
    ]
    head = f"\nFHIR, responses of 30 answers and 12 Observations, {fhir.CONNECTIONS} connections\n"
    return head + table(_HEADERS, rows) + "\n\n" + table(("", "of the floor", "a Go server", "bytes"), shares)


def batch_lines(cost: BatchCost) -> str:
    """What scoring tables costs, beside the floors."""
    rows = [
        ("in memory", f"{cost.in_memory:.0f}/s", f"{cost.in_memory_ratio:.2f}", "a bare numpy lookup"),
        (
            "CSV to CSV",
            f"{cost.file_to_file:.0f}/s",
            f"{cost.file_to_file / cost.bare_files:.2f}",
            "polars reading and writing",
        ),
        (
            "one response",
            f"{cost.response_us:.1f} µs",
            f"{1 / cost.response_ratio:.2f}",
            "look-ups in lists written by hand",
        ),
    ]
    head = f"\nFull PRO-CTCAE forms: {cost.answers} answers, {cost.scores} scores\n"
    return head + table(("", "figure", "of the floor", "floor"), rows) + f"\nA total of 9 items: {cost.total_us:.1f} µs"


def write(figures: Figures) -> Path:
    """The JSON file, with every round."""
    plain = {
        "machine": figures.machine | {"load_average_after": os.getloadavg()[0]},
        "plan": asdict(figures.plan),
        "submit": {
            "rounds": {
                f"{name} x {n}": list(map(asdict, rounds)) for (name, n), rounds in figures.submit.rounds.items()
            },
            "ratio_to_floor": {n: figures.submit.ratio(n) for n in submit.CONNECTIONS},
            "bytes_stored": dict(figures.submit.bytes_stored),
            "body_bytes": figures.submit.body_bytes,
        },
        "fhir": asdict(figures.fhir) | {"ratio_to_floor": {name: figures.fhir.ratio(name) for name in fhir.SCENARIOS}},
        "synthesis": asdict(figures.synthesis),
        "page": asdict(figures.page) | {"ratio": figures.page.ratio},
        "scoring": asdict(figures.scoring),
        "batch": asdict(figures.batch),
        "aims": list(map(asdict, aims(figures))),
    }
    _RESULTS.mkdir(exist_ok=True)
    path = _RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(plain, indent=2) + "\n")
    return path


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need to be, the first to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(headers, *rows, strict=True)]
    lines = []
    for cells in (headers, *rows):
        first, *others = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        lines.append("  ".join([first.strip().ljust(widths[0]), *others]).rstrip())
    return "\n".join(lines)


def _row(name: str, one: Measure) -> tuple[str, ...]:
    times = (one.p50_ms, one.p99_ms, one.python_ms, one.postgres_ms, one.load_ms)
    return (
        name,
        f"{one.per_second:.0f}",
        *(f"{figure:.2f}" for figure in times),
        f"{one.others_percent:.0f} %",
        f"{one.refused:.0f}",
    )
