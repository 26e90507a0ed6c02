"""The formats of tables, told apart by a file's suffix."""

from enum import StrEnum
from pathlib import Path

from app.tables.errors import TableError


class Format(StrEnum):
    """How a table is written down."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


SUFFIXES = {".csv": Format.CSV, ".ndjson": Format.NDJSON, ".jsonl": Format.NDJSON, ".parquet": Format.PARQUET}
"""The suffix of a file, in lower case -> its format."""


def format_of(path: Path) -> Format:
    """The format that a file's suffix names. Raises TableError."""
    found = SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise TableError(f"{path}: the suffix says no format of a table: use one of {', '.join(SUFFIXES)}")
    return found
