"""Exact fractions, one a row, and their rounding as `scoring.rounding` does it for one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scoring.batch.columns import Ints
from scoring.score import Exact

_ROOM = 2**62
"""Below this a number fits into int64 with a bit to spare."""


@dataclass(frozen=True, slots=True, eq=False)
class Rationals:
    """`numerators / denominator` by row; the denominator is above 0: one for all, or one a row.

    `bound` is at least as large as every numerator and denominator: what a further step must leave room for.
    """

    numerators: Ints
    denominator: int | Ints
    bound: int

    @property
    def common(self) -> int:
        """The one denominator. Only rules whose inputs have one ask."""
        assert isinstance(self.denominator, int), "a rule on several inputs is bound to such as have one denominator"
        return self.denominator


def integer_type(worst: int) -> type:
    """int64 where nothing above `worst` comes up; else Python's integers, which have no end."""
    return np.int64 if worst < _ROOM else object


def numerators_of(values: Sequence[Exact]) -> tuple[list[int], int]:
    """Numerators over the smallest common denominator, and that denominator."""
    fractions = [Fraction(value) for value in values]
    common = math.lcm(*(value.denominator for value in fractions))
    return [value.numerator * (common // value.denominator) for value in fractions], common


def rounded(values: Rationals, decimals: int) -> Ints:
    """The values times 10 ** decimals, rounded half away from zero to whole numbers."""
    factor = 10**decimals
    whole_type = integer_type(2 * factor * values.bound + values.bound)
    above: Ints = values.numerators.astype(whole_type)
    below: Ints = np.asarray(values.denominator).astype(whole_type)
    size: Ints = (2 * factor * np.abs(above) + below) // (2 * below)
    return np.where(above < 0, -size, size)


def decimals_of(denominator: int) -> int:
    """How many decimals write every fraction over this denominator exactly. It divides a power of ten."""
    return next(places for places in range(denominator.bit_length() + 1) if 10**places % denominator == 0)
