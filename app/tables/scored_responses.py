"""The rows of a table as scored responses: who, when, and the exact value of every numeric score."""

from collections.abc import Iterator, MutableSequence
from dataclasses import dataclass
from fractions import Fraction

from app.tables.encoding import Encoded, encode
from app.tables.errors import TableError
from app.tables.source import Block, Source
from scoring.batch.results import ScoreColumn
from scoring.batch.scorer import BatchScorer
from scoring.score import Exact


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that cannot be read: where, what is wrong, and what would be allowed. Never what stands in it."""

    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class ScoredResponse:
    """One row. `values` are the published values of the numeric scores in the rulebook's order; None: not scored."""

    row: int
    id: str
    time: str
    values: tuple[Exact | None, ...]


def scored_responses(
    table: Source, scorer: BatchScorer, id_column: str, time_column: str, bad_cells: MutableSequence[BadCell]
) -> Iterator[ScoredResponse]:
    """Score a table block by block. Scores that use a cell that cannot be read have no value; the cell is put to
    `bad_cells`. Raises TableError where an id or a time is empty.
    """
    for block in table.blocks({id_column, time_column, *scorer.cells}):
        encoded = {
            name: encode(block.frame[name], cells)
            for name, cells in scorer.cells.items()
            if name in block.frame.columns
        }
        bad_cells.extend(_unreadable(block, encoded))
        found = scorer.score({name: one.column for name, one in encoded.items()}, block.frame.height)
        for link_id, flags in found.not_enabled.items():
            text = "an answer to a question that the other answers hide: empty the cell"
            bad_cells.extend(BadCell(block.first + int(row), link_id, text) for row in flags.nonzero()[0])
        values = zip(*(_exact(found.scores[name]) for name in numeric_scores(scorer)), strict=True)
        keys = zip(block.frame[id_column].to_list(), block.frame[time_column].to_list(), strict=True)
        for row, ((id_, time), of_row) in enumerate(zip(keys, values, strict=True), start=block.first):
            for name, cell in ((id_column, id_), (time_column, time)):
                if not cell:
                    raise TableError(f"row {row}, column '{name}': empty: every response needs an id and a time")
            yield ScoredResponse(row, id_, time, of_row)


def numeric_scores(scorer: BatchScorer) -> list[str]:
    """The names of the scores that are numbers, in the rulebook's order."""
    return [planned.name for planned in scorer.planned if not planned.is_text]


def _unreadable(block: Block, encoded: dict[str, Encoded]) -> Iterator[BadCell]:
    for name, one in encoded.items():
        if one.bad is None:
            continue
        for row, fault in zip(one.bad.rows, one.bad.faults, strict=True):
            allowed = f" (allowed: {', '.join(fault.allowed)})" if fault.allowed else ""
            yield BadCell(block.first + int(row), name, f"{fault.text}{allowed}")


def _exact(column: ScoreColumn) -> list[Exact | None]:
    """The published values of a column; each distinct one is made once."""
    known: dict[int, Exact] = {}
    found: list[Exact | None] = []
    for value, scored in zip(column.values.tolist(), column.scored.tolist(), strict=True):
        if scored and value not in known:
            exact = Fraction(value, 10**column.decimals)
            known[value] = exact.numerator if exact.denominator == 1 else exact
        found.append(known[value] if scored else None)
    return found
