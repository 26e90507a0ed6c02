"""A FHIR client changes a response: a new revision that corrects it, says that it should never have been, or withdraws
it.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.correct_response import read_for_change, store_correction, store_entered_in_error
from app.services.errors import NotInEffect, ResponseDiffers
from app.services.exported_response import WordedResponse, worded
from app.services.incoming_response import Incoming, Reference
from app.services.installation import Installation
from app.services.referred import patient_named, visit_named
from app.store.errors import Conflict, Gone
from app.store.received_resource import add_received
from app.store.response import StoredResponse
from app.store.response_reading import read_current
from app.store.transaction import PatientLock, Transaction
from fhir_export.phrases import Phrase, say
from questionnaires.response import ResponseStatus

_SAME_TIME: Final = timedelta(seconds=1)
"""Clients that count in milliseconds or seconds give back our microseconds cut short."""


async def change_response(
    installation: Installation, call: Call, response_id: UUID, *, seen: int, change: Incoming, is_sound: bool = True
) -> WordedResponse:
    """Store what a client wants the response to be as its next revision, and keep what it sent.

    `change.status` entered-in-error marks it; any other corrects it. What a response keeps for ever may not differ:
    questionnaire, subject, visit, time, source, identifier. A resource that is not sound is compared all the same,
    so that its faults are told together, and is never stored: ResponseDiffers then comes without elements too.
    Raises NotFound, Gone, Conflict, NotInEffect, ResponseDiffers.
    """
    marks = change.status is ResponseStatus.ENTERED_IN_ERROR
    operation = Operation.MARK_ENTERED_IN_ERROR if marks else Operation.CORRECT_RESPONSE
    async with opened(installation, call, operation) as tx:
        await _refuse_deleted(call, tx, operation, response_id)
        current = await read_for_change(call, tx, operation, response_id, seen)
        differing = await _differing(tx, installation, current, change)
        if differing or not is_sound:
            raise ResponseDiffers(differing)
        if marks:
            reason = change.reason or _said(installation, call, Phrase.ENTERED_IN_ERROR)
            stored = await store_entered_in_error(tx, call, current, reason=reason)
        else:
            assert change.checked is not None, "a sound correction has answers"
            reason = change.reason or _said(installation, call, Phrase.CORRECTED)
            stored, _ = await store_correction(tx, installation, call, current, change.checked, reason=reason)
        if change.received is not None:
            await add_received(tx, stored.response_id, stored.revision, stored.patient_id, change.received)
        (now,) = await worded(tx, installation, [stored])
    return now


async def check_change(installation: Installation, call: Call, response_id: UUID, change: Incoming) -> tuple[str, ...]:
    """The elements for which the change would be refused. Nothing is stored. Raises NotFound, Gone, NotInEffect."""
    operation = Operation.VALIDATE_RESPONSE
    async with opened(installation, call, operation) as tx:
        await _refuse_deleted(call, tx, operation, response_id)
        current = await read_current(tx, response_id)
        tx.audit.about(response_id, current.patient_id, current.revision)
        if current.status is ResponseStatus.ENTERED_IN_ERROR:
            raise NotInEffect
        return await _differing(tx, installation, current, change)


async def check_withdrawal(installation: Installation, call: Call, response_id: UUID) -> None:
    """Whether a response could be withdrawn by the caller. Raises NotFound, NotPermitted."""
    authorise(call.caller, Operation.DELETE_RESPONSE)
    async with opened(installation, call, Operation.VALIDATE_RESPONSE) as tx:
        current = await read_current(tx, response_id)
        tx.audit.about(response_id, current.patient_id, current.revision)


async def withdraw_response(installation: Installation, call: Call, response_id: UUID, *, seen: int | None) -> int:
    """Withdraw a response from FHIR clients; gives the revision that says so. Withdrawing it again changes nothing.

    Nothing is removed: an answer that was acknowledged is never lost. Who read a page yesterday must be able to see
    tomorrow what it rested on: the response is marked entered-in-error (no synthesis reads it), its history stays.
    `seen` None: whatever its revision. Raises NotFound, Conflict.
    """
    operation = Operation.DELETE_RESPONSE
    async with opened(installation, call, operation) as tx:
        found = await read_current(tx, response_id)
        authorise(call.caller, operation, found.patient_id)
        await tx.lock(PatientLock(found.patient_id))
        current = await read_current(tx, response_id)  # as whoever held the lock before left it
        tx.audit.about(response_id, current.patient_id, current.revision)
        if current.is_deleted:
            return current.revision
        if seen not in (None, current.revision):
            raise Conflict(current.revision)
        reason = _said(installation, call, Phrase.DELETED)
        stored = await store_entered_in_error(tx, call, current, reason=reason, is_deleted=True)
    return stored.revision


async def _refuse_deleted(call: Call, tx: Transaction, operation: Operation, response_id: UUID) -> None:
    current = await read_current(tx, response_id)
    authorise(call.caller, operation, current.patient_id)
    if current.is_deleted:
        raise Gone


async def _differing(
    tx: Transaction, installation: Installation, current: StoredResponse, change: Incoming
) -> tuple[str, ...]:
    """The elements of which the change says something else than the response keeps. What it does not say stays."""
    questionnaire = change.questionnaire
    kept = (current.instrument, current.version)
    found: list[str] = []
    if questionnaire is not None and (questionnaire.instrument, questionnaire.version) != kept:
        found.append("questionnaire")
    if change.subject is not None and await patient_named(tx, change.subject) != current.patient_id:
        found.append(Reference.SUBJECT.value)
    if change.visit is not None:
        visit = await visit_named(tx, installation, change.visit)
        if visit is None or visit.consultation_id != current.consultation_id:
            found.append(Reference.ENCOUNTER.value)
    if change.authored is not None and not _is_time_of(current, change.authored):
        found.append("authored")
    if change.answered_by not in (None, current.answered_by):
        found.append("source")
    known_by = (current.identifier_system or "", current.identifier_value)
    if change.identifier is not None and (change.identifier.system, change.identifier.value) != known_by:
        found.append("identifier")
    return tuple(found)


def _is_time_of(current: StoredResponse, authored: datetime) -> bool:
    """As it is given out, or as it was sent: our clock may have corrected it."""
    return any(abs(authored - known) < _SAME_TIME for known in (current.authored_at, current.authored))


def _said(installation: Installation, call: Call, phrase: Phrase) -> str:
    return say(phrase, installation.wordings.best(call.languages).language)
