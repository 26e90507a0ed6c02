"""Worked examples under missing-data policies: each side of what a policy decides must be reached by an example."""

from pathlib import Path

import pytest

from questionnaires.folder import Folder
from scoring.example_coverage import example_problems
from tests.unit.scoring.mini_instrument import DEFINITION, SCORING, TABLE, Changes, load_one, write

HEAD = 'definition: "1.0.0"\nscoring: "1.0.0"\nsource: arithmetic\n'
QUESTIONS = """\
instrument: mini
version: "1.0.0"
status: active
date: "2026-01-01"
recall_period: P7D
option_sets:
  grade: [{code: "0", weight: 0}, {code: "1", weight: 1}, {code: "2", weight: 2}]
items:
  - {link_id: a, type: choice, option_set: grade}
  - {link_id: b, type: choice, option_set: grade}
  - {link_id: c, type: choice, option_set: grade}
"""
RULE = """\
instrument: mini
version: "1.0.0"
definitions: ["1.0.0"]
scores:
  - number: 1
    name: load
    concept: load
    kind: scale
    scale: load-0-6
    operator: sum
    inputs: [a, b, c]
    missing: complete
    policies: [{missing: prorate, min_answered: 2}]
    decimals: 6
    range: [0, 6]
    higher_is: worse
    reference: own
"""
SHARE = "    answered_share: {of: [a, b, c], more_than: 0.7}\n"


def example(name: str, response: str, expect: str, more: str = "") -> str:
    return f"name: {name}\n{HEAD}{more}response: {{{response}}}\nexpect: {expect}\n"


LOWEST = example("lowest", 'a: "0", b: "0", c: "0"', '{scores: {load: "0"}}')
HIGHEST = example("highest", 'a: "2", b: "2", c: "2"', '{scores: {load: "6"}}')
ONE_MISSING = example("one", 'a: "2", b: "2"', "{not_scored: {load: skipped}}")
PRORATED = example("prorated", 'a: "2", b: "1"', '{scores: {load: "4.5"}}', "policy: prorate\n")
TOO_MANY = example("two", 'a: "2"', "{not_scored: {load: skipped}}", "policy: prorate\n")
EVERY = {"lowest": LOWEST, "highest": HIGHEST, "one": ONE_MISSING, "prorated": PRORATED, "two": TOO_MANY}


def found(tmp_path: Path, examples: dict[str, str], scoring: str = RULE) -> list[str]:
    changes: dict[str, str | None] = {
        DEFINITION: QUESTIONS,
        SCORING: scoring,
        "scoring/1.0.0/alerts.yaml": 'instrument: mini\nscoring: "1.0.0"\nrules: []\n',
        TABLE: None,
    }
    changes |= {f"examples/{name}.yaml": None for name in ("none", "worst", "missing", "refused")}
    changes |= {f"examples/{name}.yaml": text for name, text in examples.items()}
    written: Changes = changes
    folder = write(tmp_path, written)
    instrument, rulebooks = load_one(tmp_path)
    return [problem.text for problem in example_problems(Folder(folder), instrument, rulebooks)]


def test_examples_of_the_rules_own_policy_and_of_the_offered_one_are_enough(tmp_path: Path) -> None:
    assert found(tmp_path, EVERY) == []


@pytest.mark.parametrize(
    ("without", "text"),
    [
        (
            "prorated",
            "no example scores 'load' with 1 input(s) missing, the most that are allowed under the policy prorate",
        ),
        ("two", "no example lacks just 2 inputs, one too many, of 'load' under the policy prorate"),
    ],
)
def test_a_side_of_an_offered_policy_that_no_example_reaches_is_named(tmp_path: Path, without: str, text: str) -> None:
    assert found(tmp_path, {name: one for name, one in EVERY.items() if name != without}) == [text]


def test_an_example_under_a_policy_that_no_score_offers_is_named(tmp_path: Path) -> None:
    wrong = PRORATED.replace("policy: prorate", "policy: half")
    texts = found(tmp_path, EVERY | {"wrong": wrong})
    assert texts == ["no score offers the policy: allowed: complete, prorate"]


def test_a_wrong_result_under_a_policy_is_named(tmp_path: Path) -> None:
    texts = found(tmp_path, EVERY | {"prorated": PRORATED.replace("4.5", "4")})
    assert texts == ["'load' is 4.5, the example expects 4"]


def test_an_answered_share_must_be_missed_by_an_example(tmp_path: Path) -> None:
    by_half = RULE.replace("missing: complete\n    policies: [{missing: prorate, min_answered: 2}]", "missing: half")
    own = {
        "lowest": LOWEST,
        "highest": HIGHEST,
        "one": ONE_MISSING.replace("load: skipped", "load: too_few_answered"),
        "two": example("two", 'a: "2"', "{not_scored: {load: skipped}}"),
    }
    # Two of three are half, but not more than 0.7 of all: the share decides, so none is ever imputed.
    assert found(tmp_path, own, by_half + SHARE) == [
        "no example scores 'load' with 1 input(s) missing, the most that are allowed"
    ]
    whole = {name: text for name, text in own.items() if name != "one"}
    assert "no example gives 'load' all its inputs, but too few answered items" in found(
        tmp_path / "whole", whole, by_half + SHARE
    )
