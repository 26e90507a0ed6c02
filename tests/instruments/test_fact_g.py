"""FACT-G, computed a second time by its scoring guidelines: reversal, the half rule, the 80 % rule."""

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.shipped_scores import SEEDED, assert_published, codes, rulebook, values

BOOK = rulebook("fact-g", "4.0")

SCALES = {
    "PWB": ["GP1", "GP2", "GP3", "GP4", "GP5", "GP6", "GP7"],
    "SWB": ["GS1", "GS2", "GS3", "GS4", "GS5", "GS6", "GS7"],
    "EWB": ["GE1", "GE2", "GE3", "GE4", "GE5", "GE6"],
    "FWB": ["GF1", "GF2", "GF3", "GF4", "GF5", "GF6", "GF7"],
}
REVERSED = {*SCALES["PWB"], "GE1", "GE3", "GE4", "GE5", "GE6"}
ITEMS = [item for items in SCALES.values() for item in items]

Answers = Mapping[str, int]


def by_the_guidelines(answers: Answers) -> dict[str, Fraction | None]:
    """Sum of the answered * items / answered; the total of all four where 80 % of the items are exceeded."""
    scores: dict[str, Fraction | None] = {}
    for name, items in SCALES.items():
        points = [4 - answers[item] if item in REVERSED else answers[item] for item in items if item in answers]
        enough = len(points) / len(items) > 0.5
        scores[name] = Fraction(sum(points) * len(items), len(points)) if enough else None
    known = [value for value in scores.values() if value is not None]
    enough = len(known) == 4 and len(answers) * 100 > 80 * 27
    scores["FACTG"] = sum(known, start=Fraction(0)) if enough else None
    return scores


def test_there_are_27_items() -> None:
    assert [item.link_id for item in BOOK.questionnaire.questions] == ITEMS
    assert len(ITEMS) == 27


@SEEDED
@given(
    st.fixed_dictionaries({item: st.integers(0, 4) for item in ITEMS}),
    st.sets(st.sampled_from(ITEMS), max_size=16),
)
def test_any_answers_with_some_missing(answers: Answers, missing: set[str]) -> None:
    answered = {item: code for item, code in answers.items() if item not in missing}
    assert_published(values(BOOK, codes(answered)), by_the_guidelines(answered))


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize("answered", range(8))
def test_every_number_of_answers_in_a_scale(name: str, answered: int) -> None:
    left_out = SCALES[name][answered:]
    answers = {item: 1 for item in ITEMS if item not in left_out}
    assert_published(values(BOOK, codes(answers)), by_the_guidelines(answers))


@pytest.mark.parametrize(("missing", "is_scored"), [(0, True), (5, True), (6, False)])
def test_the_total_needs_22_answers(missing: int, is_scored: bool) -> None:
    spread = ["GP1", "GS1", "GE1", "GF1", "GP2", "GS2"]
    answers = {item: 2 for item in ITEMS if item not in spread[:missing]}
    found = values(BOOK, codes(answers))
    assert all(found[name] is not None for name in SCALES)
    assert (found["FACTG"] is not None) is is_scored


def test_it_raises_no_alerts() -> None:
    assert (BOOK.item_watches, BOOK.score_watches) == ((), ())
