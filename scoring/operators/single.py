"""Operators on one number, alone or against a baseline: `value`, `percent_loss`, `percent_gain`."""

from collections.abc import Sequence
from fractions import Fraction

from scoring.operators.operator import Extent, Operands, Operator
from scoring.score import Exact


def _value(values: Sequence[Exact], _with: Operands) -> Exact:
    return values[0]


def _value_extent(operands: Operands) -> Extent:
    return operands.inputs[0].low, operands.inputs[0].high


def _percent_loss(values: Sequence[Exact], _with: Operands) -> Exact:
    now, baseline = map(Fraction, values)
    return max(Fraction(0), (baseline - now) / baseline * 100)


def _percent_loss_extent(operands: Operands) -> Extent:
    now, baseline = operands.inputs
    return 0, _percent_loss([now.low, baseline.high], operands)


def _percent_gain(values: Sequence[Exact], _with: Operands) -> Exact:
    now, baseline = map(Fraction, values)
    return max(Fraction(0), (now - baseline) / baseline * 100)


def _percent_gain_extent(operands: Operands) -> Extent:
    now, baseline = operands.inputs
    return 0, _percent_gain([now.high, baseline.low], operands)


SINGLES = (
    Operator("value", _value, _value_extent, "x, as it was answered", max_inputs=1, gives_the_answer=True),
    Operator(
        "percent_loss",
        _percent_loss,
        _percent_loss_extent,
        "(baseline - now) / baseline * 100, 0 where nothing was lost; inputs: now, baseline (above 0)",
        min_inputs=2,
        max_inputs=2,
        divides=True,
    ),
    Operator(
        "percent_gain",
        _percent_gain,
        _percent_gain_extent,
        "(now - baseline) / baseline * 100, 0 where nothing was gained; inputs: now, baseline (above 0)",
        min_inputs=2,
        max_inputs=2,
        divides=True,
    ),
)
