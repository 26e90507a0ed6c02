"""Texts of a table's column -> the states that batch scoring works with, and the cells that cannot be read."""

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


def encode(texts: pl.Series, cells: Cells) -> Encoded:
    """The states of a column of texts; null and the empty text are no answer.

    The usual texts of listed answers are recognised by polars; each other distinct text is read once.
    """
    listed = cells.listed or ()
    found = texts.cast(pl.Enum(cells.texts), strict=False).to_physical()
    type_ = state_type(len(listed))
    if found.null_count() == texts.null_count():
        return Encoded(Column(found.fill_null(len(listed)).to_numpy().astype(type_, copy=False), listed))
    others = texts.filter(found.is_null() & texts.is_not_null()).unique(maintain_order=True).to_list()
    read = {text: cells.read(text) for text in others if text}
    # A listed answer keeps its place, however it was written; others are listed as they come.
    answers = listed or tuple(dict.fromkeys(answer for answer in read.values() if not isinstance(answer, Fault)))
    position = {_key(answer): number for number, answer in enumerate(answers)}
    states = [*range(len(listed)), *(_state(read.get(text), position) for text in others), len(answers)]
    places = texts.cast(pl.Enum([*cells.texts, *others])).to_physical().fill_null(len(states) - 1).to_numpy()
    column = Column(np.array(states, state_type(len(answers))).take(places), answers)
    return Encoded(column, _bad_cells(column, texts, read))


def _state(read: Value | Fault | None, position: Mapping[tuple[type, Value], int]) -> int:
    """The state of one distinct text; None: it is empty."""
    if read is None:
        return len(position)
    return len(position) + 2 if isinstance(read, Fault) else position[_key(read)]


def _key(answer: Value) -> tuple[type, Value]:
    """True is no 1."""
    return type(answer), answer


def _bad_cells(column: Column, texts: pl.Series, read: Mapping[str, Value | Fault]) -> BadCells | None:
    rows = np.flatnonzero(column.states == column.bad)
    if not len(rows):
        return None
    faults = [fault for text in texts.gather(rows).to_list() if isinstance(fault := read[text], Fault)]
    return BadCells(rows, faults)
