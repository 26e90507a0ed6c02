"""The list of a day in words: what the page shows of each consultation, and the addresses of its choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from app.services.consultations_of_day import AskedDay, Day, ListedConsultation, Show
from app.services.installation import Installation
from app.services.synthesis_in_words import SynthesisInWords
from app.wording import Wording
from fhir_export.answer_state import AnswerState
from scoring.synthesis import Mode
from scoring.vigilance import URGENT_TIER

ADDRESS: Final = "/pages/consultations"
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2150, 12, 31)
"""The days that can be asked for."""

SHOWN_POINTS: Final = 2
"""Points of vigilance in a row; it says how many more there are."""

# Tier -> how much it weighs. The shape says it beside the words, never a colour alone.
_WEIGHTS: Final[Mapping[int, str]] = {URGENT_TIER: "urgent", 2: "severe", 3: "severe", 4: "moderate", 5: "moderate"}
_SHAPES: Final = {"urgent": "!", "severe": "▲", "moderate": "◆", "mild": "●"}
_PARTLY, _FULL, _EMPTY, _NOTHING = "◐", "●", "○", "–"
_ANSWERED: Final = {
    AnswerState.ANSWERED: _FULL,
    AnswerState.PARTLY_ANSWERED: _PARTLY,
    AnswerState.NOTHING_ASKED: _NOTHING,
}


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """One point of vigilance in a row. `weight` is the name of its `shape`."""

    name: str
    words: str
    on: str
    weight: str
    shape: str


@dataclass(frozen=True, slots=True)
class Row:
    """One consultation. `link`: its synthesis; `total` counts its points; `latest`: when the latest answers came."""

    link: str
    begins: str
    time: str
    patient: str
    born: str | None
    status: str
    takes_place: bool
    points: tuple[ShownPoint, ...]
    total: int
    answers: str
    answers_shape: str
    latest: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes what is listed. `count`: how many there would be, None where that is not said."""

    words: str
    address: str
    is_chosen: bool = False
    count: int | None = None


