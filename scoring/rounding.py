"""Exact values -> published ones. Nothing is rounded before: scores that feed other scores pass on exact fractions.

Rule: round half away from zero ("half up" for positive numbers, as EuroQol and school arithmetic do) at the number of
decimals that the score's rule states, then without trailing zeros; a whole value is an int. Where a rule states no
decimals its result is exact already, and is published as it is.
"""

from decimal import Decimal
from fractions import Fraction

from scoring.score import Exact, Number


def exact_of(number: Number) -> Exact:
    """A number as rules work with it: whole, or a fraction."""
    if isinstance(number, int):
        return number
    return int(number) if number == number.to_integral_value() else Fraction(number)


def published(exact: Exact, decimals: int | None) -> Number:
    """The value as it is published."""
    if isinstance(exact, int):
        return exact
    if decimals is None:
        # It ends: binding made sure that a rule without decimals divides nothing.
        return _plain(Decimal(exact.numerator) / Decimal(exact.denominator))
    scaled = abs(exact) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return _plain(Decimal(-whole if exact < 0 else whole).scaleb(-decimals))


def _plain(value: Decimal) -> Number:
    return int(value) if value == value.to_integral_value() else value.normalize()
