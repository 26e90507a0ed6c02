"""G8 by its published facts: every response there is, and every item left out."""

import itertools
from decimal import Decimal

import pytest

from tests.support.naive_formulas import naive_scores
from tests.support.shipped_scores import alerts, band, rulebook, values

BOOK = rulebook("g8", "1.0")
POINTS = {
    "G8_INTAKE": ["0", "1", "2"],
    "G8_WEIGHT_LOSS": ["0", "1", "2", "3"],
    "G8_MOBILITY": ["0", "1", "2"],
    "G8_NEUROPSYCH": ["0", "1", "2"],
    "G8_BMI": ["0", "1", "2", "3"],
    "G8_DRUGS": ["0", "1"],
    "G8_SELF_RATED": ["0", "0.5", "1", "2"],
    "G8_AGE": ["0", "1", "2"],
}


def test_the_options_are_the_published_points() -> None:
    assert {item.link_id: list(item.option_by_code) for item in BOOK.questionnaire.questions} == POINTS


def test_every_complete_response_gives_its_sum_and_its_advice() -> None:
    totals = set()
    for codes in itertools.product(*POINTS.values()):
        answers = dict(zip(POINTS, codes, strict=True))
        total = sum(map(Decimal, codes))
        totals.add(total)
        assert values(BOOK, answers) == {"G8_TOTAL": total}, answers
        advised = band(BOOK, answers, "G8_TOTAL") == "assessment_advised"
        assert advised == (total <= 14), answers
    assert (min(totals), max(totals)) == (0, 17)
    assert {Decimal(14), Decimal("14.5"), Decimal("0.5")} <= totals


@pytest.mark.parametrize("missing", list(POINTS))
def test_a_missing_item_leaves_no_total(missing: str) -> None:
    answers = {item: codes[-1] for item, codes in POINTS.items() if item != missing}
    assert values(BOOK, answers) == naive_scores("g8", answers) == {"G8_TOTAL": None}


def test_it_advises_and_raises_no_alert() -> None:
    assert alerts(BOOK, {item: codes[0] for item, codes in POINTS.items()}) == {}
