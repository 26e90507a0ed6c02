"""FACIT-Fatigue, computed a second time: reversal, and the pro-rata rule from seven answers on."""

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import Direction
from tests.support.shipped_scores import SEEDED, assert_published, codes, rulebook, values

BOOK = rulebook("facit-fatigue", "4.0")

ITEMS = ["HI7", "HI12", "AN1", "AN2", "AN3", "AN4", "AN5", "AN7", "AN8", "AN12", "AN14", "AN15", "AN16"]
AS_ANSWERED = {"AN5", "AN7"}

Answers = Mapping[str, int]


def by_the_guidelines(answers: Answers) -> Fraction | None:
    """Sum of the answered * 13 / answered, all but AN5 and AN7 turned round."""
    points = [code if item in AS_ANSWERED else 4 - code for item, code in answers.items()]
    return Fraction(sum(points) * 13, len(points)) if len(points) >= 7 else None


def test_it_asks_the_13_items_in_their_order() -> None:
    assert [item.link_id for item in BOOK.questionnaire.questions] == ITEMS


@SEEDED
@given(st.fixed_dictionaries({item: st.integers(0, 4) for item in ITEMS}), st.sets(st.sampled_from(ITEMS), max_size=8))
def test_any_answers_with_some_missing(answers: Answers, missing: set[str]) -> None:
    answered = {item: code for item, code in answers.items() if item not in missing}
    assert_published(values(BOOK, codes(answered)), {"FATIGUE": by_the_guidelines(answered)})


@pytest.mark.parametrize("answered", range(14))
def test_every_number_of_answers(answered: int) -> None:
    answers = dict.fromkeys(ITEMS[:answered], 1)
    found = values(BOOK, codes(answers))
    assert_published(found, {"FATIGUE": by_the_guidelines(answers)})
    assert (found["FATIGUE"] is None) is (answered < 7)


def test_higher_is_better() -> None:
    assert BOOK.rules["FATIGUE"].rule.higher_is is Direction.BETTER
