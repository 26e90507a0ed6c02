"""`value`: the number of one answer, as it was given."""

from collections.abc import Sequence

from scoring.score import Number
from scoring.tables import Table


def only_value(values: Sequence[Number], _table: Table | None) -> Number:
    """The only input."""
    return values[0]
