"""The rows of a table as scored responses: who, when, and the exact value of every numeric score."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from app.tables.bad_cells import BadCellList
from app.tables.csv_source import CsvSource
from app.tables.encoding import Encoder
from app.tables.errors import TableError
from scoring.batch.results import ScoreColumn
from scoring.batch.scorer import BatchScorer
from scoring.score import Exact


@dataclass(frozen=True, slots=True)
class ScoredResponse:
    """One row. `values` are the published values of the numeric scores in the rulebook's order; None: not scored."""

    row: int
    id: str
    time: str
    values: tuple[Exact | None, ...]


def scored_responses(
    table: CsvSource, scorer: BatchScorer, id_column: str, time_column: str, bad_cells: BadCellList
) -> Iterator[ScoredResponse]:
    """Score a table block by block. Scores that use a cell that cannot be read have no value; the cell is added to
    `bad_cells`. Raises TableError where an id or a time is empty.
    """
    encoder = Encoder({name: scorer.cells[name] for name in table.types if name in scorer.cells})
    for block in table.blocks({id_column, time_column, *scorer.cells}):
        frame = block.frame
        encoded = encoder.encode(frame)
        found = scorer.score({name: one.column for name, one in encoded.items()}, frame.height)
        unreadable = {name: one.bad for name, one in encoded.items() if one.bad is not None}
        bad_cells.add(unreadable, found.not_enabled, block.first)
        values = zip(*(_exact(found.scores[name]) for name in numeric_scores(scorer)), strict=True)
        keys = zip(frame[id_column].to_list(), frame[time_column].to_list(), strict=True)
        for row, ((id_, time), of_row) in enumerate(zip(keys, values, strict=True), start=block.first):
            for name, cell in ((id_column, id_), (time_column, time)):
                if not cell:
                    raise TableError(f"row {row}, column '{name}': empty: every response needs an id and a time")
            yield ScoredResponse(row, id_, time, of_row)


def numeric_scores(scorer: BatchScorer) -> list[str]:
    """The names of the scores that are numbers, in the rulebook's order."""
    return [planned.name for planned in scorer.planned if not planned.is_text]


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
