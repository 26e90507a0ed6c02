"""What every way of working out a rule on columns has in common, and what it reads."""

from typing import Protocol

from questionnaires.definition import Item
from scoring.batch.results import ScoreColumn
from scoring.batch.rows import Rows
from scoring.rulebook import BoundRule


class Plan(Protocol):
    """How one rule is worked out."""

    def work_out(self, rows: Rows) -> ScoreColumn:
        """The score of every row, by what stands in the columns and in the results of earlier rules."""
        ...


def items_read(bound: BoundRule) -> tuple[Item, ...]:
    """The items whose answers a rule reads itself, and not by way of another score."""
    direct = (source.item for source in bound.inputs if source.item is not None)
    return tuple({item.link_id: item for item in (*direct, *bound.asked_beside)}.values())
