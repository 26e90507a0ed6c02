"""The times of a table's rows: numbers (days, cycles, weeks), or dates, which count as days. Exact."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.tables.errors import TableError
from scoring.rounding import exact_of
from scoring.score import Exact

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TimeScale:
    """One way to write times. `read` gives None for what is written in another way."""

    name: str
    read: Callable[[str], Exact | None]

    def at(self, text: str, where: str) -> Exact:
        """One time. Raises TableError."""
        time = self.read(text)
        if time is None:
            raise TableError(f"{where}: not {self.name}: write every time as a number, or every one as YYYY-MM-DD")
        return time


def time_scale(first: str, where: str) -> TimeScale:
    """The way in which the first time is written, and all others have to be. Raises TableError."""
    for scale in (NUMBERS, DATES):
        if scale.read(first) is not None:
            return scale
    raise TableError(f"{where}: neither a number nor a date: write 3, 0.5 or 2026-03-09")


def _number(text: str) -> Exact | None:
    return exact_of(Decimal(text)) if _NUMBER.fullmatch(text.strip()) else None


def _days(text: str) -> Exact | None:
    try:
        return date.fromisoformat(text.strip()).toordinal() if _DATE.fullmatch(text.strip()) else None
    except ValueError:
        return None


NUMBERS = TimeScale("a number", _number)
DATES = TimeScale("a date", _days)
