"""Each contradiction between a scoring version and its questionnaire gives its problem, and no other."""

from decimal import Decimal
from pathlib import Path

import pytest

from scoring.operators import OPERATORS
from tests.unit.scoring.mini_instrument import ALERTS, DEFINITION, FILES, SCORING, TABLE, Changes, load, problems, write

OPERATOR_NAMES = ", ".join(OPERATORS)
LINK_IDS = "nausea-often, nausea-strong, well, notes, wait"
FIRST = "  - number: 1\n"
SECOND = "  - number: 2\n"


def line(file: str, start: str, changes: Changes) -> int:
    """The line of a file, after the changes, that begins so."""
    change = changes.get(file)
    text = FILES[file].replace(*change) if isinstance(change, tuple) else FILES[file]
    found = [number for number, words in enumerate(text.splitlines(), start=1) if words.startswith(start)]
    assert len(found) == 1, f"{len(found)} lines of {file} start with {start}"
    return found[0]


def refused(tmp_path: Path, changes: Changes, *expected: tuple[str, str, str]) -> None:
    """These changes give exactly these problems: (file, how the line begins, text)."""
    write(tmp_path, changes)
    wanted = sorted((f"mini/{file}", line(file, start, changes), text) for file, start, text in expected)
    assert [(p.file, p.line, p.text) for p in problems(tmp_path)] == wanted


def test_the_undamaged_instrument_is_bound(tmp_path: Path) -> None:
    write(tmp_path)
    assert problems(tmp_path) == ()
    [book] = load(tmp_path).by_canonical.values()
    rulebook = book[0]
    assert list(rulebook.rules) == ["nausea", "well"]
    assert [item.link_id for item in rulebook.rules["nausea"].items] == ["nausea-often", "nausea-strong"]
    assert rulebook.comparable == {"1.0.0"}
    assert rulebook.topics == ("notes",)
    assert rulebook.rules["well"].rule.range == (Decimal(0), Decimal(10))
    assert [(w.rule.name, w.on, w.concept) for w in (*rulebook.item_watches, *rulebook.score_watches)] == [
        ("strong", "nausea-often", "nausea"),
        ("strong", "nausea-strong", "nausea"),
        ("worsened", "nausea-often", "nausea"),
        ("cannot-wait", "wait", "wait"),
        ("composite", "nausea", "nausea"),
    ]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("lookpu", f"did you mean 'lookup'? allowed: {OPERATOR_NAMES}"),
        ("sqrt", f"allowed: {OPERATOR_NAMES}"),
    ],
)
def test_unknown_operator(tmp_path: Path, written: str, hint: str) -> None:
    changes = {SCORING: ("operator: lookup", f"operator: {written}")}
    refused(tmp_path, changes, (SCORING, f"    operator: {written}", f"there is no operator '{written}': {hint}"))


def test_unknown_operator_and_unknown_input_are_both_named(tmp_path: Path) -> None:
    write(tmp_path, {SCORING: ("operator: value\n    inputs: [well]", "operator: valeu\n    inputs: [wel]")})
    assert [p.text for p in problems(tmp_path)] == [
        f"there is no operator 'valeu': did you mean 'value'? allowed: {OPERATOR_NAMES}",
        f"definition 1.0.0 has no question 'wel': did you mean 'well'? allowed: {LINK_IDS}",
        "no score uses 'well': add it to a score, or to not_scored",
    ]


def test_too_many_inputs_for_the_operator(tmp_path: Path) -> None:
    changes = {SCORING: ("inputs: [well]", "inputs: [well, well]")}
    refused(tmp_path, changes, (SCORING, SECOND.rstrip(), "score 'well': 'value' takes 1 input(s), not 2"))


def test_a_lookup_needs_a_table(tmp_path: Path) -> None:
    changes = {SCORING: ("    table: nausea\n", "")}
    refused(
        tmp_path,
        changes,
        (SCORING, FIRST.rstrip(), "score 'nausea': 'lookup' needs 'table'"),
        (SCORING, "scores:", "no score uses the table 'nausea'"),
    )


def test_a_value_takes_no_table(tmp_path: Path) -> None:
    changes: Changes = {SCORING: ("inputs: [well]\n", "inputs: [well]\n    table: nausea\n")}
    refused(tmp_path, changes, (SCORING, SECOND.rstrip(), "score 'well': 'value' takes no 'table'"))


def test_unknown_table(tmp_path: Path) -> None:
    changes = {SCORING: ("table: nausea", "table: nausee")}
    refused(
        tmp_path,
        changes,
        (SCORING, "    table: nausee", "there is no table 'nausee': did you mean 'nausea'? allowed: nausea"),
        (SCORING, "scores:", "no score uses the table 'nausea'"),
    )


