"""The consultations of one day of the caller's centre, each with its synthesis: whom to see, and what matters first."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.installation import Installation
from app.services.me import OPENS_BEFORE
from app.services.name_search import matches
from app.services.read_synthesis import SynthesisOfPatient, read_materials
from app.store.centre import Centre, read_centre
from app.store.consultation import StoredConsultation, consultations_between
from app.store.patient import Patient, read_patients
from app.store.transaction import Transaction
from fhir_export.answer_state import AnswerState, answer_state
from scoring.history import DID_NOT_HAPPEN

PAGE_SIZE = 25
"""Consultations on a page."""

MOST_READ = 200
"""Consultations of one day whose syntheses are made for one list."""

_MOST_VISITS = 5_000
"""More than any centre has in a day."""

_AT_ONCE = 25
"""Syntheses whose answers are in memory at a time."""

_LACKING: Final = frozenset(
    {AnswerState.NOT_OPEN_YET, AnswerState.NOT_READY, AnswerState.PARTLY_ANSWERED, AnswerState.NOTHING_ANSWERED}
)


class Show(StrEnum):
    """Which consultations of a day are listed."""

    ALL = "all"
    POINTS = "points"
    """With points of vigilance."""
    UNANSWERED = "unanswered"
    """Something of what was asked is not answered."""


@dataclass(frozen=True, slots=True)
class AskedDay:
    """What a reader asks for. `day` None: today in the centre's time zone; `page` counts from 1."""

    day: date | None = None
    show: Show = Show.ALL
    only_mine: bool = False
    search: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class ListedConsultation:
    """One consultation of the list: its synthesis, and what became of what was asked before it."""

    found: SynthesisOfPatient
    state: AnswerState

    @property
    def takes_place(self) -> bool:
        """Whether it was not cancelled, missed or entered in error."""
        return self.found.consultation.status not in DID_NOT_HAPPEN

    @property
    def answered_at(self) -> datetime | None:
        """When the latest answers since the last consultation were given."""
        responses = self.found.synthesis.responses
        return responses[-1].authored_at if responses else None

    def is_shown(self, show: Show) -> bool:
        """Whether it belongs to that choice. What does not take place lacks no answers."""
        match show:
            case Show.ALL:
                return True
            case Show.POINTS:
                return bool(self.found.synthesis.points)
            case Show.UNANSWERED:
                return self.takes_place and self.state in _LACKING


@dataclass(frozen=True, slots=True)
class Day:
    """A page of a day's consultations, in order of time; those that do not take place last.

    `counts`: how many there are of each choice, within the search and, where `only_mine` was asked, with the reader.
    `of_team`, `of_reader`: how many the search finds in all, and with the reader. `not_read`: how many of them are more
    than one list reads.
    """

    day: date
    as_of: datetime
    centre: Centre
    listed: tuple[ListedConsultation, ...]
    counts: Mapping[Show, int]
    of_team: int
    of_reader: int
    page: int
    pages: int
    not_read: int


async def read_day(installation: Installation, call: Call, asked: AskedDay) -> Day:
    """The consultations that start on a day in the centre's time zone.

    The trail has one event for the list, and one for each patient whose synthesis was made for it. Raises NotPermitted.
    """
    authorise(call.caller, Operation.READ_SYNTHESIS)
    async with opened(installation, call, Operation.LIST_CONSULTATIONS) as tx:
        centre = await read_centre(tx)
        day = asked.day or call.received_at.astimezone(ZoneInfo(centre.time_zone)).date()
        visits = await consultations_between(tx, *_span(day, centre), _MOST_VISITS)
        tx.audit.about(centre.centre_id)
        patients = {patient.patient_id: patient for patient in await read_patients(tx, {v.patient_id for v in visits})}
        searched = [visit for visit in visits if _is_searched(visit, patients[visit.patient_id], asked.search)]
        own = [visit for visit in searched if visit.clinician == _own_sub(call)]
        wanted = sorted(own if asked.only_mine else searched, key=_place)
        pairs = [(visit, patients[visit.patient_id]) for visit in wanted[:MOST_READ]]
        listed = await _listed(installation, call, tx, centre, pairs)
    shown = [one for one in listed if one.is_shown(asked.show)]
    pages = max(1, -(-len(shown) // PAGE_SIZE))
    page = min(asked.page, pages)
    return Day(
        day=day,
        as_of=call.received_at,
        centre=centre,
        listed=tuple(shown[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]),
        counts={show: sum(one.is_shown(show) for one in listed) for show in Show},
        of_team=len(searched),
        of_reader=len(own),
        page=page,
        pages=pages,
        not_read=len(wanted) - len(pairs),
    )


def _span(day: date, centre: Centre) -> tuple[datetime, datetime]:
    """When a day begins and ends in the centre: 23 or 25 hours where the clocks change."""
    zone = ZoneInfo(centre.time_zone)
    begin, end = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    return begin, end


def _is_searched(visit: StoredConsultation, patient: Patient, search: str) -> bool:
    return matches(search, (patient.family_name or "", patient.given_name or "", visit.visit_id))


def _own_sub(call: Call) -> str:
    """The `sub` of the caller's token: what the hospital's agenda names a clinician by."""
    return call.caller.subject.partition("|")[2]


def _place(visit: StoredConsultation) -> tuple[bool, datetime, UUID]:
    return visit.status in DID_NOT_HAPPEN, visit.starts_at, visit.consultation_id


async def _listed(
    installation: Installation,
    call: Call,
    tx: Transaction,
    centre: Centre,
    visits: Sequence[tuple[StoredConsultation, Patient]],
) -> list[ListedConsultation]:
    listed: list[ListedConsultation] = []
    for start in range(0, len(visits), _AT_ONCE):
        some = visits[start : start + _AT_ONCE]
        await tx.audit_each(
            Operation.READ_SYNTHESIS.value, [(visit.consultation_id, visit.patient_id) for visit, _ in some]
        )
        for material in await read_materials(installation, call, tx, centre, some, call.received_at):
            found = material.synthesis(installation)
            state = answer_state(found.synthesis, material.visit.starts_at - OPENS_BEFORE)
            listed.append(ListedConsultation(found, state))
            # Each takes some milliseconds: others are answered in between.
            await asyncio.sleep(0)
    return listed
