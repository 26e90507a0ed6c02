"""The bytes of a CSV file -> whole records, checked: UTF-8, quotes in pairs, as many cells as the header has columns.

polars would fill a row that is too short without a word, and cannot say in which row a file stops being UTF-8.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from app.tables.errors import TableError

_BYTES_IN_BLOCK = 4_000_000
_LONGEST_RECORD = 64_000_000
_NEWLINE, _RETURN, _QUOTE = b'\n\r"'

_Bytes = NDArray[np.uint8]
_Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Records:
    """Whole records: their bytes, how many they are, the number of the first, and where the next begin in the file."""

    data: bytes
    count: int
    first: int
    end: int


def read_records(file: BinaryIO, separator: str, columns: int, start: int) -> Iterator[Records]:
    """The records of a file that is open at byte `start`, just below its header (row 1). Raises TableError."""
    row, rest = 2, b""
    while True:
        read = file.read(_BYTES_IN_BLOCK)
        data = rest + read
        if not read and data and not data.endswith(b"\n"):
            data += b"\n"
        end = _end_of_records(data, row, is_last=not read)
        # Blank lines at the end of a file are no rows; whether the file ends there shows in the next block.
        kept = end if columns == 1 else len(data[:end].rstrip(b"\r\n"))
        kept = data.find(b"\n", kept) + 1 if 0 < kept < end else kept
        whole, rest = data[:kept], data[kept:]
        if whole:
            count = _checked(whole, separator, columns, row, start)
            start += len(whole)
            yield Records(whole, count, row, start)
            row += count
        if not read:
            return


def _end_of_records(data: bytes, row: int, *, is_last: bool) -> int:
    """Where the last whole record ends."""
    if _QUOTE in data:
        text = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero((text == _NEWLINE) & ~_inside_quotes(text))
        end = int(ends[-1]) + 1 if len(ends) else 0
    else:
        end = data.rfind(b"\n") + 1
    if len(data) - end > _LONGEST_RECORD or (is_last and end < len(data)):
        found = row + data.count(b"\n", 0, end)
        raise TableError(f"row {found} or one soon after it: a quote is opened and never closed: close or remove it")
    return end


def _inside_quotes(text: _Bytes) -> _Flags:
    """By byte, whether it stands inside quotes. A doubled quote closes and opens again, which is the same."""
    odd: _Flags = (np.cumsum(text == _QUOTE, dtype=np.uint8) & 1).astype(np.bool_)
    return odd


def _checked(data: bytes, separator: str, columns: int, row: int, start: int) -> int:
    """How many records there are. Raises TableError at the first that is damaged."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = row + data.count(b"\n", 0, error.start)
        text = f"row {found}: not UTF-8 (byte {start + error.start} of the file): save the file as UTF-8"
        raise TableError(text) from None
    text_bytes = np.frombuffer(data, np.uint8)
    separators = text_bytes == ord(separator)
    newlines = text_bytes == _NEWLINE
    if _QUOTE in data:
        inside = _inside_quotes(text_bytes)
        _check_quotes(text_bytes, inside, separators | newlines, row)
        separators, newlines = separators & ~inside, newlines & ~inside
    ends = np.flatnonzero(newlines)
    starts = np.concatenate(([0], ends[:-1] + 1))
    cells = np.add.reduceat(separators.view(np.uint8), starts, dtype=np.int64) + 1
    uneven = np.flatnonzero(cells != columns)
    if len(uneven):
        at = int(uneven[0])
        raise TableError(f"row {row + at} has {cells[at]} cell(s), the header has {columns}: every row needs as many")
    return len(ends)


def _check_quotes(text: _Bytes, inside: _Flags, ends_cell: _Flags, row: int) -> None:
    """Quotes open at the beginning of a cell and close at its end (RFC 4180); within they are doubled."""
    quotes = np.flatnonzero(text == _QUOTE)
    before = np.concatenate(([_NEWLINE], text[:-1]))[quotes]
    after = text[np.minimum(quotes + 1, len(text) - 1)]
    begins = np.concatenate(([True], ends_cell[:-1]))[quotes] | (before == _QUOTE)
    finishes = ends_cell[np.minimum(quotes + 1, len(text) - 1)] | (after == _QUOTE) | (after == _RETURN)
    wrong = quotes[np.where(inside[quotes], ~begins, ~finishes)]
    if len(wrong):
        found = row + int(((text == _NEWLINE) & ~inside)[: wrong[0]].sum())
        raise TableError(f"row {found}: a quote stands within a cell: put the cell into quotes and double those in it")
