"""Texts of a table's columns -> the states that batch scoring works with, and the cells that cannot be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from questionnaires.answer_types import Fault
from questionnaires.definition import Value
from scoring.batch.cells import Cells
from scoring.batch.columns import Column, Ints, state_type


@dataclass(frozen=True, slots=True, eq=False)
class BadCells:
    """The cells of one column that cannot be read: their rows within the block, and the fault of each."""

    rows: Ints
    faults: Sequence[Fault]


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """One column as batch scoring reads it, and its bad cells, where there are any."""

    column: Column
    bad: BadCells | None = None


class Encoder:
    """How the columns of one table are read. In `frame` they are texts; null and the empty text are no answer.

    The usual texts of listed answers are recognised by polars, all columns at once; each other distinct text is read
    once in a block.
    """

    def __init__(self, cells: Mapping[str, Cells]) -> None:
        self.cells = cells
        usual = {name: pl.Enum(of_item.texts) for name, of_item in cells.items()}
        self._places = [pl.col(name).cast(type_, strict=False).to_physical() for name, type_ in usual.items()]
        self._states = [pl.col(name).fill_null(len(of_item.texts)) for name, of_item in cells.items()]

    def encode(self, frame: pl.DataFrame) -> dict[str, Encoded]:
        """Every column of a block."""
        places = frame.select(self._places)
        unread = places.null_count().row(0), frame.select(places.columns).null_count().row(0)
        states = places.select(self._states)
        found: dict[str, Encoded] = {}
        for name, not_usual, empty in zip(places.columns, *unread, strict=True):
            cells = self.cells[name]
            if not_usual == empty:
                type_ = state_type(len(cells.texts))
                column = Column(states[name].to_numpy().astype(type_, copy=False), cells.listed or ())
                found[name] = Encoded(column)
            else:
                found[name] = _with_others(frame[name], places[name].is_null(), cells)
        return found


def _with_others(texts: pl.Series, not_usual: pl.Series, cells: Cells) -> Encoded:
    """A column in which other texts stand than the usual ones."""
    listed = cells.listed or ()
    others = texts.filter(not_usual & texts.is_not_null()).unique(maintain_order=True).to_list()
    read = {text: cells.read(text) for text in others if text}
    # A listed answer keeps its place, however it was written; others are listed as they come.
    answers = listed or tuple(dict.fromkeys(answer for answer in read.values() if not isinstance(answer, Fault)))
    position = {_key(answer): number for number, answer in enumerate(answers)}
    states = [*range(len(listed)), *(_state(read.get(text), position) for text in others), len(answers)]
    places = texts.cast(pl.Enum([*cells.texts, *others])).to_physical().fill_null(len(states) - 1).to_numpy()
    column = Column(np.array(states, state_type(len(answers))).take(places), answers)
    rows = column.bad_rows
    if rows is None:
        return Encoded(column)
    where = np.flatnonzero(rows)
    faults = [fault for text in texts.gather(where).to_list() if isinstance(fault := read[text], Fault)]
    return Encoded(column, BadCells(where, faults))


def _state(read: Value | Fault | None, position: Mapping[tuple[type, Value], int]) -> int:
    """The state of one distinct text; None: it is empty."""
    if read is None:
        return len(position)
    return len(position) + 2 if isinstance(read, Fault) else position[_key(read)]


def _key(answer: Value) -> tuple[type, Value]:
    """True is no 1."""
    return type(answer), answer