class DayView:
    """Everything that the template shows, already in words."""

    def __init__(
        self, installation: Installation, day: Day, asked: AskedDay, wording: Wording, lang: str | None
    ) -> None:
        self._installation = installation
        self._found = day
        self._asked = replace(asked, day=day.day, page=day.page)
        self._is_today = asked.day is None
        self._zone = ZoneInfo(day.centre.time_zone)
        self._lang = lang
        self.wording = wording
        self.say = wording.say
        self.rows = tuple(self._row(one) for one in day.listed)

    @property
    def centre(self) -> str:
        """Whose consultations these are."""
        return self._found.centre.name

    @property
    def title(self) -> str:
        """Which day it is."""
        return self.say("day.title", date=format_date(self._found.day, format="full", locale=self.wording.language))

    @property
    def search(self) -> str:
        """What was looked for."""
        return self._asked.search

    @property
    def date(self) -> str:
        """The day as a date field writes it."""
        return self._found.day.isoformat()

    @property
    def day_span(self) -> tuple[str, str]:
        """The first and the last day that a date field takes."""
        return FIRST_DAY.isoformat(), LAST_DAY.isoformat()

    @property
    def is_alert(self) -> bool:
        """Whether urgency is shown."""
        return self._found.centre.mode is Mode.ALERT

    @property
    def mode(self) -> str:
        """What this list may say."""
        return self.say(f"synthesis.mode_{self._found.centre.mode.value}")

    @property
    def as_of(self) -> str:
        """When it was made."""
        day = self._on(self._found.as_of)
        return self.say("synthesis.as_of", date=f"{day} {self._time(self._found.as_of)}")

    @property
    def total(self) -> str:
        """How many consultations are listed, on all pages."""
        return self.wording.count("day.visits", self._found.counts[self._asked.show])

    @property
    def is_empty_day(self) -> bool:
        """Whether no consultation starts on the day, whatever was chosen."""
        return self._found.of_team == 0 and not self.search

    @property
    def not_read(self) -> str | None:
        """That there are more than one list reads."""
        return self.wording.count("day.not_read", self._found.not_read) if self._found.not_read else None

    @property
    def held(self) -> list[Row]:
        """The consultations that take place."""
        return [row for row in self.rows if row.takes_place]

    @property
    def off(self) -> list[Row]:
        """Those that do not."""
        return [row for row in self.rows if not row.takes_place]

    @property
    def days(self) -> list[Choice]:
        """The days beside this one, and today."""
        day = self._found.day
        found = []
        if day > FIRST_DAY:
            found.append(self._choice("day.previous", day=day - timedelta(days=1)))
        if not self._is_today:
            found.append(self._choice("day.today", day=None))
        if day < LAST_DAY:
            found.append(self._choice("day.next", day=day + timedelta(days=1)))
        return found

    @property
    def shows(self) -> list[Choice]:
        """What may be listed. Points of vigilance only where there are any such."""
        shows = [show for show in Show if show is not Show.POINTS or self.is_alert]
        return [
            replace(
                self._choice(f"day.show_{show.value}", show=show),
                is_chosen=show is self._asked.show,
                count=self._found.counts[show],
            )
            for show in shows
        ]

    @property
    def whose(self) -> list[Choice]:
        """The whole team's, or the reader's own."""
        return [
            replace(self._choice(f"day.{name}", only_mine=only_mine), is_chosen=only_mine is chosen, count=count)
            for name, only_mine, count in (("team", False, self._found.of_team), ("mine", True, self._found.of_reader))
            for chosen in (self._asked.only_mine,)
        ]

    @property
    def everything(self) -> Choice:
        """All consultations of the day."""
        return self._choice("day.show_everything", show=Show.ALL, only_mine=False)

    @property
    def page(self) -> str | None:
        """Which page this is, where there are several."""
        found = self._found
        return self.say("day.page", number=found.page, total=found.pages) if found.pages > 1 else None

    @property
    def pages(self) -> list[Choice]:
        """The pages beside this one."""
        found = []
        if self._found.page > 1:
            found.append(self._choice("day.page_before", page=self._found.page - 1))
        if self._found.page < self._found.pages:
            found.append(self._choice("day.page_after", page=self._found.page + 1))
        return found

    def in_language(self, language: str) -> str:
        """The address of the same list in another language."""
        return self._address(self._asked, language)

    @property
    def here(self) -> str:
        """The address of this list, from its first page."""
        return self._address(replace(self._asked, page=1), self._lang)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What stays chosen when another date is asked for."""
        return [pair for pair in self._parameters(replace(self._asked, page=1), self._lang) if pair[0] != "day"]

    def _choice(self, key: str, **changes: Any) -> Choice:
        asked = replace(self._asked, **{"page": 1, **changes})
        return Choice(self.say(key), self._address(asked, self._lang))

    def _address(self, asked: AskedDay, lang: str | None) -> str:
        """Never with what was looked for: names in an address end in histories and logs."""
        parameters = urlencode(self._parameters(asked, lang))
        return f"{ADDRESS}?{parameters}" if parameters else ADDRESS

    def _parameters(self, asked: AskedDay, lang: str | None) -> list[tuple[str, str]]:
        parameters = [
            ("day", asked.day.isoformat() if asked.day else ""),
            ("show", asked.show.value if asked.show is not Show.ALL else ""),
            ("mine", "1" if asked.only_mine else ""),
            ("page", str(asked.page) if asked.page > 1 else ""),
            ("lang", lang or ""),
        ]
        return [(name, value) for name, value in parameters if value]

    def _row(self, listed: ListedConsultation) -> Row:
        found = listed.found
        words = SynthesisInWords(self._installation, found, self.wording)
        visit = found.consultation
        return Row(
            link=self._synthesis(visit.consultation_id),
            begins=visit.starts_at.astimezone(self._zone).isoformat(),
            time=self._time(visit.starts_at),
            patient=words.heading.patient,
            born=words.heading.born,
            status=self.say(f"day.status_{visit.status.value}"),
            takes_place=listed.takes_place,
            points=self._points(listed, words),
            total=len(found.synthesis.points),
            answers=self.say(f"day.state_{listed.state.value}"),
            answers_shape=_ANSWERED.get(listed.state, _EMPTY),
            latest=self.say("day.latest", date=self._on(listed.answered_at)) if listed.answered_at else None,
        )

    def _points(self, listed: ListedConsultation, words: SynthesisInWords) -> tuple[ShownPoint, ...]:
        if not listed.found.synthesis.points:
            return ()
        points = zip(listed.found.synthesis.points, words.points, strict=True)
        weighed = [(_WEIGHTS.get(point.tier, "mild"), said) for point, said in points][:SHOWN_POINTS]
        return tuple(ShownPoint(said.name, said.words, said.on, weight, _SHAPES[weight]) for weight, said in weighed)

    def _synthesis(self, consultation_id: UUID) -> str:
        parameters: Sequence[tuple[str, str]] = [("consultation", str(consultation_id))]
        language = [("lang", self._lang)] if self._lang else []
        return f"/pages/synthesis?{urlencode([*parameters, *language])}"

    def _time(self, moment: datetime) -> str:
        return format_time(moment.astimezone(self._zone), format="short", locale=self.wording.language)

    def _on(self, moment: datetime) -> str:
        return format_date(moment.astimezone(self._zone), format="medium", locale=self.wording.language)
