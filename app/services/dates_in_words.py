"""Moments in the words of one language, in a centre's zone: a page says each of them in one of three ways."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time


@dataclass(frozen=True, slots=True)
class DatesInWords:
    """`language` as the wording has it; `zone`: the centre's; `year`: the one that a page says at its head."""

    language: str
    zone: ZoneInfo
    year: int | None = None
    _brief: dict[datetime, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def at(self, moment: datetime) -> str:
        """Date and time of day."""
        local = moment.astimezone(self.zone)
        minute = local.time().replace(second=0, microsecond=0)
        return f"{_day(self.language, 'long', local.date())} {_time(self.language, minute)}"

    def on(self, moment: datetime) -> str:
        """The date."""
        return _day(self.language, "medium", moment.astimezone(self.zone).date())

    def brief(self, moment: datetime) -> str:
        """The date beside a value: without the year, where it is the page's own."""
        said = self._brief.get(moment)
        if said is None:
            day = moment.astimezone(self.zone).date()
            said = _short(self.language, day) if day.year == self.year else self.on(moment)
            self._brief[moment] = said
        return said


# A page names the same few days hundreds of times, and Babel works each out anew: a third of the page's time.
@lru_cache(maxsize=4_096)
def _day(language: str, format_name: str, day: date) -> str:
    return str(format_date(day, format=format_name, locale=language))


@lru_cache(maxsize=4_096)
def _time(language: str, of_day: time) -> str:
    return str(format_time(of_day, format="short", locale=language))


@lru_cache(maxsize=4_096)
def _short(language: str, day: date) -> str:
    return str(format_skeleton("MMMd", day, locale=language))
