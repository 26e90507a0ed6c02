"""The small line of a row: what is joined, what is a gap, and that up is up."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.pages.trend_line import HEIGHT, WIDTH, trend_line
from app.services.synthesis_parts import Trend, TrendMark

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def trend(*marks: tuple[int, int | None, bool]) -> Trend:
    """Marks as day, value, whether somebody else answered; on a scale from 0 to 3."""
    made = tuple(
        TrendMark(START + timedelta(days=day), value, str(value), "carer" if other else "patient", other)
        for day, value, other in marks
    )
    return Trend(made, (Decimal(0), Decimal(3)), "first", "last", "words")


def test_values_stand_by_time_and_on_the_whole_scale() -> None:
    line = trend_line(trend((0, 0, False), (1, 3, False), (4, 1, False)))
    assert [(dot.x, dot.y) for dot in line.dots] == [(0, 0), (0.25, 1), (1, 0.333)]
    assert line.runs == ((0, 1, 2),)
    assert line.lines == f"M4.0 {HEIGHT - 4.0}L26.0 4.0L{WIDTH - 4.0} 14.7"


def test_a_gap_breaks_the_line() -> None:
    line = trend_line(trend((0, 1, False), (1, None, False), (2, 1, False), (3, 2, False)))
    assert line.runs == ((1, 2),)
    assert line.gaps == (0.333,)
    assert line.crosses.count("M") == 1


def test_somebody_elses_answer_breaks_the_line_and_is_a_ring() -> None:
    line = trend_line(trend((0, 1, False), (1, 2, False), (2, 2, True), (3, 3, True)))
    assert line.runs == ((0, 1), (2, 3))
    assert (line.own.count("M"), line.other.count("M")) == (2, 2)


def test_one_day_alone_stands_in_the_middle() -> None:
    assert [dot.x for dot in trend_line(trend((0, 1, False), (0, 2, False))).dots] == [0.5, 0.5]
