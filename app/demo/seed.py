"""Seeding the demonstration centre, through the same use cases as everybody else."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.demo.courses import COURSES, WEEKS, WEEKS_BETWEEN_CONSULTATIONS, Course
from app.security.caller import Caller, Role
from app.security.operations import default_scopes
from app.security.personal_links import LinkClaim
from app.security.scopes import parse_scopes
from app.services import consultations, patients
from app.services.call import Call
from app.services.consultations import PlannedConsultation
from app.services.installation import Installation
from app.services.me import who_am_i
from app.services.patients import Registration
from app.services.personal_links import WantedLink, link_to_answer
from app.services.read_response import Place, list_responses
from app.services.submit_response import Submission, submit_response
from app.store.centre import Centre, ContactKind, EmergencyContact
from app.store.errors import NotFound
from app.store.patient import Identifier
from questionnaires.definition import Attribute, Questionnaire
from scoring.history import ConsultationStatus
from scoring.synthesis import Mode

CENTRE_ID = UUID("00000000-0000-7000-8000-00000000de40")
INSTRUMENT = "pre-consultation"
SYSTEM = "urn:vigie:demo-patient"
_SUBJECT = "demo-seed"
DEMO_CENTRE = Centre(
    centre_id=CENTRE_ID,
    name="Centre de démonstration (données synthétiques)",
    mode=Mode.ALERT,
    languages=("fr", "en", "ar"),
    time_zone="Europe/Paris",
    emergency_contacts=(
        EmergencyContact("15", {"fr": "SAMU", "en": "Emergency medical service (SAMU)", "ar": "خدمة الإسعاف (SAMU)"}),
        EmergencyContact(
            "00 00 00 00 00",
            {"fr": "Infirmière de démonstration", "en": "Demonstration nurse", "ar": "ممرضة العرض التجريبي"},
        ),
        # France's national number for the prevention of suicide.
        EmergencyContact(
            "3114",
            {"fr": "Prévention du suicide", "en": "Suicide prevention", "ar": "الوقاية من الانتحار"},
            ContactKind.HELPLINE,
        ),
    ),
    consultation_instruments=(INSTRUMENT,),
)

Progress = Callable[[int, int], None]
"""Called with how many patients are done, of how many."""


@dataclass(frozen=True, slots=True)
class DemoPatient:
    """One synthetic patient with the consultation that comes next."""

    patient_id: UUID
    course: Course
    consultation_id: UUID
    consultation_at: datetime


async def has_centre(installation: Installation, now: datetime) -> bool:
    """Whether the demonstration centre is there."""
    try:
        await who_am_i(installation, _call(now))
    except NotFound:
        return False
    return True


async def is_seeded(installation: Installation, now: datetime) -> bool:
    """Whether seeding came to its end: the last patient has every response."""
    patient_id = await _register(installation, COURSES[-1], now)
    page = await list_responses(installation, _call(now), patient_id, after=Place(), count=WEEKS)
    return len(page.responses) == WEEKS


async def seed(installation: Installation, now: datetime, progress: Progress) -> None:
    """Six months of weekly and pre-consultation answers for every course, ending yesterday.

    What is there already is found again by its identifier, visit id or key: an interrupted seeding is taken up.
    """
    for done, course in enumerate(COURSES):
        progress(done, len(COURSES))
        patient_id = await _register(installation, course, now)
        for cycle, week in enumerate(_consultation_weeks(course), 1):
            visit_id = f"demo-{course.number:02}-week-{week:02}"
            visit = _visit(course, visit_id, _day(now, week), ConsultationStatus.FINISHED, cycle)
            await consultations.upsert(installation, _call(now), patient_id, visit)
        for week in range(WEEKS):
            await _answer(installation, course, patient_id, week, now)
    progress(len(COURSES), len(COURSES))


async def coming_consultations(installation: Installation, now: datetime) -> list[DemoPatient]:
    """Every synthetic patient with a consultation ahead; where the last one has passed, a new one is planned."""
    found: list[DemoPatient] = []
    for course in COURSES:
        patient_id = await _register(installation, course, now)
        visits = await consultations.list_consultations(installation, _call(now), patient_id)
        ahead = [visit for visit in visits if visit.starts_at > now]
        if not ahead:
            tomorrow = (now + timedelta(days=1)).date()
            at = datetime.combine(tomorrow, time(8), UTC) + timedelta(minutes=15 * course.number)
            visit_id = f"demo-{course.number:02}-{tomorrow.isoformat()}"
            visit = _visit(course, visit_id, at, ConsultationStatus.PLANNED, len(visits) + 1)
            ahead = [await consultations.upsert(installation, _call(now), patient_id, visit)]
        found.append(DemoPatient(patient_id, course, ahead[0].consultation_id, ahead[0].starts_at))
    return found


async def answering_link(
    installation: Installation, patient_id: UUID, consultation_id: UUID, now: datetime
) -> LinkClaim:
    """The synthetic patient's personal link before a consultation, as the demonstration's nurse sends it. Raises as
    `link_to_answer`.
    """
    wanted = WantedLink(INSTRUMENT, consultation_id)
    known = await link_to_answer(installation, _call(now), patient_id, wanted)
    return LinkClaim(CENTRE_ID, patient_id, known.link.link_id)


def answers_of(questionnaire: Questionnaire, course: Course, week: int) -> dict[str, Any] | None:
    """What a course answers in a week: follow-ups only where the lead says that there is something."""
    levels = course.levels(week)
    if levels is None:
        return None
    answers: dict[str, Any] = {}
    for item in questionnaire.questions:
        level = levels.get(item.concept or "", 0)
        if item.attribute is None or (level == 0 and item.enable_when):
            continue
        if item.link_id in course.declines:
            answers[item.link_id] = "prefer_not_to_answer"
        elif item.attribute is Attribute.PRESENCE:
            answers[item.link_id] = str(min(level, 1))
        else:
            answers[item.link_id] = str(max(0, level - 1) if item.attribute is Attribute.INTERFERENCE else level)
    declined = {link_id.rsplit("-", 1)[0] for link_id, answer in answers.items() if answer == "prefer_not_to_answer"}
    answers = {
        link_id: answer
        for link_id, answer in answers.items()
        if answer == "prefer_not_to_answer" or link_id.rsplit("-", 1)[0] not in declined
    }
    answers["treatment-tolerance"] = str(min(4, max(levels.values(), default=0)))
    answers["quality-of-life"] = course.quality_of_life(week)
    answers["topics"] = list(course.topics) or ["none"]
    if course.own_words and week >= WEEKS - 2:
        answers["topics-own-words"] = course.own_words
    answers["can-wait"] = "no" if course.cannot_wait_in == week else "yes"
    return answers


async def _register(installation: Installation, course: Course, now: datetime) -> UUID:
    who = Registration(
        identifiers=(Identifier(SYSTEM, f"DEMO-{course.number:02}"),),
        family_name=course.family_name,
        given_name=f"Patient {course.number:02}",
        birth_date=date(1940 + 3 * course.number, 1, 1),
        language=course.language,
    )
    return (await patients.register(installation, _call(now), who)).patient.patient_id


def _visit(course: Course, visit_id: str, at: datetime, status: ConsultationStatus, cycle: int) -> PlannedConsultation:
    """A visit at the beginning of a treatment cycle, which are counted from the first visit."""
    return PlannedConsultation(visit_id, at, status, None, course.treatment_line, cycle)


async def _answer(installation: Installation, course: Course, patient_id: UUID, week: int, now: datetime) -> None:
    """One response a week, in the evening; in the week of a consultation, the evening before it."""
    questionnaire = installation.catalogue.get(INSTRUMENT)
    answers = answers_of(questionnaire, course, week)
    if answers is None:
        return
    authored = _day(now, week) - timedelta(hours=14)
    key = f"demo-{course.number:02}-week-{week:02}"
    sent = Submission(
        instrument=INSTRUMENT,
        version=questionnaire.version,
        language=course.language,
        text_digest=None,
        answers=answers,
        authored=authored,
        sent_at=authored,
        begun_at=authored - timedelta(minutes=6),
        answered_by=course.answered_by(week),
        idempotency_key=key,
        body_sha256=hashlib.sha256(key.encode()).digest(),
    )
    await submit_response(installation, _call(authored, patient_id), patient_id, sent)


def _consultation_weeks(course: Course) -> list[int]:
    """The weeks with a consultation. Somebody who is new has had none."""
    weeks = range(WEEKS_BETWEEN_CONSULTATIONS - 2, WEEKS - 1, WEEKS_BETWEEN_CONSULTATIONS)
    return [week for week in weeks if course.levels(week) is not None or course.levels(0) is not None]


def _day(now: datetime, week: int) -> datetime:
    """The morning of a week's day; the last week ends yesterday."""
    day = (now - timedelta(days=1) - timedelta(weeks=WEEKS - 1 - week)).date()
    return datetime.combine(day, time(9), UTC)


def _call(at: datetime, patient_id: UUID | None = None) -> Call:
    """A call of the demonstration's nurse, or of a patient who answers."""
    role = Role.PATIENT if patient_id else Role.NURSE
    scopes = parse_scopes(default_scopes(role))
    return Call(Caller(CENTRE_ID, role, _SUBJECT, patient_id, frozenset(), scopes), at, _SUBJECT)
