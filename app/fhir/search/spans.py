"""The times that date criteria let through, by R4's prefixes: https://hl7.org/fhir/R4/search.html#prefix."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from app.fhir.search.values import DateValue, Prefix
from app.store.response_wanted import BEGINNING, END, Spans

Criteria = Sequence[Sequence[DateValue]]
"""All must hold; each holds where one of its values does."""

_ALWAYS: Final[Spans] = ((BEGINNING, END),)


def spans_of(criteria: Criteria) -> Spans | None:
    """The instants that all criteria let through; None where there is no criterion."""
    if not criteria:
        return None
    found = _ALWAYS
    for values in criteria:
        found = _both(found, _united(span for value in values for span in _instants(value)))
    return found


def ends_of(criteria: Criteria, longest: timedelta) -> Spans | None:
    """The ends that a period of at most that length may have where `holds_of_period` is true of it; None for any."""
    if not criteria:
        return None
    found = _ALWAYS
    for values in criteria:
        found = _both(found, _united(span for value in values for span in _ends(value, longest)))
    return found


def holds_of_period(value: DateValue, start: datetime, end: datetime) -> bool:
    """Whether a period fits: R4 compares whole ranges. `end` belongs to the period, `value.end` not to the value.

    `ge` and `le` let an overlap with the value itself through: read to the letter they would leave out, of what is
    asked from a day on, the week that ends on that day.
    """
    inside = value.start <= start and end < value.end
    match value.prefix:
        case Prefix.EQUAL:
            return inside
        case Prefix.NOT_EQUAL:
            return not inside
        case Prefix.GREATER:
            return end >= value.end
        case Prefix.LESS:
            return start < value.start
        case Prefix.GREATER_OR_EQUAL:
            return end >= value.start
        case Prefix.LESS_OR_EQUAL:
            return start < value.end
        case Prefix.STARTS_AFTER:
            return start >= value.end
        case Prefix.ENDS_BEFORE:
            return end < value.start


def _instants(value: DateValue) -> Spans:
    match value.prefix:
        case Prefix.EQUAL:
            return ((value.start, value.end),)
        case Prefix.NOT_EQUAL:
            return (BEGINNING, value.start), (value.end, END)
        case Prefix.GREATER | Prefix.STARTS_AFTER:
            return ((value.end, END),)
        case Prefix.LESS | Prefix.ENDS_BEFORE:
            return ((BEGINNING, value.start),)
        case Prefix.GREATER_OR_EQUAL:
            return ((value.start, END),)
        case Prefix.LESS_OR_EQUAL:
            return ((BEGINNING, value.end),)


def _ends(value: DateValue, longest: timedelta) -> Spans:
    match value.prefix:
        case Prefix.EQUAL:
            return ((value.start, value.end),)
        case Prefix.NOT_EQUAL:
            return _ALWAYS
        case Prefix.GREATER | Prefix.STARTS_AFTER:
            return ((value.end, END),)
        case Prefix.GREATER_OR_EQUAL:
            return ((value.start, END),)
        case Prefix.LESS | Prefix.LESS_OR_EQUAL:
            return ((BEGINNING, _later(value.end, longest)),)
        case Prefix.ENDS_BEFORE:
            return ((BEGINNING, value.start),)


def _later(moment: datetime, by: timedelta) -> datetime:
    return moment + by if moment <= END - by else END


def _united(spans: Iterable[tuple[datetime, datetime]]) -> Spans:
    """In order, and none touching another."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _both(one: Spans, other: Spans) -> Spans:
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other)
    return tuple((start, end) for start, end in pairs if start < end)
