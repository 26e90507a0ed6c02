"""The values of search parameters, as R4 writes them in a URL: https://hl7.org/fhir/R4/search.html#ptypes."""

import re
from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from enum import StrEnum
from typing import Final


class Prefix(StrEnum):
    """R4's prefixes of ordered values. `ap` (approximately) is not offered: how near is near is nobody's rule."""

    EQUAL = "eq"
    NOT_EQUAL = "ne"
    GREATER = "gt"
    LESS = "lt"
    GREATER_OR_EQUAL = "ge"
    LESS_OR_EQUAL = "le"
    STARTS_AFTER = "sa"
    ENDS_BEFORE = "eb"


@dataclass(frozen=True, slots=True)
class TokenValue:
    """`code`, `system|code`, `|code` (of no system) or `system|` (any code of it); None: not said."""

    system: str | None
    code: str | None

    def means(self, system: str, code: str) -> bool:
        """Whether it means a Coding or Identifier with that system and code."""
        return self.system in (None, system) and self.code in (None, code)

    def means_bound(self, system: str, code: str) -> bool:
        """Whether it means an element of type `code`: that says no system, and is bound to one."""
        return self.means(system, code) or (self.system == "" and self.code == code)


@dataclass(frozen=True, slots=True)
class DateValue:
    """A time with the precision that it was written in: the half-open interval `[start, end)`, in UTC."""

    prefix: Prefix
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """A resource on this server: its id, its type where it was said, and the version where one was meant."""

    type: str | None
    id: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class CanonicalValue:
    """A canonical URL, with its version where it was said."""

    url: str
    version: str | None


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """A number with the precision that it was written in: `[low, high)`; the unit's system and code where said."""

    prefix: Prefix
    number: Decimal
    low: Decimal
    high: Decimal
    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class StringValue:
    """A text, compared from its beginning without regard to case."""

    text: str


Value = TokenValue | DateValue | ReferenceValue | CanonicalValue | QuantityValue | StringValue

_DATE: Final = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?P<fraction>\.\d{1,9})?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_PREFIXED: Final = re.compile(rf"(?P<prefix>{'|'.join(Prefix)})?(?P<rest>.*)", re.DOTALL)
_NUMBER: Final = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
# The most digits that a number may have, and those of half a unit of its last place.
_EXACT: Final = Context(prec=160)
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_REFERENCE: Final = re.compile(
    r"(?:(?P<type>[A-Z][A-Za-z]{1,63})/)?(?P<id>[A-Za-z0-9.-]{1,64})(?:/_history/(?P<version>[A-Za-z0-9.-]{1,64}))?"
)


def split_escaped(text: str, separator: str) -> list[str]:
    r"""Split at a separator that is not escaped by a backslash; escapes stay (R4 search, "Escaping")."""
    parts = [""]
    characters = iter(text)
    for character in characters:
        if character == "\\":
            parts[-1] += character + next(characters, "")
        elif character == separator:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def unescaped(text: str) -> str:
    r"""`\,`, `\|`, `\$` and `\\` as the characters that they mean."""
    return re.sub(r"\\([\\,|$])", r"\1", text)


def read_token(text: str) -> TokenValue:
    """A token. Raises ValueError."""
    parts = [unescaped(part) for part in split_escaped(text, "|")]
    match parts:
        case [code] if code:
            return TokenValue(None, code)
        case [system, code] if system or code:
            return TokenValue(system, code or None)
        case _:
            raise ValueError("a token is `code`, `system|code`, `|code` or `system|`")


def read_date(text: str) -> DateValue:
    """A date, or date and time, of any precision, with a prefix. Without a zone it is UTC. Raises ValueError."""
    # A `+` that was not written as %2B has become a space on its way.
    prefix, rest = _prefixed(text.replace(" ", "+"))
    found = _DATE.fullmatch(rest)
    if found is None:
        raise ValueError("a date is YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss[.sss]][Z|+hh:mm]")
    try:
        start, end = _interval(found)
    except ValueError:
        raise ValueError("there is no such date") from None
    return DateValue(prefix, start, end)


def read_reference(text: str, service_base: str) -> ReferenceValue:
    """`id`, `Type/id`, or the absolute URL of a resource on this server. Raises ValueError."""
    found = _REFERENCE.fullmatch(unescaped(text).removeprefix(service_base + "/"))
    if found is None:
        raise ValueError("a reference is `id`, `Type/id` or a URL of this server")
    return ReferenceValue(found["type"], found["id"], found["version"])


def read_canonical(text: str) -> CanonicalValue:
    """`url` or `url|version`. Raises ValueError."""
    url, *version = [unescaped(part) for part in split_escaped(text, "|")]
    if not url or len(version) > 1:
        raise ValueError("a canonical is `url` or `url|version`")
    return CanonicalValue(url, version[0] if version and version[0] else None)


def read_quantity(text: str) -> QuantityValue:
    """`number`, `number|system|code` or `number||code`, with a prefix. Raises ValueError."""
    number, *unit = split_escaped(text, "|")
    prefix, rest = _prefixed(number)
    if not _NUMBER.fullmatch(rest) or len(unit) not in (0, 2):
        raise ValueError("a quantity is `number`, `number|system|code` or `number||code`")
    value = Decimal(rest)
    exponent = value.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    system, code = (unescaped(part) or None for part in unit) if unit else (None, None)
    return QuantityValue(prefix, value, _EXACT.subtract(value, half), _EXACT.add(value, half), system, code)


def _prefixed(text: str) -> tuple[Prefix, str]:
    found = _PREFIXED.fullmatch(text)
    assert found is not None, "the pattern takes every text"
    return Prefix(found["prefix"] or "eq"), found["rest"]


def _interval(found: re.Match[str]) -> tuple[datetime, datetime]:
    """The time that was written, and the first one after it: the precision is that of the last part given.

    Clients write the first and the last year of the calendar for "always": its ends are those that we know.
    Raises ValueError.
    """
    parts = [int(found[name]) for name in ("year", "month", "day", "hour", "minute", "second") if found[name]]
    year, month, day, hour, minute, second = (*parts, *(0, 1, 1, 0, 0, 0)[len(parts) :])
    local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)  # its own zone is taken off below
    if found["fraction"]:
        local += timedelta(microseconds=int(Decimal(found["fraction"]) * 1_000_000))
        step = timedelta(microseconds=max(1, 10 ** (7 - len(found["fraction"]))))
    else:
        step = _length(local, len(parts))
    offset = datetime.fromisoformat(f"2000-01-01T00:00:00{found['zone'] or 'Z'}").utcoffset() or timedelta(0)
    return _shifted(local, -offset), _shifted(local, step - offset)


def _length(start: datetime, parts: int) -> timedelta:
    """How long the year, month, day, hour, minute or second is that begins then."""
    match parts:
        case 1:
            return timedelta(days=366 if isleap(start.year) else 365)
        case 2:
            return timedelta(days=monthrange(start.year, start.month)[1])
        case _:
            return (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))[parts - 3]


def _shifted(local: datetime, by: timedelta) -> datetime:
    try:
        return local + by
    except OverflowError:
        return _FIRST if by < timedelta(0) else _LAST
