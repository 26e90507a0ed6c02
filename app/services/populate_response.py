"""SDC `$populate`: a response to begin with, for one questionnaire and perhaps one patient.

Earlier responses are never used. Every question here looks back on its own recall period: an answer of last week, shown
as the answer of this week, would bias the report, and a patient in a hurry would leave it. What is carried, where
`local` asks for it, is the patient's saved draft of the same version: this very report, begun on another device.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.security.errors import NotPermitted
from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.errors import QuestionnaireNotActive
from app.services.installation import Installation
from app.services.words import read_words
from app.store.draft import Draft, drafts_of
from app.store.errors import NotFound
from app.store.patient import read_patient
from fhir_export.encoding import Resource
from fhir_export.populated_response import Begun, populated_response
from fhir_export.questionnaire import questionnaire_id
from questionnaires.definition import PublicationStatus, Questionnaire
from questionnaires.errors import UnknownQuestionnaire


class Note(StrEnum):
    """What the caller should know of an answer that has less in it than they may have hoped for."""

    EARLIER_RESPONSES_UNUSED = "earlier-responses-unused"
    NO_SUBJECT = "no-subject"
    DRAFT_NOT_PERMITTED = "draft-not-permitted"
    DRAFT_OF_ANOTHER_VERSION = "draft-of-another-version"


@dataclass(frozen=True, slots=True)
class Populated:
    """The response in the making, and what is to be said of it."""

    response: Resource
    notes: tuple[Note, ...]


def questionnaire_of_id(installation: Installation, resource_id: str) -> Questionnaire:
    """The version of a logical id. Raises NotFound."""
    for questionnaire in installation.catalogue.questionnaires:
        if questionnaire_id(questionnaire) == resource_id:
            return questionnaire
    raise NotFound


def questionnaire_of_canonical(installation: Installation, url: str, version: str | None) -> Questionnaire:
    """The version that a canonical names; without a version the newest active one. Raises UnknownQuestionnaire."""
    catalogue = installation.catalogue
    if version is not None:
        return catalogue.by_canonical(f"{url}|{version}")
    instrument = next((known.instrument for known in catalogue.questionnaires if known.url == url), None)
    newest = catalogue.newest(instrument) if instrument else None
    if newest is None:
        raise UnknownQuestionnaire(tuple(known.canonical for known in catalogue.questionnaires))
    return newest


async def populate(
    installation: Installation, call: Call, questionnaire: Questionnaire, patient_id: UUID | None, *, local: bool
) -> Populated:
    """A response to begin with. `local`: use what is known here of the patient, which is their draft.

    A retired version is populated too: a draft that was begun before may be finished.
    Raises QuestionnaireNotActive, LicenceRestricted, LanguageUnavailable, NotFound, PatientOutOfReach.
    """
    authorise(call.caller, Operation.READ_QUESTIONNAIRE, patient_id)
    if questionnaire.status is PublicationStatus.DRAFT:
        raise QuestionnaireNotActive
    words = await read_words(installation, call, [questionnaire.instrument])
    text = words.demanded(questionnaire, call.languages)
    if patient_id is None:
        return Populated(populated_response(questionnaire, text, None), (Note.NO_SUBJECT,) if local else ())
    reads_drafts = local and _may_read_drafts(call, patient_id)
    draft = await _draft(installation, call, questionnaire, patient_id, reads_drafts=reads_drafts)
    fits = draft is not None and draft.version == questionnaire.version
    begun = _begun(draft) if draft is not None and fits else None
    notes = _notes(local=local, reads_drafts=reads_drafts, is_of_another_version=draft is not None and not fits)
    return Populated(populated_response(questionnaire, text, str(patient_id), begun), notes)


def _may_read_drafts(call: Call, patient_id: UUID) -> bool:
    """A system reads no drafts, and neither does an application that was not let read responses: both get none."""
    try:
        authorise(call.caller, Operation.READ_DRAFT, patient_id)
    except NotPermitted:
        return False
    return True


async def _draft(
    installation: Installation, call: Call, questionnaire: Questionnaire, patient_id: UUID, *, reads_drafts: bool
) -> Draft | None:
    """The patient's draft of the instrument, where it may be read. Raises NotFound without the patient."""
    operation = Operation.READ_DRAFT if reads_drafts else Operation.READ_QUESTIONNAIRE
    async with opened(installation, call, operation, patient_id) as tx:
        await read_patient(tx, patient_id)
        drafts = await drafts_of(tx, patient_id) if reads_drafts else []
    return next((draft for draft in drafts if draft.instrument == questionnaire.instrument), None)


def _begun(draft: Draft) -> Begun:
    """A draft's answers, which were checked when it was saved."""
    answers = {
        link_id: tuple(given) if isinstance(given, list) else (given,) for link_id, given in draft.answers.items()
    }
    return Begun(answers, draft.saved_at)


def _notes(*, local: bool, reads_drafts: bool, is_of_another_version: bool) -> tuple[Note, ...]:
    if not local:
        return ()
    stated = (
        (not reads_drafts, Note.DRAFT_NOT_PERMITTED),
        (is_of_another_version, Note.DRAFT_OF_ANOTHER_VERSION),
        (True, Note.EARLIER_RESPONSES_UNUSED),
    )
    return tuple(note for holds, note in stated if holds)
