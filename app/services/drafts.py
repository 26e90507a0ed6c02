"""Drafts: saved as the patient goes, on whichever device, without one overwriting another."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.errors import QuestionnaireNotActive, ResponseInvalid
from app.services.installation import Installation
from app.store.draft import Draft, read_draft, remove_draft, save_draft
from app.store.errors import Conflict
from app.store.patient import read_patient
from questionnaires.definition import PublicationStatus
from questionnaires.validation import validate_draft


async def save(
    installation: Installation,
    call: Call,
    patient_id: UUID,
    *,
    instrument: str,
    version: str,
    answers: Mapping[str, Any],
    seen: int | None,
) -> Draft:
    """Save answers in the making over the revision that the device saw (None: it saw none).

    A draft may lack anything and may hold answers that branching hides at the moment.
    Raises UnknownQuestionnaire, QuestionnaireNotActive, ResponseInvalid, NotFound, Conflict.
    """
    authorise(call.caller, Operation.SAVE_DRAFT, patient_id)  # before anything is said of the answers
    questionnaire = installation.catalogue.get(instrument, version)
    if questionnaire.status is PublicationStatus.DRAFT:
        raise QuestionnaireNotActive
    issues = validate_draft(questionnaire, answers)
    if issues:
        raise ResponseInvalid(issues)
    async with opened(installation, call, Operation.SAVE_DRAFT, patient_id) as tx:
        await read_patient(tx, patient_id)
        saved = await save_draft(tx, patient_id, instrument, version, answers, seen)
        tx.audit.about(patient_id, patient_id, saved.revision)
    return saved


async def read(installation: Installation, call: Call, patient_id: UUID, instrument: str) -> Draft:
    """The patient's draft of an instrument. Raises NotFound."""
    async with opened(installation, call, Operation.READ_DRAFT, patient_id) as tx:
        return await read_draft(tx, patient_id, instrument)


async def discard(installation: Installation, call: Call, patient_id: UUID, instrument: str, *, seen: int) -> None:
    """Forget the draft that the device saw. Raises NotFound, Conflict."""
    async with opened(installation, call, Operation.DISCARD_DRAFT, patient_id) as tx:
        current = await read_draft(tx, patient_id, instrument)
        if current.revision != seen:
            raise Conflict(current.revision)
        await remove_draft(tx, patient_id, instrument)
        tx.audit.about(patient_id, patient_id, seen)
