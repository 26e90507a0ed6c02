"""Lookup tables: a CSV with one row a combination of input values, total over the ranges of its inputs."""

import csv
import io
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from questionnaires.errors import FileProblem

VALUE_COLUMN = "value"


@dataclass(frozen=True, slots=True)
class Table:
    """A lookup: the columns name the inputs in their order, a cell is found by their values."""

    name: str
    columns: tuple[str, ...]
    cells: Mapping[tuple[int, ...], int]

    def holes(self, ranges: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
        """The combinations of input values that have no row."""
        return [key for key in itertools.product(*ranges) if key not in self.cells]


def read_table(file: str, name: str, text: str) -> Table | tuple[FileProblem, ...]:
    """Read one table. Cells and inputs are whole numbers; a combination stands once."""
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error as error:
        return (FileProblem(file, 1, f"not CSV: {error}"),)
    if not rows or len(rows[0]) < 2 or rows[0][-1] != VALUE_COLUMN:
        return (FileProblem(file, 1, f"the header names the inputs, then '{VALUE_COLUMN}'"),)
    problems: list[FileProblem] = []
    cells: dict[tuple[int, ...], int] = {}
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(rows[0]):
            problems.append(FileProblem(file, line, f"the row has {len(row)} cells, the header {len(rows[0])}"))
            continue
        try:
            *key, value = (int(cell) for cell in row)
        except ValueError:
            problems.append(FileProblem(file, line, "every cell is a whole number"))
            continue
        if tuple(key) in cells:
            problems.append(FileProblem(file, line, f"the combination {', '.join(map(str, key))} stands twice"))
        cells[tuple(key)] = value
    return tuple(problems) if problems else Table(name, tuple(rows[0][:-1]), cells)
