"""`vigie score ... --out`: real files in every format, what a person reads who made a mistake, whole files or none."""

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
import psutil
import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from app.cli.table_scoring import BAD_CELLS
from app.tables.bad_cells import MOST_LISTED
from tests.support.scoring import shipped
from tests.support.wide_instrument import write_wide_instrument

VIGIE = Path(sys.executable).with_name("vigie")
PHQ = [f"PHQ{number}" for number in range(1, 10)]

ROWS: Sequence[Mapping[str, str | None]] = [
    {"id": "p1", "arm": "a"} | dict.fromkeys(PHQ, "1"),
    {"id": "p2", "arm": "b"} | dict.fromkeys(PHQ, "3"),
    {"id": "p3", "arm": 'é, "quoted"\nin two lines'} | dict.fromkeys(PHQ, "2") | {"PHQ4": None},
    {"id": "p4", "arm": None} | dict.fromkeys(PHQ, None),
]
TOTALS = [9, 27, None, None]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in, the current one. Whatever a test does, no part of a file stays there."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert [path.name for path in tmp_path.rglob("*.part")] == []


def vigie(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["score", *map(str, arguments)])


def csv_text(rows: Sequence[Mapping[str, str | None]], separator: str = ",") -> str:
    table = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String()))
    return table.write_csv(separator=separator)


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def written_as(path: Path, rows: Sequence[Mapping[str, str | None]]) -> Path:
    """The rows in the format of the path's suffix."""
    table = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String()))
    match path.suffix:
        case ".csv":
            table.write_csv(path)
        case ".parquet":
            table.write_parquet(path)
        case _:
            table.write_ndjson(path)
    return path


def read_back(path: Path) -> pl.DataFrame:
    match path.suffix:
        case ".csv":
            return pl.read_csv(path, schema_overrides={"id": pl.String, "arm": pl.String})
        case ".parquet":
            return pl.read_parquet(path)
        case _:
            return pl.read_ndjson(path)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SUFFIXES = ["csv", "ndjson", "jsonl", "parquet"]


@pytest.mark.parametrize("out", SUFFIXES)
@pytest.mark.parametrize("given", SUFFIXES)
def test_every_format_goes_into_every_format(place: Path, given: str, out: str) -> None:
    source, target = written_as(place / f"in.{given}", ROWS), place / f"scores.{out}"
    said = vigie("phq-9", source, "--out", target)
    assert said.exit_code == 0, said.output
    assert said.output == f"4 row(s) scored into {target}\n"
    found = read_back(target)
    assert found.columns == ["id", "arm", "PHQ9_TOTAL"]
    assert found["id"].to_list() == [row["id"] for row in ROWS]
    assert found["arm"].to_list() == [row["arm"] for row in ROWS]
    assert found["PHQ9_TOTAL"].to_list() == TOTALS


def test_the_columns_that_are_carried_come_out_as_they_went_in(place: Path) -> None:
    text = 'PHQ1,"a, b",x,PHQ2,empty\n0,007,"1.50",1,\n1,"""q""",NaN,2,""\n'
    said = vigie("phq-9@1.0", write(place / "in.csv", text), "--out", place / "out.csv")
    assert said.exit_code == 0, said.output
    assert (place / "out.csv").read_text() == '"a, b",x,empty,PHQ9_TOTAL\n007,1.50,,\n"""q""",NaN,"",\n'
    table = pl.DataFrame({"day": [1, None], "ok": [True, False], "dose": [0.1, 2.0], "PHQ1": ["0", "1"]})
    table.write_parquet(place / "in.parquet")
    assert vigie("phq-9", "in.parquet", "--out", "out.parquet").exit_code == 0
    assert pl.read_parquet("out.parquet").drop("PHQ9_TOTAL").equals(table.drop("PHQ1"))
    table.write_ndjson(place / "in.ndjson")
    assert vigie("phq-9", "in.ndjson", "--out", "out.ndjson").exit_code == 0
    first, second = ((place / "out.ndjson").read_text()).splitlines()
    assert json.loads(first) == {"day": 1, "ok": True, "dose": 0.1, "PHQ9_TOTAL": None}
    assert json.loads(second) == {"day": None, "ok": False, "dose": 2.0, "PHQ9_TOTAL": None}


