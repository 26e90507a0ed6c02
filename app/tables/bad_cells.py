"""Cells that cannot be read: where they stand and what is allowed there, never what stands in them."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TextIO

import numpy as np

from app.tables.encoding import BadCells
from questionnaires.answer_types import Fault
from questionnaires.issues import IssueCode
from scoring.batch.columns import Flags

MOST_LISTED = 20
_HEADER = ("row", "column", "code", "text", "allowed")
_NOT_ENABLED = Fault(IssueCode.NOT_ENABLED, "branching hides this item for these answers: leave the cell empty")


@dataclass(frozen=True, slots=True)
class BadCell:
    """One cell that cannot be read."""

    row: int
    column: str
    fault: Fault

    def __str__(self) -> str:
        allowed = f" (allowed: {', '.join(self.fault.allowed)})" if self.fault.allowed else ""
        return f"row {self.row}, column {self.column}: {self.fault.text}{allowed}"


@dataclass(slots=True)
class BadCellList:
    """The bad cells of a whole table: all are counted, the first are kept, all go to `file` where there is one."""

    file: TextIO | None = None
    count: int = 0
    first: list[BadCell] = field(default_factory=list)

    def begin(self) -> None:
        """Write the header of the file."""
        if self.file is not None:
            csv.writer(self.file).writerow(_HEADER)

    def add(self, found: Mapping[str, BadCells], not_enabled: Mapping[str, Flags], first_row: int) -> None:
        """Add those of one block, by row, within a row in the order of the columns."""
        self.count += sum(len(bad.rows) for bad in found.values())
        self.count += sum(int(rows.sum()) for rows in not_enabled.values())
        if self.file is None and len(self.first) >= MOST_LISTED:
            return
        cells = sorted(_cells(found, not_enabled, first_row), key=lambda cell: cell.row)
        self.first += cells[: MOST_LISTED - len(self.first)]
        if self.file is not None:
            rows = ((c.row, c.column, c.fault.code, c.fault.text, "; ".join(c.fault.allowed)) for c in cells)
            csv.writer(self.file).writerows(rows)


def _cells(found: Mapping[str, BadCells], not_enabled: Mapping[str, Flags], first: int) -> Iterator[BadCell]:
    for column, bad in found.items():
        for row, fault in zip(bad.rows.tolist(), bad.faults, strict=True):
            yield BadCell(first + row, column, fault)
    for column, flags in not_enabled.items():
        for row in np.flatnonzero(flags).tolist():
            yield BadCell(first + row, column, _NOT_ENABLED)
