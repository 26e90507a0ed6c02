"""What a rule says against itself, its inputs, its table or its range: each contradiction gives its sentence."""

from pathlib import Path

import pytest

from tests.unit.scoring.mini_instrument import DEFINITION, SCORING, TABLE, Changes, load, problems, write

QUESTIONS = """\
items:
  - {link_id: a, type: choice, option_set: grade}
  - {link_id: b, type: choice, option_set: grade}
  - {link_id: c, type: choice, option_set: grade}
  - {link_id: steps, type: choice, options: [{code: "0", weight: 0}, {code: "1", weight: 0.5}]}
  - {link_id: now, type: decimal, minimum: 20, maximum: 200}
  - {link_id: before, type: decimal, minimum: 40, maximum: 200}
  - {link_id: zero, type: integer, minimum: 0, maximum: 9}
"""
DEFINITION_TEXT = (
    """\
instrument: mini
version: "1.0.0"
status: active
date: "2026-01-01"
recall_period: P7D
option_sets:
  grade: [{code: "0", weight: 0}, {code: "1", weight: 1}, {code: "2", weight: 2}]
"""
    + QUESTIONS
)
CUTS = "bound,from,value\nat_least,5,1\nabove,10,2\n"
INDEX = "input,level,value\na,1,-0.1\na,2,-0.2\nb,1,-0.1\nb,2,-0.3\n"
NO_ALERTS = 'instrument: mini\nscoring: "1.0.0"\nrules: []\n'
EVERY_ITEM = ("a", "b", "c", "steps", "now", "before", "zero")


def rule(number: int, **keys: object) -> str:
    """One rule of a scoring file: a sum of a, b and c, changed by the keys (None: without the key)."""
    written: dict[str, object] = {
        "number": number,
        "name": f"s{number}",
        "concept": "load",
        "kind": "scale",
        "scale": "load",
        "operator": "sum",
        "inputs": "[a, b, c]",
        "missing": "complete",
        "range": "[0, 6]",
        "higher_is": "worse",
        "reference": "own",
    }
    written |= {key: value for key, value in keys.items() if value is not None}
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in written.items()) + "}\n"


def texts(tmp_path: Path, *rules: str, tables: dict[str, str] | None = None) -> list[str]:
    """What binding says of these rules."""
    used = "".join(rules)
    listed = [
        name for name in EVERY_ITEM if f"[{name}]" not in used and f"{name}," not in used and f" {name}]" not in used
    ]
    head = 'instrument: mini\nversion: "1.0.0"\ndefinitions: ["1.0.0"]\nscores:\n'
    scoring = f"{head}{used}not_scored: [{', '.join(listed)}]\n"
    changes: dict[str, str | None] = {
        DEFINITION: DEFINITION_TEXT,
        SCORING: scoring,
        "scoring/1.0.0/alerts.yaml": NO_ALERTS,
        TABLE: None,
    }
    changes |= {f"scoring/1.0.0/tables/{name}.csv": text for name, text in (tables or {}).items()}
    given: Changes = changes
    write(tmp_path, given)
    return [problem.text for problem in problems(tmp_path)]


CUT = {"operator": "cut_points", "inputs": "[now]", "table": "cuts", "range": "[1, 2]"}
VALUES = {"operator": "value_set", "inputs": "[a, b]", "table": "index", "start": 1, "range": "[0.5, 1]"}


