"""A response comes as FHIR: whom it names is looked up, and it is stored exactly like one that came as our own JSON."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from app.security.errors import PatientOutOfReach
from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.clocks import correct_authored
from app.services.errors import AuthoredInFuture, QuestionnaireRetired, ReferencesUnknown, SeveralMatch
from app.services.exported_response import WordedResponse, worded
from app.services.history import plain_answers
from app.services.incoming_response import Incoming, Reference, Referred
from app.services.installation import Installation
from app.services.referred import look_up, patient_named, visit_named
from app.services.submit_response import Submission, accept_checked, refusal_of, store_row
from app.store.draft import drafts_of
from app.store.errors import NotFound
from app.store.response import StoredResponse
from app.store.response_identifier import lock_response_identifiers, responses_with_identifier
from app.store.response_in_centre import export_centre
from app.store.transaction import PatientLock, Transaction
from questionnaires.response import CheckedResponse


@dataclass(frozen=True, slots=True)
class Condition:
    """Which stored response makes a new one needless (R4 `If-None-Exist`).

    `system` None: any; empty: none at all. The others narrow it: None where they were not said; `questionnaires` are
    those that its canonical names.
    """

    value: str
    system: str | None
    patient_id: UUID | None = None
    questionnaires: frozenset[tuple[str, str]] | None = None

    def holds(self, stored: StoredResponse) -> bool:
        """Whether a response with an identifier of that value is meant."""
        return (
            self.system in (None, stored.identifier_system or "")
            and self.patient_id in (None, stored.patient_id)
            and (self.questionnaires is None or (stored.instrument, stored.version) in self.questionnaires)
        )


@dataclass(frozen=True, slots=True)
class Received:
    """What is stored now. `created` is false where the condition found it."""

    response: WordedResponse
    created: bool


@dataclass(frozen=True, slots=True)
class Doubts:
    """Why a resource that fits its questionnaire would not be stored: references that lead nowhere, or a refusal."""

    unknown: tuple[Reference, ...]
    refusal: AuthoredInFuture | QuestionnaireRetired | None


async def receive_response(
    installation: Installation, call: Call, incoming: Incoming, condition: Condition | None = None
) -> Received:
    """Store what was read without a fault, or give what the condition or the idempotency key found stored.

    Raises ReferencesUnknown, SeveralMatch, QuestionnaireRetired, AuthoredInFuture, KeyReused, NotPermitted.
    """
    authorise(call.caller, Operation.SUBMIT_RESPONSE)
    if condition is not None:
        authorise(call.caller, Operation.LIST_RESPONSES)  # R4: a conditional create searches first
    try:
        async with _opened_for(installation, call, incoming.subject or Referred()) as (tx, patient_id):
            await lock_response_identifiers(tx, [condition.value] if condition is not None else [])
            return await store_incoming(tx, installation, call, patient_id, incoming, condition)
    except (NotFound, PatientOutOfReach):
        doubts = await doubts_about(installation, call, incoming)
        raise ReferencesUnknown(doubts.unknown or (Reference.SUBJECT,)) from None


async def store_incoming(
    tx: Transaction,
    installation: Installation,
    call: Call,
    patient_id: UUID,
    incoming: Incoming,
    condition: Condition | None = None,
) -> Received:
    """The same in a transaction that holds the patient's lock and that of the condition's value.

    Raises NotFound for what references do not lead to.
    """
    if condition is not None:
        found = [r for r in await responses_with_identifier(tx, condition.value) if condition.holds(r)]
        if len(found) > 1:
            raise SeveralMatch
        if found:
            tx.audit.about(found[0].response_id, found[0].patient_id, found[0].revision)
            (existing,) = await worded(tx, installation, found)
            return Received(existing, created=False)
    assert incoming.checked is not None, "it was read without a fault"
    sent = submission_of(call, incoming, incoming.checked, await _visit(tx, installation, incoming.visit))
    accepted = accept_checked(installation, call, sent, incoming.checked)
    stored, centre = await store_row(tx, installation, call, patient_id, accepted)
    (now,) = await worded(tx, installation, [stored], export_centre(centre))
    return Received(now, created=True)


def submission_of(call: Call, incoming: Incoming, checked: CheckedResponse, visit_id: UUID | None) -> Submission:
    """The same as every door hands it over."""
    return Submission(
        instrument=checked.questionnaire.instrument,
        version=checked.questionnaire.version,
        language=incoming.language or next(iter(call.languages), None),
        text_digest=incoming.text_digest,
        answers=plain_answers(checked),
        authored=incoming.authored,
        sent_at=None,
        begun_at=None,
        answered_by=incoming.answered_by,
        idempotency_key=incoming.idempotency_key,
        body_sha256=incoming.body_sha256,
        consultation_id=visit_id,
        identifier=incoming.identifier,
        received=incoming.received,
    )


async def doubts_about(installation: Installation, call: Call, incoming: Incoming) -> Doubts:
    """Look everything up that storing would look up, and store nothing. Raises NotPermitted."""
    async with opened(installation, call, Operation.VALIDATE_RESPONSE) as tx:
        found = await look_up(tx, installation, call, incoming)
        tx.audit.patient_id = found.patient_id or tx.audit.patient_id
        if found.patient_id is None or incoming.checked is None:
            return Doubts(found.unknown, None)
        return Doubts(found.unknown, await _refusal(tx, call, found.patient_id, incoming, incoming.checked))


@asynccontextmanager
async def _opened_for(
    installation: Installation, call: Call, subject: Referred
) -> AsyncIterator[tuple[Transaction, UUID]]:
    """A transaction that holds the lock of the subject. Raises NotFound, PatientOutOfReach."""
    operation = Operation.SUBMIT_RESPONSE
    if subject.id is not None:
        async with opened(installation, call, operation, subject.id, PatientLock(subject.id)) as tx:
            yield tx, subject.id
        return
    async with opened(installation, call, operation) as tx:
        patient_id = await patient_named(tx, subject)
        if patient_id is None:
            raise NotFound
        authorise(call.caller, operation, patient_id)
        tx.audit.patient_id = patient_id
        await tx.lock(PatientLock(patient_id))
        yield tx, patient_id


async def _visit(tx: Transaction, installation: Installation, visit: Referred | None) -> UUID | None:
    """The id of the visit; that it is the patient's is seen as it is stored. Raises NotFound."""
    if visit is None or visit.id is not None:
        return visit.id if visit is not None else None
    found = await visit_named(tx, installation, visit)
    if found is None:
        raise NotFound
    return found.consultation_id


async def _refusal(
    tx: Transaction, call: Call, patient_id: UUID, incoming: Incoming, checked: CheckedResponse
) -> AuthoredInFuture | QuestionnaireRetired | None:
    authored = correct_authored(
        call.caller.role, incoming.authored, begun_at=None, sent_at=None, received_at=call.received_at
    )
    drafts = await drafts_of(tx, patient_id) if checked.questionnaire.retired_on is not None else []
    begun_at = next((draft.begun_at for draft in drafts if draft.instrument == checked.questionnaire.instrument), None)
    return refusal_of(checked.questionnaire, authored, begun_at)
