"""ECOG as patients report it, by its facts: every grade, after every grade and after none."""

import itertools

import pytest

from tests.support.naive_formulas import naive_scores
from tests.support.shipped_scores import alerts, rulebook, values

BOOK = rulebook("ecog-pro", "1.0")


@pytest.mark.parametrize("grade", range(5))
def test_every_grade(grade: int) -> None:
    answers = {"ECOG": str(grade)}
    assert values(BOOK, answers) == naive_scores("ecog-pro", answers) == {"ECOG_SCORE": grade}
    assert alerts(BOOK, answers) == ({"performance-status": "soon"} if grade >= 3 else {})


@pytest.mark.parametrize(("before", "now"), list(itertools.product(range(5), repeat=2)))
def test_every_grade_after_every_grade(before: int, now: int) -> None:
    expected = {"performance-status": "soon"} if now >= 3 or now - before >= 2 else {}
    assert alerts(BOOK, {"ECOG": str(now)}, {"ECOG": str(before)}) == expected


def test_nothing_is_compared_with_an_open_question() -> None:
    assert alerts(BOOK, {"ECOG": "2"}, {}) == {}
    assert alerts(BOOK, {}, {"ECOG": "0"}) == {}
    assert values(BOOK, {}) == {"ECOG_SCORE": None}


def test_it_never_goes_by_the_code_of_the_clinicians_ecog() -> None:
    assert BOOK.rules["ECOG_SCORE"].rule.loinc is None
