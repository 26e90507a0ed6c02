"""What the tests of `vigie score ... --out` share: tables of PHQ-9 answers, the command, and reading its output."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
from typer.testing import CliRunner, Result

from app.cli.commands import app

PHQ = [f"PHQ{number}" for number in range(1, 10)]

ROWS: Sequence[Mapping[str, str | None]] = [
    {"id": "p1", "arm": "a"} | dict.fromkeys(PHQ, "1"),
    {"id": "p2", "arm": "b"} | dict.fromkeys(PHQ, "3"),
    {"id": "p3", "arm": 'é, "quoted"\nin two lines'} | dict.fromkeys(PHQ, "2") | {"PHQ4": None},
    {"id": "p4", "arm": None} | dict.fromkeys(PHQ, None),
]

HEADER = ",".join(PHQ)
FULL = ",".join("1" * 9)
FINE = HEADER + "\n" + FULL + "\n"
"""A table that is scored without a word."""


def vigie(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["score", *map(str, arguments)])


def csv_text(rows: Sequence[Mapping[str, str | None]], separator: str = ",") -> str:
    table = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String()))
    return table.write_csv(separator=separator)


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def written_as(path: Path, rows: Sequence[Mapping[str, str | None]]) -> Path:
    """The rows in the format of the path's suffix."""
    table = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String()))
    match path.suffix:
        case ".csv":
            table.write_csv(path)
        case ".parquet":
            table.write_parquet(path)
        case _:
            table.write_ndjson(path)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
