"""`vigie score ... --out`: a table of responses, with its progress, its bad cells and its exit codes."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from app.cli.terminal import err, out, stop
from app.services.installation import Knowledge
from questionnaires.definition import Questionnaire

if TYPE_CHECKING:
    from app.services.score_table import Report, TableScoring

BAD_CELLS = 3
"""The exit code where the table was scored, but for the scores that use a cell that cannot be read."""

_STOPPED = 130
_SEPARATORS = {"tab": "\t", "\\t": "\t"}


def score_table(
    knowledge: Knowledge,
    questionnaire: Questionnaire,
    source: Path,
    target: Path,
    policy: str | None,
    separator: str | None,
    errors: Path | None,
    *,
    strict: bool,
) -> None:
    """Score a table of responses into a table of scores; ends the command with what a person should know."""
    # polars takes a moment to load, which every other command is spared.
    from app.services.score_table import Job, TableScoring  # noqa: PLC0415
    from app.tables.errors import TableError  # noqa: PLC0415

    job = Job(source, target, policy, read_separator(separator), errors, strict)
    try:
        scoring = TableScoring(knowledge, questionnaire, job)
        for warning in scoring.warnings:
            err.print(f"note: {warning}", style="yellow")
        report = _run(scoring)
    except TableError as error:
        stop(str(error))
    except KeyboardInterrupt:
        err.print("stopped: nothing was written", style="red")
        raise SystemExit(_STOPPED) from None
    _tell(report, target, errors)


def read_separator(asked: str | None) -> str | None:
    """The character that `--separator` stands for; ends the command where that is none."""
    separator = _SEPARATORS.get(asked or "", asked)
    if separator is not None and (len(separator) != 1 or not separator.isascii() or separator in '"\r\n'):
        stop(f"--separator is one character, such as ';', or the word tab, not {separator!r}")
    return separator


def _run(scoring: "TableScoring") -> "Report":
    shown = (TextColumn("scoring"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with _termination_stops(), Progress(*shown, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("scoring", total=scoring.size)
        return scoring.run(lambda done: progress.update(task, completed=done))


@contextmanager
def _termination_stops() -> Iterator[None]:
    """SIGTERM ends the work as Ctrl-C does, so that no half-written file stays."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell(report: "Report", target: Path, errors: Path | None) -> None:
    for cell in report.first_bad:
        err.print(str(cell))
    more = report.bad_cells - len(report.first_bad)
    if more:
        err.print(f"... and {more} more" + (f": all are in {errors}" if errors else ": --errors FILE.csv lists all"))
    out.print(f"{report.rows} row(s) scored into {target}")
    if report.bad_cells:
        err.print(f"{report.bad_cells} bad cell(s): scores that use them are left empty", style="red")
        raise SystemExit(BAD_CELLS)
