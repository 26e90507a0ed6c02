"""Laws of choosing advice, on any answers to any shipped questionnaire."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guidance.choosing import MOST_ADVICE, fitting_advice
from guidance.library import AdviceLibrary
from scoring.engine import score
from scoring.rulebook import Rulebook
from scoring.rules import ScoreKind
from scoring.score import Score, Scores
from tests.support.answers import Raw, valid_answers
from tests.support.scoring import checked, shipped
from tests.support.whole_answers import without_hidden

LIBRARY = AdviceLibrary.load()
BOOKS = [book for books in shipped()[1].by_canonical.values() for book in books]
LAW = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))

for_every_rulebook = pytest.mark.parametrize("book", BOOKS, ids=lambda b: f"{b.questionnaire.instrument}-{b.version}")


def scored(book: Rulebook, answers: Raw) -> Scores:
    return score(book, checked(book, answers))


def reached(book: Rulebook, scores: Scores) -> dict[str, int]:
    """Naively: concept -> its value, of all symptoms with a value and with advice that begins at or below it."""
    found: dict[str, int] = {}
    for concept, rule in book.line_rules.items():
        result = scores[rule.name]
        known = LIBRARY.newest.get(concept)
        if rule.kind is ScoreKind.SCALE or known is None or not isinstance(result, Score):
            continue
        if result.value >= known.at_least:
            found[concept] = int(result.value)
    return found


@for_every_rulebook
@LAW
@given(st.data())
def test_advice_comes_from_a_value_of_a_symptom_and_the_highest_come_first(book: Rulebook, data: st.DataObject) -> None:
    scores = scored(book, data.draw(valid_answers(book.questionnaire)))
    chosen, naive = [ref.concept for ref in fitting_advice(LIBRARY, book, scores)], reached(book, scores)
    values = [naive.pop(concept) for concept in chosen]  # a KeyError: from a scale, or from nothing
    assert values == sorted(values, reverse=True)
    assert len(chosen) <= MOST_ADVICE
    if len(chosen) < MOST_ADVICE:
        assert naive == {}
    else:
        assert all(value <= values[-1] for value in naive.values())


@for_every_rulebook
@LAW
@given(st.data())
def test_no_answer_means_no_advice(book: Rulebook, data: st.DataObject) -> None:
    """Taking a symptom's answers away takes its advice away, and never makes it come."""
    answers = data.draw(valid_answers(book.questionnaire))
    for ref in fitting_advice(LIBRARY, book, scored(book, answers)):
        asked = {item.link_id for item in book.rules[book.line_rules[ref.concept].name].items}
        kept = {link_id: value for link_id, value in answers.items() if link_id not in asked}
        without = without_hidden(book.questionnaire, kept)
        left = fitting_advice(LIBRARY, book, scored(book, without))
        assert ref not in left


@for_every_rulebook
@LAW
@given(st.data())
def test_the_same_answers_give_the_same_advice(book: Rulebook, data: st.DataObject) -> None:
    answers = data.draw(valid_answers(book.questionnaire))
    turned = dict(reversed(answers.items()))
    assert fitting_advice(LIBRARY, book, scored(book, turned)) == fitting_advice(LIBRARY, book, scored(book, answers))
