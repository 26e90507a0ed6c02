"""Which advice fits: a table of answers, and what is chosen for them."""

from decimal import Decimal

import pytest

from guidance.choosing import MOST_ADVICE, fitting_advice
from questionnaires.response import Absence
from scoring.engine import score
from scoring.rules import Direction, ScoreKind
from scoring.score import NotScored, NoValue, Result, Score, State
from tests.support.advice_files import library_of
from tests.support.scoring import COUGH, FEVER, NAUSEA, PAIN, RASH, WELL, Measure, checked, small_rulebook

BOOK = small_rulebook(NAUSEA, PAIN, COUGH, RASH, FEVER, WELL)
EVERY = library_of(nausea=1, pain=1, cough=1, rash=1, fever=1, well=1)


def chosen(library_values: dict[str, int], scores: dict[str, Result]) -> list[str]:
    return [str(ref) for ref in fitting_advice(library_of(**library_values), BOOK, scores)]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, []),
        ({"nausea": "0", "pain": "0", "cough": "0", "rash": "0"}, []),
        ({"nausea": "1"}, ["nausea@1"]),
        # The highest value first.
        ({"nausea": "1", "pain": "3", "cough": "2"}, ["pain@1", "cough@1", "nausea@1"]),
        # Among equals the order in which the questionnaire asks, whatever the order of the answers.
        ({"cough": "2", "pain": "2", "nausea": "2"}, ["nausea@1", "pain@1", "cough@1"]),
        # A composite grade, a presence and a severity each count; a scale never does.
        ({"nausea": "1", "rash": "1", "fever": "2", "well": 10}, ["fever@1", "nausea@1", "rash@1"]),
        ({"well": 10}, []),
        # What was declined is not a value.
        ({"nausea": "prefer_not_to_answer", "pain": "1"}, ["pain@1"]),
    ],
)
def test_what_is_chosen(answers: dict[str, object], expected: list[str]) -> None:
    scores = score(BOOK, checked(BOOK, answers))
    assert [str(ref) for ref in fitting_advice(EVERY, BOOK, scores)] == expected


@pytest.mark.parametrize(("value", "expected"), [(0, []), (1, []), (2, ["nausea@1"]), (3, ["nausea@1"])])
def test_advice_begins_at_its_value(value: int, expected: list[str]) -> None:
    assert chosen({"nausea": 2}, {"nausea_composite_grade": Score(value)}) == expected


def test_a_value_with_decimals_is_compared_as_it_is() -> None:
    assert chosen({"nausea": 2}, {"nausea_composite_grade": Score(Decimal("1.9"))}) == []
    assert chosen({"nausea": 2}, {"nausea_composite_grade": Score(Decimal("2.0"))}) == ["nausea@1"]


@pytest.mark.parametrize(
    "result",
    [
        NotScored(Absence.SKIPPED, ("nausea",)),
        NotScored(Absence.HIDDEN, ()),
        NotScored(NoValue.NO_GRADE, ()),
        State("3"),
    ],
)
def test_what_is_not_a_number_gives_none(result: Result) -> None:
    assert chosen({"nausea": 1}, {"nausea_composite_grade": result}) == []


def test_a_symptom_without_advice_gives_none_and_takes_nobodys_place() -> None:
    scores: dict[str, Result] = {"nausea_composite_grade": Score(3), "pain_composite_grade": Score(1)}
    assert chosen({"pain": 1}, scores) == ["pain@1"]


def test_there_are_never_more_than_five() -> None:
    concepts = [f"symptom{number}" for number in range(8)]
    book = small_rulebook(*(Measure(concept) for concept in concepts))
    answers = dict.fromkeys(concepts, "1") | {"symptom7": "3", "symptom6": "2"}
    found = fitting_advice(library_of(**dict.fromkeys(concepts, 1)), book, score(book, checked(book, answers)))
    assert [ref.concept for ref in found] == ["symptom7", "symptom6", "symptom0", "symptom1", "symptom2"]
    assert len(found) == MOST_ADVICE


def test_a_concept_is_judged_by_the_score_of_its_line_alone() -> None:
    severity = Measure("pain", ScoreKind.SEVERITY, "severity-0-3")
    book = small_rulebook(PAIN, severity)
    scores: dict[str, Result] = {"pain_composite_grade": Score(0), "pain_severity": Score(3)}
    assert fitting_advice(EVERY, book, scores) == ()


def test_where_more_is_better_nothing_is_advised() -> None:
    book = small_rulebook(Measure("pain", ScoreKind.SEVERITY, "relief-0-3", Direction.BETTER))
    assert fitting_advice(EVERY, book, {"pain_severity": Score(3)}) == ()
