"""`vigie rescore`: what another version of the rules gives for stored responses, and storing it."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.cli.database import Database
from app.cli.terminal import err, one_line, out, stop
from app.services.installation import Installation, Knowledge, load_knowledge
from app.services.rescore import Decision, Rescoring, Targets, UnknownScoring, targets_of
from app.services.rescore import rescore as rescore_responses
from app.services.score_changes import Changes, ScoreChanges
from app.settings import Settings
from app.store.errors import Conflict, NotFound, StoreBusy
from app.store.pool import Pool
from questionnaires.errors import UnknownQuestionnaire

SHOWN_PAIRS = 4
_STOPPED = 130


def rescore(
    instrument: Annotated[str, typer.Argument(help="The instrument, such as pre-consultation.")],
    centre: Annotated[UUID, typer.Option(help="The centre whose responses are meant.")],
    to: Annotated[
        str | None, typer.Option(help="The scoring version; by default the newest of each definition version.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Store it; without this, only look.")] = False,
    by: Annotated[str | None, typer.Option(help="With --apply: who decided it.")] = None,
    reason: Annotated[str | None, typer.Option(help="With --apply: why.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead, for a program.")] = False,
) -> None:
    """Score stored responses again: show what would change, and with --apply add a revision to each of them."""
    decision = _decision(apply=apply, by=by, reason=reason)
    settings = Settings()
    knowledge = load_knowledge(settings)
    targets = _targets(knowledge, instrument, to)
    order = Rescoring(centre, targets, datetime.now(UTC), decision)
    try:
        with Database(settings, say=err.print) as database:
            changes = asyncio.run(_run(knowledge, database.service_url, order))
    except NotFound:
        stop(f"there is no centre {centre}: nothing was scored again")
    except (StoreBusy, Conflict) as error:
        stop(f"{error}: what is stored stays, and the same command does the rest")
    except KeyboardInterrupt:
        err.print("stopped: what is stored stays, and the same command does the rest", style="red")
        raise SystemExit(_STOPPED) from None
    if as_json:
        out.print_json(json.dumps(_plain(order, changes)))
    else:
        _tell(order, changes)


def _decision(*, apply: bool, by: str | None, reason: str | None) -> Decision | None:
    """Who decides and why, which goes into the record of every patient: so both are needed, and readable."""
    given = {"--by": by, "--reason": reason}
    if not apply:
        if any(said is not None for said in given.values()):
            stop("--by and --reason go with --apply: without it nothing is stored, and nobody needs to have decided it")
        return None
    said: dict[str, str] = {}
    for name, text in given.items():
        if text is None or not text.strip():
            stop(f"--apply needs {name}: who decided it and why stands in every revision that is stored")
        said[name] = one_line(name, text)
    return Decision(said["--by"], said["--reason"])


def _targets(knowledge: Knowledge, instrument: str, version: str | None) -> Targets:
    try:
        return targets_of(knowledge, instrument, version)
    except UnknownQuestionnaire as unknown:
        stop(f"there is no instrument {instrument}; there is: {', '.join(unknown.known)}")
    except UnknownScoring as unknown:
        stop(f"{instrument} has no scoring {version}; it has: {', '.join(unknown.known)}")


async def _run(knowledge: Knowledge, service_url: str, order: Rescoring) -> Changes:
    """As the service's role, in the scope of the centre: row-level security holds for operators too."""
    from app.store.schema import check_database  # noqa: PLC0415 - alembic takes a moment that other verbs are spared

    await check_database(service_url)
    pool = await Pool.open(service_url, knowledge.settings)
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*shown, console=err, transient=True, disable=not err.is_terminal) as progress:
            task = progress.add_task("patients", total=None)
            return await rescore_responses(
                Installation(knowledge, pool), order, lambda done, of: progress.update(task, completed=done, total=of)
            )
    finally:
        await pool.close()


def _plain(order: Rescoring, changes: Changes) -> dict[str, Any]:
    return {
        "instrument": order.targets.instrument,
        "centre": str(order.centre_id),
        "applied": order.decision is not None,
        "targets": {version: book.version for version, book in order.targets.rulebooks.items()},
        "left_alone": list(order.targets.left_alone),
        "patients": changes.patients,
        "responses": changes.responses,
        "scores": {name: _plain_score(counted) for name, counted in changes.scores.items()},
    }


def _plain_score(counted: ScoreChanges) -> dict[str, Any]:
    pairs = [{"before": a, "after": b, "responses": count} for (a, b), count in counted.pairs.most_common()]
    return {
        "unchanged": counted.unchanged,
        "changed": counted.changed,
        "newly_scored": counted.newly_scored,
        "no_longer_scored": counted.no_longer_scored,
        "changes": pairs,
        "other_changes": counted.other_pairs,
    }


def _tell(order: Rescoring, changes: Changes) -> None:
    for version, book in order.targets.rulebooks.items():
        out.print(f"definition {version}: by scoring {book.version}")
    for version in order.targets.left_alone:
        out.print(f"definition {version}: not scored by that version, left as it is")
    if changes.scores:
        out.print(_table(changes))
    for line in _values(changes):
        out.print(line)
    counted = f"{changes.responses} response(s) of {changes.patients} patient(s)"
    if order.decision is not None:
        out.print(f"{counted} scored again; the revisions before stay readable, and the alerts are as they were")
    elif changes.responses:
        out.print(f"{counted} would be scored again. Nothing was stored: --apply --by WHO --reason WHY stores it")
    else:
        out.print("Every response is scored so already: there is nothing to do.")


def _table(changes: Changes) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("score", no_wrap=True)
    for title in ("unchanged", "changed", "newly\nscored", "no longer\nscored"):
        table.add_column(title, justify="right", no_wrap=True)
    for name, counted in changes.scores.items():
        numbers = (counted.unchanged, counted.changed, counted.newly_scored, counted.no_longer_scored)
        table.add_row(name, *map(str, numbers))
    return table


def _values(changes: Changes) -> Iterator[str]:
    """The most frequent changes of value of each score, a line each."""
    for name, counted in changes.scores.items():
        shown = counted.pairs.most_common(SHOWN_PAIRS)
        for (before, after), count in shown:
            yield f"{name}: {before} -> {after} in {count} response(s)"
        others = counted.changed - sum(count for _, count in shown)
        if others:
            yield f"{name}: another change in {others} response(s): --json lists them"
