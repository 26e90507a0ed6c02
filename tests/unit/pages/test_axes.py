"""Where the ticks stand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages.axes import day_ticks, value_ticks

FIRST = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("low", "high", "whole", "ticks"),
    [
        ("0", "3", True, "0 1 2 3"),
        ("0", "1", True, "0 1"),
        ("0", "4", True, "0 1 2 3 4"),
        ("0", "10", True, "0 2 4 6 8 10"),
        ("0", "27", True, "0 10 20 27"),
        ("5", "25", True, "5 10 15 20 25"),
        ("0", "100", False, "0 20 40 60 80 100"),
        ("-0.525", "1", False, "-0.525 0 0.5 1"),
    ],
)
def test_values_have_their_ends_and_round_numbers_between(low: str, high: str, whole: bool, ticks: str) -> None:
    assert value_ticks(Decimal(low), Decimal(high), whole=whole) == [Decimal(tick) for tick in ticks.split()]


@given(st.integers(-100, 100), st.integers(1, 1000), st.booleans())
def test_value_ticks_are_few_and_rise_from_end_to_end(low: int, span: int, whole: bool) -> None:
    ticks = value_ticks(Decimal(low), Decimal(low + span), whole=whole)
    assert [ticks[0], ticks[-1]] == [Decimal(low), Decimal(low + span)]
    assert ticks == sorted(set(ticks))
    assert 2 <= len(ticks) <= 7


@pytest.mark.parametrize(
    ("days", "ticks"),
    [
        (0, ["2026-01-15"]),
        (3, ["2026-01-15", "2026-01-16", "2026-01-17", "2026-01-18"]),
        (28, ["2026-01-15", "2026-01-22", "2026-01-29", "2026-02-05", "2026-02-12"]),
        (90, ["2026-02-01", "2026-03-01", "2026-04-01"]),
        (180, ["2026-03-01", "2026-05-01", "2026-07-01"]),
        (800, ["2027-01-01", "2028-01-01"]),
    ],
)
def test_days_are_evenly_apart_or_the_first_of_months(days: int, ticks: list[str]) -> None:
    assert [day.isoformat() for day in day_ticks(FIRST, FIRST + timedelta(days=days))] == ticks


@given(st.dates(date(1950, 1, 1), date(2050, 1, 1)), st.integers(0, 15_000))
def test_day_ticks_are_few_and_within_the_period(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    ticks = day_ticks(start, end)
    assert 1 <= len(ticks) <= 5
    assert all(start <= day <= end for day in ticks)
    assert ticks == sorted(set(ticks))
