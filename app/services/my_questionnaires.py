"""A patient's own page: what they are asked, in their words, and for whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from app.security.caller import Role
from app.security.errors import NotPermitted
from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.installation import Installation
from app.services.me import ToDo, patients_of, to_do_within
from app.services.open_link import is_recent
from app.services.words import Words, words_of
from app.store.centre import Centre, read_centre
from app.store.patient import read_patients
from app.wording import Wording


@dataclass(frozen=True, slots=True)
class MyQuestionnaires:
    """All that the page is made of. `begun`: what goes on where it was left; `given_names`: of those who may be named
    to the caller.
    """

    patient_id: UUID
    centre: Centre
    to_do: tuple[ToDo, ...]
    begun: Collection[ToDo]
    words: Words
    wording: Wording
    wanted: tuple[str, ...]
    given_names: Mapping[UUID, str]

    @property
    def zone(self) -> ZoneInfo:
        """Where its times are meant."""
        return ZoneInfo(self.centre.time_zone)


async def my_questionnaires(installation: Installation, call: Call, language: str | None = None) -> MyQuestionnaires:
    """What the calling patient is asked, and those they act for. `language`: the one that was asked for on the page.

    Raises NotPermitted for anybody but a patient: others are asked nothing. NotFound.
    """
    if call.caller.role is not Role.PATIENT or call.caller.patient_id is None:
        raise NotPermitted(Operation.READ_SELF)
    async with opened(installation, call, Operation.READ_SELF) as tx:
        centre = await read_centre(tx)
        to_do = await to_do_within(tx, installation, call)
        patients = {patient.patient_id: patient for patient in await read_patients(tx, patients_of(call.caller))}
        words = await words_of(tx, installation, {item.questionnaire.instrument for item in to_do})
    own = patients.get(call.caller.patient_id)
    asked = (language, own.language if own else None)
    wanted = (*(tag for tag in asked if tag), *call.languages, *centre.languages)
    names = {found.patient_id: found.given_name for found in patients.values() if found.given_name}
    return MyQuestionnaires(
        patient_id=call.caller.patient_id,
        centre=centre,
        to_do=tuple(to_do),
        begun=[one for one in to_do if one.draft and is_recent(installation, one.draft, None, call.received_at)],
        words=words,
        wording=installation.wordings.best(wanted),
        wanted=wanted,
        given_names=names if _may_know_names(call) else {},
    )


def _may_know_names(call: Call) -> bool:
    """Whether the token lets its application read patients: names are not for every application of a patient."""
    try:
        authorise(call.caller, Operation.READ_PATIENT)
    except NotPermitted:
        return False
    return True
