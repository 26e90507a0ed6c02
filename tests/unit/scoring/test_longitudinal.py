"""Longitudinal summaries: worked by hand, and the laws that hold for any series."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.longitudinal import (
    FRACTION_CAP,
    Point,
    Series,
    Summaries,
    Undefined,
    areas,
    baseline_adjusted,
    summarise,
    toxicity_index,
)
from scoring.rules import Direction, ScoreKind, ScoreRule
from scoring.score import Exact
from tests.support.scoring import Measure


def rule(
    low: int = 0, high: int = 3, higher_is: Direction = Direction.WORSE, kind: ScoreKind = ScoreKind.COMPOSITE_GRADE
) -> ScoreRule:
    measure = Measure("nausea", kind, higher_is=higher_is)
    return measure.bound(1).rule.model_copy(update={"range": (low, high)})


def series(
    *points: tuple[Exact, Exact | None], baseline: int | None = 0, absent: Undefined = Undefined.NO_BASELINE
) -> Series:
    """Points in order; `baseline` is the place of the baseline among them."""
    found = [Point(time, value) for time, value in points]
    if baseline is None:
        return Series(found, absent, ())
    return Series(found[:baseline], found[baseline], found[baseline + 1 :])


# ---- worked by hand ----


def test_a_course_that_worsens_and_mends() -> None:
    # Days 0, 7, 14, 28 with grades 1, 3, 0, 1; the first is the baseline.
    # Against the baseline: 0, 2, -1, 0.
    # 0..7: triangle 7 * 2 / 2 = 7 above.
    # 7..14: falls from 2 to -1, crossing after 7 * 2/3 = 14/3 days: above 14/3 * 2 / 2 = 14/3,
    #        below 7/3 * 1 / 2 = 7/6.
    # 14..28: from -1 to 0: 14 * 1 / 2 = 7 below.
    # Toxicity index of 3, 1, 1, 0: 3 + 1/4 + 1/(4*2) + 0/(4*2*2) = 3.375.
    assert summarise(rule(), series((0, 1), (7, 3), (14, 0), (28, 1))) == Summaries(
        max=3,
        max_post_bl=3,
        bl_adjusted=3,
        toxicity_index=Fraction(27, 8),
        auc_worsening=7 + Fraction(14, 3),
        auc_improvement=-(Fraction(7, 6) + 7),
        observed=28,
    )


def test_what_is_never_above_its_baseline_adds_nothing() -> None:
    # Baseline 2, then 2 and 1: the highest after is 2, which does not exceed 2, so 0 is left of it.
    # Below the baseline: 7..14 a triangle 7 * 1 / 2 = 3.5.
    # Toxicity index of 2, 2, 1: 2 + 2/3 + 1/(3*3) = 2 + 7/9.
    found = summarise(rule(), series((0, 2), (7, 2), (14, 1)))
    assert (found.max, found.max_post_bl, found.bl_adjusted) == (2, 2, 0)
    assert found.toxicity_index == 2 + Fraction(7, 9)
    assert (found.auc_worsening, found.auc_improvement) == (0, Fraction(-7, 2))


def test_where_higher_is_better_falling_is_worsening() -> None:
    # Quality of life 6 at the baseline, 4 after ten days, 8 after twenty.
    # 0..10: 10 * 2 / 2 = 10 below, which is worse. 10..20: from -2 to +2, crossing in the middle:
    # 5 * 2 / 2 = 5 below, 5 above. Worse 15; better 5, written as -5.
    found = summarise(rule(high=10, higher_is=Direction.BETTER), series((0, 6), (10, 4), (20, 8)))
    assert (found.auc_worsening, found.auc_improvement) == (15, -5)
    assert (found.max, found.max_post_bl, found.bl_adjusted) == (8, 8, 8)
    assert found.toxicity_index is Undefined.HIGHER_IS_BETTER


def test_a_gap_is_bridged_and_a_step_has_no_area() -> None:
    # The response of day 5 was not scored: days 0 and 10 are joined, 10 * 2 / 2 = 10.
    # Two values at day 10, 2 then 0: a step down, no area; the curve goes on from the later one.
    found = summarise(rule(), series((0, 0), (5, None), (10, 2), (10, 0), (20, 0)))
    assert (found.auc_worsening, found.auc_improvement, found.observed) == (10, 0, 20)
    # The other way round the curve lies on the baseline up to day 10 and goes on from 2: a triangle of 10 again.
    assert summarise(rule(), series((0, 0), (10, 0), (10, 2), (20, 0))).auc_worsening == 10


def test_what_came_before_the_baseline_counts_for_highest_and_index_only() -> None:
    # Screening 3, baseline 1, then 2: index of 3, 2, 1 = 3 + 2/4 + 1/(4*3) = 3 + 7/12.
    found = summarise(rule(), series((-7, 3), (0, 1), (7, 2), baseline=1))
    assert (found.max, found.max_post_bl, found.bl_adjusted) == (3, 2, 2)
    assert found.toxicity_index == 3 + Fraction(7, 12)
    assert found.auc_worsening == Fraction(7, 2)


def test_the_toxicity_index_never_reaches_the_next_grade() -> None:
    # Ten times 4: 1 - (1/5)^9 is more than 0.9999. Five times: 4/5 + 4/25 + 4/125 + 4/625 = 0.9984.
    assert toxicity_index([4] * 10) == 4 + FRACTION_CAP == Fraction("4.9999")
    assert toxicity_index([4] * 5) == Fraction("4.9984")


def test_the_toxicity_index_of_fractions() -> None:
    # 66 2/3 and 33 1/3: 200/3 + (100/3) / (203/3) = 200/3 + 100/203.
    assert toxicity_index([Fraction(100, 3), Fraction(200, 3)]) == Fraction(200, 3) + Fraction(100, 203)
    assert toxicity_index([0, 0, 0]) == 0
    assert toxicity_index([2]) == 2


# ---- where a summary is not defined, it says why ----


@pytest.mark.parametrize(
    ("course", "maximum", "later", "adjusted", "area"),
    [
        (Series((), Undefined.NO_BASELINE, ()), Undefined.NO_VALUE, *[Undefined.NO_BASELINE] * 3),
        (series((0, None)), Undefined.NO_VALUE, Undefined.NO_LATER_VALUE, *[Undefined.BASELINE_NOT_SCORED] * 2),
        (series((0, 1)), 1, *[Undefined.NO_LATER_VALUE] * 3),
        (series((0, 1), (7, None)), 1, *[Undefined.NO_LATER_VALUE] * 3),
        (series((0, None), (7, 2)), 2, 2, *[Undefined.BASELINE_NOT_SCORED] * 2),
        (series((0, 1), (7, 2), baseline=None), 2, *[Undefined.NO_BASELINE] * 3),
        (
            Series((), Undefined.BASELINE_NOT_COMPARABLE, (Point(7, 2),)),
            2,
            2,
            *[Undefined.BASELINE_NOT_COMPARABLE] * 2,
        ),
    ],
)
def test_what_is_not_defined_says_why(
    course: Series, maximum: object, later: object, adjusted: object, area: object
) -> None:
    found = summarise(rule(), course)
    assert (found.max, found.max_post_bl, found.bl_adjusted) == (maximum, later, adjusted)
    assert (found.toxicity_index is Undefined.NO_VALUE) == (maximum is Undefined.NO_VALUE)
    assert (found.auc_worsening, found.auc_improvement, found.observed) == (area, area, area)


def test_the_toxicity_index_needs_a_scale_from_0_on_which_higher_is_worse() -> None:
    known = series((0, 1), (7, 2))
    assert summarise(rule(low=1), known).toxicity_index is Undefined.NOT_ZERO_BASED
    assert summarise(rule(higher_is=Direction.BETTER), known).toxicity_index is Undefined.HIGHER_IS_BETTER
    assert summarise(rule(low=1), series((0, None))).toxicity_index is Undefined.NOT_ZERO_BASED


def test_a_state_is_no_number() -> None:
    found = summarise(rule(kind=ScoreKind.STATE), series((0, None), (7, None)))
    assert {getattr(found, name) for name in found.__slots__} == {Undefined.NOT_A_NUMBER}


# ---- laws ----

GRADES = st.lists(st.integers(0, 4), min_size=1, max_size=12)
TENTHS = st.integers(0, 1000).map(lambda tenths: Fraction(tenths, 10))
VALUES = st.one_of(GRADES, st.lists(TENTHS, min_size=1, max_size=12))
CURVES = st.lists(st.tuples(st.integers(0, 400), TENTHS), min_size=2, max_size=12).map(
    lambda points: [Point(time, value) for time, value in sorted(points, key=lambda point: point[0])]
)
DIRECTIONS = st.sampled_from(Direction)


def defined(value: Exact | None) -> Exact:
    assert value is not None
    return value


@given(VALUES)
def test_the_toxicity_index_lies_between_the_highest_value_and_the_next(values: list[Exact]) -> None:
    assert max(values) <= toxicity_index(values) < max(values) + 1


@given(VALUES.flatmap(lambda values: st.tuples(st.just(values), st.permutations(values))))
def test_the_order_of_values_does_not_matter(both: tuple[list[Exact], list[Exact]]) -> None:
    assert toxicity_index(both[0]) == toxicity_index(both[1])


@given(VALUES, TENTHS)
def test_more_toxicity_never_lowers_the_index(values: list[Exact], more: Fraction) -> None:
    assert toxicity_index([*values, more]) >= toxicity_index(values)


@given(VALUES)
def test_the_nested_form_is_the_published_sum(values: list[Exact]) -> None:
    highest, *others = sorted(values, reverse=True)
    total, product = Fraction(0), Fraction(1)
    for before, x in pairwise([highest, *others]):
        product *= 1 + before
        total += x / product
    assert toxicity_index(values) == highest + min(total, FRACTION_CAP)


@given(st.integers(0, 4), st.lists(st.integers(0, 400), min_size=1), DIRECTIONS)
def test_a_steady_course_has_no_area(value: int, times: list[int], higher_is: Direction) -> None:
    assert areas([Point(time, value) for time in sorted(times)], higher_is) == (0, 0)


@given(CURVES, DIRECTIONS, st.data())
def test_a_point_on_the_line_changes_nothing(curve: list[Point], higher_is: Direction, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(curve) - 2))
    share = data.draw(st.fractions(0, 1, max_denominator=20))
    left, right = curve[place], curve[place + 1]
    between = Point(
        left.time + share * (right.time - left.time),
        defined(left.value) + share * (defined(right.value) - defined(left.value)),
    )
    assert areas([*curve[: place + 1], between, *curve[place + 1 :]], higher_is) == areas(curve, higher_is)


@given(CURVES, DIRECTIONS)
def test_both_areas_together_are_the_area_against_the_baseline(curve: list[Point], higher_is: Direction) -> None:
    worsening, improvement = areas(curve, higher_is)
    assert worsening >= 0 >= improvement
    base = defined(curve[0].value)
    whole = sum(
        (Fraction(defined(a.value) + defined(b.value)) / 2 - base) * (b.time - a.time) for a, b in pairwise(curve)
    )
    assert worsening + improvement == (whole if higher_is is Direction.WORSE else -whole)


@given(CURVES)
def test_a_scale_turned_round_turns_the_areas_round(curve: list[Point]) -> None:
    turned = [Point(point.time, 100 - defined(point.value)) for point in curve]
    assert areas(curve, Direction.WORSE) == areas(turned, Direction.BETTER)


@given(TENTHS, TENTHS)
def test_what_is_left_of_the_highest_is_all_of_it_or_nothing(baseline: Fraction, later: Fraction) -> None:
    assert baseline_adjusted(baseline, later) == (later if later > baseline else 0)
