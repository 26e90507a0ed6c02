"""The way of one row as the geometry of a small line: a pure function that page and PDF draw.

Higher values are always higher up and later ones further right, in every language; the whole range of the score is
shown, so that a small change does not look large.
"""

from dataclasses import dataclass
from itertools import pairwise

from app.services.synthesis_parts import Trend, TrendMark

WIDTH, HEIGHT, INSET = 96, 24, 4


@dataclass(frozen=True, slots=True)
class Dot:
    """One value, between 0 and 1 from the left and from below. `is_other`: somebody else answered."""

    x: float
    y: float
    words: str
    is_other: bool


@dataclass(frozen=True, slots=True)
class TrendLine:
    """`runs` are the places of dots that one line joins: neighbours, answered by the same; `gaps` have no value."""

    dots: tuple[Dot, ...]
    runs: tuple[tuple[int, ...], ...]
    gaps: tuple[float, ...]

    @property
    def polylines(self) -> list[str]:
        """The lines, in the units of a view box of WIDTH x HEIGHT."""
        return [" ".join(f"{px(self.dots[i].x)},{py(self.dots[i].y)}" for i in run) for run in self.runs]


def trend_line(trend: Trend) -> TrendLine:
    """The line of a trend."""
    low, high = trend.range
    start, end = trend.marks[0].at, trend.marks[-1].at
    seconds = (end - start).total_seconds()

    def x(mark: TrendMark) -> float:
        return round((mark.at - start).total_seconds() / seconds, 3) if seconds else 0.5

    dots: list[Dot] = []
    runs: list[list[int]] = [[]]
    for before, mark in pairwise((None, *trend.marks)):
        assert mark is not None
        if mark.value is None or (before is not None and before.is_other is not mark.is_other):
            runs.append([])
        if mark.value is not None:
            runs[-1].append(len(dots))
            dots.append(Dot(x(mark), round(float((mark.value - low) / (high - low)), 3), mark.words, mark.is_other))
    return TrendLine(
        dots=tuple(dots),
        runs=tuple(tuple(run) for run in runs if len(run) > 1),
        gaps=tuple(x(mark) for mark in trend.marks if mark.value is None),
    )


def px(x: float) -> float:
    """A share of the width, in the view box."""
    return round(INSET + x * (WIDTH - 2 * INSET), 1)


def py(y: float) -> float:
    """A share of the height from below, in the view box."""
    return round(HEIGHT - INSET - y * (HEIGHT - 2 * INSET), 1)