def test_scores_stand_in_the_rulebooks_order_as_they_are_published(place: Path) -> None:
    row = {"AD": "5", "MO": "1", "SC": "2", "UA": "3", "PD": "4", "VAS": "70"}
    said = vigie("eq-5d-5l", written_as(place / "in.csv", [row]), "--out", "out.csv")
    assert said.exit_code == 0, said.output
    catalogue, rulebooks = shipped()
    (found,) = rows_of(place / "out.csv")
    assert list(found) == list(rulebooks.current(catalogue.get("eq-5d-5l")).rules)
    assert found == {"STATE": "12345", "LSS": "15", "INDEX_FR": "0.402", "VAS_SCORE": "70"}
    assert vigie("eq-5d-5l", "in.csv", "--out", "out.parquet").exit_code == 0
    assert pl.read_parquet("out.parquet").row(0, named=True) == found | {"LSS": 15, "INDEX_FR": 0.402, "VAS_SCORE": 70}


def test_numbers_of_typed_columns_are_codes_too(place: Path) -> None:
    """pandas makes floats of codes with a gap."""
    table = pl.DataFrame({"PHQ1": [1.0, None]} | {name: [2, 2] for name in PHQ[1:]})
    table.write_parquet(place / "in.parquet")
    table.write_ndjson(place / "in.ndjson")
    for name in ("in.parquet", "in.ndjson"):
        assert vigie("phq-9", name, "--out", "out.csv").exit_code == 0
        assert (place / "out.csv").read_text() == "PHQ9_TOTAL\n17\n\n"


def test_a_policy_is_asked_for_by_name(place: Path) -> None:
    source = written_as(place / "in.csv", ROWS)
    assert vigie("phq-9", source, "--out", "out.csv", "--policy", "prorate").exit_code == 0
    assert [row["PHQ9_TOTAL"] for row in rows_of(place / "out.csv")] == ["9", "27", "18", ""]
    said = vigie("phq-9", source, "--out", "none.csv", "--policy", "prorated")
    assert said.exit_code == 1
    assert "no score of phq-9 offers the policy 'prorated': did you mean 'prorate'? allowed: complete" in said.stderr
    assert not (place / "none.csv").exists()


def test_after_a_lead_of_0_empty_means_hidden_under_the_policy_that_says_so(place: Path) -> None:
    """pro-ctcae is asked without branching here: only the policy tells an empty cell after a 0 from a skipped one."""
    catalogue, rulebooks = shipped()
    book = rulebooks.current(catalogue.get("pro-ctcae"))
    name, bound = next((n, b) for n, b in book.rules.items() if len(b.items) == 2)
    items = [item.link_id for item in bound.items]
    source = write(place / "in.csv", ",".join(items) + "\n0,\n1,\n,\n0,2\n")
    values: dict[str, list[str]] = {}
    for policy in ([], ["--policy", "zero_if_lead_zero"]):
        assert vigie("pro-ctcae", source, "--out", "out.csv", *policy).exit_code == 0
        values[" ".join(policy)] = [row[name] for row in rows_of(place / "out.csv")]
    assert values == {"": ["", "", "", "0"], "--policy zero_if_lead_zero": ["0", "", "", "0"]}


# --- bad cells ---------------------------------------------------------------------------------------------------

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


# --- files that cannot be read -----------------------------------------------------------------------------------

