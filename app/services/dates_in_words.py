"""Moments in the words of one language, in a centre's zone: a page says each of them in one of three ways."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time


@dataclass(frozen=True, slots=True)
class DatesInWords:
    """`language` as the wording has it; `zone`: the centre's."""

    language: str
    zone: ZoneInfo

    def at(self, moment: datetime) -> str:
        """Date and time of day."""
        local = moment.astimezone(self.zone)
        day = format_date(local, format="long", locale=self.language)
        return f"{day} {format_time(local, format='short', locale=self.language)}"

    def on(self, moment: datetime) -> str:
        """The date."""
        return str(format_date(moment.astimezone(self.zone), format="medium", locale=self.language))

    def short(self, moment: datetime) -> str:
        """Day and month, below a drawing."""
        return str(format_skeleton("MMMd", moment.astimezone(self.zone), locale=self.language))
