"""Dates of a search against instants and periods: the prefixes of R4, and laws that hold of them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fhir.search.spans import ends_of, holds_of_period, spans_of
from app.fhir.search.values import DateValue, Prefix, read_date
from app.store.response_wanted import BEGINNING, END, Spans

LONGEST = timedelta(days=28)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 60).map(lambda hours: FIRST + timedelta(hours=hours))
VALUES = st.builds(
    lambda prefix, start, hours: DateValue(prefix, start, start + timedelta(hours=hours)),
    st.sampled_from(Prefix),
    MOMENTS,
    st.integers(1, 24),
)
CRITERIA = st.lists(st.lists(VALUES, min_size=1, max_size=3), min_size=1, max_size=3)


def holds(value: DateValue, moment: datetime) -> bool:
    """The prefixes for an instant, one by one, as R4's table has them."""
    return {
        Prefix.EQUAL: value.start <= moment < value.end,
        Prefix.NOT_EQUAL: not value.start <= moment < value.end,
        Prefix.GREATER: moment >= value.end,
        Prefix.STARTS_AFTER: moment >= value.end,
        Prefix.GREATER_OR_EQUAL: moment >= value.start,
        Prefix.LESS: moment < value.start,
        Prefix.ENDS_BEFORE: moment < value.start,
        Prefix.LESS_OR_EQUAL: moment < value.end,
    }[value.prefix]


def lets_through(spans: Spans | None, moment: datetime) -> bool:
    return spans is None or any(start <= moment < end for start, end in spans)


@given(CRITERIA, MOMENTS)
def test_spans_let_an_instant_through_that_fulfils_every_criterion(
    criteria: list[list[DateValue]], moment: datetime
) -> None:
    expected = all(any(holds(value, moment) for value in values) for values in criteria)
    assert lets_through(spans_of(criteria), moment) == expected


@given(CRITERIA)
def test_spans_are_in_order_and_do_not_touch(criteria: list[list[DateValue]]) -> None:
    spans = spans_of(criteria)
    assert spans is not None
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


@given(CRITERIA, MOMENTS, st.integers(0, 28))
def test_no_period_that_fits_ends_outside_of_the_ends(
    criteria: list[list[DateValue]], end: datetime, days: int
) -> None:
    start = end - timedelta(days=days)
    fits = all(any(holds_of_period(value, start, end) for value in values) for values in criteria)
    assert lets_through(ends_of(criteria, LONGEST), end) or not fits


@given(VALUES, MOMENTS)
def test_a_period_of_no_length_is_an_instant(value: DateValue, moment: datetime) -> None:
    assert holds_of_period(value, moment, moment) == holds(value, moment)


def test_without_a_criterion_everything_is_let_through() -> None:
    assert spans_of([]) is None
    assert ends_of([], LONGEST) is None


@pytest.mark.parametrize(
    ("text", "fits"),
    # A week from the 13th to the 20th at noon.
    [
        ("2026-11", True),
        ("2026-11-20", False),
        ("2026-11-13T12:00:00Z", False),
        ("ne2026-11", False),
        ("ge2026-11-20", True),
        ("ge2026-11-21", False),
        ("gt2026-11-19", True),
        ("gt2026-11-20", False),
        ("le2026-11-13", True),
        ("le2026-11-12", False),
        ("lt2026-11-14", True),
        ("lt2026-11-13", False),
        ("sa2026-11-12", True),
        ("sa2026-11-13", False),
        ("eb2026-11-21", True),
        ("eb2026-11-20", False),
    ],
)
def test_a_week_against_days(text: str, fits: bool) -> None:
    end = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert holds_of_period(read_date(text), end - timedelta(days=7), end) is fits


def test_the_ends_of_the_calendar_are_no_obstacle() -> None:
    last = DateValue(Prefix.LESS_OR_EQUAL, END - timedelta(days=1), END)
    assert ends_of([[last]], LONGEST) == ((BEGINNING, END),)
