"""The geometry of a chart: honest axes, lines only between what belongs together, signs for what is special."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.pages.line_chart import BOTTOM, HEIGHT, INSET, LEFT, RIGHT, TOP, WIDTH, Axes, Mark, line_chart
from scoring.score import Number

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
FIRST_X, LAST_X = LEFT + INSET, WIDTH - RIGHT - INSET
LOWEST_Y = HEIGHT - BOTTOM - INSET


def axes(days: float = 20) -> Axes:
    return Axes(
        start=START,
        end=START + timedelta(days=days),
        zone=ZoneInfo("Europe/Paris"),
        range=(Decimal(0), Decimal(4)),
        whole=True,
        value_words=str,
        day_words=lambda day: day.isoformat(),
    )


def mark(day: float, value: Number | None, *, version: str = "", patient: bool = True, baseline: bool = False) -> Mark:
    return Mark(START + timedelta(days=day), value, version, patient, baseline, f"{day}: {value}")


def places(line: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (point.split(",") for point in line.split())]


def test_the_axes_show_the_whole_range_and_the_whole_period() -> None:
    chart = line_chart([mark(0, 0), mark(10, 2), mark(20, 4)], axes())
    (line,) = chart.lines
    assert places(line) == [
        (FIRST_X, LOWEST_Y),
        ((FIRST_X + LAST_X) / 2, (TOP + LOWEST_Y) / 2),
        (LAST_X, TOP),
    ], "higher values are higher up, later ones further right"
    assert [(tick.place, tick.words) for tick in chart.value_ticks][::4] == [(LOWEST_Y, "0"), (TOP, "4")]
    # Midnight before the first answer would stand left of it.
    assert (chart.day_ticks[0].place, chart.day_ticks[0].words) == (FIRST_X, "2026-01-05")


def test_a_silence_up_to_today_stays_empty() -> None:
    chart = line_chart([mark(0, 1), mark(5, 1)], axes(days=50))
    assert max(dot.x for dot in chart.dots) < FIRST_X + (LAST_X - FIRST_X) / 5


def test_a_line_breaks_where_nothing_was_scored() -> None:
    chart = line_chart([mark(0, 1), mark(5, 1), mark(10, None), mark(15, 1), mark(20, 1)], axes())
    assert [len(places(line)) for line in chart.lines] == [2, 2]
    assert [(gap.place, gap.words) for gap in chart.gaps] == [((FIRST_X + LAST_X) / 2, "10: None")]
    assert len(chart.dots) == 4


def test_no_line_leads_from_one_person_to_another() -> None:
    chart = line_chart([mark(0, 1), mark(5, 2), mark(10, 3, patient=False), mark(15, 3, patient=False)], axes())
    assert [len(places(line)) for line in chart.lines] == [2, 2]
    assert [dot.shape for dot in chart.dots] == ["patient", "patient", "other", "other"]
    assert chart.changes == ()


def test_no_line_leads_to_a_version_that_does_not_compare() -> None:
    chart = line_chart([mark(0, 1, version="1.0.0"), mark(5, 2, version="1.0.0"), mark(15, 3)], axes())
    assert [len(places(line)) for line in chart.lines] == [2]
    assert chart.changes == ((FIRST_X + LAST_X) / 2,), "half-way between the two"


def test_the_baseline_is_a_sign_and_a_level() -> None:
    chart = line_chart([mark(0, 4, baseline=True), mark(5, 2)], axes())
    assert [dot.shape for dot in chart.dots] == ["baseline", "patient"]
    assert chart.baseline == TOP
    assert line_chart([mark(0, None, baseline=True), mark(5, 2)], axes()).baseline is None
    assert line_chart([mark(5, 2)], axes()).baseline is None


def test_one_answer_at_one_moment_stands_in_the_middle() -> None:
    chart = line_chart([mark(0, 1)], axes(days=0))
    assert chart.lines == ()
    assert [dot.x for dot in chart.dots] == [(FIRST_X + LAST_X) / 2]
