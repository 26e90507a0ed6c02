"""Corrections: a new revision beside the old ones. Nothing that was stored is changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.comparison import compares_scores, read_comparison
from app.services.errors import NotInEffect, ResponseInvalid
from app.services.evaluation import advice_of, evaluate, late_by_hours_of, on_treatment_of
from app.services.feedback import Feedback, plain_feedback, receipt
from app.services.history import column_scores, plain_answers, rulebook_of
from app.services.installation import Installation
from app.services.read_response import ResponseRead, as_read
from app.services.withdrawn import noting_withdrawn
from app.store.before_storing import read_before_storing
from app.store.centre import Centre
from app.store.earlier_responses import ComparableTo
from app.store.errors import Conflict
from app.store.response import StoredResponse
from app.store.response_reading import read_current
from app.store.response_writing import add_revision
from app.store.transaction import PatientLock, Transaction
from guidance.library import AdviceLibrary
from questionnaires.response import CheckedResponse, ResponseStatus
from questionnaires.validation import validate


@dataclass(frozen=True, slots=True)
class Corrected:
    """What is stored now, and what the patient must know now."""

    read: ResponseRead
    feedback: Feedback


async def correct_response(
    installation: Installation,
    call: Call,
    response_id: UUID,
    *,
    seen: int,
    answers: Mapping[str, Any],
    reason: str,
    on_treatment: bool | None = None,
) -> Corrected:
    """Store corrected answers as the next revision, against the versions that the response is pinned to.

    The answers keep the time at which they were first given, and what was said of treatment then, where nothing else is
    said now. They are scored and compared anew; what the patient must do now is said anew, and advice chosen anew.
    Raises NotFound, Conflict, NotInEffect, ResponseInvalid.
    """
    async with opened(installation, call, Operation.CORRECT_RESPONSE) as tx:
        current = await read_for_change(call, tx, Operation.CORRECT_RESPONSE, response_id, seen)
        checked = validate(rulebook_of(installation, current).questionnaire, answers)
        if not isinstance(checked, CheckedResponse):
            raise ResponseInvalid(checked)
        stored, centre = await store_correction(
            tx,
            installation,
            call,
            current,
            checked,
            reason=reason,
            on_treatment=on_treatment,
            library=installation.advice,
        )
        (read,) = await as_read(installation, call, tx, [stored])
    return Corrected(read, receipt(stored, centre, installation.knowledge).feedback)


async def store_correction(
    tx: Transaction,
    installation: Installation,
    call: Call,
    current: StoredResponse,
    checked: CheckedResponse,
    *,
    reason: str,
    on_treatment: bool | None = None,
    library: AdviceLibrary | None = None,
) -> tuple[StoredResponse, Centre]:
    """The same in an open transaction, of answers that were checked against the pinned version.

    `library` None: the patient reads nothing of this correction, and the advice stays what they read before it.
    Raises Conflict.
    """
    rulebook = rulebook_of(installation, current)
    await tx.lock(PatientLock(current.patient_id))
    about = ComparableTo(
        current.patient_id, current.response_id, current.instrument, rulebook.comparable_versions, current.authored_at
    )
    before = await read_before_storing(tx, about, now=call.received_at, with_scores=compares_scores(rulebook))
    evaluation = evaluate(
        rulebook,
        checked,
        mode=before.centre.mode,
        comparison=await read_comparison(installation, tx, rulebook, about, before),
        on_treatment=on_treatment_of(current) if on_treatment is None else on_treatment,
        library=library,
    )
    if library is None:
        evaluation = replace(evaluation, advice=advice_of(current))
    plain = evaluation.plain(
        feedback=plain_feedback(evaluation.urgency, before.next_consultation_at, self_harm=evaluation.is_of_self_harm),
        flags=current.evaluation["flags"],
        texts=current.evaluation.get("texts", {}),
        late_by_hours=late_by_hours_of(current),
    )
    given = plain_answers(checked)
    corrected = replace(
        _next(current, call, ResponseStatus.AMENDED, reason),
        answers=given,
        scores=column_scores(evaluation.scores),
        evaluation=noting_withdrawn(plain, current, rulebook, answers=given, scored_by=rulebook),
    )
    return await add_revision(tx, corrected), before.centre


async def mark_entered_in_error(
    installation: Installation, call: Call, response_id: UUID, *, seen: int, reason: str
) -> ResponseRead:
    """Say that the response should never have been: it stays readable, and no synthesis reads it any more.

    Raises NotFound, Conflict, NotInEffect.
    """
    operation = Operation.MARK_ENTERED_IN_ERROR
    async with opened(installation, call, operation) as tx:
        current = await read_for_change(call, tx, operation, response_id, seen)
        stored = await store_entered_in_error(tx, call, current, reason=reason)
        (read,) = await as_read(installation, call, tx, [stored])
    return read


async def store_entered_in_error(
    tx: Transaction, call: Call, current: StoredResponse, *, reason: str, is_deleted: bool = False
) -> StoredResponse:
    """The revision that says so, in an open transaction; with `is_deleted` it is withdrawn from FHIR clients too.

    Raises Conflict.
    """
    await tx.lock(PatientLock(current.patient_id))
    marked = replace(_next(current, call, ResponseStatus.ENTERED_IN_ERROR, reason), is_deleted=is_deleted)
    return await add_revision(tx, marked)


async def read_for_change(
    call: Call, tx: Transaction, operation: Operation, response_id: UUID, seen: int
) -> StoredResponse:
    """The latest revision, where it is the one that the caller saw and may change.

    Raises NotFound, PatientOutOfReach, Conflict, NotInEffect.
    """
    current = await read_current(tx, response_id)
    authorise(call.caller, operation, current.patient_id)
    if current.revision != seen:
        raise Conflict(current.revision)
    if current.status is ResponseStatus.ENTERED_IN_ERROR:
        raise NotInEffect
    return current


def _next(current: StoredResponse, call: Call, status: ResponseStatus, reason: str) -> StoredResponse:
    """The next revision. The idempotency key stays on revision 1, and what was said of scoring again on its own."""
    return replace(
        current,
        revision=current.revision + 1,
        status=status,
        recorded_by=call.caller.role.value,
        recorder_id=call.caller.recorder_id,
        received_at=call.received_at,
        idempotency_key=None,
        body_sha256=None,
        reason=reason,
        evaluation={name: value for name, value in current.evaluation.items() if name != "rescored"},
    )
