"""ESAS-r by its published facts: random marks against the plain sums, every band, both thresholds, the changes."""

import random

import pytest

from scoring.change import Label, label_known
from tests.support.naive_formulas import naive_scores
from tests.support.shipped_scores import alerts, rulebook, values

BOOK = rulebook("esas-r", "1.0")
CONCEPTS = {
    "pain": "pain",
    "tiredness": "fatigue",
    "drowsiness": "drowsiness",
    "nausea": "nausea",
    "appetite": "appetite",
    "dyspnea": "breathlessness",
    "depression": "depression",
    "anxiety": "anxiety",
    "wellbeing": "wellbeing",
}
ITEMS = list(CONCEPTS)
NEEDED = {"PHYSICAL": ITEMS[:6], "EMOTIONAL": ITEMS[6:8], "TOTAL": ITEMS}


def expected_alerts(marks: dict[str, int]) -> dict[str, str]:
    """7 or more soon, 4 or more routine, each symptom for itself."""
    return {CONCEPTS[item]: "soon" if mark >= 7 else "routine" for item, mark in marks.items() if mark >= 4}


def test_the_items_stand_in_the_order_of_the_form() -> None:
    assert [item.link_id for item in BOOK.questionnaire.questions] == ITEMS
    assert BOOK.questionnaire.recall_period == "PT0S"


def test_random_marks_give_the_published_sums_and_alerts() -> None:
    draw = random.Random(90)
    for _ in range(4000):
        left_out = draw.sample(ITEMS, k=draw.choice([0, 0, 1, 2, 9]))
        marks = {item: draw.randrange(11) for item in ITEMS if item not in left_out}
        assert values(BOOK, marks) == naive_scores("esas-r", marks), marks
        assert alerts(BOOK, marks) == expected_alerts(marks), marks


@pytest.mark.parametrize("missing", ITEMS)
def test_a_missing_component_leaves_just_the_sums_that_need_it_unscored(missing: str) -> None:
    found = values(BOOK, {item: 1 for item in ITEMS if item != missing})
    assert {name for name, value in found.items() if value is None} == {n for n, of in NEEDED.items() if missing in of}


@pytest.mark.parametrize("item", ITEMS)
def test_every_mark_of_every_item_has_its_band(item: str) -> None:
    bands = ["none"] + ["mild"] * 3 + ["moderate"] * 3 + ["severe"] * 4
    assert [BOOK.band_of_item(item, mark) for mark in range(11)] == bands


@pytest.mark.parametrize("item", ITEMS)
def test_every_mark_of_every_item_alone_raises_what_it_should(item: str) -> None:
    for mark in range(11):
        assert alerts(BOOK, {item: mark}) == expected_alerts({item: mark})


def test_a_rise_alone_raises_nothing() -> None:
    assert alerts(BOOK, dict.fromkeys(ITEMS, 3), dict.fromkeys(ITEMS, 0)) == {}


@pytest.mark.parametrize(("name", "improved", "worsened"), [("PHYSICAL", 3, 4), ("EMOTIONAL", 2, 1), ("TOTAL", 3, 4)])
def test_a_change_is_rated_by_hui_2016(name: str, improved: int, worsened: int) -> None:
    rule = BOOK.rules[name].rule
    assert label_known(rule, 10, 10 - improved) is Label.BETTER
    assert label_known(rule, 10, 10 - improved + 1) is Label.UNCHANGED
    assert label_known(rule, 10, 10 + worsened) is Label.WORSE
    assert label_known(rule, 10, 10 + worsened - 1) is Label.UNCHANGED
