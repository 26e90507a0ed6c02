"""EQ-5D-5L: all 3125 health states against a computation of their own with the published French decrements."""

import itertools
from decimal import ROUND_HALF_UP, Decimal

import pytest

from scoring.engine import score
from scoring.score import NotScored, Number, Score, State
from tests.support.scoring import checked
from tests.support.shipped_scores import codes, rulebook

BOOK = rulebook("eq-5d-5l", "1.0")
DIMENSIONS = ("MO", "SC", "UA", "PD", "AD")
STATES = list(itertools.product(range(1, 6), repeat=5))

DECREMENTS = {
    "MO": ("0", "0.03759", "0.04774", "0.17949", "0.32509"),
    "SC": ("0", "0.03656", "0.050781", "0.172251", "0.258331"),
    "UA": ("0", "0.03313", "0.03979", "0.15689", "0.24005"),
    "PD": ("0", "0.02198", "0.04704", "0.26374", "0.44399"),
    "AD": ("0", "0.02046", "0.04683", "0.20005", "0.25803"),
}
"""Andrade 2020, doi:10.1007/s40273-019-00876-4: what levels 1 to 5 of each dimension take away from 1."""


def exact_index(levels: tuple[int, ...]) -> Decimal:
    """1 less the decrements, before rounding."""
    lost = (Decimal(DECREMENTS[name][level - 1]) for name, level in zip(DIMENSIONS, levels, strict=True))
    return 1 - sum(lost, start=Decimal(0))


def index_of(levels: tuple[int, ...]) -> Number:
    result = score(BOOK, checked(BOOK, codes(dict(zip(DIMENSIONS, levels, strict=True)))))["INDEX_FR"]
    assert isinstance(result, Score)
    return result.value


@pytest.mark.parametrize("mobility", range(1, 6))
def test_every_health_state(mobility: int) -> None:
    for levels in (state for state in STATES if state[0] == mobility):
        results = score(BOOK, checked(BOOK, codes(dict(zip(DIMENSIONS, levels, strict=True)))))
        index = exact_index(levels).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)
        assert results == {
            "STATE": State("".join(map(str, levels))),
            "LSS": Score(sum(levels)),
            "INDEX_FR": Score(index),
            "VAS_SCORE": results["VAS_SCORE"],
        }


@pytest.mark.parametrize(
    ("levels", "index"), [((1, 1, 1, 1, 1), "1"), ((1, 2, 3, 4, 5), "0.402"), ((5, 5, 5, 5, 5), "-0.525")]
)
def test_the_published_points(levels: tuple[int, ...], index: str) -> None:
    assert index_of(levels) == Decimal(index)


def test_the_states_between_two_thousandths_are_rounded_up() -> None:
    halves = [levels for levels in STATES if exact_index(levels) * 2000 % 2 == 1]
    assert len(halves) == 11
    assert (1, 1, 1, 3, 2) in halves
    assert all(Decimal(index_of(levels)) > exact_index(levels) for levels in halves)


def test_a_worse_level_never_has_a_higher_index() -> None:
    for levels in STATES:
        for place in (place for place, level in enumerate(levels) if level < 5):
            worse = (*levels[:place], levels[place] + 1, *levels[place + 1 :])
            assert exact_index(worse) < exact_index(levels)


@pytest.mark.parametrize("missing", DIMENSIONS)
def test_without_one_dimension_there_is_neither_state_nor_sum_nor_index(missing: str) -> None:
    answers: dict[str, object] = codes({name: 1 for name in DIMENSIONS if name != missing})
    results = score(BOOK, checked(BOOK, {**answers, "VAS": 50}))
    assert all(isinstance(results[name], NotScored) for name in ("STATE", "LSS", "INDEX_FR"))
    assert results["VAS_SCORE"] == Score(50)


@pytest.mark.parametrize("rating", range(101))
def test_the_rating_is_taken_as_it_was_answered(rating: int) -> None:
    assert score(BOOK, checked(BOOK, {"VAS": rating}))["VAS_SCORE"] == Score(rating)
