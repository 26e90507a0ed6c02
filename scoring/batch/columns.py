"""One column of a table as batch scoring works with it: a small number a row, which says what stands in the cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from questionnaires.definition import Value

Ints = NDArray[Any]
"""Whole numbers, one a row: of a numpy integer type, or Python's own (dtype object) where these could overflow."""

Flags = NDArray[np.bool_]
"""True or False, one a row."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The cells of one item, one state a row.

    A state below `len(answers)` is the position of the answer in `answers`. The three above say why there is none:
    `skipped` (the cell is empty), `hidden` (branching hides the item), `bad` (the cell cannot be read).
    """

    states: Ints
    answers: tuple[Value, ...]

    @property
    def skipped(self) -> int:
        """The state of an empty cell."""
        return len(self.answers)

    @property
    def hidden(self) -> int:
        """The state of an empty cell of an item that is hidden in its row."""
        return len(self.answers) + 1

    @property
    def bad(self) -> int:
        """The state of a cell that cannot be read, or that holds an answer to a hidden item."""
        return len(self.answers) + 2

    @property
    def bad_rows(self) -> Flags | None:
        """The rows whose cell is bad, or None where there is none."""
        # The highest state of all: one quick pass says that there is none, as in most columns.
        return self.states == self.bad if self.states.max(initial=0) == self.bad else None


def rows_where(states: Ints, holds: Sequence[bool]) -> Flags:
    """The rows in a state for which something holds; `holds` says so by state."""
    held = [state for state, so in enumerate(holds) if so]
    if len(held) == 1:  # comparing is much faster than taking
        equal: Flags = states == states.dtype.type(held[0])
        return equal
    found: Flags = np.array(holds, np.bool_).take(states)
    return found


def empty_column(rows: int, answers: tuple[Value, ...]) -> Column:
    """The column of an item that the table does not have: every cell is empty."""
    return Column(np.full(rows, len(answers), state_type(len(answers))), answers)


def state_type(answers: int) -> type[np.unsignedinteger[Any]]:
    """The smallest type that holds the states of a column with so many answers."""
    return next((t for t in (np.uint8, np.uint16) if answers + 2 <= np.iinfo(t).max), np.uint32)
