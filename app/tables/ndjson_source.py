"""NDJSON files: one JSON object a row."""

import itertools
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import polars as pl

from app.tables.errors import TableError
from app.tables.json_rows import Digits, Row, Value, read_row, text_of
from app.tables.source import ROWS_IN_BLOCK, Block

_LONGEST_ROW = 64_000_000
_MOST_WHOLE = 2**63


class NdjsonSource:
    """A file of JSON objects, one a line, whose columns are the keys of all of them.

    The columns of `known` are given as texts, numbers with the digits that the file has. Every other column has one
    type: texts, whole numbers, numbers or booleans; texts where these are mixed. The file is read twice, the first time
    for its keys. Raises TableError.
    """

    def __init__(self, path: Path, known: Collection[str]) -> None:
        self.path = path
        self.size = path.stat().st_size
        kinds: dict[str, set[type]] = {}
        for _, row in self._rows():
            for name, value in row.items():
                kinds.setdefault(name, set()).add(_kind(value))
        if not kinds:
            raise TableError(f"{path}: the file is empty: it needs a JSON object in each line")
        self.types: Mapping[str, pl.DataType] = {
            name: pl.String() if name in known else _common(of_column - {type(None)})
            for name, of_column in kinds.items()
        }

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        """The rows, so many at a time."""
        types = {name: type_ for name, type_ in self.types.items() if name in wanted}
        rows = self._rows()
        first = 1
        while block := list(itertools.islice(rows, ROWS_IN_BLOCK)):
            columns = {name: _cells([row.get(name) for _, row in block], type_) for name, type_ in types.items()}
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


def _kind(value: Value) -> type:
    """The type of a value; a whole number that no integer column holds is a text, so that no digit is lost."""
    if isinstance(value, Digits):
        return float if not value.lstrip("-").isdecimal() else int if abs(int(value)) < _MOST_WHOLE else str
    return str if type(value) is int and abs(value) >= _MOST_WHOLE else type(value)


def _common(kinds: set[type]) -> pl.DataType:
    """The polars type of a column whose values are of these types."""
    if kinds == {bool}:
        return pl.Boolean()
    if kinds == {int}:
        return pl.Int64()
    return pl.Float64() if kinds and kinds <= {int, float} else pl.String()


def _cells(values: list[Value], type_: pl.DataType) -> list[Value]:
    """The values as their column's type holds them."""
    kinds = set(map(type, values)) - {type(None)}
    if type_ == pl.String:
        return values if kinds <= {str} else [text_of(value) for value in values]
    if type_ == pl.Boolean:
        return values
    number = int if type_ == pl.Int64 else float
    return [None if value is None else number(value) for value in values]
