"""`vigie score ... --out` of cells that cannot be read: told without their values, and no score is made of them."""

from pathlib import Path

import polars as pl
import pytest

from app.cli.table_scoring import BAD_CELLS
from app.tables.bad_cells import MOST_LISTED
from tests.cli.score_tables import PHQ, ROWS, csv_text, rows_of, vigie, write, written_as

BAD = csv_text(ROWS[:2]).replace("p1,a,1", "p1,a,7").replace("p2,b,3,3", "p2,b,3,secret")


def test_a_bad_cell_empties_the_scores_that_use_it_and_is_told_without_its_value(place: Path) -> None:
    said = vigie("phq-9", write(place / "in.csv", BAD + "p3,c" + ",0" * 9 + "\n"), "--out", "out.csv")
    assert said.exit_code == BAD_CELLS
    assert (place / "out.csv").read_text() == "id,arm,PHQ9_TOTAL\np1,a,\np2,b,\np3,c,0\n"
    options = "the answer is not one of the item's options (allowed: 0, 1, 2, 3)"
    assert f"row 2, column PHQ1: {options}\nrow 3, column PHQ2: {options}\n" in said.stderr
    assert "2 bad cell(s): scores that use them are left empty" in said.stderr
    assert "secret" not in said.output


def test_other_scores_of_the_row_stay(place: Path) -> None:
    row = {"MO": "1", "SC": "1", "UA": "1", "PD": "1", "AD": "9", "VAS": "50"}
    assert vigie("eq-5d-5l", written_as(place / "in.csv", [row]), "--out", "out.csv").exit_code == BAD_CELLS
    assert (place / "out.csv").read_text().splitlines()[1] == ",,,50"


@pytest.mark.parametrize("cell", ["NaN", "inf", "-Infinity", "70,5", "1e400", "70.5", "101", "-1", " 7", "٧"])
def test_a_number_that_is_none_is_a_bad_cell(place: Path, cell: str) -> None:
    said = vigie("eq-5d-5l", written_as(place / "in.csv", [{"VAS": cell}]), "--out", "out.csv")
    assert said.exit_code == BAD_CELLS
    assert "row 2, column VAS: " in said.stderr
    assert "(allowed: >= 0, <= 100)" in said.stderr
    assert (place / "out.csv").read_text().splitlines()[1] == ",,,"


def test_nan_in_a_float_column_is_a_bad_cell_and_a_gap_is_none(place: Path) -> None:
    pl.DataFrame({"VAS": [float("nan"), None, float("inf"), 7.0]}).write_parquet(place / "in.parquet")
    said = vigie("eq-5d-5l", "in.parquet", "--out", "out.csv")
    assert said.exit_code == BAD_CELLS
    assert "row 1, column VAS" in said.stderr
    assert "2 bad cell(s)" in said.stderr
    assert [line.split(",")[3] for line in (place / "out.csv").read_text().splitlines()[1:]] == ["", "", "", "7"]


def test_many_bad_cells_are_counted_and_all_of_them_go_into_a_file(place: Path) -> None:
    rows = [dict.fromkeys(PHQ, "x") for _ in range(10)]
    source = written_as(place / "in.csv", rows)
    said = vigie("phq-9", source, "--out", "out.csv", "--errors", "bad.csv")
    assert said.exit_code == BAD_CELLS
    assert said.stderr.count("row ") == MOST_LISTED
    assert f"... and {90 - MOST_LISTED} more: all are in bad.csv" in said.stderr
    listed = rows_of(place / "bad.csv")
    assert len(listed) == 90
    assert listed[0] == {
        "row": "2",
        "column": "PHQ1",
        "code": "not-an-option",
        "text": "the answer is not one of the item's options",
        "allowed": "0; 1; 2; 3",
    }
    assert "--errors FILE.csv lists all" in vigie("phq-9", source, "--out", "out.csv").stderr


def test_strict_stops_at_the_first_bad_cell_with_nothing_written(place: Path) -> None:
    said = vigie("phq-9", write(place / "in.csv", BAD), "--out", "out.csv", "--errors", "bad.csv", "--strict")
    assert said.exit_code == 1
    assert "row 2, column PHQ1: the answer is not one" in said.stderr
    assert "with --strict nothing is written" in said.stderr
    assert [path.name for path in place.iterdir()] == ["in.csv"]
    fine = written_as(place / "fine.csv", ROWS)
    assert vigie("phq-9", fine, "--out", "out.csv", "--errors", "bad.csv", "--strict").exit_code == 0
    assert (place / "bad.csv").read_text() == "row,column,code,text,allowed\n"


def test_an_answer_to_a_hidden_item_is_a_bad_cell(place: Path) -> None:
    text = "nausea-frequency,nausea-severity,topics,can-wait\n0,2,anything,yes\n0,,,\n2,1,,\n"
    said = vigie("pre-consultation", write(place / "in.csv", text), "--out", "out.csv", "--errors", "bad.csv")
    assert said.exit_code == BAD_CELLS
    assert "row 2, column nausea-severity: branching hides this item for these answers" in said.stderr
    found = [row["nausea_composite"] for row in rows_of(place / "out.csv")]
    assert found == ["", "0", "1"]
    (listed,) = rows_of(place / "bad.csv")
    assert (listed["row"], listed["column"], listed["code"]) == ("2", "nausea-severity", "not-enabled")
