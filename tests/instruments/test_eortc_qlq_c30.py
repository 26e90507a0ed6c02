"""EORTC QLQ-C30, computed a second time by the formulas of its scoring manual."""

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.change import Label, label_known
from tests.support.shipped_scores import SEEDED, assert_published, codes, rulebook, values

BOOK = rulebook("eortc-qlq-c30", "3.0")

GLOBAL = {"QL": (29, 30)}
FUNCTIONING = {"PF": (1, 2, 3, 4, 5), "RF": (6, 7), "EF": (21, 22, 23, 24), "CF": (20, 25), "SF": (26, 27)}
SYMPTOMS = {
    "FA": (10, 12, 18),
    "NV": (14, 15),
    "PA": (9, 19),
    "DY": (8,),
    "SL": (11,),
    "AP": (13,),
    "CO": (16,),
    "DI": (17,),
    "FI": (28,),
}
SCALES = {**GLOBAL, **FUNCTIONING, **SYMPTOMS}
HIGHEST = {f"Q{number}": 7 if number in (29, 30) else 4 for number in range(1, 31)}

Answers = Mapping[str, int]


def by_the_manual(answers: Answers) -> dict[str, Fraction | None]:
    """RS = mean of the answered items; transformed to 0-100; half of a scale's items have to be answered."""
    scores: dict[str, Fraction | None] = {}
    for name, numbers in SCALES.items():
        given_answers = [answers[f"Q{number}"] for number in numbers if f"Q{number}" in answers]
        if 2 * len(given_answers) < len(numbers):
            scores[name] = None
            continue
        raw = Fraction(sum(given_answers), len(given_answers))
        part = (raw - 1) / (6 if name in GLOBAL else 3)
        scores[name] = (1 - part) * 100 if name in FUNCTIONING else part * 100
    turned = [scores[name] for name in FUNCTIONING]
    for name in SYMPTOMS:
        if name != "FI":
            value = scores[name]
            turned.append(None if value is None else 100 - value)
    assert len(turned) == 13
    known = [value for value in turned if value is not None]
    scores["C30SUMMARY"] = sum(known, start=Fraction(0)) / 13 if len(known) == 13 else None
    return scores


def every_answer(name: str) -> Iterator[Answers]:
    """Every combination of answered and skipped items of one scale."""
    items = [f"Q{number}" for number in SCALES[name]]
    for combination in itertools.product(*((None, *range(1, HIGHEST[item] + 1)) for item in items)):
        yield {item: code for item, code in zip(items, combination, strict=True) if code is not None}


@pytest.mark.parametrize("name", SCALES)
def test_every_combination_of_answers_of_a_scale(name: str) -> None:
    for answers in every_answer(name):
        assert_published(values(BOOK, codes(answers)), by_the_manual(answers))


@SEEDED
@given(
    st.fixed_dictionaries({item: st.integers(1, highest) for item, highest in HIGHEST.items()}),
    st.sets(st.sampled_from(list(HIGHEST)), max_size=6),
)
def test_any_answers_with_some_missing(answers: Answers, missing: set[str]) -> None:
    answered = {item: code for item, code in answers.items() if item not in missing}
    assert_published(values(BOOK, codes(answered)), by_the_manual(answered))


@pytest.mark.parametrize("name", SCALES)
def test_a_change_matters_from_ten_on_in_the_direction_of_the_scale(name: str) -> None:
    rule = BOOK.rules[name].rule
    up, down = (Label.WORSE, Label.BETTER) if name in SYMPTOMS else (Label.BETTER, Label.WORSE)
    assert label_known(rule, 50, 60) is up
    assert label_known(rule, 50, 40) is down
    assert label_known(rule, 50, 59) is Label.UNCHANGED
    assert label_known(rule, 50, 41) is Label.UNCHANGED


def test_the_sizes_of_a_change_are_those_of_osoba() -> None:
    for name in SCALES:
        threshold = BOOK.rules[name].rule.meaningful_change
        assert threshold is not None
        assert [(size.at_least, size.above, size.size) for size in threshold.sizes] == [
            (5, None, "small"),
            (10, None, "moderate"),
            (None, 20, "large"),
        ]


def test_no_change_of_the_summary_is_rated() -> None:
    assert label_known(BOOK.rules["C30SUMMARY"].rule, 10, 90) is Label.NOT_RATED


def test_it_raises_no_alerts() -> None:
    assert (BOOK.item_watches, BOOK.score_watches) == ((), ())
