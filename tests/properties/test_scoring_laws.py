"""Laws of scoring, on any answers of the shipped instrument."""

import itertools
import shutil
import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionnaires.catalogue import load_catalogue
from questionnaires.definition import ItemType
from questionnaires.enablement import enabled_items
from questionnaires.response import Absence, CheckedResponse
from scoring.alerts import evaluate_alerts, item_numbers
from scoring.engine import score
from scoring.loading import load_rulebooks
from scoring.rulebook import Rulebook
from scoring.rules import Direction, MissingPolicy
from scoring.score import NotScored, Score
from scoring.tables import Table
from scoring.trace import explain
from tests.support.reference_scorer import Result, reference_scores
from tests.support.scoring import BASE, INSTRUMENTS, checked, pre_consultation, since_previous

BOOK = pre_consultation()
QUESTIONNAIRE = BOOK.questionnaire
SCORED = [item for item in QUESTIONNAIRE.questions if any(item in bound.items for bound in BOOK.rules.values())]
_BOUND_TABLES = (bound.operands.table for bound in BOOK.rules.values())
TABLES = {table.name: table for table in _BOUND_TABLES if isinstance(table, Table)}
Answers = dict[str, object]

LAW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def _anything() -> st.SearchStrategy[Answers]:
    """Any answers to the scored items, some of them missing or declined, as branching leaves them."""
    options: dict[str, st.SearchStrategy[object]] = {}
    for item in SCORED:
        codes = list(item.option_by_code)
        options[item.link_id] = st.integers(0, 10) if item.type is ItemType.INTEGER else st.sampled_from(codes)
    required: dict[str, st.SearchStrategy[object]] = {"can-wait": st.sampled_from(["yes", "no"])}
    return st.fixed_dictionaries(required, optional=options).map(visible)


def visible(answers: Answers) -> Answers:
    """These answers without those that branching hides, as our clients send them."""
    enabled = enabled_items(QUESTIONNAIRE, {link_id: (value,) for link_id, value in answers.items()})  # type: ignore[misc]
    return {link_id: value for link_id, value in answers.items() if link_id in enabled}


ANSWERS = _anything()


def response(answers: Answers) -> CheckedResponse:
    return checked(BOOK, answers)


@LAW
@given(ANSWERS)
def test_a_naive_reference_scorer_agrees(answers: Answers) -> None:
    found: dict[str, Result] = {}
    for name, result in score(BOOK, response(answers)).items():
        if isinstance(result, Score):
            found[name] = ("value", Decimal(result.value))
        elif isinstance(result, NotScored):
            found[name] = ("missing", result.reason.value, result.missing)
    assert found == reference_scores(INSTRUMENTS / "pre-consultation", "1.0.0", "1.0.0", answers)


@LAW
@given(st.data(), ANSWERS)
def test_the_order_of_answers_is_irrelevant(data: st.DataObject, answers: Answers) -> None:
    shuffled = dict(data.draw(st.permutations(list(answers.items()))))
    one, other = response(answers), response(shuffled)
    scores = score(BOOK, one)
    assert score(BOOK, other) == scores
    assert evaluate_alerts(BOOK, other, scores) == evaluate_alerts(BOOK, one, scores)
    assert [explain(BOOK, other, name) for name in BOOK.rules] == [explain(BOOK, one, name) for name in BOOK.rules]


@LAW
@given(ANSWERS)
def test_a_score_is_in_its_declared_range(answers: Answers) -> None:
    for name, result in score(BOOK, response(answers)).items():
        low, high = BOOK.rules[name].rule.range
        if isinstance(result, Score):
            assert low <= result.value <= high


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_published_tables_are_monotone(name: str) -> None:
    """Raising one code by one never lowers the grade, in any cell of any of the seven tables."""
    table = TABLES[name]
    raised = 0
    for values in itertools.product(range(5), repeat=len(table.columns)):
        for position in range(len(values)):
            higher = (*values[:position], values[position] + 1, *values[position + 1 :])
            if higher in table.cells:
                assert table.cells[higher] >= table.cells[values], (values, higher)
                raised += 1
    assert raised == len(table.columns) * 4 * 5 ** (len(table.columns) - 1)


@LAW
@given(st.data(), ANSWERS)
def test_a_worse_answer_never_gives_a_better_score(data: st.DataObject, answers: Answers) -> None:
    """Where higher is worse, raising one answer never lowers a score that is still scored."""
    weights = {i.link_id: {o.code: o.weight for o in i.options if o.weight is not None} for i in SCORED if i.options}
    answered = sorted(link for link in answers if answers[link] in weights.get(link, {}))
    if not answered:
        return
    link_id = data.draw(st.sampled_from(answered))
    above = [c for c, weight in weights[link_id].items() if weight > weights[link_id][str(answers[link_id])]]
    if not above:
        return
    raised = answers | {link_id: data.draw(st.sampled_from(above))}
    before, after = score(BOOK, response(answers)), score(BOOK, response(raised))
    compared = [
        (before[name], after[name]) for name, bound in BOOK.rules.items() if bound.rule.higher_is is Direction.WORSE
    ]
    for old, new in compared:
        if isinstance(old, Score) and isinstance(new, Score):
            assert new.value >= old.value


