"""`vigie score ... --out`: files that can be read however they are written, and what is told of those that cannot."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.score_tables import FINE, FULL, HEADER, PHQ, vigie, write
from tests.support.wide_instrument import write_wide_instrument


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
        ("PHQ1,PHQ2\r1,2\r", "row 1: not the header of a CSV file: lines end with LF or CRLF"),
        ("PHQ1," + "x" * 140_000 + "\n", "a name is no longer than 131072 characters"),
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


def test_an_instrument_whose_branching_no_cell_can_answer_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_INSTRUMENTS_DIR", str(write_wide_instrument(place / "wide", asks_topics=True)))
    said = vigie("sample", write(place / "in.csv", "q1\n1\n"), "--out", "out.csv")
    assert said.exit_code == 1
    assert "sample cannot be scored from a table: branching asks 'topics', which repeats" in said.stderr
