from decimal import Decimal

import pytest

from scoring.operators import OPERATORS
from scoring.operators.lookup import look_up
from scoring.operators.value import only_value
from scoring.tables import Table


def test_the_table_of_operators_is_closed_and_keyed_by_their_names() -> None:
    assert {name: operator.name for name, operator in OPERATORS.items()} == {"lookup": "lookup", "value": "value"}


@pytest.mark.parametrize(("name", "needs_table", "max_inputs"), [("lookup", True, 4), ("value", False, 1)])
def test_what_each_operator_needs(name: str, needs_table: bool, max_inputs: int) -> None:
    assert (OPERATORS[name].needs_table, OPERATORS[name].max_inputs) == (needs_table, max_inputs)


def test_lookup_finds_the_cell_in_the_order_of_the_columns() -> None:
    table = Table("t", ("a", "b"), {(0, 1): 7, (1, 0): 9})
    assert look_up([0, 1], table) == 7
    assert look_up([1, 0], table) == 9
    assert look_up([Decimal(1), Decimal(0)], table) == 9


@pytest.mark.parametrize("number", [0, 3, Decimal("36.60")])
def test_value_is_the_number_as_it_was_given(number: int | Decimal) -> None:
    assert only_value([number], None) is number
