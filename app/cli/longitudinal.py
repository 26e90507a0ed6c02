"""`vigie longitudinal`: a table of responses -> one row of summaries a patient."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.terminal import err, out, stop
from app.services.installation import load_knowledge
from app.settings import Settings
from questionnaires.errors import UnknownQuestionnaire
from scoring.rulebook import Rulebook
from scoring.rules import MissingPolicy

_MOST_SHOWN = 20


def longitudinal(
    instrument: Annotated[str, typer.Argument(help="The instrument, or instrument@version.")],
    table: Annotated[Path, typer.Argument(metavar="INPUT.csv", help="A row a response; columns named by link id.")],
    id_column: Annotated[str, typer.Option("--id", help="The column that says whose response it is.")],
    time_column: Annotated[str, typer.Option("--time", help="The column of times: numbers, or dates (then days).")],
    baseline: Annotated[str, typer.Option(help="The time of the baseline, as the column writes it.")],
    target: Annotated[Path, typer.Option("--out", metavar="OUTPUT.csv", help="Where to write: a row an id.")],
    policy: Annotated[
        MissingPolicy | None, typer.Option(help="Another missing-data policy, for the scores that offer it.")
    ] = None,
) -> None:
    """Longitudinal summaries of every numeric score by id: highest values, toxicity index, areas against the baseline.

    Columns are `<score>__max`, `__max_post_bl`, `__bl_adjusted`, `__toxicity_index`, `__auc_worsening` and
    `__auc_improvement`; a cell is empty where the summary is not defined. docs/longitudinal.md defines each.
    """
    # polars takes half a second to load, that every other command is spared.
    from app.tables.errors import TableError  # noqa: PLC0415
    from app.tables.longitudinal import Report, write_longitudinal  # noqa: PLC0415
    from scoring.batch.scorer import BatchScorer, NotForTables  # noqa: PLC0415

    rulebook = _rulebook(instrument, policy)
    try:
        report: Report = write_longitudinal(
            BatchScorer(rulebook, policy),
            table,
            target,
            id_column=id_column,
            time_column=time_column,
            baseline=baseline,
        )
    except (TableError, NotForTables) as refused:
        stop(str(refused))
    except OSError as error:
        stop(f"{error.filename}: {error.strerror}")
    for warning in report.warnings:
        err.print(warning)
    for bad in report.bad_cells[:_MOST_SHOWN]:
        err.print(f"row {bad.row}, column '{bad.column}': {bad.text}")
    if report.bad_cells:
        more = len(report.bad_cells) - _MOST_SHOWN
        unseen = f", {more} of them not shown" if more > 0 else ""
        err.print(f"{len(report.bad_cells)} cell(s) cannot be used{unseen}: scores that rest on one are not scored")
    if report.without_baseline:
        err.print(
            f"{report.without_baseline} of {report.ids} id(s) have no row at the baseline: what needs it is empty"
        )
    out.print(f"wrote {target}: {report.ids} id(s) from {report.rows} response(s)")


def _rulebook(instrument: str, policy: MissingPolicy | None) -> Rulebook:
    knowledge = load_knowledge(Settings())
    name, _, version = instrument.partition("@")
    try:
        rulebook = knowledge.rulebooks.current(knowledge.catalogue.get(name, version or None))
    except UnknownQuestionnaire as unknown:
        stop(f"there is no {instrument}; there is: {', '.join(unknown.known)}")
    if policy is not None and policy not in rulebook.policies:
        stop(f"no score of {name} offers the policy {policy.value}; offered: {', '.join(rulebook.policies)}")
    return rulebook