def test_unused_table(tmp_path: Path) -> None:
    write(tmp_path, {"scoring/1.0.0/tables/spare.csv": "severity,value\n0,0\n"})
    [problem] = problems(tmp_path)
    assert (problem.line, problem.text) == (4, "no score uses the table 'spare'")


def test_a_table_with_a_hole(tmp_path: Path) -> None:
    changes = {TABLE: ("1,2,2\n2,0,1\n", "")}
    text = "score 'nausea': table 'nausea' has no row for 2 combination(s): 1, 2; 2, 0"
    refused(tmp_path, changes, (SCORING, FIRST.rstrip(), text))


def test_of_many_holes_five_are_shown(tmp_path: Path) -> None:
    changes = {TABLE: "frequency,severity,value\n0,0,0\n"}
    write(tmp_path, changes)
    [problem] = problems(tmp_path)
    assert problem.text.endswith("has no row for 8 combination(s): 0, 1; 0, 2; 1, 0; 1, 1; 1, 2")


@pytest.mark.parametrize(
    ("header", "shown"), [("severity,frequency", "severity, frequency"), ("frequency,amount", "frequency, amount")]
)
def test_columns_that_are_not_the_inputs(tmp_path: Path, header: str, shown: str) -> None:
    changes = {TABLE: ("frequency,severity,", f"{header},")}
    text = f"score 'nausea': table 'nausea' has the columns {shown}, the inputs are frequency, severity"
    refused(tmp_path, changes, (SCORING, FIRST.rstrip(), text))


def test_more_columns_than_inputs(tmp_path: Path) -> None:
    changes = {TABLE: "frequency,severity,interference,value\n0,0,0,0\n"}
    text = (
        "score 'nausea': table 'nausea' has the columns frequency, severity, interference, "
        "the inputs are frequency, severity"
    )
    refused(tmp_path, changes, (SCORING, FIRST.rstrip(), text))


def test_the_column_of_an_item_without_attribute_is_its_link_id(tmp_path: Path) -> None:
    plain = "{link_id: nausea-often, type: choice, concept: nausea, option_set: grade}"
    old = "{link_id: nausea-often, type: choice, concept: nausea, attribute: frequency, option_set: grade}"
    rules = 'instrument: mini\nscoring: "1.0.0"\nrules: []\n'
    write(tmp_path, {DEFINITION: (old, plain), TABLE: ("frequency,", "nausea-often,"), ALERTS: rules})
    assert problems(tmp_path) == ()


def test_a_cell_outside_the_range(tmp_path: Path) -> None:
    changes = {TABLE: ("2,1,2\n2,2,2\n", "2,1,3\n2,2,-1\n")}
    text = "score 'nausea': table 'nausea' gives -1, 3, outside the range 0 to 2"
    refused(tmp_path, changes, (SCORING, FIRST.rstrip(), text))


def test_a_choice_without_any_weight(tmp_path: Path) -> None:
    old = "attribute: severity\n    option_set: grade\n"
    changes: Changes = {DEFINITION: (old, "attribute: severity\n    options: [{code: private, opt_out: true}]\n")}
    text = "'nausea-strong' needs an option with a weight, so that its scores have a range"
    refused(tmp_path, changes, (SCORING, "    inputs: [nausea-often, nausea-strong]", text))


def test_a_lookup_over_anything_but_whole_weights(tmp_path: Path) -> None:
    grades = '[{code: "0", weight: 0}, {code: "1", weight: 1}, {code: "2", weight: 1.5}]'
    changes: Changes = {
        DEFINITION: (
            "attribute: severity\n    option_set: grade\n",
            f"attribute: severity\n    options: {grades}\n",
        ),
        ALERTS: ("attributes: [frequency, severity], at_least: 2", "attributes: [frequency, severity], at_least: 1"),
    }
    text = "score 'nausea': 'lookup' reads choices with whole weights"
    refused(tmp_path, changes, (SCORING, FIRST.rstrip(), text))


def test_a_lookup_over_a_number_item(tmp_path: Path) -> None:
    changes: Changes = {
        SCORING: ("operator: value\n    inputs: [well]", "operator: lookup\n    table: well\n    inputs: [well]"),
        "scoring/1.0.0/tables/well.csv": "well,value\n0,0\n",
    }
    refused(tmp_path, changes, (SCORING, SECOND.rstrip(), "score 'well': 'lookup' reads choices with whole weights"))


