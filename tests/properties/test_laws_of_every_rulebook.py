"""Laws that hold for every shipped rulebook, as shipped and under every missing-data policy that it offers."""

import shutil
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from questionnaires.catalogue import load_catalogue
from questionnaires.definition import ItemType
from scoring.alerts import evaluate_alerts
from scoring.change import badness
from scoring.engine import score
from scoring.loading import Rulebooks, load_rulebooks
from scoring.missing import POLICIES
from scoring.rulebook import BoundRule, Rulebook
from scoring.rules import MissingPolicy
from scoring.score import NotScored, Score, Scores, State
from tests.support.answers import Raw
from tests.support.naive_formulas import BETTER_WHEN_HIGHER
from tests.support.naive_formulas import INSTRUMENTS as OF_OTHERS
from tests.support.scoring import BASE, INSTRUMENTS, checked, shipped
from tests.support.shipped_scores import offered_policies
from tests.support.whole_answers import nearly_whole_answers, without_hidden

Case = tuple[Rulebook, str | None]

LAW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def cases() -> Iterator[Case]:
    """Every rulebook, with None as shipped, and with the name of each policy that it offers."""
    for books in shipped()[1].by_canonical.values():
        for book in books:
            yield book, None
            yield from ((book.under(MissingPolicy(policy)), policy) for policy in offered_policies(book))


def name_of(case: Case) -> str:
    book, policy = case
    return f"{book.questionnaire.instrument}-{book.version}-{policy or 'as shipped'}"


CASES = list(cases())
for_every_rulebook = pytest.mark.parametrize("case", CASES, ids=name_of)
for_those_of_others = pytest.mark.parametrize(
    "case", [case for case in CASES if case[0].questionnaire.instrument in OF_OTHERS], ids=name_of
)


@for_every_rulebook
@LAW
@given(st.data())
def test_the_order_of_answers_is_irrelevant(case: Case, data: st.DataObject) -> None:
    book, _ = case
    answers = data.draw(nearly_whole_answers(book.questionnaire))
    one = checked(book, answers)
    other = checked(book, dict(data.draw(st.permutations(list(answers.items())))))
    scores = score(book, one)
    assert score(book, other) == scores
    assert evaluate_alerts(book, other, scores) == evaluate_alerts(book, one, scores)


@for_every_rulebook
@LAW
@given(st.data())
def test_a_score_is_in_its_range_and_in_a_band_where_there_are_any(case: Case, data: st.DataObject) -> None:
    book, _ = case
    answers = data.draw(nearly_whole_answers(book.questionnaire))
    for name, result in score(book, checked(book, answers)).items():
        bound = book.rules[name]
        if isinstance(result, Score):
            low, high = bound.rule.range
            assert low <= result.value <= high
            assert (bound.band_of(Decimal(result.value)) is not None) == bool(bound.rule.bands)


@for_every_rulebook
@LAW
@given(st.data())
def test_a_value_rests_on_as_many_answers_as_its_policy_asks_for(case: Case, data: st.DataObject) -> None:
    """What a policy supplied is named, and nothing else is supplied: a missing answer is never silently a 0."""
    book, _ = case
    answers = data.draw(nearly_whole_answers(book.questionnaire))
    response = checked(book, answers)
    scores = score(book, response)
    for name, bound in book.rules.items():
        result = scores[name]
        unknown = {i.name for i in bound.inputs if not _is_known(i.name, answers, scores, book)}
        if isinstance(result, Score):
            assert set(result.imputed) == unknown
            assert len(unknown) <= _most_missing(bound)
            if bound.policy.missing is MissingPolicy.ZERO_IF_LEAD_ZERO:
                assert not unknown & response.enabled
        elif isinstance(result, State):
            assert not unknown


def _is_known(name: str, answers: Raw, scores: Scores, book: Rulebook) -> bool:
    """Whether an input has a usable answer, or, as a score, a value."""
    if name in book.rules:
        return isinstance(scores[name], Score)
    item = book.questionnaire.item(name)
    assert item is not None
    return name in answers and answers[name] not in item.opt_outs


def _most_missing(bound: BoundRule) -> int:
    """How many inputs may be missing where there is a value."""
    inputs = len(bound.inputs)
    if bound.policy.missing is MissingPolicy.ZERO_IF_LEAD_ZERO:
        return inputs - 1
    needed = POLICIES[bound.policy.missing].needed
    return inputs - needed(inputs, bound.policy.min_answered) if needed else 0


