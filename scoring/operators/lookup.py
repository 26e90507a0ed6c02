"""`lookup`: the cell of a table, found by the input values in the order of its columns."""

from collections.abc import Sequence

from scoring.score import Number
from scoring.tables import Table


def look_up(values: Sequence[Number], table: Table | None) -> Number:
    """The table's cell for these values. The table is total over the inputs' ranges (checked when it was bound)."""
    assert table is not None, "binding gives a lookup its table"
    return table.cells[tuple(values)]  # type: ignore[arg-type]  # the weights of a bound lookup are whole numbers
