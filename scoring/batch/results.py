"""What batch scoring gives for one score: a value a row, or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from questionnaires.response import Absence
from scoring.batch.columns import Flags, Ints
from scoring.batch.rationals import Rationals, integer_type, numerators_of
from scoring.missing import Reason
from scoring.rounding import published
from scoring.rulebook import Outcome
from scoring.score import NotScored, NoValue, Number, Score, State

SCORED = 0
LEFT_EMPTY = 255
"""A score that uses a bad cell: it is neither scored nor said to lack an answer."""

REASONS: tuple[Reason, ...] = (*Absence, *NoValue)
_CODE_OF: Mapping[Reason, int] = {reason: code for code, reason in enumerate(REASONS, start=1)}


def code_of(reason: Reason) -> int:
    """The number that stands for a reason in `ScoreColumn.reasons`."""
    return _CODE_OF[reason]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreColumn:
    """One score of every row.

    `reasons` is SCORED, the code of a reason, or LEFT_EMPTY. Where it is SCORED, the published value is
    `values / 10 ** decimals`, or for a state `codes[values]`; elsewhere `values` means nothing. `exact` is there for
    the scores that others rest on.
    """

    name: str
    reasons: Ints
    values: Ints
    decimals: int = 0
    codes: tuple[str, ...] | None = None
    exact: Rationals | None = None

    @property
    def scored(self) -> Flags:
        """The rows that have a value."""
        scored: Flags = self.reasons == SCORED
        return scored

    def at(self, row: int) -> Number | str | Reason | None:
        """What stands in one row: the published value or state, the reason why not, or None where it is left empty."""
        reason = int(self.reasons[row])
        if reason == LEFT_EMPTY:
            return None
        if reason != SCORED:
            return REASONS[reason - 1]
        return self.codes[int(self.values[row])] if self.codes is not None else self.number(int(self.values[row]))

    def number(self, value: int) -> Number:
        """A number of `values` as it is published: whole, or a decimal without trailing zeros."""
        return published(Fraction(value, 10**self.decimals), self.decimals)


class OutcomeTable:
    """The outcomes of one rule's distinct cases, as arrays to take rows from."""

    def __init__(self, name: str, outcomes: Sequence[Outcome], *, is_fed_on: bool) -> None:
        self.name = name
        results = [outcome.result for outcome in outcomes]
        reasons = [code_of(r.reason) if isinstance(r, NotScored) else SCORED for r in results]
        self.reasons = np.array(reasons, np.uint8)
        states = list(dict.fromkeys(r.code for r in results if isinstance(r, State)))
        self.codes = tuple(states) if states else None
        numbers = [r.value if isinstance(r, Score) else 0 for r in results]
        self.decimals = max((_places(number) for number in numbers), default=0)
        values = [int(number * 10**self.decimals) for number in numbers]
        if states:
            position = {code: number for number, code in enumerate(states)}
            values = [position[r.code] if isinstance(r, State) else 0 for r in results]
        self.values: Ints = np.array(values, _smallest_type(values))
        self.exact: Rationals | None = None
        if is_fed_on:
            numerators, common = numerators_of([outcome.exact or 0 for outcome in outcomes])
            bound = max([common, *map(abs, numerators)])
            self.exact = Rationals(np.array(numerators, integer_type(bound)), common, bound)

    @property
    def is_whole(self) -> bool:
        """Whether every number in it is whole."""
        return self.decimals == 0

    def rows(self, cases: Ints) -> ScoreColumn:
        """The score of rows, each of which is one of the cases."""
        exact = self.exact
        if exact is not None:
            exact = Rationals(exact.numerators.take(cases), exact.common, exact.bound)
        reasons, values = self.reasons.take(cases), self.values.take(cases)
        return ScoreColumn(self.name, reasons, values, self.decimals, self.codes, exact)


def _places(number: Number) -> int:
    """How many decimals a published number has."""
    exponent = number.as_tuple().exponent if isinstance(number, Decimal) else 0
    return max(0, -int(exponent))


def _smallest_type(values: Sequence[int]) -> type:
    """A type that holds the values: arrays of small numbers are taken from faster."""
    low, high = min(values, default=0), max(values, default=0)
    fitting = (t for t in (np.int8, np.int16, np.int32, np.int64) if np.iinfo(t).min <= low <= high <= np.iinfo(t).max)
    return next(fitting, object)