@pytest.mark.parametrize(
    ("rules", "tables"),
    [
        ([rule(1)], {}),
        ([rule(1, reverse="[a]", missing="half", decimals=6)], {}),
        ([rule(1, missing="prorate", min_answered=2, decimals=6)], {}),
        ([rule(1, policies="[{missing: prorate, min_answered: 2}]", decimals=6)], {}),
        ([rule(1, operator="mean", range="[0, 2]", decimals=3)], {}),
        ([rule(1, operator="linear_0_100", range="[0, 100]", decimals=6)], {}),
        ([rule(1, operator="count", at_least=1, range="[0, 3]")], {}),
        ([rule(1, operator="state", kind="state", range="[000, 222]")], {}),
        ([rule(1, operator="percent_loss", inputs="[now, before]", range="[0, 90]", decimals=2)], {}),
        ([rule(1, operator="value", inputs="[steps]", range="[0, 1]")], {}),
        ([rule(1, kind="pre_grade", ctcae_version='"5.0"', **CUT)], {"cuts": CUTS}),
        ([rule(1, **VALUES)], {"index": INDEX}),
        ([rule(1), rule(2, inputs="[s1, zero]", reverse="[s1]", range="[0, 15]")], {}),
        ([rule(2, inputs="[s1, zero]", range="[0, 15]"), rule(1)], {}),
        ([rule(1, bands="[{at_least: 0, band: low}, {at_least: 3, band: high}]", bands_reference="own")], {}),
        ([rule(1, answered_share="{of: [a, b, c], more_than: 0.5}")], {}),
        ([rule(1, recall_period="P7D")], {}),
    ],
)
def test_a_sound_rule_has_no_problem(tmp_path: Path, rules: list[str], tables: dict[str, str]) -> None:
    assert texts(tmp_path, *rules, tables=tables) == []


@pytest.mark.parametrize(
    ("keys", "tables", "text"),
    [
        ({"operator": "state", "range": "[0, 222]"}, {}, "the operator state gives a score of the kind state"),
        ({"kind": "state"}, {}, "the operator state gives a score of the kind state"),
        ({"ctcae_version": '"5.0"'}, {}, "a pre_grade says of which ctcae_version"),
        ({"kind": "pre_grade", **CUT}, {"cuts": CUTS}, "a pre_grade says of which ctcae_version"),
        ({"recall_period": "P2W"}, {}, "it was made for answers about P2W, definition 1.0.0 asks about P7D"),
        ({"operator": "percent_loss", "decimals": 2}, {}, "'percent_loss' takes 2 input(s), not 3"),
        ({"operator": "count"}, {}, "'count' needs 'at_least'"),
        ({"at_least": 1}, {}, "'sum' takes no 'at_least'"),
        ({"start": 1}, {}, "'sum' takes no 'start'"),
        ({**CUT, "table": "index"}, {"index": INDEX}, "the table 'index' is no table for 'cut_points'"),
        ({"missing": "prorate", "decimals": 6}, {}, "the policy prorate, and only it, says min_answered"),
        ({"min_answered": 2}, {}, "the policy prorate, and only it, says min_answered"),
        ({"missing": "prorate", "min_answered": 4, "decimals": 6}, {}, "min_answered is 4, but there are 3 inputs"),
        ({"missing": "half"}, {}, "the policy half divides: say to how many decimals"),
        ({"operator": "max", "missing": "half", "decimals": 6, "range": "[0, 2]"}, {}, "'max' does not take them"),
        ({"policies": "[{missing: complete}]"}, {}, "a missing-data policy is offered once"),
        (
            {"missing": "zero_if_lead_zero", "reverse": "[b]"},
            {},
            "the policy zero_if_lead_zero reads inputs as they were answered",
        ),
        ({"reverse": "[zero]"}, {}, "reverse names zero, which is no input"),
        ({"operator": "mean", "range": "[0, 2]"}, {}, "'mean' divides: say to how many decimals the score is rounded"),
        (
            {"operator": "percent_loss", "inputs": "[now, zero]", "range": "[0, 90]", "decimals": 2},
            {},
            "'zero' is what is divided by: its minimum is above 0",
        ),
        ({"operator": "state", "kind": "state", "inputs": "[steps]"}, {}, "'state' reads choices with whole weights"),
        (
            VALUES,
            {"index": INDEX.replace("b,2,-0.3\n", "")},
            "table 'index' has no row for level 2 of 'b'",
        ),
        (VALUES, {"index": INDEX + "b,0,0.5\n"}, "table 'index' has a row for level 0 of 'b'"),
        ({**VALUES, "range": "[0.6, 1]"}, {"index": INDEX}, "it can give 0.5 to 1, outside the range 0.6 to 1"),
        ({**CUT, "range": "[1, 1.5]"}, {"cuts": CUTS}, "it can give 1 to 2, outside the range 1 to 1.5"),
        ({"bands": "[{at_least: 0, band: low}]"}, {}, "bands and bands_reference go together"),
        ({"bands_reference": "own"}, {}, "bands and bands_reference go together"),
        (
            {"bands": "[{at_least: 1, band: low}]", "bands_reference": "own"},
            {},
            "the first band begins at 1, the values at 0",
        ),
        (
            {"bands": "[{at_least: 0, band: low}, {at_least: 0, band: high}]", "bands_reference": "own"},
            {},
            "the bands overlap: each begins above the one before it",
        ),
        (
            {"bands": "[{at_least: 0, band: low}, {at_least: 7, band: high}]", "bands_reference": "own"},
            {},
            "the band that begins at 7 lies above every value",
        ),
    ],
)
def test_a_contradiction_is_named(tmp_path: Path, keys: dict[str, object], tables: dict[str, str], text: str) -> None:
    found = texts(tmp_path, rule(1, **keys), tables=tables)
    assert any(text in one for one in found), found


