"""Distress Thermometer by its published facts: all eleven marks, and none."""

import pytest

from tests.support.naive_formulas import naive_scores
from tests.support.shipped_scores import alerts, band, rulebook, values

BOOK = rulebook("distress-thermometer", "1.0")


@pytest.mark.parametrize("mark", range(11))
def test_every_mark(mark: int) -> None:
    answers = {"DT": mark}
    assert values(BOOK, answers) == naive_scores("distress-thermometer", answers) == {"DT_SCORE": mark}
    assert band(BOOK, answers, "DT_SCORE") == ("concern" if mark >= 4 else "below_concern")
    assert alerts(BOOK, answers) == ({"distress": "routine"} if mark >= 4 else {})


def test_no_mark_is_no_score_and_no_alert() -> None:
    assert values(BOOK, {}) == {"DT_SCORE": None}
    assert alerts(BOOK, {}) == {}


def test_it_asks_about_seven_days() -> None:
    assert BOOK.questionnaire.recall_period == "P7D"
