"""The verbs of a questionnaire's author: start an instrument, compare versions."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from app.cli.terminal import Root, out, stop
from app.services.compare_instruments import Comparison, compare_instruments
from app.services.instrument_side import NoSuchSide
from app.services.new_instrument import CannotStart, new_instrument
from app.settings import Settings
from questionnaires.differences import form_of

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead, for a program.")]
Compared = "The instrument or the path of its folder; @1.0.0, @definition/1.0.0, @scoring/1.0.0 or @text/fr/1 after it."


def new(
    instrument: Annotated[str, typer.Argument(help="Its id, which is the name of its folder: such as sleep-diary.")],
    instruments: Root = None,
    title: Annotated[str | None, typer.Option(help="Its title; by default made of the id.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="A language to word it in; again for another.")] = None,
) -> None:
    """Make a small draft instrument to start from, complete with scores, alerts, words and examples."""
    root = instruments or Settings().instruments_dir
    named = title or instrument.replace("-", " ").capitalize()
    try:
        written = new_instrument(root, instrument, named, tuple(language or ("en",)), datetime.now(UTC).date())
    except CannotStart as refused:
        stop(str(refused))
    except OSError as error:
        stop(f"{root}: {error.strerror}")
    for name in written:
        out.print(f"wrote {root / instrument / name}")
    out.print(f"Try it: vigie preview {instrument} --instruments {root}")


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
