"""The way of one row as the geometry of a small line: a pure function that page and PDF draw.

Higher values are always higher up and later ones further right, in every language; the whole range of the score is
shown, so that a small change does not look large.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from app.services.synthesis_parts import Trend

WIDTH, HEIGHT, INSET = 96, 24, 4
RADIUS = 2
"""Of a ring; a dot is as large by the width of its pen (`synthesis.css`)."""


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

    # Each as the data of one SVG path, in the units of a view box of WIDTH x HEIGHT: a page has hundreds of dots.

    @property
    def lines(self) -> str:
        """The lines."""
        return "".join("M" + "L".join(_place(self.dots[i].x, self.dots[i].y) for i in run) for run in self.runs)

    @property
    def own(self) -> str:
        """The patient's own values: points without a length, which a round pen shows as dots."""
        return "".join(f"M{_place(dot.x, dot.y)}h0" for dot in self.dots if not dot.is_other)

    @property
    def other(self) -> str:
        """The values that somebody else gave: rings."""
        ring = f"m-{RADIUS} 0a{RADIUS} {RADIUS} 0 1 0 {2 * RADIUS} 0a{RADIUS} {RADIUS} 0 1 0 -{2 * RADIUS} 0"
        return "".join(f"M{_place(dot.x, dot.y)}{ring}" for dot in self.dots if dot.is_other)

    @property
    def crosses(self) -> str:
        """What was answered without a value that compares."""
        return "".join(f"M{_px(gap) - 2:.1f} {HEIGHT - 6}l4 4m0 -4l-4 4" for gap in self.gaps)


def trend_line(trend: Trend) -> TrendLine:
    """The line of a trend."""
    low = float(trend.range[0])
    height = float(trend.range[1]) - low
    dots: list[Dot] = []
    runs: list[list[int]] = [[]]
    gaps: list[float] = []
    places = _in_time(tuple(mark.at for mark in trend.marks))
    for x, (before, mark) in zip(places, pairwise((None, *trend.marks)), strict=True):
        assert mark is not None
        if mark.value is None or (before is not None and before.answered_by != mark.answered_by):
            runs.append([])
        if mark.value is None:
            gaps.append(x)
        else:
            runs[-1].append(len(dots))
            dots.append(Dot(x, round((float(mark.value) - low) / height, 3), mark.words, mark.is_other))
    return TrendLine(
        dots=tuple(dots),
        runs=tuple(tuple(run) for run in runs if len(run) > 1),
        gaps=tuple(gaps),
    )


# The rows of one questionnaire have the same days.
@lru_cache(maxsize=256)
def _in_time(moments: tuple[datetime, ...]) -> tuple[float, ...]:
    """How far from the first to the last each is, from 0 to 1; in the middle where all are one."""
    start, whole = moments[0], moments[-1] - moments[0]
    return tuple(round((moment - start) / whole, 3) if whole else 0.5 for moment in moments)


def _px(x: float) -> float:
    return INSET + x * (WIDTH - 2 * INSET)


# Few days and few grades meet in the hundreds of dots of a page.
@lru_cache(maxsize=4_096)
def _place(x: float, y: float) -> str:
    return f"{_px(x):.1f} {HEIGHT - INSET - y * (HEIGHT - 2 * INSET):.1f}"
