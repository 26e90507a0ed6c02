"""Operators that put several inputs together: `sum`, `mean`, `max`, `count`, and the linear transforms of a mean."""

from collections.abc import Sequence
from fractions import Fraction

from scoring.operators.operator import Extent, Operands, Operator
from scoring.score import Exact


def _sum(values: Sequence[Exact], _with: Operands) -> Exact:
    return sum(values)


def _sum_extent(operands: Operands) -> Extent:
    return sum(i.low for i in operands.inputs), sum(i.high for i in operands.inputs)


def _mean(values: Sequence[Exact], _with: Operands) -> Fraction:
    return Fraction(sum(values)) / len(values)


def _mean_extent(operands: Operands) -> Extent:
    lowest, highest = _sum_extent(operands)
    return Fraction(lowest) / len(operands.inputs), Fraction(highest) / len(operands.inputs)


def _max(values: Sequence[Exact], _with: Operands) -> Exact:
    return max(values)


def _max_extent(operands: Operands) -> Extent:
    return max(i.low for i in operands.inputs), operands.high


def _count(values: Sequence[Exact], operands: Operands) -> Exact:
    assert operands.at_least is not None, "binding asks a count for at_least"
    return sum(value >= operands.at_least for value in values)


def _count_extent(operands: Operands) -> Extent:
    return 0, len(operands.inputs)


def _linear_0_100(values: Sequence[Exact], operands: Operands) -> Exact:
    """((mean - low) / (high - low)) * 100: EORTC QLQ-C30 Scoring Manual, symptom scales and global health."""
    low, high = Fraction(operands.low), Fraction(operands.high)
    return (_mean(values, operands) - low) / (high - low) * 100


def _linear_100_0(values: Sequence[Exact], operands: Operands) -> Exact:
    """(1 - (mean - low) / (high - low)) * 100: EORTC QLQ-C30 Scoring Manual, functioning scales."""
    return 100 - Fraction(_linear_0_100(values, operands))


def _linear_extent(_with: Operands) -> Extent:
    return 0, 100


AGGREGATES = (
    Operator("sum", _sum, _sum_extent, "x1 + x2 + ... + xn", takes_means=True),
    Operator("mean", _mean, _mean_extent, "(x1 + x2 + ... + xn) / n", divides=True, takes_means=True),
    Operator("max", _max, _max_extent, "the highest of x1 ... xn"),
    Operator(
        "count", _count, _count_extent, "how many of x1 ... xn are `at_least` or more", needs=frozenset({"at_least"})
    ),
    Operator(
        "linear_0_100",
        _linear_0_100,
        _linear_extent,
        "(mean - low) / (high - low) * 100, where low and high are the ends of the inputs' common range",
        divides=True,
        takes_means=True,
    ),
    Operator(
        "linear_100_0",
        _linear_100_0,
        _linear_extent,
        "(1 - (mean - low) / (high - low)) * 100, where low and high are the ends of the inputs' common range",
        divides=True,
        takes_means=True,
    ),
)
