"""The closed table of operators: what a scoring step can do. An operator whose meaning changes gets a new name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scoring.operators.lookup import look_up
from scoring.operators.value import only_value
from scoring.score import Number
from scoring.tables import Table


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: its name in scoring.yaml, what it computes, and what it needs."""

    name: str
    compute: Callable[[Sequence[Number], Table | None], Number]
    needs_table: bool
    max_inputs: int


OPERATORS: Mapping[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("lookup", look_up, needs_table=True, max_inputs=4),
        Operator("value", only_value, needs_table=False, max_inputs=1),
    )
}