@pytest.mark.parametrize("link_id", ["heading", "nothing"])
def test_an_input_that_is_no_question(tmp_path: Path, link_id: str) -> None:
    changes = {SCORING: ("inputs: [well]", f"inputs: [{link_id}]")}
    text = f"definition 1.0.0 has no question '{link_id}': allowed: {LINK_IDS}"
    refused(
        tmp_path,
        changes,
        (SCORING, f"    inputs: [{link_id}]", text),
        (SCORING, "not_scored", "no score uses 'well': add it to a score, or to not_scored"),
    )


def test_an_input_that_gives_no_number(tmp_path: Path) -> None:
    changes = {SCORING: ("inputs: [well]", "inputs: [wait]")}
    refused(
        tmp_path,
        changes,
        (
            SCORING,
            "    inputs: [wait]",
            "'wait' gives no number: a choice needs a weight on every option, and no repeats",
        ),
        (SCORING, "not_scored", "no score uses 'well': add it to a score, or to not_scored"),
        (SCORING, "not_scored", "'wait' is listed as not scored, but a score uses it"),
    )


def test_an_item_neither_used_nor_listed(tmp_path: Path) -> None:
    changes = {SCORING: ("not_scored: [notes, wait]", "not_scored: [notes]")}
    text = "no score uses 'wait': add it to a score, or to not_scored"
    refused(tmp_path, changes, (SCORING, "not_scored", text))


def test_an_item_both_used_and_listed(tmp_path: Path) -> None:
    changes = {SCORING: ("not_scored: [notes, wait]", "not_scored: [notes, wait, well]")}
    text = "'well' is listed as not scored, but a score uses it"
    refused(tmp_path, changes, (SCORING, "not_scored", text))


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("not_scored", "not_scored: [notes, wait]", "not_scored: [notes, wait, ghost]"),
        ("topics", "topics: [notes]", "topics: [notes, ghost]"),
        ("topics", "topics: [notes]", "topics: [notes, heading]"),
    ],
)
def test_a_list_that_names_no_question(tmp_path: Path, key: str, old: str, new: str) -> None:
    stranger = "heading" if "heading" in new else "ghost"
    refused(tmp_path, {SCORING: (old, new)}, (SCORING, f"{key}:", f"definition 1.0.0 has no question '{stranger}'"))


@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ("higher_is: worse\n    reference: basch", "higher_is: worse\n    reference: bash", "    reference: bash"),
        ("worsened: 1, reference: own}", "worsened: 1, reference: bash}", "    meaningful_change"),
    ],
)
def test_an_unknown_reference(tmp_path: Path, old: str, new: str, start: str) -> None:
    text = "references.yaml has no 'bash': did you mean 'basch'? allowed: own, basch"
    refused(tmp_path, {SCORING: (old, new)}, (SCORING, start, text))


def test_an_unknown_reference_of_an_alert_rule(tmp_path: Path) -> None:
    changes = {ALERTS: ("severity: urgent, reference: own", "severity: urgent, reference: nobody")}
    text = "references.yaml has no 'nobody': allowed: own, basch"
    refused(tmp_path, changes, (ALERTS, "  - {name: cannot-wait", text))


def test_a_number_given_twice(tmp_path: Path) -> None:
    changes = {SCORING: ("number: 2", "number: 1\n    ")}
    write(tmp_path, changes)
    [problem] = problems(tmp_path)
    assert (problem.line, problem.text) == (17, "the number '1' is given to an earlier score")


def test_a_name_given_twice(tmp_path: Path) -> None:
    write(
        tmp_path, {SCORING: ("name: well", "name: nausea"), ALERTS: 'instrument: mini\nscoring: "1.0.0"\nrules: []\n'}
    )
    [problem] = problems(tmp_path)
    assert (problem.line, problem.text) == (18, "the name 'nausea' is given to an earlier score")


@pytest.mark.parametrize(
    ("written", "key"),
    [("definitions: [1.0.0, 1.1.0]", "definitions"), ("definitions: [1.0.0]\ncomparable_definitions: [1.1.0]", "comp")],
)
def test_an_unknown_definition(tmp_path: Path, written: str, key: str) -> None:
    changes = {SCORING: ('definitions: ["1.0.0"]', written)}
    text = "there is no definition 1.1.0: did you mean '1.0.0'? allowed: 1.0.0"
    refused(tmp_path, changes, (SCORING, key, text))


def test_a_scoring_of_unknown_definitions_only(tmp_path: Path) -> None:
    write(tmp_path, {SCORING: ('definitions: ["1.0.0"]', 'definitions: ["9.0"]')})
    assert [p.text for p in problems(tmp_path)] == ["there is no definition 9.0: allowed: 1.0.0"]


