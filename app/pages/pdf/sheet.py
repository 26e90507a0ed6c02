"""What the printed synthesis says: every word of it, already in one language, and nothing else.

These values know no synthesis, no wording and no layout. Whoever makes a sheet decides what is said; the template
`sheet.typ` decides where it stands.
"""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class PointLine:
    """One point of vigilance. `level` is the composite grade that its words are tinted by, None for no tint."""

    name: str
    words: str
    on: str
    notes: tuple[str, ...] = ()
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """Points of vigilance, numbered from the most urgent; `more` says how many are not shown."""

    items: tuple[PointLine, ...]
    more: str | None = None


@dataclass(frozen=True, slots=True)
class Sentences:
    """Lines of text, each a paragraph."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words, in any script. They keep their direction and their lines; nothing in them is markup."""

    who: str
    words: str


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One value: `x` from 0 (first) to 1 (last), `y` from 0 (lowest) to 1 (highest); what it says; who gave it."""

    x: float
    y: float
    words: str
    is_other: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError where it would stand outside of its drawing."""
        _within(self.x, self.y)


@dataclass(frozen=True, slots=True)
class Trend:
    """Values over time as a small line.

    `runs` are places in `points` that a line joins, `gaps` responses without a value, `first` and `last` the dates at
    the two ends.
    """

    points: tuple[TrendPoint, ...]
    runs: tuple[tuple[int, ...], ...]
    gaps: tuple[float, ...]
    first: str
    last: str

    def __post_init__(self) -> None:
        """Raises ValueError where a gap stands outside of the drawing, or a run leads to no point."""
        _within(*self.gaps)
        if not all(0 <= index < len(self.points) for run in self.runs for index in run):
            raise ValueError("a run joins a point that does not exist")


@dataclass(frozen=True, slots=True)
class CellText:
    """One value in words and its date; `level` as in `PointLine`."""

    words: str
    on: str
    level: int | None = None


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of the synthesis. `change_label` chooses the sign before `change_words`; not every label has one."""

    name: str
    notes: tuple[str, ...]
    change_label: str
    change_words: str
    cells: tuple[CellText | None, ...]
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`headers`: of the names, of the change, of each cell, and of the trends where a row has one."""

    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]

    def __post_init__(self) -> None:
        """Raises ValueError where a row would not stand under the headers."""
        trends = any(row.trend for row in self.rows)
        if any(2 + len(row.cells) + trends != len(self.headers) for row in self.rows):
            raise ValueError("a row has not as many cells as there are headers")


Block = Points | Sentences | Quote | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed synthesis.

    `version` and `footer` (as of when, from where) stand at the foot of each page beside its number, so that an old
    print is recognised. `warnings` stand in a frame before everything else.
    """

    language: str
    direction: Direction
    title: str
    centre: str
    patient: str
    identity: tuple[str, ...]
    period_lines: tuple[str, ...]
    version: str
    mode: str
    emergency: str
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    footer: str
    unprintable: str = ""
    """What is said, at the end, about a sign that the fonts do not have, where the sheet has one."""


def _within(*places: float) -> None:
    if not all(0 <= place <= 1 for place in places):
        raise ValueError("a place of a drawing is from 0 to 1")
