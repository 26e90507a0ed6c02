"""HADS, computed a second time: two sums of seven items, and the bands of every sum."""

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.shipped_scores import SEEDED, assert_published, codes, rulebook, values

BOOK = rulebook("hads", "1.0")

ITEMS = [f"HADS{number}" for number in range(1, 15)]

Answers = Mapping[str, int]


def by_hand(answers: Answers) -> dict[str, Fraction | None]:
    """Odd items: anxiety. Even items: depression. All seven, or no score."""
    odd = [answers[item] for item in ITEMS if item in answers and int(item[4:]) % 2 == 1]
    even = [answers[item] for item in ITEMS if item in answers and int(item[4:]) % 2 == 0]
    return {
        "HADS_A": Fraction(sum(odd)) if len(odd) == 7 else None,
        "HADS_D": Fraction(sum(even)) if len(even) == 7 else None,
    }


@SEEDED
@given(st.fixed_dictionaries({item: st.integers(0, 3) for item in ITEMS}), st.sets(st.sampled_from(ITEMS), max_size=2))
def test_any_answers_with_some_missing(answers: Answers, missing: set[str]) -> None:
    answered = {item: code for item, code in answers.items() if item not in missing}
    assert_published(values(BOOK, codes(answered)), by_hand(answered))


@pytest.mark.parametrize("missing", ITEMS)
def test_each_item_belongs_to_one_scale(missing: str) -> None:
    answers = {item: 1 for item in ITEMS if item != missing}
    assert_published(values(BOOK, codes(answers)), by_hand(answers))


@pytest.mark.parametrize("name", ["HADS_A", "HADS_D"])
@pytest.mark.parametrize("value", range(22))
def test_the_band_of_every_sum(name: str, value: int) -> None:
    band = "none" if value <= 7 else "possible" if value <= 10 else "probable"
    assert BOOK.rules[name].band_of(value) == band


def test_it_raises_no_alerts() -> None:
    assert (BOOK.item_watches, BOOK.score_watches) == ((), ())