@LAW
@given(st.data(), ANSWERS)
def test_missing_never_becomes_zero(data: st.DataObject, answers: Answers) -> None:
    """Taking away one answer that was given leaves every score that needs it not scored, with that item named."""
    scored = sorted({item.link_id for item in SCORED} & answers.keys())
    if not scored:
        return
    taken = data.draw(st.sampled_from(scored))
    results = score(BOOK, response(visible({link: value for link, value in answers.items() if link != taken})))
    needing = [name for name, bound in BOOK.rules.items() if taken in bound.rule.inputs]
    assert needing
    for name in needing:
        result = results[name]
        assert isinstance(result, NotScored)
        assert taken in result.missing


@LAW
@given(ANSWERS)
def test_only_what_a_lead_of_zero_hid_is_imputed(answers: Answers) -> None:
    given_answers = response(answers)
    for name, result in score(BOOK, given_answers).items():
        bound = BOOK.rules[name]
        if isinstance(result, Score) and result.imputed:
            assert bound.rule.missing is MissingPolicy.ZERO_IF_LEAD_ZERO
            assert answers[bound.rule.inputs[0]] == "0"
            assert not set(result.imputed) & (given_answers.enabled | answers.keys())
        elif isinstance(result, NotScored):
            absences = [i.absence for i in explain(BOOK, given_answers, name).inputs if i.absence]
            assert absences[0] is result.reason
            assert result.reason is not Absence.HIDDEN


@cache
def rulebook_without_words() -> Rulebook:
    """The shipped rulebook, loaded from a folder that holds no text in any language."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        shutil.copytree(INSTRUMENTS, root / "i", ignore=shutil.ignore_patterns("text"))
        assert not list(root.rglob("text"))
        catalogue = load_catalogue(root / "i", BASE)
        return load_rulebooks(root / "i", catalogue).current(catalogue.get("pre-consultation", "1.0.0"))


@LAW
@given(ANSWERS, ANSWERS)
def test_language_cannot_matter(answers: Answers, before: Answers) -> None:
    """Scores and alerts are the same where no text of any language exists: none enters them."""
    silent = rulebook_without_words()
    assert silent.digest == BOOK.digest
    mute, previous = checked(silent, answers), checked(silent, before)
    scores = score(BOOK, response(answers))
    assert score(silent, mute) == scores
    assert evaluate_alerts(silent, mute, scores, since_previous(previous)) == evaluate_alerts(
        BOOK, response(answers), scores, since_previous(response(before))
    )


@LAW
@given(ANSWERS, ANSWERS)
def test_alerts_are_what_the_literature_says(now: Answers, before: Answers) -> None:
    """One alert a concept: an item at 3 or more, a rise of 2 since the previous answer, or a composite of 3."""
    scores = score(BOOK, response(now))
    alerts = evaluate_alerts(BOOK, response(now), scores, since_previous(response(before)))
    numbers, earlier = _codes(now), _codes(before)
    expected = {"can_wait"} if now["can-wait"] == "no" else set()
    for item in QUESTIONNAIRE.questions:
        if item.attribute is None or item.attribute.value == "presence" or item.concept is None:
            continue
        code, previous = numbers.get(item.link_id), earlier.get(item.link_id)
        if code is not None and (code >= 3 or (previous is not None and code - previous >= 2)):
            expected.add(item.concept)
    assert {alert.concept for alert in alerts} == expected
    assert len(alerts) == len(expected)
    urgent = [alert.severity.value == "urgent" for alert in alerts]
    assert urgent == sorted(urgent, reverse=True)
    assert item_numbers(BOOK, response(now)) == numbers


def _codes(answers: Answers) -> dict[str, int]:
    """The 0-4 codes of one response; what a lead of 0 hides counts as 0."""
    codes = {
        item.link_id: int(str(answers[item.link_id]))
        for item in QUESTIONNAIRE.questions
        if item.attribute and item.attribute.value != "presence" and str(answers.get(item.link_id, "x")).isdigit()
    }
    for bound in BOOK.rules.values():
        lead, *follow_ups = bound.rule.inputs
        if codes.get(lead) == 0:
            codes |= dict.fromkeys(follow_ups, 0)
    return codes
