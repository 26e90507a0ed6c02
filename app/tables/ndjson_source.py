"""NDJSON files: one JSON object a row."""

import itertools
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import polars as pl

from app.tables.errors import TableError
from app.tables.json_rows import Digits, Row, Value, read_row
from app.tables.source import ROWS_IN_BLOCK, Block

_LONGEST_ROW = 64_000_000
_LONGEST_WHOLE = 18


class NdjsonSource:
    """A file of JSON objects, one a line, whose columns are the keys of all of them.

    The columns of `known` are given as texts, numbers with the digits that the file has. Every other column has one
    type: texts, whole numbers, numbers or booleans; texts where these are mixed. The file is read twice, the first time
    for its keys. Raises TableError.
    """

    def __init__(self, path: Path, known: Collection[str]) -> None:
        self.path = path
        self.size = path.stat().st_size
        kinds: dict[str, set[type[pl.DataType]]] = {}
        for _, row in self._rows():
            for name, value in row.items():
                kind = kinds.setdefault(name, set())
                if value is not None and name not in known:
                    kind.add(_kind(value))
        if not kinds:
            raise TableError(f"{path}: the file is empty: it needs a JSON object in each line")
        self.types: Mapping[str, pl.DataType] = {name: _common(of_column)() for name, of_column in kinds.items()}

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        """The rows, so many at a time."""
        types = {name: type_ for name, type_ in self.types.items() if name in wanted}
        rows = self._rows()
        first = 1
        while block := list(itertools.islice(rows, ROWS_IN_BLOCK)):
            columns = {name: [_plain(row.get(name), type_) for _, row in block] for name, type_ in types.items()}
            yield Block(pl.DataFrame(columns, schema=types), first, block[-1][0])
            first += len(block)

    def _rows(self) -> Iterator[tuple[int, Row]]:
        """Every row, with the byte where it ends. Blank lines may stand at the end of the file only."""
        with self.path.open("rb") as file:
            end, blank = 0, False
            for number, line in enumerate(iter(lambda: file.readline(_LONGEST_ROW), b""), start=1):
                end += len(line)
                if not line.strip():
                    blank = True
                    continue
                where = f"{self.path}: row {number - 1 if blank else number}"
                if blank:
                    raise TableError(f"{where}: the line is blank: each line is one JSON object")
                yield end, read_row(line, where)


def _kind(value: Value) -> type[pl.DataType]:
    if isinstance(value, bool):
        return pl.Boolean
    if not isinstance(value, Digits):
        return pl.String
    if not value.lstrip("-").isdecimal():
        return pl.Float64
    return pl.Int64 if len(value) <= _LONGEST_WHOLE else pl.String


def _common(kinds: set[type[pl.DataType]]) -> type[pl.DataType]:
    if kinds == {pl.Int64, pl.Float64}:
        return pl.Float64
    return next(iter(kinds)) if len(kinds) == 1 else pl.String


def _plain(value: Value, type_: pl.DataType) -> str | bool | int | float | None:
    """A value as its column's type holds it."""
    if value is None or isinstance(value, bool) is (type_ == pl.Boolean):
        if isinstance(value, Digits):
            return int(value) if type_ == pl.Int64 else float(value) if type_ == pl.Float64 else value.whole
        return value
    return str(value).lower()
