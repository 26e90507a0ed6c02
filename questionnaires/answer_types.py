"""Whether one value fits one item: its type, its options, its range, its length."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from questionnaires.definition import Item, ItemType
from questionnaires.issues import IssueCode

MAX_INTEGER = 2**31 - 1
"""FHIR R4 integer is a signed 32-bit number."""

MAX_DECIMAL_DIGITS = 18
"""FHIR R4 asks that decimals of up to 18 digits be kept exactly."""

MAX_LENGTH = {ItemType.STRING: 255, ItemType.TEXT: 4_000}
"""Characters of free text, where the definition sets no shorter limit."""

# Tab, newline and carriage return are writing; the other control characters are not, PostgreSQL cannot store
# NUL, a lone surrogate has no UTF-8, and XML (the narrative) has no U+FFFE and U+FFFF.
NOT_WRITING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# ASCII: `\d` alone would take the digits of every script, and no reader of ISO 8601 does.
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?", re.ASCII)
_OFFSET = r"(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"  # as FHIR R4 dateTime
_DATE_TIME = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}T{_TIME.pattern}{_OFFSET}", re.ASCII)


class Fault(NamedTuple):
    """Why a value does not fit its item, and what would."""

    code: IssueCode
    text: str
    allowed: tuple[str, ...] = ()


def fault_of(item: Item, value: object) -> Fault | None:
    """The fault of one value, or None where it fits the item."""
    return _CHECKS[item.type](item, value)


def _choice(item: Item, value: object) -> Fault | None:
    codes = item.option_by_code
    if not isinstance(value, str):
        return Fault(IssueCode.WRONG_TYPE, "the answer is the code of an option, as a string", tuple(codes))
    if value not in codes:
        return Fault(IssueCode.NOT_AN_OPTION, "the answer is not one of the item's options", tuple(codes))
    return None


def _boolean(item: Item, value: object) -> Fault | None:
    if not isinstance(value, bool):
        return Fault(IssueCode.WRONG_TYPE, "the answer is true or false", ("true", "false"))
    return None


def _integer(item: Item, value: object) -> Fault | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return Fault(IssueCode.WRONG_TYPE, "the answer is a whole number", _range_of(item))
    return _outside(item, Decimal(value)) if abs(value) <= MAX_INTEGER else _too_big(item)


def _decimal(item: Item, value: object) -> Fault | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return Fault(IssueCode.WRONG_TYPE, "the answer is a number", _range_of(item))
    number = Decimal(value)
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or len(digits) > MAX_DECIMAL_DIGITS or abs(exponent) > MAX_DECIMAL_DIGITS:
        return _too_big(item)
    return _outside(item, number)


def _text(item: Item, value: object) -> Fault | None:
    if not isinstance(value, str):
        return Fault(IssueCode.WRONG_TYPE, "the answer is a text")
    limit = item.max_length or MAX_LENGTH[item.type]
    if len(value) > limit:
        allowed = f"at most {limit} characters"
        return Fault(IssueCode.TOO_LONG, f"the text is longer than {limit} characters", (allowed,))
    if not value.strip():
        return Fault(IssueCode.INVALID_TEXT, "the text is empty: leave the item out where nothing was answered")
    if NOT_WRITING.search(value):
        return Fault(IssueCode.INVALID_TEXT, "the text has control characters that are not writing")
    return None


def _date(item: Item, value: object) -> Fault | None:
    fault = Fault(IssueCode.WRONG_TYPE, "the answer is a date", ("YYYY-MM-DD", "YYYY-MM", "YYYY"))
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return fault
    return None if _exists(date.fromisoformat, value + "-01-01"[len(value) - 4 :]) else fault


def _date_time(item: Item, value: object) -> Fault | None:
    if isinstance(value, str) and _DATE_TIME.fullmatch(value) and _exists(datetime.fromisoformat, value):
        return None
    return Fault(IssueCode.WRONG_TYPE, "the answer is a date and time with its offset", ("YYYY-MM-DDThh:mm:ss+hh:mm",))


def _time(item: Item, value: object) -> Fault | None:
    fits = isinstance(value, str) and _TIME.fullmatch(value)
    return None if fits else Fault(IssueCode.WRONG_TYPE, "the answer is a time of day", ("hh:mm:ss",))


def _exists(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _outside(item: Item, number: Decimal) -> Fault | None:
    below = item.minimum is not None and number < item.minimum
    above = item.maximum is not None and number > item.maximum
    if below or above:
        return Fault(IssueCode.OUT_OF_RANGE, "the number is outside the item's range", _range_of(item))
    return None


def _too_big(item: Item) -> Fault:
    return Fault(IssueCode.OUT_OF_RANGE, "the number has more digits than can be kept exactly", _range_of(item))


def _range_of(item: Item) -> tuple[str, ...]:
    bounds = ((">=", item.minimum), ("<=", item.maximum))
    return tuple(f"{sign} {bound}" for sign, bound in bounds if bound is not None)


_CHECKS: dict[ItemType, Callable[[Item, object], Fault | None]] = {
    ItemType.CHOICE: _choice,
    ItemType.BOOLEAN: _boolean,
    ItemType.INTEGER: _integer,
    ItemType.DECIMAL: _decimal,
    ItemType.STRING: _text,
    ItemType.TEXT: _text,
    ItemType.DATE: _date,
    ItemType.DATE_TIME: _date_time,
    ItemType.TIME: _time,
}
