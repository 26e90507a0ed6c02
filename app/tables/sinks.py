"""Tables written block by block, never all of them in memory."""

import itertools
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import polars as pl
from polars.io.plugins import register_io_source

from app.tables.formats import Format

_ROWS_IN_GROUP = 100_000


def write_table(path: Path, format_: Format, frames: Iterator[pl.DataFrame], schema: pl.Schema, separator: str) -> None:
    """Write frames that all have this schema. What `frames` raises comes through."""
    if format_ is Format.PARQUET:
        _write_parquet(path, frames, schema)
        return
    with path.open("wb") as file:
        if format_ is Format.CSV:
            pl.DataFrame(schema=schema).write_csv(file, separator=separator)
        for frame in frames:
            if format_ is Format.CSV:
                frame.write_csv(file, include_header=False, separator=separator)
            else:
                frame.write_ndjson(file)


def _write_parquet(path: Path, frames: Iterator[pl.DataFrame], schema: pl.Schema) -> None:
    """Parquet is written in one go, from a source that polars pulls: here the frames as they come.

    In a thread of its own: while polars works, the thread that waits for it would not hear of Ctrl-C.
    """
    stopped = Event()

    def pulled(
        columns: Collection[str] | None, predicate: pl.Expr | None, rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        return itertools.takewhile(lambda _: not stopped.is_set(), frames)

    table = register_io_source(pulled, schema=schema)
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(table.sink_parquet, path, row_group_size=_ROWS_IN_GROUP, maintain_order=True)
        try:
            written.result()
        except BaseException:
            stopped.set()
            raise
