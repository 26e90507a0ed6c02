"""One score of one patient over time -> its longitudinal summaries. Exact: nothing is rounded here.

The definitions are those of the published reference for PRO-CTCAE data. It takes the areas per treatment arm, on mean
curves; per patient is our adaptation. `docs/longitudinal.md` has every formula with a worked example.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from scoring.rules import Direction, ScoreKind, ScoreRule
from scoring.score import Exact

FRACTION_CAP = Fraction(9999, 10_000)
"""The most that the toxicity index adds to the highest value, as published."""

SUMMARY_DECIMALS = 6
"""What every output rounds a summary to, half away from zero; nothing is rounded before."""


class Undefined(StrEnum):
    """Why a summary is not defined."""

    NO_VALUE = "no_value"
    """Nothing was scored."""
    NO_BASELINE = "no_baseline"
    """There is no response that is the baseline."""
    BASELINE_NOT_COMPARABLE = "baseline_not_comparable"
    """The baseline is of a version, scale or recall period that does not compare."""
    BASELINE_NOT_SCORED = "baseline_not_scored"
    """The baseline is there, but has no value of this score."""
    NO_LATER_VALUE = "no_later_value"
    """Nothing was scored after the baseline."""
    HIGHER_IS_BETTER = "higher_is_better"
    """Only for scores of which higher is worse."""
    NOT_ZERO_BASED = "not_zero_based"
    """Only for scores whose lowest value is 0."""
    NOT_A_NUMBER = "not_a_number"
    """The score is a state: a string of answers."""


Summary = Exact | Undefined


@dataclass(frozen=True, slots=True)
class Point:
    """One response: when, in the caller's unit of time, and the value; None where it was not scored."""

    time: Exact
    value: Exact | None


@dataclass(frozen=True, slots=True)
class Series:
    """The responses before the baseline, the baseline, and those after it, each in order.

    Order settles what shares a time: two values at one time are a step, which has no area.
    """

    before: Sequence[Point]
    baseline: Point | Undefined
    after: Sequence[Point]

    @property
    def values(self) -> list[Exact]:
        """Every known value, the baseline's included."""
        baseline = () if isinstance(self.baseline, Undefined) else (self.baseline,)
        return [point.value for point in (*self.before, *baseline, *self.after) if point.value is not None]


@dataclass(frozen=True, slots=True)
class Summaries:
    """The summaries of one series. Areas are in the score's unit times the unit of time, over `observed` time.

    `observed` reaches from the baseline to the last known value after it: the base of both areas.
    """

    max: Summary
    max_post_bl: Summary
    bl_adjusted: Summary
    toxicity_index: Summary
    auc_worsening: Summary
    auc_improvement: Summary
    observed: Summary


SUMMARIES = ("max", "max_post_bl", "bl_adjusted", "toxicity_index", "auc_worsening", "auc_improvement")
"""The names of the summaries, in the order in which every output writes them."""


def summarise(rule: ScoreRule, series: Series) -> Summaries:
    """Every summary of a series of values of this rule's score."""
    if rule.kind is ScoreKind.STATE:
        return Summaries(*[Undefined.NOT_A_NUMBER] * 7)
    values = series.values
    later = _highest_after(series)
    worsening, improvement, observed = _areas_of(series, rule.higher_is)
    return Summaries(
        max=max(values) if values else Undefined.NO_VALUE,
        max_post_bl=later,
        bl_adjusted=baseline_adjusted(_baseline_value(series), later),
        toxicity_index=_toxicity_index_of(rule, values),
        auc_worsening=worsening,
        auc_improvement=improvement,
        observed=observed,
    )


def baseline_adjusted(baseline: Summary, later: Summary) -> Summary:
    """The highest value after the baseline where it exceeds the baseline's, else 0."""
    if isinstance(baseline, Undefined):
        return baseline
    if isinstance(later, Undefined):
        return later
    return later if later > baseline else 0


def toxicity_index(values: Iterable[Exact]) -> Exact:
    """x1 + sum over i of x(i+1) / product over j <= i of (1 + xj), of values x1 >= x2 >= ... >= 0, at least one.

    What is added to x1 is below 1, and is capped at 0.9999: the whole part tells the highest value, the rest how
    much else there was. Nested from the lowest value up, TI(x1, x2 ...) = x1 + TI(x2 ...) / (1 + x1).
    """
    highest, *others = sorted(values, reverse=True)
    numerator, denominator = 0, 1
    for x in reversed(others):
        # x + rest / (1 + x), on whole numbers: a fraction would be shortened at every step.
        n, d = x.numerator, x.denominator
        numerator, denominator = n * (n + d) * denominator + numerator * d * d, d * (n + d) * denominator
    return highest + min(Fraction(numerator, denominator) / (1 + highest), FRACTION_CAP)


def areas(curve: Sequence[Point], higher_is: Direction) -> tuple[Exact, Exact]:
    """The areas between a curve and its first value, the baseline: (worsening >= 0, improvement <= 0).

    Trapezoids join the known points; a point that was not scored is left out, and its neighbours are joined. Where a
    side crosses the baseline, the crossing point is inserted. Worsening lies above the baseline where higher is worse,
    and below it where higher is better.
    """
    known = [(point.time, point.value) for point in curve if point.value is not None]
    sign = 1 if higher_is is Direction.WORSE else -1
    away = [(time, sign * (value - known[0][1])) for time, value in known]
    worsening: Exact = 0
    improvement: Exact = 0
    for (start, left), (end, right) in pairwise(_with_crossings(away)):
        doubled = (left + right) * (end - start)
        if doubled > 0:
            worsening += doubled
        else:
            improvement += doubled
    return Fraction(worsening) / 2, Fraction(improvement) / 2


def _with_crossings(curve: Sequence[tuple[Exact, Exact]]) -> Iterator[tuple[Exact, Exact]]:
    """The points of a curve, and the points at which it crosses 0 between two of them."""
    yield curve[0]
    for (start, left), (end, right) in pairwise(curve):
        if left * right < 0:
            yield start + (end - start) * Fraction(left) / (left - right), 0
        yield end, right


def _baseline_value(series: Series) -> Summary:
    if isinstance(series.baseline, Undefined):
        return series.baseline
    return Undefined.BASELINE_NOT_SCORED if series.baseline.value is None else series.baseline.value


def _highest_after(series: Series) -> Summary:
    later = [point.value for point in series.after if point.value is not None]
    if later:
        return max(later)
    return series.baseline if isinstance(series.baseline, Undefined) else Undefined.NO_LATER_VALUE


def _toxicity_index_of(rule: ScoreRule, values: Sequence[Exact]) -> Summary:
    if rule.higher_is is Direction.BETTER:
        return Undefined.HIGHER_IS_BETTER
    if rule.range[0] != 0:
        return Undefined.NOT_ZERO_BASED
    return toxicity_index(values) if values else Undefined.NO_VALUE


def _areas_of(series: Series, higher_is: Direction) -> tuple[Summary, Summary, Summary]:
    """Worsening, improvement, and the time that they were observed over."""
    value = _baseline_value(series)
    if isinstance(series.baseline, Undefined) or isinstance(value, Undefined):
        reason = value if isinstance(value, Undefined) else Undefined.NO_BASELINE
        return reason, reason, reason
    later = [point for point in series.after if point.value is not None]
    if not later:
        return Undefined.NO_LATER_VALUE, Undefined.NO_LATER_VALUE, Undefined.NO_LATER_VALUE
    return *areas([series.baseline, *later], higher_is), later[-1].time - series.baseline.time
