"""`vigie diff`: what changed between two versions, and what each change means for the patient."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from questionnaires.differences import Impact
from tests.support.instrument_folders import DEFINITION, TEXT, write_instrument

SCORING = """\
instrument: sample
version: "1.0.0"
definitions: ["1.0.0"]
scores:
  - number: 1
    name: pain_score
    concept: pain
    kind: severity
    scale: pain-0-1
    operator: lookup
    table: pain
    inputs: [pain]
    missing: complete
    range: [0, 1]
    higher_is: worse
    reference: own
not_scored: [again]
"""
ALERTS = """\
instrument: sample
scoring: "1.0.0"
rules:
  - {name: hurts, scores: severity, at_least: 1, severity: soon, reference: own}
"""
TABLE = "severity,value\n0,0\n1,1\n"
NO_ALERTS = 'instrument: sample\nscoring: "1.0.0"\nrules: []\n'
FILES: dict[str, str | bytes | None] = {
    "scoring/1.0.0/scoring.yaml": SCORING,
    "scoring/1.0.0/alerts.yaml": ALERTS,
    "scoring/1.0.0/tables/pain.csv": TABLE,
}


def vigie(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def root_with(folder: Path, changes: Mapping[str, str | bytes | None]) -> Path:
    return write_instrument(folder, FILES | dict(changes))


def compared(before: str, after: str, root: Path) -> dict[str, Any]:
    said = vigie("diff", before, after, "--instruments", str(root), "--json")
    assert said.exit_code == 0, said.output
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def two_folders(
    tmp_path: Path, file: str, old: str, new: str, common: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The comparison of the sample with a copy in which some words of one file are others."""
    files = {**FILES, "definition/1.0.0.yaml": DEFINITION, "text/en/1.yaml": TEXT, **(common or {})}
    before, after = root_with(tmp_path / "a", files), tmp_path / "b"
    text = (before / "sample" / file).read_text(encoding="utf-8")
    assert old in text
    root_with(after, files | {file: text.replace(old, new, 1)})
    return compared(str(before / "sample"), str(after / "sample"), before)


NOT_WATCHED = {"scoring/1.0.0/alerts.yaml": NO_ALERTS}
DEFINED, SCORED, ALERTED = "definition/1.0.0.yaml", "scoring/1.0.0/scoring.yaml", "scoring/1.0.0/alerts.yaml"
EARLIER = 'comparable_definitions: ["0.9"]\ndefinitions:'
WATCHED_ITEM = {ALERTED: ALERTS.replace("scores: severity", "item: pain")}


@pytest.mark.parametrize(
    ("file", "old", "new", "common", "expected"),
    [
        ("instrument.yaml", "Nobody", "Everybody", None, ("instrument", "", "population", "none")),
        ("licence.yaml", "Apache-2.0", "MIT", None, ("licence", "", "terms", "none")),
        ("references.yaml", "The Vigie project.", "We.", None, ("references", "", "references.own.citation", "none")),
        ("text/en/1.yaml", "Did it hurt?", "Pain?", None, ("text en", "", "items.pain.text", "display")),
        (DEFINED, "P7D", "P1D", None, ("definition", "", "recall_period", "scoring")),
        (DEFINED, "weight: 1", "weight: 2", NOT_WATCHED, ("definition", "pain", "option 1", "scoring")),
        (DEFINED, "weight: 1", "weight: 2", None, ("definition", "pain", "option 1", "safety")),
        (DEFINED, "weight: 1", "weight: 2", WATCHED_ITEM, ("definition", "pain", "option 1", "safety")),
        (SCORED, "range: [0, 1]", "range: [0, 2]", NOT_WATCHED, ("scoring", "pain_score", "range", "scoring")),
        (SCORED, "range: [0, 1]", "range: [0, 2]", None, ("scoring", "pain_score", "range", "safety")),
        (SCORED, "not_scored", "topics: [again]\nnot_scored", None, ("scoring", "", "topics", "display")),
        ("scoring/1.0.0/tables/pain.csv", "1,1", "1,0", NOT_WATCHED, ("table pain", "", "1", "scoring")),
        ("scoring/1.0.0/tables/pain.csv", "1,1", "1,0", None, ("table pain", "", "1", "safety")),
        (ALERTED, "at_least: 1", "at_least: 2", None, ("alerts", "hurts", "at_least", "safety")),
        (ALERTED, "severity: soon", "severity: urgent", None, ("alerts", "hurts", "severity", "safety")),
        (SCORED, "definitions:", EARLIER, None, ("scoring", "", "comparable_definitions", "scoring")),
        (
            SCORED,
            "definitions:",
            EARLIER,
            {ALERTED: ALERTS.replace("scores: severity, at_least: 1", "item: pain, rise_of: 1")},
            ("scoring", "", "comparable_definitions", "safety"),
        ),
    ],
)  # fmt: skip
def test_each_change_has_its_impact(
    tmp_path: Path, file: str, old: str, new: str, common: Mapping[str, str] | None, expected: tuple[str, ...]
) -> None:
    found = two_folders(tmp_path, file, old, new, common)
    told = [(d["part"], d["about"], d["what"], d["impact"]) for d in found["differences"]]
    assert told == [expected]
    assert found["impact"] == expected[-1]


