"""`vigie longitudinal`: a table of responses -> one row of summaries an id."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.naming import find_questionnaire
from app.cli.score import Instrument, PolicyName, Separator
from app.cli.table_scoring import BAD_CELLS, read_separator
from app.cli.terminal import err, out, stop
from app.services.installation import load_knowledge
from app.settings import Settings

if TYPE_CHECKING:
    from app.services.longitudinal_table import Report

Table = Annotated[Path, typer.Argument(metavar="INPUT.csv", help="A row a response, a column for each link id.")]
Id = Annotated[str, typer.Option("--id", metavar="COLUMN", help="The column that says whose response it is.")]
Time = Annotated[
    str, typer.Option("--time", metavar="COLUMN", help="The column of times: numbers, or dates (then days).")
]
Baseline = Annotated[str, typer.Option("--baseline", help="The time of the baseline, as that column writes it.")]
Target = Annotated[Path, typer.Option("--out", metavar="OUTPUT.csv", help="Where to write: a row an id.")]


def longitudinal(
    instrument: Instrument,
    table: Table,
    id_column: Id,
    time: Time,
    baseline: Baseline,
    target: Target,
    policy: PolicyName = None,
    separator: Separator = None,
) -> None:
    """Summarise every numeric score over time, by id: highest values, toxicity index, areas against the baseline.

    The columns that come out are SCORE__max, SCORE__max_post_bl, SCORE__bl_adjusted, SCORE__toxicity_index,
    SCORE__auc_worsening and SCORE__auc_improvement, to six decimals; empty where a summary is not defined.
    """
    # polars takes a moment to load, which every other command is spared.
    from app.services.longitudinal_table import Job, write_longitudinal  # noqa: PLC0415
    from app.tables.errors import TableError  # noqa: PLC0415

    knowledge = load_knowledge(Settings())
    rulebook = knowledge.rulebooks.current(find_questionnaire(knowledge.catalogue, instrument))
    job = Job(table, target, id_column, time, baseline, policy, read_separator(separator))
    try:
        report = write_longitudinal(rulebook, job)
    except TableError as refused:
        stop(str(refused))
    _tell(report, target)


def _tell(report: "Report", target: Path) -> None:
    for warning in report.warnings:
        err.print(f"note: {warning}", style="yellow")
    if report.without_baseline:
        lacking = f"{report.without_baseline} of {report.ids} id(s) have no row at the baseline"
        err.print(f"note: {lacking}: what compares with it is left empty", style="yellow")
    bad = report.bad_cells
    for cell in bad.first:
        err.print(str(cell))
    if more := bad.count - len(bad.first):
        err.print(f"... and {more} more: `vigie score` with --errors FILE.csv lists all")
    out.print(f"{report.ids} id(s) from {report.rows} row(s) summarised into {target}")
    if bad.count:
        err.print(f"{bad.count} bad cell(s): scores that use them are taken as not scored", style="red")
        raise SystemExit(BAD_CELLS)
