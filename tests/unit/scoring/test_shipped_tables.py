import itertools

import pytest

from scoring.tables import Table
from tests.support.scoring import PUBLISHED_LOOKUPS, pre_consultation, published_cell

_BOUND = (bound.operands.table for bound in pre_consultation().rules.values())
TABLES: dict[str, Table] = {table.name: table for table in _BOUND if isinstance(table, Table)}
CELLS = {
    "amount": 5,
    "frequency": 5,
    "severity": 5,
    "frequency_interference": 25,
    "frequency_severity": 25,
    "severity_interference": 25,
    "frequency_severity_interference": 125,
}


def test_all_seven_tables_are_shipped_and_used() -> None:
    assert TABLES.keys() == PUBLISHED_LOOKUPS.keys() == CELLS.keys()
    assert sum(len(table.cells) for table in TABLES.values()) == sum(CELLS.values()) == 215


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_is_the_published_one(name: str) -> None:
    table = TABLES[name]
    assert table.columns == tuple(name.split("_"))
    combinations = list(itertools.product(range(5), repeat=len(table.columns)))
    assert len(combinations) == CELLS[name]
    assert table.cells == {values: published_cell(name, values) for values in combinations}


@pytest.mark.parametrize(
    ("name", "values", "grade"),
    [
        # Read off the paper one by one, so that a slip in the literals' layout shows.
        ("severity", (3,), 3),
        ("amount", (3,), 2),
        ("frequency_severity", (1, 3), 2),
        ("frequency_severity", (2, 2), 2),
        ("severity_interference", (2, 4), 3),
        ("severity_interference", (4, 0), 2),
        ("frequency_interference", (2, 2), 1),
        ("frequency_severity_interference", (1, 2, 4), 3),
        ("frequency_severity_interference", (1, 4, 0), 2),
        ("frequency_severity_interference", (2, 0, 1), 1),
        ("frequency_severity_interference", (3, 0, 0), 1),
        ("frequency_severity_interference", (4, 1, 2), 2),
    ],
)
def test_cells_picked_by_hand(name: str, values: tuple[int, ...], grade: int) -> None:
    assert TABLES[name].cells[values] == grade