@pytest.mark.parametrize("written", ["[2, 0]", "[2, 2]"])
def test_a_range_upside_down(tmp_path: Path, written: str) -> None:
    write(tmp_path, {SCORING: ("range: [0, 2]", f"range: {written}")})
    assert "score 'nausea': the range goes from the lowest to the highest value" in [p.text for p in problems(tmp_path)]


def test_a_symptom_is_worse_where_it_is_higher(tmp_path: Path) -> None:
    changes = {SCORING: ("higher_is: worse", "higher_is: better")}
    text = "score 'nausea': a composite_grade is worse where it is higher: another score is of the kind scale"
    refused(tmp_path, changes, (SCORING, FIRST.rstrip(), text))


def test_a_policy_that_needs_follow_ups(tmp_path: Path) -> None:
    changes = {SCORING: ("missing: complete", "missing: zero_if_lead_zero")}
    text = "score 'well': the policy zero_if_lead_zero needs a lead and at least one follow-up"
    refused(tmp_path, changes, (SCORING, SECOND.rstrip(), text))


def test_an_input_that_asks_another_concept(tmp_path: Path) -> None:
    changes = {SCORING: ("concept: well", "concept: nausea")}
    text = "score 'well': it measures 'nausea', but well ask another concept"
    refused(tmp_path, changes, (SCORING, SECOND.rstrip(), text))


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ("minimum: 0, maximum: 11", "it can give 0 to 11, outside the range 0 to 10"),
        ("minimum: -1, maximum: 10", "it can give -1 to 10, outside the range 0 to 10"),
    ],
)
def test_an_answer_that_may_leave_the_range(tmp_path: Path, bounds: str, text: str) -> None:
    changes = {DEFINITION: ("minimum: 0, maximum: 10", bounds)}
    refused(tmp_path, changes, (SCORING, SECOND.rstrip(), f"score 'well': {text}"))


@pytest.mark.parametrize("bounds", ["minimum: 0", "maximum: 10"])
def test_an_answer_without_limits(tmp_path: Path, bounds: str) -> None:
    changes = {DEFINITION: ("minimum: 0, maximum: 10", bounds)}
    text = "'well' needs a minimum and a maximum, so that its scores have a range"
    refused(tmp_path, changes, (SCORING, "    inputs: [well]", text))


@pytest.mark.parametrize("bounds", ["minimum: 0, maximum: 10", "minimum: 1, maximum: 9"])
def test_an_answer_that_stays_in_the_range(tmp_path: Path, bounds: str) -> None:
    write(tmp_path, {DEFINITION: ("minimum: 0, maximum: 10", bounds)})
    assert problems(tmp_path) == ()


@pytest.mark.parametrize(("weight", "refusals"), [("10", 0), ("11", 1), ("-0.5", 1)])
def test_an_option_outside_the_range(tmp_path: Path, weight: str, refusals: int) -> None:
    old = "{link_id: well, type: integer, concept: well, minimum: 0, maximum: 10}"
    options = f"[{{code: a, weight: 5}}, {{code: b, weight: {weight}}}, {{code: c, opt_out: true}}]"
    write(tmp_path, {DEFINITION: (old, f"{{link_id: well, type: choice, concept: well, options: {options}}}")})
    low, high = sorted((Decimal(5), Decimal(weight)))
    text = f"score 'well': it can give {low} to {high}, outside the range 0 to 10"
    assert [p.text for p in problems(tmp_path)] == [text] * refusals


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("attributes: [amount], at_least: 1", "it watches nothing in definition 1.0.0"),
        ("item: ghost, at_least: 1", f"definition 1.0.0 has no question 'ghost': allowed: {LINK_IDS}"),
        ("items: [well, ghost], at_least: 1", f"definition 1.0.0 has no question 'ghost': allowed: {LINK_IDS}"),
        ("scores: presence, at_least: 1", "it watches nothing in definition 1.0.0"),
        ("item: heading, at_least: 1", f"definition 1.0.0 has no question 'heading': allowed: {LINK_IDS}"),
        ("score: nauseous, at_least: 1", "there is no score 'nauseous': did you mean 'nausea'? allowed: nausea, well"),
        ('scores: scale, equals: "1"', "'well' is a score: it has no option code, use at_least or at_most"),
        (
            "item: well, at_least: 1, and_when: [{item: ghost, at_least: 1}]",
            f"definition 1.0.0 has no question 'ghost': allowed: {LINK_IDS}",
        ),
        (
            "item: well, at_least: 1, and_when: [{item: wait, equals: nope}]",
            "'nope' is no option of 'wait': did you mean 'no'? allowed: yes, no",
        ),
        (
            "item: well, at_least: 1, and_when: [{score: wel, at_least: 1}]",
            "there is no score 'wel': did you mean 'well'? allowed: nausea, well",
        ),
        (
            'item: well, at_least: 1, and_when: [{score: well, equals: "1"}]',
            "'well' is a score: it has no option code, use at_least or at_most",
        ),
        ("item: notes, at_least: 1", "'notes' gives no number to compare"),
        ("item: wait, rise_of: 1", "'wait' gives no number to compare"),
        ("item: wait, equals: nope", "'nope' is no option of 'wait': did you mean 'no'? allowed: yes, no"),
        ("item: well, at_least: 11", "'well' never reaches 11"),
        ("item: well, at_most: -1", "'well' is never as low as -1"),
        ("item: well, rise_of: 11", "'well' never changes by so much"),
        ("score: well, fall_of: 11", "'well' never changes by so much"),
        ("item: well, at_least: 1, and_when: [{score: nausea, at_least: 3}]", "'nausea' never reaches 3"),
        ("item: well, at_least: 1, and_when: [{item: well, at_most: -1}]", "'well' is never as low as -1"),
        ("item: well, equals: ten", "'ten' is no option of 'well': allowed: nothing"),
    ],
)
def test_an_alert_rule_that_cannot_fire(tmp_path: Path, rule: str, text: str) -> None:
    changes = {ALERTS: ('item: wait, equals: "no"', rule)}
    refused(tmp_path, changes, (ALERTS, "  - {name: cannot-wait", f"alert rule 'cannot-wait': {text}"))


