"""`vigie score ... --out`: what comes out, in every format, under which policy, and what is refused beforehand."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.score_tables import FINE, PHQ, ROWS, rows_of, vigie, write, written_as
from tests.support.scoring import shipped

SUFFIXES = ["csv", "ndjson", "jsonl", "parquet"]
TOTALS = [9, 27, None, None]


def read_back(path: Path) -> pl.DataFrame:
    match path.suffix:
        case ".csv":
            return pl.read_csv(path, schema_overrides={"id": pl.String, "arm": pl.String})
        case ".parquet":
            return pl.read_parquet(path)
        case _:
            return pl.read_ndjson(path)


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
