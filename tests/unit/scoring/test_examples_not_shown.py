"""Examples of a display that leaves questions out, where the definition itself has no branching."""

from pathlib import Path

import pytest

from questionnaires.folder import Folder
from scoring.example_coverage import example_problems
from tests.unit.scoring.mini_instrument import DEFINITION, FILES, SCORING, Changes, load_one, write

ALWAYS_OPEN = FILES[DEFINITION].replace(
    """\
    enable_when:
      - {question: nausea-often, operator: exists, answer: "true"}
      - {question: nausea-often, operator: "!=", answer: "0"}
""",
    "",
)
OFFERED = FILES[SCORING].replace(
    "missing: zero_if_lead_zero", "missing: complete\n    policies: [{missing: zero_if_lead_zero}]"
)
NONE = FILES["examples/none.yaml"].replace('nausea-often: "0"', 'nausea-often: "0", nausea-strong: "0"')
LACKS = """\
name: lacks
source: the lead is not 0
definition: "1.0.0"
scoring: "1.0.0"
policy: zero_if_lead_zero
response: {nausea-often: "1"}
expect:
  not_scored: {"*": skipped}
"""
HIDDEN = """\
name: hidden
source: the lead is 0 and its follow-up was not shown
definition: "1.0.0"
scoring: "1.0.0"
policy: zero_if_lead_zero
not_shown: [nausea-strong, well]
response: {nausea-often: "0"}
expect:
  scores: {nausea: "0"}
  not_scored: {well: hidden}
"""
OPEN: Changes = {
    DEFINITION: ALWAYS_OPEN,
    SCORING: OFFERED,
    "examples/none.yaml": NONE,
    "examples/lacks.yaml": LACKS,
    "examples/hidden.yaml": HIDDEN,
}


def found(tmp_path: Path, changes: Changes) -> list[str]:
    folder = write(tmp_path, {**OPEN, **changes})
    instrument, rulebooks = load_one(tmp_path)
    return [str(problem).removeprefix("mini/") for problem in example_problems(Folder(folder), instrument, rulebooks)]


def test_a_follow_up_that_was_not_shown_is_hidden(tmp_path: Path) -> None:
    assert found(tmp_path, {}) == []


def test_a_follow_up_that_was_shown_is_skipped(tmp_path: Path) -> None:
    shown = HIDDEN.replace("not_shown: [nausea-strong, well]", "not_shown: []")
    assert found(tmp_path, {"examples/hidden.yaml": shown}) == [
        "examples/hidden.yaml:1: 'nausea' is not scored (skipped), the example expects 0",
        "examples/hidden.yaml:1: 'well' is not scored (skipped), the example expects hidden",
        "examples:1: no example counts a hidden follow-up of 'nausea' as 0 under the policy zero_if_lead_zero",
    ]


@pytest.mark.parametrize(
    ("not_shown", "said"),
    [
        (
            "nausea-stong",
            (
                "definition 1.0.0 has no question 'nausea-stong': did you mean 'nausea-strong'? "
                "allowed: nausea-often, nausea-strong, well, notes, wait"
            ),
        ),
        (
            "heading",
            "definition 1.0.0 has no question 'heading': allowed: nausea-often, nausea-strong, well, notes, wait",
        ),
        ("nausea-often", "'nausea-often' has an answer: what was not shown has none"),
    ],
)
def test_what_cannot_have_been_left_out_is_named(tmp_path: Path, not_shown: str, said: str) -> None:
    example = HIDDEN.replace("strong, well]", f"strong, well, {not_shown}]")
    assert f"examples/hidden.yaml:6: {said}" in found(tmp_path, {"examples/hidden.yaml": example})
