import pytest

from questionnaires.errors import FileProblem
from scoring.tables import Table, read_table

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
