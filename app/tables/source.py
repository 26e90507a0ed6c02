"""What every reader of a table gives: its columns at once, then its rows in blocks that fit into memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

ROWS_IN_BLOCK = 20_000
"""Rows that are scored at once: enough for columns to pay, little enough for the caches of a processor."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some consecutive rows. `first` is the number of the first; `done` how much of the source is read by now."""

    frame: pl.DataFrame
    first: int
    done: int


class Source(Protocol):
    """A table to read. `types` are the columns with the polars type each is given in; `size` is what `done` reaches.

    Rows are numbered as a person sees them: in CSV the header is row 1.
    """

    types: Mapping[str, pl.DataType]
    size: int

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        """The wanted columns of every row, in the table's order. Raises TableError at what cannot be read."""
        ...


def repeated(names: Sequence[str]) -> list[str]:
    """The names that stand more than once, each named once."""
    return list(dict.fromkeys(name for name in names if names.count(name) > 1))
