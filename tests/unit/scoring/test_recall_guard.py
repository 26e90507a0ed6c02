"""A form about another time than a score was made for cannot feed it: twelve hours are no seven days."""

from pathlib import Path

import pytest

from tests.unit.scoring.mini_instrument import DEFINITION, FILES, SCORING, Changes, problems, write

SEVERITY = """\
  - number: 3
    name: nausea_now
    concept: nausea
    kind: severity
    scale: nausea-0-2
    operator: value
    inputs: [nausea-strong]
    missing: complete
    range: [0, 2]
    higher_is: worse
    reference: own
"""


def asking_about(recall: str) -> Changes:
    return {DEFINITION: ("recall_period: P7D", f"recall_period: {recall}")}


def found(tmp_path: Path, changes: Changes) -> list[str]:
    write(tmp_path, changes)
    return [f"{problem.line}: {problem.text}" for problem in problems(tmp_path)]


def refusal(recall: str, score: str = "nausea", line: int = 5) -> str:
    said = f"it was made for answers about P7D, definition 1.0.0 asks about {recall}"
    return f"{line}: score '{score}': {said}"


@pytest.mark.parametrize("recall", ["PT12H", "PT24H", "P1D", "P14D", "PT0S", "P1W"])
def test_composites_are_looked_up_for_seven_days_only(tmp_path: Path, recall: str) -> None:
    # The lookups were derived from answers about the last 7 days (Basch 2021); the rule need not say so.
    assert found(tmp_path, asking_about(recall)) == [refusal(recall)]


def test_composites_of_seven_days_are_bound(tmp_path: Path) -> None:
    assert found(tmp_path, {}) == []


def test_a_composite_may_say_for_itself_what_it_was_made_for(tmp_path: Path) -> None:
    says = {SCORING: ("    range: [0, 2]\n", "    range: [0, 2]\n    recall_period: P7D\n")}
    assert found(tmp_path / "week", says) == []
    assert found(tmp_path / "day", {**says, **asking_about("P1D")}) == [refusal("P1D")]


def test_any_other_score_may_say_what_it_was_made_for(tmp_path: Path) -> None:
    weekly = {SCORING: ("    range: [0, 10]\n", "    range: [0, 10]\n    recall_period: P7D\n")}
    assert found(tmp_path / "week", weekly) == []
    assert found(tmp_path / "day", {**weekly, **asking_about("PT12H")}) == [
        refusal("PT12H"),
        refusal("PT12H", score="well", line=17),
    ]


def test_a_twice_daily_form_may_score_what_was_made_for_no_certain_time(tmp_path: Path) -> None:
    head, _ = FILES[SCORING].split("scores:\n")
    _, well = FILES[SCORING].split("  - number: 2\n")
    scoring = f"{head}scores:\n  - number: 2\n{well.replace('not_scored:', SEVERITY + 'not_scored:')}"
    changes: Changes = {
        **asking_about("PT12H"),
        SCORING: scoring.replace("[notes, wait]", "[nausea-often, notes, wait]"),
        "scoring/1.0.0/tables/nausea.csv": None,
        "scoring/1.0.0/alerts.yaml": 'instrument: mini\nscoring: "1.0.0"\nrules: []\n',
    }
    assert found(tmp_path, changes) == []
