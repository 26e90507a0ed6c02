"""The operators that count, on columns of exact fractions. Each does what `scoring.operators` does for one response."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scoring.batch.columns import Ints
from scoring.batch.inputs import InputColumn
from scoring.batch.rationals import Rationals, integer_type
from scoring.batch.results import SCORED, code_of
from scoring.batch.settling import SettledRows
from scoring.operators import Operands
from scoring.score import NoValue
from scoring.tables import CutPoints


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """The exact values of the rows that have one, and the reasons of the operator itself (None: it has none)."""

    values: Rationals
    reasons: Ints | None = None


Compute = Callable[[Sequence[InputColumn], SettledRows, Operands], Computed]


def _sum(inputs: Sequence[InputColumn], settled: SettledRows, operands: Operands) -> Computed:
    return Computed(_scaled_sum(inputs, settled, len(inputs)))


def _mean(inputs: Sequence[InputColumn], settled: SettledRows, operands: Operands) -> Computed:
    return Computed(_scaled_sum(inputs, settled, 1))


def _linear_0_100(inputs: Sequence[InputColumn], settled: SettledRows, operands: Operands) -> Computed:
    return Computed(_linear(_scaled_sum(inputs, settled, 1), operands))


def _linear_100_0(inputs: Sequence[InputColumn], settled: SettledRows, operands: Operands) -> Computed:
    turned = _linear(_scaled_sum(inputs, settled, 1), operands)
    full = 100 * turned.common
    bound = turned.bound + full
    return Computed(Rationals(full - turned.numerators.astype(integer_type(bound)), turned.common, bound))


def _scaled_sum(inputs: Sequence[InputColumn], settled: SettledRows, times: int) -> Rationals:
    """The sum of the known inputs * `times` / how many they are: the mean (times 1), or the sum (times all inputs)."""
    columns, common, bound = _over_one_denominator(inputs)
    total = columns[0]
    for column in columns[1:]:
        total = total + column
    if settled.counts is None:
        below = common * (len(inputs) // times)
        return Rationals(total, below, max(bound * len(inputs), below))
    # One denominator for every possible count: their least common multiple.
    known = range(settled.fewest, len(inputs) + 1)
    multiple = math.lcm(*known)
    bound = max(bound * len(inputs) * times * multiple, common * multiple)
    whole_type = integer_type(bound)
    factors = [0] * settled.fewest + [times * multiple // count for count in known]
    factor: Ints = np.array(factors, whole_type).take(settled.counts)
    return Rationals(total.astype(whole_type) * factor, common * multiple, bound)


def _linear(mean: Rationals, operands: Operands) -> Rationals:
    """(mean - low) / (high - low) * 100, in whole numbers."""
    low, width = Fraction(operands.low), Fraction(operands.high) - Fraction(operands.low)
    lowest, over = low.numerator * mean.common, low.denominator
    factor = 100 * width.denominator
    below = mean.common * over * width.numerator
    bound = max((mean.bound * over + abs(lowest)) * factor, below)
    above: Ints = mean.numerators.astype(integer_type(bound))
    return Rationals((above * over - lowest) * factor, below, bound)


def _max(inputs: Sequence[InputColumn], settled: SettledRows, operands: Operands) -> Computed:
    columns, common, bound = _over_one_denominator(inputs)
    highest = columns[0]
    for column in columns[1:]:
        highest = np.maximum(highest, column)
    return Computed(Rationals(highest, common, bound))


def _count(inputs: Sequence[InputColumn], settled: SettledRows, operands: Operands) -> Computed:
    assert operands.at_least is not None, "binding asks a count for at_least"
    columns, common, bound = _over_one_denominator(inputs)
    threshold = Fraction(operands.at_least)
    whole_type = integer_type(max(bound * threshold.denominator, abs(threshold.numerator) * common))
    reached = (c.astype(whole_type) * threshold.denominator >= threshold.numerator * common for c in columns)
    counts = np.sum([flags.astype(np.int64) for flags in reached], axis=0)
    return Computed(Rationals(counts, 1, len(columns)))


def _value(inputs: Sequence[InputColumn], settled: SettledRows, operands: Operands) -> Computed:
    return Computed(inputs[0].values)


def _percent(now: Ints, baseline: Ints, bound: int, sign: int) -> Computed:
    whole_type = integer_type(bound * 200)
    now, baseline = now.astype(whole_type), baseline.astype(whole_type)
    change = np.maximum(sign * (now - baseline) * 100, 0)
    # Where the baseline is absent there is no score: its 0 must not be divided by.
    return Computed(Rationals(change, np.where(baseline == 0, 1, baseline), bound * 200))


def _percent_loss(inputs: Sequence[InputColumn], settled: SettledRows, operands: Operands) -> Computed:
    (now, baseline), _, bound = _over_one_denominator(inputs)
    return _percent(now, baseline, bound, -1)


def _percent_gain(inputs: Sequence[InputColumn], settled: SettledRows, operands: Operands) -> Computed:
    (now, baseline), _, bound = _over_one_denominator(inputs)
    return _percent(now, baseline, bound, 1)


def _cut_points(inputs: Sequence[InputColumn], settled: SettledRows, operands: Operands) -> Computed:
    assert isinstance(operands.table, CutPoints), "binding gives cut points their table"
    values = inputs[0].values
    no_grade = code_of(NoValue.NO_GRADE)
    grades = np.zeros(len(values.numerators), np.int64)
    reasons = np.full(len(grades), no_grade, np.uint8)
    for point in operands.table.points:
        start = Fraction(point.start)
        whole_type = integer_type(values.bound * max(abs(start.numerator), start.denominator))
        number: Ints = values.numerators.astype(whole_type) * start.denominator
        bound: Ints = np.asarray(values.denominator).astype(whole_type) * start.numerator
        reached = number >= bound if point.included else number > bound
        grades = np.where(reached, point.value or 0, grades)
        reasons = np.where(reached, no_grade if point.value is None else SCORED, reasons)
    return Computed(Rationals(grades, 1, max(1, int(grades.max(initial=0)))), reasons)


def _over_one_denominator(inputs: Sequence[InputColumn]) -> tuple[list[Ints], int, int]:
    """The numerators over one common denominator, that denominator, and a bound that a sum of them keeps too."""
    common = math.lcm(*(source.values.common for source in inputs))
    factors = [common // source.values.common for source in inputs]
    bound = max(common, *(s.values.bound * factor for s, factor in zip(inputs, factors, strict=True)))
    whole_type = integer_type(bound * len(inputs))
    pairs = zip(inputs, factors, strict=True)
    return [source.values.numerators.astype(whole_type) * factor for source, factor in pairs], common, bound


ARITHMETIC: Mapping[str, Compute] = {
    "sum": _sum,
    "mean": _mean,
    "linear_0_100": _linear_0_100,
    "linear_100_0": _linear_100_0,
    "max": _max,
    "count": _count,
    "value": _value,
    "percent_loss": _percent_loss,
    "percent_gain": _percent_gain,
    "cut_points": _cut_points,
}
"""By the operator's name. An operator that is not here is worked out row by row, each distinct case once."""

ONE_DENOMINATOR = frozenset(ARITHMETIC) - {"value", "cut_points"}
"""The operators whose inputs must have one denominator for all rows; a percentage has one for each."""

ROW_DENOMINATOR = frozenset({"percent_loss", "percent_gain"})
"""The operators that give every row a denominator of its own."""
