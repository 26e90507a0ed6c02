"""Where the axes of a chart have their ticks. Pure: values and days in, values and days out."""

from datetime import date, timedelta
from decimal import Decimal

FEW_DAYS = 62
"""A period up to this long has ticks at days, a longer one at the first of months."""

_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_MOST_VALUES = 5
_MOST_DATES = 4
_DAY_STEPS = (1, 2, 3, 7, 14, 21)
_MONTH_STEPS = (1, 2, 3, 6, 12)


def value_ticks(low: Decimal, high: Decimal, *, whole: bool) -> list[Decimal]:
    """Both ends of a score's range, and round values between them that leave the ends room. Rising; at most six.

    `whole`: the score has whole values only, and so have the ticks.
    """
    span = high - low
    magnitude = Decimal(10) ** (span / _MOST_VALUES).adjusted()
    step = next(step * magnitude for step in _STEPS if step * magnitude * _MOST_VALUES >= span)
    step = max(step, Decimal(1)) if whole else step
    first = int(low / step) - 1
    rounded = (step * number for number in range(first, first + 2 * _MOST_VALUES))
    return [low, *(value for value in rounded if low + step / 2 < value < high - step / 2), high]


def day_ticks(start: date, end: date) -> list[date]:
    """Days from the first on, evenly apart; in a longer period the first of months. At most five, at least one."""
    length = (end - start).days
    if length <= FEW_DAYS:
        step = next(step for step in _DAY_STEPS if length // step <= _MOST_DATES)
        return [start + timedelta(days=day) for day in range(0, length + 1, step)]
    firsts = _firsts_of_months(start, end)
    every = next((step for step in _MONTH_STEPS if len(firsts) / step <= _MOST_DATES), 12 * (len(firsts) // 48 + 1))
    return [day for day in firsts if (12 * day.year + day.month - 1) % every == 0]


def _firsts_of_months(start: date, end: date) -> list[date]:
    firsts = []
    day = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= end:
        firsts.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return firsts
