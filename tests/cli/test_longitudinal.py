"""`vigie longitudinal`: a table of responses -> a table of summaries, worked out by hand."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from scoring.longitudinal import SUMMARIES
from tests.support.scoring import pre_consultation

HEADER = "patient,week,pain-frequency,pain-severity,pain-interference,quality-of-life"
# Pain: composite grades 1, 3, 0 (the follow-ups are hidden), and not scored.
MILD, SEVERE, NONE, EMPTY = "1,1,1", "4,4,4", "0,,", ",,"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def run(folder: Path, rows: Sequence[str], *options: str, header: str = HEADER, baseline: str = "0") -> Result:
    (folder / "in.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    arguments = ["--id", "patient", "--time", "week", "--baseline", baseline, "--out", str(folder / "out.csv")]
    return CliRunner().invoke(
        app, ["longitudinal", "pre-consultation", str(folder / "in.csv"), *arguments, *options], catch_exceptions=False
    )


def written(folder: Path) -> dict[str, dict[str, str]]:
    """What stands in the output, by id."""
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        return {row["patient"]: row for row in csv.DictReader(file)}


def summaries(row: dict[str, str], score: str) -> list[str]:
    return [row[f"{score}__{summary}"] for summary in SUMMARIES]


def test_the_summaries_of_two_patients(folder: Path) -> None:
    rows = [
        f"A,0,{MILD},6",
        f"B,0,{SEVERE},5",
        f"A,4,{NONE},8",  # out of order: rows are put in order of time
        f"A,1,{SEVERE},4",
        f"B,2,{MILD},5",
    ]
    ran = run(folder, rows)
    assert ran.exit_code == 0, ran.output
    found = written(folder)
    assert list(found) == ["A", "B"]
    # A: grades 1, 3, 0 in weeks 0, 1, 4. Against 1: 0, 2, -1. Weeks 0-1: 2 * 1 / 2 = 1. Weeks 1-4: falls by 3 in 3,
    # crossing after 2: above 2 * 2 / 2 = 2, below 1 * 1 / 2 = 0.5. Toxicity index of 3, 1, 0: 3 + 1/4.
    assert summaries(found["A"], "pain_composite") == ["3", "3", "3", "3.25", "3", "-0.5"]
    # A's quality of life 6, 4, 8, higher is better: -2 after a week, worse by 1; then up by 4 in 3 weeks, crossing
    # after 1.5: worse 1.5 * 2 / 2 = 1.5, better 1.5 * 2 / 2 = 1.5. No toxicity index.
    assert summaries(found["A"], "quality_of_life") == ["8", "8", "8", "", "2.5", "-1.5"]
    # B: grades 3 and 1: never above the baseline. Below it: 2 weeks * 2 / 2 = 2. Toxicity index: 3 + 1/4.
    assert summaries(found["B"], "pain_composite") == ["3", "1", "0", "3.25", "0", "-2"]
    assert "2 id(s) from 5 row(s)" in ran.output


def test_the_columns_stand_in_the_order_of_the_rulebook(folder: Path) -> None:
    run(folder, [f"A,0,{MILD},6"])
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert header == ["patient", *(f"{name}__{summary}" for name in pre_consultation().rules for summary in SUMMARIES)]


def test_dates_count_as_days(folder: Path) -> None:
    # Grades 1 and 3 over 10 days, of which one is the 29th of February: 10 * 2 / 2 = 10.
    ran = run(folder, [f"A,2028-02-24,{MILD},6", f"A,2028-03-05,{SEVERE},6"], baseline="2028-02-24")
    assert ran.exit_code == 0, ran.output
    assert summaries(written(folder)["A"], "pain_composite") == ["3", "3", "3", "3.25", "10", "0"]


def test_fractions_are_rounded_to_six_decimals_half_away_from_zero(folder: Path) -> None:
    # Toxicity index of 3, 3, 1: 3 + 3/4 + 1/16 = 3.8125. Against 1: 0.333 * 2 / 2 = 0.333, then 0.667 * 2 = 1.334.
    rows = [f"A,0,{MILD},6", f"A,0.333,{SEVERE},6", f"A,1,{SEVERE},6"]
    run(folder, rows)
    assert summaries(written(folder)["A"], "pain_composite") == ["3", "3", "3", "3.8125", "1.667", "0"]
    # Grades 1, 3, 0: up 1 * 2 / 2 = 1, then down by 3 in 1, crossing after 2/3: above 2/3, below 1/3 * 1 / 2 = 1/6.
    run(folder, [f"A,0,{MILD},6", f"A,1,{SEVERE},6", f"A,2,{NONE},6"])
    assert summaries(written(folder)["A"], "pain_composite")[4:] == ["1.666667", "-0.166667"]


def test_what_was_not_scored_is_left_out_of_the_curve(folder: Path) -> None:
    # Weeks 0 and 4 are joined: 4 * 2 / 2 = 4.
    run(folder, [f"A,0,{MILD},6", f"A,2,{EMPTY},", f"A,4,{SEVERE},6"])
    assert summaries(written(folder)["A"], "pain_composite") == ["3", "3", "3", "3.25", "4", "0"]


def test_rows_before_the_baseline_count_for_the_highest_and_the_index_only(folder: Path) -> None:
    # Toxicity index of 3, 1, 1: 3 + 1/4 + 1/(4*2).
    run(folder, [f"A,-2,{SEVERE},6", f"A,0,{MILD},6", f"A,2,{MILD},6"])
    assert summaries(written(folder)["A"], "pain_composite") == ["3", "1", "0", "3.375", "0", "0"]


def test_without_a_row_at_the_baseline_what_compares_with_it_is_empty(folder: Path) -> None:
    ran = run(folder, [f"A,1,{MILD},6", f"A,2,{SEVERE},6", f"B,0,{MILD},6", f"C,0,{EMPTY},", f"C,1,{MILD},6"])
    found = written(folder)
    assert summaries(found["A"], "pain_composite") == ["3", "3", "", "3.25", "", ""]
    assert summaries(found["B"], "pain_composite") == ["1", "", "", "1", "", ""]
    assert summaries(found["C"], "pain_composite") == ["1", "1", "", "1", "", ""]
    assert "1 of 3 id(s) have no row at the baseline" in ran.output


def test_a_score_without_any_value_is_empty_throughout(folder: Path) -> None:
    run(folder, [f"A,0,{EMPTY},6", f"A,1,{EMPTY},6"])
    assert summaries(written(folder)["A"], "pain_composite") == [""] * 6


def test_another_policy_may_be_asked_for_by_name(folder: Path) -> None:
    assert run(folder, [f"A,0,{MILD},6"], "--policy", "zero_if_lead_zero").exit_code == 0
    refused = run(folder, [f"A,0,{MILD},6"], "--policy", "prorat")
    assert refused.exit_code == 1
    assert "no score of pre-consultation offers the policy 'prorat'" in refused.output


@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        ("pateint,week,pain-frequency", ["A,0,1"], "--id: there is no column 'patient': did you mean 'pateint'?"),
        ("patient,weeks,pain-frequency", ["A,0,1"], "--time: there is no column 'week': did you mean 'weeks'?"),
        ("patient,week,pain-frequency,pain-severty", ["A,0,1,1"], "'pain-severty' is no link id: did you mean"),
        ("patient,week,arm", ["A,0,x"], "no column is one that a score of pre-consultation reads"),
        ("patient,week,pain-frequency", ["A,soon,1"], "row 2, column 'week': neither a number nor a date"),
        ("patient,week,pain-frequency", ["A,0,1", "A,2026-01-05,1"], "row 3, column 'week': not a number"),
        ("patient,week,pain-frequency", ["A,2026-01-05,1", "A,2026-02-30,1"], "row 3, column 'week': not a date"),
        ("patient,week,pain-frequency", ["A,,1"], "row 2, column 'week': empty"),
        ("patient,week,pain-frequency", [",0,1"], "row 2, column 'patient': empty"),
        ("patient,week,pain-frequency", ["A,0,1", "B,0,1", "A,0.0,2"], "row 4 has the id and the time of row 2"),
        ("patient,week,pain-frequency", [], "a header and no rows"),
        ("patient,week,pain-frequency", ["A,2026-01-05,1"], "--baseline: not a date"),
    ],
)
def test_what_is_wrong_with_the_table_is_said_and_nothing_is_written(
    folder: Path, header: str, rows: list[str], said: str
) -> None:
    refused = run(folder, rows, header=header)
    assert refused.exit_code == 1
    assert said in " ".join(refused.output.split())
    assert [path.name for path in folder.iterdir()] == ["in.csv"]


def test_an_output_that_is_there_stays_as_it_is_when_the_table_is_refused(folder: Path) -> None:
    (folder / "out.csv").write_text("kept", encoding="utf-8")
    run(folder, [f"A,soon,{MILD},6"])
    assert (folder / "out.csv").read_text(encoding="utf-8") == "kept"


def test_other_columns_are_named_as_not_used(folder: Path) -> None:
    ran = run(folder, [f"A,0,{MILD},6,control"], header=f"{HEADER},arm")
    assert ran.exit_code == 0
    assert "not used: the column(s) arm" in ran.output
    assert "arm" not in written(folder)["A"]


def test_a_column_may_have_the_name_of_a_score_but_not_of_what_comes_out(folder: Path) -> None:
    ran = run(folder, [f"A,0,{MILD},6,2"], header=f"{HEADER},pain_composite")
    assert ran.exit_code == 0, ran.output
    assert "not used: the column(s) pain_composite" in ran.output
    refused = run(folder, [f"A,0,{MILD},6,2"], header=f"{HEADER},pain_composite__max")
    assert refused.exit_code == 1
    assert "the column(s) pain_composite__max have names that come out: rename them" in refused.output
    same = run(folder, [f"A,0,{MILD},6,2"], "--id", "pain_composite__max", header=f"{HEADER},pain_composite__max")
    assert "--id: the column 'pain_composite__max' has a name that comes out: rename it" in same.output


def test_a_column_that_is_nearly_a_link_id_is_refused_in_any_case_and_said_once(folder: Path) -> None:
    header = HEADER.replace("pain-severity", "PAIN-severity ")
    refused = run(folder, [f"A,0,{MILD},6"], header=header)
    assert refused.exit_code == 1
    said = "the column 'PAIN-severity ' is no link id: did you mean 'pain-severity'? Rename or remove it"
    assert " ".join(refused.output.split()) == said
    (folder / "in.csv").write_text("patient,week,phq1,PHQ2\nA,0,1,1\n", encoding="utf-8")
    options = ["--id", "patient", "--time", "week", "--baseline", "0", "--out", str(folder / "out.csv")]
    upper = CliRunner().invoke(app, ["longitudinal", "phq-9", str(folder / "in.csv"), *options])
    assert upper.exit_code == 1
    assert upper.output == "the column 'phq1' is no link id: did you mean 'PHQ1'? Rename or remove it\n"
    # A column beside the one that it resembles is no misspelling of it.
    beside = run(folder, [f"A,0,{MILD},6,x"], header=f"{HEADER},pain-severity2")
    assert (beside.exit_code, "not used: the column(s) pain-severity2" in beside.output) == (0, True)


def test_a_separator_may_be_said(folder: Path) -> None:
    header = "patient;week;pain-frequency;another one,pain-severity"
    several = run(folder, ["A;0;1;1"], header=header)
    assert "say --separator ',' or --separator ';'" in several.output
    ran = run(folder, ["A;0;1;1"], "--separator", ";", header=header)
    assert ran.exit_code == 0, ran.output
    assert "not used: the column(s) another one,pain-severity" in ran.output
    tabs = run(folder, [f"A\t0\t{MILD}\t6".replace(",", "\t")], "--separator", "tab", header=HEADER.replace(",", "\t"))
    assert tabs.exit_code == 0, tabs.output
    wrong = run(folder, ["A;0;1;1"], "--separator", "<>", header=header)
    assert (wrong.exit_code, "--separator is one character" in wrong.output) == (1, True)


@pytest.mark.parametrize("suffix", ["ndjson", "jsonl", "parquet"])
def test_only_csv_files_are_read_and_written(folder: Path, suffix: str) -> None:
    (folder / f"in.{suffix}").write_text('{"patient": "A"}\n', encoding="utf-8")
    options = ["--id", "patient", "--time", "week", "--baseline", "0"]
    for table, target in ((f"in.{suffix}", "out.csv"), ("in.csv", f"out.{suffix}")):
        (folder / "in.csv").write_text(f"{HEADER}\nA,0,{MILD},6\n", encoding="utf-8")
        command = ["longitudinal", "pre-consultation", str(folder / table), *options, "--out", str(folder / target)]
        refused = CliRunner().invoke(app, command)
        named = folder / (table if target == "out.csv" else target)
        assert (refused.exit_code, refused.output.startswith(f"{named}: is no CSV file")) == (1, True), refused.output
        assert not (folder / target).exists()


def test_cells_that_cannot_be_read_are_listed_and_their_scores_are_taken_as_not_scored(folder: Path) -> None:
    ran = run(folder, [f"A,0,{MILD},6", "A,1,4,9,4,7", f"A,2,{SEVERE},6"])
    assert ran.exit_code == 3
    assert "row 3, column pain-severity" in ran.output
    assert "1 bad cell(s)" in ran.output
    # Weeks 0 and 2 are joined: 2 * 2 / 2 = 2.
    assert summaries(written(folder)["A"], "pain_composite") == ["3", "3", "3", "3.25", "2", "0"]
    assert written(folder)["A"]["quality_of_life__max"] == "7"


def test_the_files_and_the_instrument_have_to_be_there_and_to_differ(folder: Path) -> None:
    rows = [f"A,0,{MILD},6"]
    same = run(folder, rows, "--out", str(folder / "in.csv"))
    assert (same.exit_code, "is the table that is read" in same.output) == (1, True)
    assert (folder / "in.csv").read_text(encoding="utf-8").startswith(HEADER)
    twice = run(folder, rows, "--time", "patient")
    assert "--id and --time both name 'patient'" in twice.output
    options = ["--id", "a", "--time", "b", "--baseline", "0", "--out", str(folder / "out.csv")]
    missing = CliRunner().invoke(app, ["longitudinal", "pre-consultation", str(folder / "no.csv"), *options])
    assert (missing.exit_code, "cannot be read" in missing.output) == (1, True)
    unknown = CliRunner().invoke(app, ["longitudinal", "nothing", str(folder / "in.csv"), *options])
    assert (unknown.exit_code, "pre-consultation" in unknown.output) == (1, True)