HEADER = ",".join(PHQ)
FINE = HEADER + "\n" + ",".join("1" * 9) + "\n"
FULL = ",".join("1" * 9)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the file is empty: it needs a header"),
        ("\n\n", "the file is empty: it needs a header"),
        ("id,arm\n1,2\n", "no column is one that a score of phq-9 reads: name the columns by link id"),
        (f"{HEADER},PHQ1\n", "the header names 'PHQ1' more than once: rename or remove it"),
        (f"id,{HEADER},id,id\n", "the header names 'id' more than once"),
        (f"{HEADER},PHQ9_TOTAL\n", "the column(s) PHQ9_TOTAL have names that come out: rename them"),
        (FINE + "1,2\n", "row 3 has 2 cell(s), the header has 9: every row needs as many"),
        (FINE + FULL + ",1\n" + FULL + "\n", "row 3 has 10 cell(s), the header has 9"),
        (FINE + "\n" + FULL + "\n", "row 3 has 1 cell(s), the header has 9"),
        (FINE.encode() + b"1,2,\xe9,1,1,1,1,1,1\n", "row 3: not UTF-8 (byte 67 of the file): save the file as UTF-8"),
        (f"é,{HEADER}\n".encode("latin-1"), "row 1: not UTF-8 (byte 0): save the file as UTF-8"),
        (FINE.encode("utf-16"), "not UTF-8 but UTF-16: save the file as UTF-8"),
        (f"id,{FINE.partition(chr(10))[0]}\n" + f'"open,{FULL}\n' * 3, "a quote"),
        (f'id,{HEADER}\n"closed"not,{FULL}\n', "row 2: a quote stands within a cell"),
        (f'id,{HEADER}\na "b" c,{FULL}\n', "row 2: a quote stands within a cell"),
        ("PHQ1,a;PHQ2\n", "can be read in more than one way: say --separator ',' or --separator ';'"),
        ('"PHQ1,\nPHQ2"\n', "the header goes over several lines"),
    ],
)
def test_a_csv_file_that_cannot_be_read_is_told_with_its_row(place: Path, content: str | bytes, words: str) -> None:
    said = vigie("phq-9", write(place / "in.csv", content), "--out", "out.csv")
    assert said.exit_code == 1, said.output
    assert words in said.stderr, said.stderr
    assert [path.name for path in place.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + FINE.encode(),
        FINE.replace("\n", "\r\n"),
        FINE.rstrip("\n"),
        FINE + "\n\n\r\n",
        FINE.replace(",", ";"),
        FINE.replace(",", "\t"),
        HEADER + "\n" + ",".join(['"1"'] * 9) + "\n",
        ",".join(f'"{name}"' for name in PHQ) + "\n" + FULL,
        FINE.replace(",", ", ").replace(", ", ","),
    ],
)
def test_a_csv_file_may_be_written_in_many_ways(place: Path, content: str | bytes) -> None:
    said = vigie("phq-9", write(place / "in.csv", content), "--out", "out.csv")
    assert said.exit_code == 0, said.output
    assert said.stderr == ""
    assert (place / "out.csv").read_text() == "PHQ9_TOTAL\n9\n"


def test_a_table_without_rows_has_scores_without_rows(place: Path) -> None:
    for suffix in ("csv", "parquet", "ndjson"):
        assert vigie("phq-9", write(place / "in.csv", HEADER), "--out", f"out.{suffix}").exit_code == 0
    assert (place / "out.csv").read_text() == "PHQ9_TOTAL\n"
    assert pl.read_parquet(place / "out.parquet").shape == (0, 1)
    assert (place / "out.ndjson").read_text() == ""


def test_a_separator_may_be_said_and_comes_out_again(place: Path) -> None:
    source = write(place / "in.csv", "PHQ1,a;PHQ2;id\n1;2;x\n")
    assert vigie("phq-9", source, "--out", "out.csv", "--separator", ";").exit_code == 0
    assert (place / "out.csv").read_text() == "PHQ1,a;id;PHQ9_TOTAL\n1;x;\n"
    said = vigie("phq-9", source, "--out", "out.csv", "--separator", "<>")
    assert (said.exit_code, "--separator is one character" in said.stderr) == (1, True)
    pl.DataFrame({"PHQ1": ["1"]}).write_parquet(place / "in.parquet")
    said = vigie("phq-9", "in.parquet", "--out", "out.csv", "--separator", "tab")
    assert "--separator goes with a CSV file" in said.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the file is empty: it needs a JSON object in each line"),
        ('{"PHQ1": 1}\n{"PHQ1": \n', "row 2: not JSON (column "),
        ('{"PHQ1": 1}\n[1]\n', "row 2: no JSON object"),
        ('{"PHQ1": NaN}\n', "row 1: NaN and Infinity are not JSON"),
        ('{"PHQ1": 1, "PHQ1": 2}\n', "row 1: a key stands more than once"),
        ('{"PHQ1": [1]}\n', "row 1: 'PHQ1' holds a list or an object"),
        ('{"PHQ1": 1, "x": {"a": {}}}\n', "row 1: 'x' holds a list or an object"),
        ('{"PHQ1": "\\ud800"}\n', "row 1: 'PHQ1' holds half of a surrogate pair"),
        ('{"PHQ1": 1}\n\n{"PHQ1": 1}\n', "row 2: the line is blank"),
        (b'{"PHQ1": 1, "x": "\xe9"}\n', "row 1: not UTF-8 (byte 18 of the row)"),
        ('{"PHQ1": ' + "[" * 100_000 + "\n", "row 1: n"),
        ('{"x": 1}\n', "no column is one that a score of phq-9 reads"),
    ],
)
def test_an_ndjson_file_that_cannot_be_read_is_told_with_its_row(place: Path, content: str | bytes, words: str) -> None:
    said = vigie("phq-9", write(place / "in.ndjson", content), "--out", "out.csv")
    assert said.exit_code == 1, said.output
    assert words in said.stderr, said.stderr
    assert "Traceback" not in said.output
    assert not (place / "out.csv").exists()