def test_a_circle_of_scores_is_named_and_its_rules_are_left_out(tmp_path: Path) -> None:
    circle = [
        rule(1, inputs="[s2, a]", range="[0, 9]"),
        rule(2, inputs="[s3, b]", range="[0, 9]"),
        rule(3, inputs="[s1, c]", range="[0, 9]"),
    ]
    assert texts(tmp_path, *circle) == ["scores rest on each other in a circle: 's1' on 's2' on 's3' on 's1'"]


def test_no_score_rests_on_a_state(tmp_path: Path) -> None:
    state = rule(1, operator="state", kind="state", range="[000, 222]")
    assert texts(tmp_path, state, rule(2, inputs="[s1, zero]")) == ["'s1' is a state: no score can rest on it"]


def test_a_score_that_rests_on_a_damaged_one_is_not_a_second_problem(tmp_path: Path) -> None:
    damaged = rule(1, operator="totl")
    [text] = texts(tmp_path, damaged, rule(2, inputs="[s1, zero]", range="[0, 15]"))
    assert text.startswith("there is no operator 'totl'")


def test_no_alert_rule_watches_a_state(tmp_path: Path) -> None:
    assert texts(tmp_path, rule(1, operator="state", kind="state", range="[000, 222]")) == []
    alerts = "rules:\n  - {name: x, score: s1, at_least: 1, severity: soon, reference: own}\n"
    (tmp_path / "mini/scoring/1.0.0/alerts.yaml").write_text(f'instrument: mini\nscoring: "1.0.0"\n{alerts}')
    [problem] = problems(tmp_path)
    assert problem.text == "alert rule 'x': 's1' is a state: it gives no number to compare"


def test_a_rule_on_an_unknown_reference_of_its_bands(tmp_path: Path) -> None:
    bands = rule(1, bands="[{at_least: 0, band: low}]", bands_reference="nobody")
    assert any("references.yaml has no 'nobody'" in text for text in texts(tmp_path, bands))


def test_item_bands_are_checked_against_their_items_and_their_source(tmp_path: Path) -> None:
    assert texts(tmp_path, rule(1)) == []
    path = tmp_path / "mini" / SCORING
    entry = "item_bands:\n  - {items: [a, ghost], bands: [{at_least: 1, band: low}], reference: nobody}\n"
    path.write_text(path.read_text() + entry)
    found = [problem.text for problem in problems(tmp_path)]
    assert len(found) == 3
    assert any("references.yaml has no 'nobody'" in text for text in found)
    assert any("has no question 'ghost'" in text for text in found)
    assert "'a': the first band begins at 1, the values at 0" in found


def test_scores_are_computed_after_those_that_they_rest_on(tmp_path: Path) -> None:
    assert texts(tmp_path, rule(2, inputs="[s1, zero]", range="[0, 15]"), rule(1)) == []
    [books] = load(tmp_path).by_canonical.values()
    assert list(books[0].rules) == ["s1", "s2"]
    assert books[0].fed_on == {"s1"}
    assert [item.link_id for item in books[0].rules["s2"].items] == ["a", "b", "c", "zero"]
