"""GAD-7 by its published facts: every complete response, random incomplete ones, every band; no alert at all."""

import itertools
import random

import pytest

from tests.support.naive_formulas import naive_scores
from tests.support.shipped_scores import alerts, band, rulebook, values

BOOK = rulebook("gad-7", "1.0")
PRORATED = rulebook("gad-7", "1.0", "prorate")
ITEMS = [f"GAD{n}" for n in range(1, 8)]


def test_every_complete_response_gives_its_sum() -> None:
    for codes in itertools.product(range(4), repeat=7):
        answers = {item: str(code) for item, code in zip(ITEMS, codes, strict=True)}
        assert values(BOOK, answers) == {"GAD7_TOTAL": sum(codes)}


def test_random_answers_give_the_published_total() -> None:
    draw = random.Random(7)
    lengths = set()
    for _ in range(3000):
        left_out = draw.sample(ITEMS, k=draw.choice([0, 1, 1, 2, 7]))
        answers = {item: str(draw.randrange(4)) for item in ITEMS if item not in left_out}
        lengths.add(len(answers))
        assert values(BOOK, answers) == naive_scores("gad-7", answers), answers
        assert values(PRORATED, answers) == naive_scores("gad-7", answers, "prorate"), answers
        assert alerts(BOOK, answers) == {}
    assert lengths == {0, 5, 6, 7}


@pytest.mark.parametrize("total", range(22))
def test_every_total_has_its_published_band(total: int) -> None:
    bands = ["minimal"] * 5 + ["mild"] * 5 + ["moderate"] * 5 + ["severe"] * 7
    codes = [max(0, min(3, total - 3 * place)) for place in range(7)]
    answers = {item: str(code) for item, code in zip(ITEMS, codes, strict=True)}
    assert values(BOOK, answers)["GAD7_TOTAL"] == total
    assert band(BOOK, answers, "GAD7_TOTAL") == bands[total]


def test_one_missing_answer_is_prorated_and_two_are_not() -> None:
    for missing in ITEMS:
        answers = {item: "3" for item in ITEMS if item != missing}
        assert values(BOOK, answers) == {"GAD7_TOTAL": None}
        assert values(PRORATED, answers) == {"GAD7_TOTAL": 21}
        for second in answers:
            fewer = {item: code for item, code in answers.items() if item != second}
            assert values(PRORATED, fewer) == {"GAD7_TOTAL": None}


def test_it_is_published_under_its_loinc_over_two_weeks() -> None:
    assert BOOK.rules["GAD7_TOTAL"].rule.loinc == "70274-6"
    assert BOOK.questionnaire.recall_period == "P2W"
