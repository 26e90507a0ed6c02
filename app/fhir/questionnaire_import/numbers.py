"""Numbers of a JSON resource as an instrument keeps them: exact, finite, of a length that can be kept."""

from decimal import Decimal
from typing import Any

from questionnaires.answer_types import MAX_DECIMAL_DIGITS


def number_of(value: Any) -> Decimal | None:
    """A JSON number as a Decimal; None for anything else, and for one that an instrument cannot keep."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        return None
    _, digits, exponent = number.as_tuple()
    fits = len(digits) <= MAX_DECIMAL_DIGITS and isinstance(exponent, int) and abs(exponent) <= MAX_DECIMAL_DIGITS
    return number if fits else None
