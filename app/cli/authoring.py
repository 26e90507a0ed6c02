"""The verbs of a questionnaire's author: compare versions."""

import json
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from app.cli.terminal import Root, out, stop
from app.services.compare_instruments import Comparison, compare_instruments
from app.services.instrument_side import NoSuchSide
from app.settings import Settings
from questionnaires.differences import form_of

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead, for a program.")]
Compared = "The instrument or the path of its folder; @1.0.0, @definition/1.0.0, @scoring/1.0.0 or @text/fr/1 after it."


def diff(
    before: Annotated[str, typer.Argument(help=Compared)],
    after: Annotated[str, typer.Argument(help="What to compare it with, named in the same way.")],
    instruments: Root = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two versions, with the clinical impact: none, display, scoring or safety."""
    settings = Settings()
    root = instruments or settings.instruments_dir
    try:
        comparison = compare_instruments(before, after, root, settings.canonical_base)
    except NoSuchSide as nothing:
        stop(str(nothing))
    if as_json:
        out.print_json(json.dumps(_plain(comparison)))
        return
    if comparison.differences:
        out.print(_table(comparison))
    out.print(f"{len(comparison.differences)} difference(s), clinical impact: {comparison.impact.value}")


def _plain(comparison: Comparison) -> dict[str, Any]:
    return {
        "before": comparison.before,
        "after": comparison.after,
        "impact": comparison.impact.value,
        "differences": [form_of(difference) for difference in comparison.differences],
    }


def _table(comparison: Comparison) -> Table:
    table = Table("impact", "part", "of", "what", "before", "after", box=box.SIMPLE_HEAD, pad_edge=False)
    for found in comparison.differences:
        impact = found.impact.value
        table.add_row(impact, found.part, found.about, found.what, found.before or "–", found.after or "–")
    return table
