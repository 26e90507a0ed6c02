"""One line of an NDJSON file -> the cells of its row, or what is wrong with it: never what stands in it."""

import json
from typing import Any, NoReturn

from app.tables.errors import TableError


class Digits(str):
    """A JSON number as it is written: nothing of it is lost to a float."""

    __slots__ = ()

    @property
    def whole(self) -> str:
        """The number without a fraction of zeros: what writes columns with gaps makes 3.0 of a code 3."""
        head, dot, tail = self.partition(".")
        return head if dot and not tail.strip("0") else str(self)


Value = str | bool | None
"""What a cell holds; a number is `Digits`."""

Row = dict[str, Value]


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of one JSON object, in their order."""


class _NotJson(ValueError):
    """NaN or Infinity, which Python reads and JSON does not have."""


def read_row(line: bytes, where: str) -> Row:
    """The keys and values of one line. Raises TableError, whose text begins with `where`."""
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