@for_every_rulebook
@LAW
@given(st.data())
def test_taking_an_answer_away_touches_only_what_rests_on_it(case: Case, data: st.DataObject) -> None:
    """A score that reads it names it, as missing or as supplied by its policy; the others stay as they were, but those
    of what is not asked without it, which say so.
    """
    book, _ = case
    asked = book.questionnaire
    answers = data.draw(nearly_whole_answers(asked))
    optional = [item.link_id for item in asked.questions if item.link_id in answers and not item.required]
    assume(optional)
    taken = data.draw(st.sampled_from(optional))
    left = without_hidden(asked, {link_id: value for link_id, value in answers.items() if link_id != taken})
    whole, rest = checked(book, answers), checked(book, left)
    gone = (answers.keys() - left.keys()) | (whole.enabled ^ rest.enabled)
    before, after = score(book, whole), score(book, rest)
    for name, bound in book.rules.items():
        result = after[name]
        if taken in bound.rule.inputs:
            if isinstance(result, Score):
                assert POLICIES[bound.policy.missing].by_mean
                assert taken in result.imputed
            else:
                assert isinstance(result, NotScored)
                assert taken in result.missing
        elif not gone & {item.link_id for item in (*bound.items, *bound.asked_beside)}:
            assert result == before[name]


@for_every_rulebook
def test_no_answer_at_all_is_no_score_at_all(case: Case) -> None:
    book, _ = case
    required = {item.link_id: next(iter(item.option_by_code)) for item in book.questionnaire.questions if item.required}
    results = score(book, checked(book, required))
    assert all(isinstance(result, NotScored) for result in results.values())


@for_those_of_others
@LAW
@given(st.data())
def test_a_better_answer_never_gives_a_worse_score(case: Case, data: st.DataObject) -> None:
    """Which end of an item is the better one is published; which end of a score, `higher_is` says."""
    book, _ = case
    answers = data.draw(nearly_whole_answers(book.questionnaire))
    higher = {link_id: above for link_id in answers if (above := _above(book, link_id, answers[link_id]))}
    assume(higher)
    raised = data.draw(st.sampled_from(sorted(higher)))
    more = answers | {raised: data.draw(st.sampled_from(higher[raised]))}
    is_better = raised in BETTER_WHEN_HIGHER.get(book.questionnaire.instrument, ())
    before, after = score(book, checked(book, answers)), score(book, checked(book, more))
    for name, bound in book.rules.items():
        old, new = before[name], after[name]
        if isinstance(old, Score) and isinstance(new, Score):
            worse_by = badness(bound.rule.higher_is, new.value) - badness(bound.rule.higher_is, old.value)
            assert worse_by <= 0 if is_better else worse_by >= 0


def _above(book: Rulebook, link_id: str, answer: object) -> list[object]:
    """The higher numbers that an item could have been answered with."""
    item = book.questionnaire.item(link_id)
    assert item is not None
    if item.type is ItemType.INTEGER:
        assert isinstance(answer, int)
        assert item.maximum is not None
        return list(range(answer + 1, int(item.maximum) + 1))
    weights = {option.code: option.weight for option in item.options if option.weight is not None}
    given_weight = weights.get(str(answer))
    return [code for code, weight in weights.items() if given_weight is not None and weight > given_weight]


@cache
def rulebooks_without_words() -> Rulebooks:
    """The shipped rulebooks, loaded from folders that hold no text in any language."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "i"
        shutil.copytree(INSTRUMENTS, root, ignore=shutil.ignore_patterns("text"))
        return load_rulebooks(root, load_catalogue(root, BASE))


@for_every_rulebook
@LAW
@given(st.data())
def test_language_cannot_matter(case: Case, data: st.DataObject) -> None:
    """Scores and alerts are the same where no text of any language exists: none enters them."""
    book, policy = case
    silent = rulebooks_without_words().of(book.questionnaire, book.version)
    assert silent.digest == book.digest
    silent = silent.under(MissingPolicy(policy)) if policy else silent
    answers = data.draw(nearly_whole_answers(book.questionnaire))
    heard, unheard = checked(book, answers), checked(silent, answers)
    scores = score(book, heard)
    assert score(silent, unheard) == scores
    assert evaluate_alerts(silent, unheard, scores) == evaluate_alerts(book, heard, scores)
