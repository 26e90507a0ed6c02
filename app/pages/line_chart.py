"""One score over time as the geometry of a line chart: a pure function that a template writes as SVG.

Higher values are always higher up, and later ones further right, in every language. The axis shows the whole range of
the score, so that a small change does not look large.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from app.pages.axes import day_ticks, value_ticks
from scoring.score import Number

WIDTH, HEIGHT = 320, 150
LEFT, RIGHT, TOP, BOTTOM = 78, 22, 10, 28
INSET = 8
"""Room between the axes and the first, last and lowest sign, so that no sign covers a word."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One response. Neighbours with values are joined where they belong to the same `line`.

    `value` is None where the score was not given; `version` names those that compare with each other only.
    """

    at: datetime
    value: Number | None
    version: str
    is_patients: bool
    is_baseline: bool
    words: str

    @property
    def line(self) -> Hashable:
        """A line is never drawn from one version to another, nor from one person's answers to another's."""
        return self.version, self.is_patients


@dataclass(frozen=True, slots=True)
class Axes:
    """The period and the score's range, and the words at their ticks. `whole`: the score has whole values only."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    range: tuple[Decimal, Decimal]
    whole: bool
    value_words: Callable[[Decimal], str]
    day_words: Callable[[date], str]


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, and what is written there."""

    place: float
    words: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One value: `shape` says whether it is the baseline, the patient's own answer or somebody else's."""

    x: float
    y: float
    shape: str
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything to draw, in the units of a view box of WIDTH x HEIGHT with its origin at the top left.

    `gaps` are responses without a value; `changes` lie between two versions that do not compare.
    """

    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    gaps: tuple[Tick, ...]
    changes: tuple[float, ...]
    baseline: float | None
    value_ticks: tuple[Tick, ...]
    day_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def line_chart(marks: Sequence[Mark], axes: Axes) -> Chart:
    """The chart of marks in order of time, all within the axes."""
    low, high = axes.range
    seconds = (axes.end - axes.start).total_seconds()

    def x(at: datetime) -> float:
        share = (at - axes.start).total_seconds() / seconds if seconds else 0.5
        return round(LEFT + INSET + share * (WIDTH - LEFT - RIGHT - 2 * INSET), 1)

    def y(value: Number) -> float:
        return round(TOP + float((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM - INSET), 1)

    baseline = next((mark.value for mark in marks if mark.is_baseline), None)
    days = day_ticks(axes.start.astimezone(axes.zone).date(), axes.end.astimezone(axes.zone).date())
    return Chart(
        lines=tuple(
            " ".join(f"{x(mark.at)},{y(mark.value)}" for mark in run if mark.value is not None) for run in _runs(marks)
        ),
        dots=tuple(Dot(x(m.at), y(m.value), _shape(m), m.words) for m in marks if m.value is not None),
        gaps=tuple(Tick(x(mark.at), mark.words) for mark in marks if mark.value is None),
        changes=tuple(
            round((x(before.at) + x(after.at)) / 2, 1)
            for before, after in pairwise(marks)
            if before.version != after.version
        ),
        baseline=None if baseline is None else y(baseline),
        value_ticks=tuple(
            Tick(y(value), axes.value_words(value)) for value in value_ticks(low, high, whole=axes.whole)
        ),
        # The first day began before the first answer: its tick stands at that answer.
        day_ticks=tuple(
            Tick(max(x(axes.start), x(datetime.combine(day, time(), axes.zone))), axes.day_words(day)) for day in days
        ),
    )


def _runs(marks: Sequence[Mark]) -> list[list[Mark]]:
    """Marks that one line joins: neighbours with values on the same line, two or more."""
    runs: list[list[Mark]] = [[]]
    for mark in marks:
        if mark.value is None:
            runs.append([])
        elif runs[-1] and runs[-1][-1].line != mark.line:
            runs.append([mark])
        else:
            runs[-1].append(mark)
    return [run for run in runs if len(run) > 1]


def _shape(mark: Mark) -> str:
    if mark.is_baseline:
        return "baseline"
    return "patient" if mark.is_patients else "other"
