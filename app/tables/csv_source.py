"""CSV files: the header, the separator, and the rows as texts."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import polars as pl

from app.tables.csv_records import read_records
from app.tables.errors import TableError
from app.tables.source import Block, repeated

SEPARATORS = (",", ";", "\t")
_LONGEST_HEADER = 1_000_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")


class CsvSource:
    """A CSV file in UTF-8, with or without a byte order mark. Every column is one of texts.

    Without `separator`, that of the three common ones is taken under which the header names columns of `known`.
    Raises TableError.
    """

    def __init__(self, path: Path, known: Collection[str], separator: str | None = None) -> None:
        self.path = path
        self.size = path.stat().st_size
        with path.open("rb") as file:
            line = file.readline(_LONGEST_HEADER)
        if line.startswith(_OTHER_MARKS):
            raise TableError(f"{path}: not UTF-8 but UTF-16: save the file as UTF-8")
        self.start = len(line)
        header = _decoded(line.removeprefix(_BYTE_ORDER_MARK), path)
        if not header.strip():
            raise TableError(f"{path}: the file is empty: it needs a header that names the columns")
        if header.count('"') % 2 or (len(line) == _LONGEST_HEADER and not header.endswith("\n")):
            raise TableError(f"{path}: the header goes over several lines or is too long: write it in the first line")
        self.separator = separator or _separator_of(header, known, path)
        names = _names(header, self.separator, path)
        if twice := repeated(names):
            raise TableError(
                f"{path}: the header names {', '.join(map(repr, twice))} more than once: rename or remove it"
            )
        self.types: Mapping[str, pl.DataType] = {name: pl.String() for name in names}

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        """The rows in blocks of some megabytes."""
        names = list(self.types)
        places = [place for place, name in enumerate(names) if name in wanted]
        with self.path.open("rb") as file:
            file.seek(self.start)
            for records in read_records(file, self.separator, len(names), self.start):
                frame = pl.read_csv(
                    records.data,
                    has_header=False,
                    columns=places,
                    separator=self.separator,
                    schema={str(place): pl.String() for place in range(len(names))},
                    infer_schema=False,
                )
                assert frame.height == records.count, "polars and the check above read the same records"
                frame.columns = [names[place] for place in places]
                yield Block(frame, records.first, records.end)


def _decoded(line: bytes, path: Path) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TableError(f"{path}: row 1: not UTF-8 (byte {error.start}): save the file as UTF-8") from None


def _names(header: str, separator: str, path: Path) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(header.rstrip("\r\n")), delimiter=separator), [])
    except csv.Error:
        raise TableError(
            f"{path}: row 1: not the header of a CSV file: lines end with LF or CRLF, and a name is no longer than "
            f"{csv.field_size_limit()} characters"
        ) from None


def _separator_of(header: str, known: Collection[str], path: Path) -> str:
    """The one separator under which the header names known columns. Raises TableError where several do."""
    found = {separator: set(_names(header, separator, path)) & set(known) for separator in SEPARATORS}
    most = max(len(names) for names in found.values())
    fitting = [separator for separator, names in found.items() if len(names) == most]
    if most == 0 or (most == 1 and len(_names(header, fitting[0], path)) == 1):
        return SEPARATORS[0]
    if len(fitting) > 1:
        shown = " or ".join(f"--separator {_shown(separator)}" for separator in fitting)
        raise TableError(f"{path}: the header can be read in more than one way: say {shown}")
    return fitting[0]


def _shown(separator: str) -> str:
    return "tab" if separator == "\t" else f"'{separator}'"