def test_an_ndjson_file_may_lack_keys_and_mix_types(place: Path) -> None:
    lines = [
        {"PHQ1": 1, "n": 1, "mixed": 1, "large": 12345678901234567890},
        {"n": 1.5, "mixed": "a", "PHQ2": "3"},
        {"mixed": True},
    ]
    write(place / "in.ndjson", "\ufeff" + "\n".join(map(json.dumps, lines)) + "\n\n")
    assert vigie("phq-9", "in.ndjson", "--out", "out.ndjson", "--policy", "prorate").exit_code == 0
    found = [json.loads(line) for line in (place / "out.ndjson").read_text().splitlines()]
    assert [row["n"] for row in found] == [1.0, 1.5, None]
    assert [row["mixed"] for row in found] == ["1", "a", "true"]
    assert found[0]["large"] == "12345678901234567890"


def test_a_parquet_file_that_cannot_be_read_is_told(place: Path) -> None:
    said = vigie("phq-9", write(place / "in.parquet", "no parquet"), "--out", "out.csv")
    assert (said.exit_code, "no Parquet file, or a damaged one" in said.stderr) == (1, True)
    pl.DataFrame({"PHQ1": [[1]]}).write_parquet(place / "list.parquet")
    said = vigie("phq-9", "list.parquet", "--out", "out.csv")
    assert "the column 'PHQ1' holds List(Int64): a cell holds one text, number or boolean" in said.stderr


