"""PHQ-9 by its published facts: random answers of every kind against the plain formula, every band, the item 9 rule."""

import itertools
import random

import pytest

from tests.support.naive_formulas import naive_scores
from tests.support.shipped_scores import alerts, band, rulebook, values

BOOK = rulebook("phq-9", "1.0")
PRORATED = rulebook("phq-9", "1.0", "prorate")
ITEMS = [f"PHQ{n}" for n in range(1, 10)]


def answered(total: int, items: list[str] = ITEMS) -> dict[str, str]:
    """Answers to these items that add up to the total, the first ones as high as they go."""
    answers = {}
    for item in items:
        answers[item] = str(min(3, total))
        total -= min(3, total)
    assert total == 0
    return answers


def test_random_answers_give_the_published_total() -> None:
    draw = random.Random(9)
    lengths = set()
    for _ in range(4000):
        left_out = draw.sample(ITEMS, k=draw.choice([0, 0, 1, 2, 3, 9]))
        answers = {item: str(draw.randrange(4)) for item in ITEMS if item not in left_out}
        lengths.add(len(answers))
        assert values(BOOK, answers) == naive_scores("phq-9", answers), answers
        assert values(PRORATED, answers) == naive_scores("phq-9", answers, "prorate"), answers
        urgent = {"self-harm": "urgent"} if answers.get("PHQ9", "0") != "0" else {}
        assert alerts(BOOK, answers) == alerts(PRORATED, answers) == urgent, answers
    assert lengths == {0, 6, 7, 8, 9}


@pytest.mark.parametrize("total", range(28))
def test_every_total_has_its_published_band(total: int) -> None:
    bands = ["minimal"] * 5 + ["mild"] * 5 + ["moderate"] * 5 + ["moderately_severe"] * 5 + ["severe"] * 8
    answers = answered(total)
    assert values(BOOK, answers)["PHQ9_TOTAL"] == total
    assert band(BOOK, answers, "PHQ9_TOTAL") == bands[total]


def test_a_prorated_total_between_two_bands_belongs_to_the_lower_one() -> None:
    """4 answers of 1 among 8: 4 * 9 / 8 = 4.5, below 5."""
    answers = answered(4, ITEMS[:8])
    assert str(values(PRORATED, answers)["PHQ9_TOTAL"]) == "4.5"
    assert band(PRORATED, answers, "PHQ9_TOTAL") == "minimal"


def test_one_missing_answer_leaves_no_total_whichever_it_is() -> None:
    for missing in ITEMS:
        answers = {item: "0" for item in ITEMS if item != missing}
        assert values(BOOK, answers) == {"PHQ9_TOTAL": None}
        assert values(PRORATED, answers) == {"PHQ9_TOTAL": 0}


def test_up_to_two_missing_answers_are_prorated_whichever_they_are() -> None:
    for missing in itertools.combinations(ITEMS, 2):
        answers = {item: "2" for item in ITEMS if item not in missing}
        assert values(PRORATED, answers) == {"PHQ9_TOTAL": 18}
        for third in answers:
            fewer = {item: code for item, code in answers.items() if item != third}
            assert values(PRORATED, fewer) == {"PHQ9_TOTAL": None}


@pytest.mark.parametrize("code", ["1", "2", "3"])
def test_item_9_alone_is_urgent_whatever_else_was_answered(code: str) -> None:
    for others in ({}, dict.fromkeys(ITEMS[:8], "0"), dict.fromkeys(ITEMS[:8], "3")):
        assert alerts(BOOK, {**others, "PHQ9": code}) == {"self-harm": "urgent"}


def test_no_other_item_raises_an_alert() -> None:
    assert alerts(BOOK, {**dict.fromkeys(ITEMS[:8], "3"), "PHQ9": "0"}) == {}
    assert alerts(PRORATED, dict.fromkeys(ITEMS[:8], "3")) == {}


def test_it_is_published_under_its_loinc_over_two_weeks() -> None:
    assert BOOK.rules["PHQ9_TOTAL"].rule.loinc == "44261-6"
    assert BOOK.questionnaire.recall_period == "P2W"
