"""Operators that read a table: `lookup`, `cut_points`, `value_set`; and `state`, which names a cell of none."""

from collections.abc import Sequence
from decimal import Decimal

from scoring.operators.operator import Extent, Operands, Operator
from scoring.rounding import exact_of
from scoring.score import Exact, NoValue
from scoring.tables import CutPoints, Table, ValueSet

_TABLE = frozenset({"table"})


def _look_up(values: Sequence[Exact], operands: Operands) -> Exact:
    """The table is total over the inputs' ranges (checked when it was bound)."""
    assert isinstance(operands.table, Table), "binding gives a lookup its table"
    return operands.table.cells[tuple(values)]  # type: ignore[arg-type]  # the weights of a bound lookup are whole


def _cut(values: Sequence[Exact], operands: Operands) -> Exact | NoValue:
    assert isinstance(operands.table, CutPoints), "binding gives cut points their table"
    grade = operands.table.grade(values[0])
    return NoValue.NO_GRADE if grade is None else grade


def _table_extent(operands: Operands) -> Extent:
    assert isinstance(operands.table, (Table, CutPoints)), "binding gives the operator its table"
    return exact_of(min(operands.table.values)), exact_of(max(operands.table.values))


def _value_set(values: Sequence[Exact], operands: Operands) -> Exact:
    """The start value and what each input's level adds."""
    assert isinstance(operands.table, ValueSet), "binding gives a value set its table"
    assert operands.start is not None, "binding asks a value set for its start"
    steps = operands.table.steps
    levels = zip(operands.inputs, values, strict=True)
    # A level without a row is the first one: binding made sure that every other has one.
    total = sum((steps.get((i.name, int(level)), Decimal(0)) for i, level in levels), start=operands.start)
    return exact_of(total)


def _value_set_extent(operands: Operands) -> Extent:
    assert isinstance(operands.table, ValueSet), "binding gives a value set its table"
    assert operands.start is not None, "binding asks a value set for its start"
    lowest = highest = operands.start
    for source in operands.inputs:
        steps = [Decimal(0), *(step for (name, _), step in operands.table.steps.items() if name == source.name)]
        lowest, highest = lowest + min(steps), highest + max(steps)
    return exact_of(lowest), exact_of(highest)


def _state(values: Sequence[Exact], _with: Operands) -> str:
    return "".join(str(value) for value in values)


def _no_extent(_with: Operands) -> None:
    return None


LOOKUPS = (
    Operator(
        "lookup",
        _look_up,
        _table_extent,
        "the table's cell for x1 ... xn; the table has a row for every combination",
        needs=_TABLE,
        max_inputs=4,
    ),
    Operator(
        "cut_points",
        _cut,
        _table_extent,
        "the value of the last cut point that x reaches; `no_grade` below the first, and where the value is empty",
        needs=_TABLE,
        max_inputs=1,
    ),
    Operator(
        "value_set",
        _value_set,
        _value_set_extent,
        "`start` and what the table adds for the level of each input; the first level adds nothing",
        needs=frozenset({"table", "start"}),
    ),
    Operator("state", _state, _no_extent, "the digits of x1 ... xn, one after the other: a string, no number"),
)
