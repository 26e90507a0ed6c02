from decimal import Decimal

import pytest

from questionnaires.errors import FileProblem
from scoring.tables import CutPoints, Table, ValueSet, read_table

HEADER_PROBLEM = "the header names the inputs, then 'value'"


def problems(text: str) -> list[tuple[int, str]]:
    found = read_table("mini/tables/t.csv", "t", text)
    assert isinstance(found, tuple)
    assert {problem.file for problem in found} == {"mini/tables/t.csv"}
    return [(problem.line, problem.text) for problem in found]


def test_a_table_is_read_with_its_columns_and_cells() -> None:
    found = read_table("mini/tables/t.csv", "t", "frequency,severity,value\n0,0,0\n0,1,2\n1,0,-1\n")
    assert found == Table("t", ("frequency", "severity"), {(0, 0): 0, (0, 1): 2, (1, 0): -1})


@pytest.mark.parametrize(
    "text",
    ["", "\n", "value\n0\n", "severity,grade\n0,0\n", "severity;value\n0;0\n", "value,severity\n0,0\n"],
)
def test_a_header_ends_with_the_value(text: str) -> None:
    assert problems(text) == [(1, HEADER_PROBLEM)]


def test_every_damaged_row_is_named_with_its_line() -> None:
    text = "a,b,value\n0,0,1\n0,1\n0,one,1\n0,2,\n1,1,1.5\n\n0,0,2\n"
    assert problems(text) == [
        (3, "the row has 2 cells, the header 3"),
        (4, "every cell is a whole number"),
        (5, "every cell is a whole number"),
        (6, "every cell is a whole number"),
        (7, "the row has 0 cells, the header 3"),
        (8, "the combination 0, 0 stands twice"),
    ]


def test_a_cell_beyond_what_csv_reads_is_a_problem_and_no_crash() -> None:
    [(line, text)] = problems("a,value\n" + "1" * 200_000 + ",1\n")
    assert line == 1
    assert text.startswith("not CSV: field larger than field limit")


def test_holes_are_the_combinations_without_a_row() -> None:
    table = Table("t", ("a", "b"), {(0, 0): 0, (0, 1): 1, (1, 1): 2})
    assert table.holes([[0], [0, 1]]) == []
    assert table.holes([[0, 1], [0, 1, 2]]) == [(0, 2), (1, 0), (1, 2)]


def test_a_problem_shows_file_and_line() -> None:
    found = read_table("mini/tables/t.csv", "t", "")
    assert found == (FileProblem("mini/tables/t.csv", 1, HEADER_PROBLEM),)
    assert [str(problem) for problem in found] == [f"mini/tables/t.csv:1: {HEADER_PROBLEM}"]


CUTS = "bound,from,value\n"
STEPS = "input,level,value\n"


def test_cut_points_are_known_by_their_header() -> None:
    found = read_table("mini/tables/t.csv", "t", CUTS + "at_least,38.0,1\nabove,39.0,2\nabove,40,\n")
    assert isinstance(found, CutPoints)
    assert [(str(p.start), p.included, p.value) for p in found.points] == [
        ("38.0", True, 1),
        ("39.0", False, 2),
        ("40", False, None),
    ]
    assert found.values == (1, 2)


def test_cut_points_at_one_number_stand_in_the_order_of_what_they_reach() -> None:
    assert isinstance(read_table("mini/tables/t.csv", "t", CUTS + "at_least,4,1\nabove,4,2\n"), CutPoints)
    assert problems(CUTS + "above,4,2\nat_least,4,1\n") == [(3, "the cut point 4 does not lie above the one before it")]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("from,1,1\n", "the bound is 'from': allowed: at_least, above"),
        ("at_least,one,1\n", "from is a number, value a whole number or empty"),
        ("at_least,NaN,1\n", "from is a number, value a whole number or empty"),
        ("at_least,1,1.5\n", "from is a number, value a whole number or empty"),
    ],
)
def test_a_damaged_cut_point_is_named(rows: str, text: str) -> None:
    assert problems(CUTS + rows) == [(2, text)]


def test_cut_points_without_any_grade_are_refused() -> None:
    assert problems(CUTS + "at_least,1,\n") == [(1, "the table gives no grade at all")]


def test_a_value_set_is_known_by_its_header() -> None:
    found = read_table("mini/tables/t.csv", "t", STEPS + "MO,2,-0.03759\nMO,3,-0.04774\n")
    assert isinstance(found, ValueSet)
    assert found.steps == {("MO", 2): Decimal("-0.03759"), ("MO", 3): Decimal("-0.04774")}


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("MO,two,-0.1\n", (2, "level is a whole number, value a number")),
        ("MO,2,much\n", (2, "level is a whole number, value a number")),
        ("MO,2,Infinity\n", (2, "level is a whole number, value a number")),
        ("MO,2,-0.1\nMO,2,-0.2\n", (3, "level 2 of 'MO' stands twice")),
    ],
)
def test_a_damaged_step_of_a_value_set_is_named(rows: str, problem: tuple[int, str]) -> None:
    assert problems(STEPS + rows) == [problem]