def test_what_a_column_may_have_been_meant_as_is_told(place: Path) -> None:
    text = "phq1,PHQ2 ,PHQ3,id,PHQ9\n1,1,1,1,1\n"
    said = vigie("phq-9", write(place / "in.csv", text), "--out", "out.csv")
    assert said.exit_code == 0
    assert "the column 'phq1' is no link id and is carried along: did you mean 'PHQ1'?" in said.stderr
    assert "the column 'PHQ2 ' is no link id and is carried along: did you mean 'PHQ2'?" in said.stderr
    assert "'id'" not in said.stderr
    assert "7 item(s) that scores read have no column and count as empty: PHQ1, PHQ2, PHQ4" in said.stderr
    beside = write(place / "in.csv", "pain-severity,can-wait,can-waits\n1,yes,yes\n")
    assert "did you mean" not in vigie("pre-consultation", beside, "--out", "out.csv").stderr
    said = vigie("pre-consultation", write(place / "in.csv", "symptoms,pain-severity\n1,1\n"), "--out", "out.csv")
    assert "the column 'symptoms' is a group, which takes no answer: remove it" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing-known", "in.csv", "--out", "out.csv"), "there is no nothing-known; there is: "),
        (("phq-9@7", "in.csv", "--out", "out.csv"), "there is no phq-9@7; there is: "),
        (("phq-9", "in.csv"), "in.csv is a table: name the file for its scores with --out"),
        (("phq-9", "in.csv", "--out", "in.csv"), "the table and --out name the same file"),
        (("phq-9", "in.csv", "--out", "./x/../in.csv"), "the table and --out name the same file"),
        (("phq-9", "in.csv", "--out", "o.csv", "--errors", "o.csv"), "--out and --errors name the same file"),
        (("phq-9", "in.csv", "--out", "o.csv", "--errors", "o.txt"), "the list of bad cells is a CSV file"),
        (("phq-9", "in.csv", "--out", "out.xlsx"), "out.xlsx: the suffix says no format of a table: use one of .csv"),
        (("phq-9", "in.txt", "--out", "out.csv"), "in.txt: the suffix says no format of a table"),
        (("phq-9", "no.csv", "--out", "out.csv"), "no.csv: cannot be read: No such file or directory"),
        (("phq-9", "folder.csv", "--out", "out.csv"), "folder.csv: no file that can be read more than once"),
        (("phq-9", "no.parquet", "--out", "out.csv"), "no.parquet"),
        (("phq-9", "no.ndjson", "--out", "out.csv"), "no.ndjson: cannot be read: No such file or directory"),
        (("phq-9", "in.csv", "--out", "no/out.csv"), "no/out.csv: cannot be written: No such file or directory"),
        (("phq-9", "in.csv", "--out", "folder.csv"), "folder.csv: is a folder: name a file"),
        (("phq-9", "in.csv", "--out", "out.csv", "--explain"), "--explain goes with one response"),
        (("phq-9", "in.json", "--strict"), "--strict and --errors go with a table"),
        (("phq-9", "in.json", "--policy", "half"), "no score of phq-9 offers the policy 'half': allowed: complete"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_written(
    place: Path, arguments: tuple[str, ...], words: str
) -> None:
    write(place / "in.csv", FINE)
    write(place / "in.txt", FINE)
    write(place / "in.json", "{}")
    (place / "folder.csv").mkdir()
    said = vigie(*arguments)
    assert said.exit_code == 1, said.output
    assert words in said.stderr, said.stderr
    assert sorted(path.name for path in place.iterdir()) == ["folder.csv", "in.csv", "in.json", "in.txt"]


def test_one_response_may_be_scored_under_a_policy(place: Path) -> None:
    write(place / "in.json", json.dumps(dict.fromkeys(PHQ[:8], "1")))
    said = vigie("phq-9", "in.json", "--policy", "prorate")
    assert json.loads(said.stdout)["scores"]["PHQ9_TOTAL"]["value"] == 9


def test_an_instrument_whose_branching_no_cell_can_answer_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_INSTRUMENTS_DIR", str(write_wide_instrument(place / "wide", asks_topics=True)))
    said = vigie("sample", write(place / "in.csv", "q1\n1\n"), "--out", "out.csv")
    assert said.exit_code == 1
    assert "sample cannot be scored from a table: branching asks 'topics', which repeats" in said.stderr


# --- whole or not at all, and in little memory -------------------------------------------------------------------


def large_csv(path: Path, rows: int) -> Path:
    block = ",".join("0123012301"[:9]) + "\n"
    path.write_text("id," + HEADER + "\n" + ("some-patient," + block) * rows)
    return path


def started(folder: Path, target: str) -> psutil.Popen:
    """The command on a large table, well into its work."""
    process = psutil.Popen(
        [VIGIE, "score", "phq-9", folder / "in.csv", "--out", folder / target, "--errors", folder / "bad.csv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 60
    while not list(folder.glob(f".{target}.*.part")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "it never began to write"
        time.sleep(0.005)
    time.sleep(0.3)
    return process


@pytest.mark.slow
@pytest.mark.parametrize("target", ["out.csv", "out.parquet"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_it_finds_nothing(tmp_path: Path, number: signal.Signals, target: str) -> None:
    large_csv(tmp_path / "in.csv", 3_000_000)
    process = started(tmp_path, target)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.decode() == "stopped: nothing was written\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.slow
def test_kill_9_leaves_no_output(tmp_path: Path) -> None:
    write(tmp_path / "out.csv", "what stood there before")
    large_csv(tmp_path / "in.csv", 3_000_000)
    process = started(tmp_path, "out.csv")
    process.kill()
    process.communicate(timeout=60)
    assert (tmp_path / "out.csv").read_text() == "what stood there before"
    assert not (tmp_path / "bad.csv").exists()


@pytest.mark.slow
def test_the_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Four times the rows, the same memory but for a little: all of them at once would take some 300 MB more."""
    most: list[int] = []
    for rows in (400_000, 1_600_000):
        large_csv(tmp_path / "in.csv", rows)
        process = psutil.Popen([VIGIE, "score", "phq-9", tmp_path / "in.csv", "--out", tmp_path / "out.csv"])
        seen = 0
        while process.poll() is None:
            try:
                seen = max(seen, process.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.02)
        assert process.wait() == 0
        assert pl.scan_csv(tmp_path / "out.csv").select(pl.len()).collect().item() == rows
        most.append(seen)
    assert most[1] < most[0] + 100_000_000, most
