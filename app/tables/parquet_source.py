"""Parquet files: read a slice at a time, so that a row group of any size fits into memory."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from app.tables.errors import TableError
from app.tables.source import ROWS_IN_BLOCK, Block


class ParquetSource:
    """A Parquet file, its columns as they are. Raises TableError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.frame = pl.scan_parquet(path, glob=False)
        try:
            self.types: Mapping[str, pl.DataType] = dict(self.frame.collect_schema())
            self.size = int(self.frame.select(pl.len()).collect().item())
        except (PolarsError, OSError):
            raise TableError(f"{path}: no Parquet file, or a damaged one: write it again") from None

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        """The rows, so many at a time."""
        chosen = self.frame.select([name for name in self.types if name in wanted])
        for start in range(0, self.size, ROWS_IN_BLOCK):
            try:
                frame = chosen.slice(start, ROWS_IN_BLOCK).collect()
            except (PolarsError, OSError):
                raise TableError(f"{self.path}: damaged near row {start + 1}: write it again") from None
            yield Block(frame, start + 1, start + frame.height)
