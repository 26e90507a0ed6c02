"""What scoring gives for one score: a number, a state, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from questionnaires.response import Absence

Number = int | Decimal
"""A value as it is published: whole, or an exact decimal."""

Exact = int | Fraction
"""A value as rules work with it and pass it on, before any rounding."""


class NoValue(StrEnum):
    """Why a rule whose inputs are all known gives no value."""

    NO_GRADE = "no_grade"
    """The number lies where its table gives no grade."""
    TOO_FEW_ANSWERED = "too_few_answered"
    """The inputs are known, but too few of the items that the rule asks for beside them are answered."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score that was computed. `imputed` holds the inputs whose value a missing-data policy supplied."""

    value: Number
    imputed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """The answers of several items as one string of digits, such as the health state 11213. It is no number."""

    code: str


@dataclass(frozen=True, slots=True)
class NotScored:
    """A score that could not be computed: why, and which inputs have no usable answer."""

    reason: Absence | NoValue
    missing: tuple[str, ...]


Result = Score | State | NotScored

Scores = Mapping[str, Result]
"""score name -> what came out, for every score of the rulebook."""