def test_an_alert_rule_that_went_and_a_score_that_came_are_told(tmp_path: Path) -> None:
    found = two_folders(tmp_path, ALERTED, ALERTS.partition("rules:")[2], " []\n")
    assert [(d["about"], d["what"], d["impact"]) for d in found["differences"]] == [("hurts", "removed", "safety")]
    second = SCORING.replace("not_scored: [again]", SCORING[SCORING.index("  - number") : SCORING.index("not_scored")])
    again = second.replace("number: 1", "number: 2", 1).replace("name: pain_score", "name: other", 1)
    found = two_folders(tmp_path / "2", SCORED, SCORING, again, NOT_WATCHED)
    assert ("scoring", "other", "added") in [(d["part"], d["about"], d["what"]) for d in found["differences"]]


def test_two_versions_in_one_folder(tmp_path: Path) -> None:
    later = DEFINITION.replace('"1.0.0"', '"1.1.0"').replace("link_id: pain", "link_id: pain\n    required: true", 1)
    scoring = SCORING.replace('"1.0.0"', '"1.1.0"')
    alerts = ALERTS.replace('"1.0.0"', '"1.1.0"')
    root = root_with(
        tmp_path,
        {
            "definition/1.1.0.yaml": later,
            "scoring/1.1.0/scoring.yaml": scoring,
            "scoring/1.1.0/alerts.yaml": alerts,
            "scoring/1.1.0/tables/pain.csv": TABLE,
            "text/en/2.yaml": TEXT.replace("revision: 1", "revision: 2").replace('["1.0.0"]', '["1.0.0", "1.1.0"]'),
        },
    )
    found = compared("sample@1.0.0", "sample", root)
    told = {(d["part"], d["about"], d["what"]): d for d in found["differences"]}
    # 2 serves both versions, so the words are the same; a watched item became one that must be answered.
    assert set(told) == {("definition", "pain", "required"), ("scoring", "", "definitions")}
    assert found["impact"] == "safety"
    alone = compared("sample@definition/1.0.0", "sample@definition/1.1.0", root)
    assert [d["what"] for d in alone["differences"]] == ["required"]
    scorings = compared("sample@scoring/1.0.0", "sample@scoring/1.1.0", root)
    assert [d["what"] for d in scorings["differences"]] == ["definitions"]
    texts = compared("sample@text/en/1", "sample@text/en/2", root)
    assert [(d["what"], d["impact"]) for d in texts["differences"]] == [("definitions", "none")]


def test_the_table_says_it_for_people(tmp_path: Path) -> None:
    root = root_with(tmp_path, {"text/en/2.yaml": TEXT.replace("revision: 1", "revision: 2").replace("Again?", "And?")})
    said = vigie("diff", "sample@text/en/1", "sample@text/en/2", "--instruments", str(root))
    assert said.exit_code == 0, said.output
    assert all(word in said.stdout for word in ("impact", "display", "items.again", "Again?", "And?"))
    assert said.stdout.endswith("1 difference(s), clinical impact: display\n")
    same = vigie("diff", "sample", "sample@1.0.0", "--instruments", str(root))
    assert same.stdout == f"0 difference(s), clinical impact: {Impact.NONE.value}\n"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("smaple", "sample", "there is no instrument 'smaple': did you mean 'sample'? allowed: sample"),
        ("sample@2.0.0", "sample", "has no '2.0.0'; there is: definition/1.0.0, scoring/1.0.0, text/en/1"),
        ("sample@scoring/3", "sample", "has no 'scoring/3'; there is: definition/1.0.0"),
        ("sample@text/fr/1", "sample", "has no 'text/fr/1'; there is: definition/1.0.0"),
        ("sample@words/1", "sample", "has no 'words/1'; there is: definition/1.0.0"),
        ("sample@text/en/1", "sample", "names a text, 'sample' a whole: compare like with like"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(tmp_path: Path, before: str, after: str, words: str) -> None:
    said = vigie("diff", before, after, "--instruments", str(root_with(tmp_path, {})))
    assert (said.exit_code, words in said.stderr) == (1, True), said.output


def test_a_scoring_that_came_is_safety(tmp_path: Path) -> None:
    before = write_instrument(tmp_path / "a")
    found = compared(str(before / "sample"), str(root_with(tmp_path / "b", {}) / "sample"), before)
    assert [(d["part"], d["what"], d["after"], d["impact"]) for d in found["differences"]] == [
        ("scoring", "added", "1.0.0", "safety")
    ]
