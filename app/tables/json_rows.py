"""One line of an NDJSON file -> the cells of its row, or what is wrong with it: never what stands in it."""

import json
import re
from typing import Any, NoReturn

import orjson

from app.tables.errors import TableError

_MANY_DIGITS = re.compile(rb"[0-9][0-9.]{15}")
_MOST_EXACT = 2**53


class Digits(str):
    """A JSON number as it is written: nothing of it is lost to a float."""

    __slots__ = ()

    @property
    def whole(self) -> str:
        """The number without a fraction of zeros: what writes columns with gaps makes 3.0 of a code 3."""
        head, dot, tail = self.partition(".")
        return head if dot and not tail.strip("0") else str(self)


Value = str | bool | int | float | None
"""What a cell holds; a number of many digits is `Digits`."""

Row = dict[str, Value]


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of one JSON object, in their order."""


class _NotJson(ValueError):
    """NaN or Infinity, which Python reads and JSON does not have."""


def read_row(line: bytes, where: str) -> Row:
    """The keys and values of one line. Raises TableError, whose text begins with `where`."""
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return _read_slowly(line, where)
    # A key that stands twice adds a colon but no key; floats hold 15 digits. What is in doubt is read with care.
    plain = isinstance(row, dict) and line.count(b'":') == len(row) and not _MANY_DIGITS.search(line)
    if not plain or any(isinstance(value, (list, dict)) for value in row.values()):
        return _read_slowly(line, where)
    found: Row = row
    return found


def text_of(value: Value) -> str | None:
    """A value as it would stand in a CSV file. A whole float has no fraction, as in `app.tables.texts`."""
    if isinstance(value, Digits):
        return value.whole
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < _MOST_EXACT:
        return str(int(value))
    return None if value is None else str(value)


def _read_slowly(line: bytes, where: str) -> Row:
    """The same, digit by digit and key by key."""
    try:
        pairs = json.loads(
            line.decode("utf-8-sig"),
            object_pairs_hook=_Pairs,
            parse_int=Digits,
            parse_float=Digits,
            parse_constant=_refuse,
        )
    except UnicodeDecodeError as error:
        raise TableError(f"{where}: not UTF-8 (byte {error.start} of the row): save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise TableError(f"{where}: not JSON (column {error.colno}): each line is one JSON object") from None
    except _NotJson:
        raise TableError(f"{where}: NaN and Infinity are not JSON: leave out what is missing") from None
    except RecursionError:
        raise TableError(f"{where}: nested too deep: each line is one JSON object without others in it") from None
    if not isinstance(pairs, _Pairs):
        raise TableError(f"{where}: no JSON object: each line is one, from link id to answer")
    row: Row = dict(pairs)
    if len(row) < len(pairs):
        raise TableError(f"{where}: a key stands more than once: remove one of them")
    for name, value in row.items():
        if isinstance(value, list):
            raise TableError(f"{where}: {name!r} holds a list or an object: a cell holds one text, number or boolean")
        if isinstance(value, str) and not value.isascii() and not _has_utf8(value):
            raise TableError(f"{where}: {name!r} holds half of a surrogate pair: it is no text")
    return row


def _refuse(_: str) -> NoReturn:
    raise _NotJson


def _has_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