def test_an_alert_rule_has_a_name_of_its_own(tmp_path: Path) -> None:
    changes: Changes = {ALERTS: ("{name: composite,", "{name: strong,")}
    refused(
        tmp_path, changes, (ALERTS, "  - {name: strong, scores", "the name 'strong' is given to an earlier alert rule")
    )


def test_an_attribute_rule_names_every_item_that_it_cannot_read(tmp_path: Path) -> None:
    changes = {ALERTS: ("attributes: [frequency], rise_of: 1", "attributes: [frequency, severity], equals: often")}
    texts = [
        f"alert rule 'worsened': 'often' is no option of '{item}': allowed: 0, 1, 2, private"
        for item in ("nausea-often", "nausea-strong")
    ]
    refused(tmp_path, changes, *((ALERTS, "  - {name: worsened", text) for text in texts))


@pytest.mark.parametrize(
    ("rule", "watched"),
    [
        ("item: well, at_least: 9, concept: energy", [("well", "energy")]),
        ("item: well, at_least: 9", [("well", "well")]),
        ("item: wait, equals: 'yes'", [("wait", "wait")]),
    ],
)
def test_an_alert_is_raised_for_the_rules_concept_or_the_items(
    tmp_path: Path, rule: str, watched: list[tuple[str, str]]
) -> None:
    write(tmp_path, {ALERTS: ('item: wait, equals: "no"', rule)})
    [[rulebook]] = load(tmp_path).by_canonical.values()
    found = [(watch.on, watch.concept) for watch in rulebook.item_watches if watch.rule.name == "cannot-wait"]
    assert found == watched


def test_all_contradictions_are_named_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            SCORING: (
                "operator: value\n    inputs: [well]\n    missing: complete",
                "operator: total\n    inputs: [x]\n    missing: complete",
            ),
            ALERTS: ("item: wait", "item: ghost"),
            TABLE: ("2,2,2\n", ""),
        },
    )
    assert len(problems(tmp_path)) == 5


def test_the_digest_is_of_rules_alerts_and_cells(tmp_path: Path) -> None:
    variants: dict[str, Changes] = {
        "same": {},
        "rule": {SCORING: ("number: 2", "number: 3")},
        "alert": {ALERTS: ("rise_of: 1", "rise_of: 2")},
        "cell": {TABLE: ("2,2,2", "2,2,1")},
        "comment": {SCORING: ("not_scored:", "# words\nnot_scored:")},
        "row order": {TABLE: ("2,1,2\n2,2,2\n", "2,2,2\n2,1,2\n")},
    }
    digests = {}
    for name, changes in variants.items():
        write(tmp_path / name, changes)
        [[rulebook]] = load(tmp_path / name).by_canonical.values()
        digests[name] = rulebook.digest
    assert digests["same"] == digests["comment"] == digests["row order"]
    assert len(set(digests.values())) == 4
