"""Answers arrive: checked, scored, compared, stored with their evaluation, in one transaction, exactly once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.security.caller import Role
from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.clocks import Authored, correct_authored, late_by_hours
from app.services.comparison import Comparison, compares_scores, read_comparison
from app.services.errors import AuthoredInFuture, QuestionnaireNotActive, QuestionnaireRetired, ResponseInvalid
from app.services.evaluation import evaluate
from app.services.feedback import Receipt, plain_feedback, receipt
from app.services.history import column_scores, plain_answers
from app.services.installation import Installation
from app.services.words import Words, words_of
from app.store.before_storing import BeforeStoring, read_before_storing
from app.store.centre import Centre
from app.store.consultation import read_consultation
from app.store.draft import remove_draft
from app.store.earlier_responses import ComparableTo
from app.store.errors import KeyReused, NotFound
from app.store.ids import new_id
from app.store.patient import Identifier
from app.store.received_resource import ReceivedResource, add_received
from app.store.response import StoredResponse
from app.store.response_reading import find_by_key
from app.store.response_writing import add_response
from app.store.transaction import PatientLock, Transaction
from guidance.library import AdviceLibrary
from questionnaires.definition import PublicationStatus, Questionnaire
from questionnaires.response import CheckedResponse, ResponseStatus
from questionnaires.validation import validate
from scoring.history import Respondent
from scoring.rulebook import Rulebook

TEXT_UNKNOWN = "text-unknown"
"""A flag: which words were answered to is not known here."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What a client sends. `body_sha256` is of its canonical body without `sent_at`, which changes with every retry.

    `language` None: the centre's first. `authored` None: nobody said when. `on_treatment`: whether the patient is under
    treatment, None where it is not known. `consultation_id`: the visit that it was answered for. `identifier`: what the
    sender knows it by. `received`: the FHIR resource that it came as. Without a key it is never a replay.
    """

    instrument: str
    version: str
    language: str | None
    text_digest: str | None
    answers: Mapping[str, Any]
    authored: datetime | None
    sent_at: datetime | None
    begun_at: datetime | None
    answered_by: Respondent | None
    idempotency_key: str | None
    body_sha256: bytes | None
    on_treatment: bool | None = None
    consultation_id: UUID | None = None
    identifier: Identifier | None = None
    received: ReceivedResource | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """Answers that fit, by what they are scored, and when they were given. `response_id` is what they will have."""

    response_id: UUID
    sent: Submission
    checked: CheckedResponse
    rulebook: Rulebook
    authored: Authored


async def submit_response(installation: Installation, call: Call, patient_id: UUID, sent: Submission) -> Receipt:
    """Store one response, or give again what the same key stored before.

    Raises UnknownQuestionnaire, QuestionnaireNotActive, QuestionnaireRetired, ResponseInvalid, AuthoredInFuture,
    KeyReused, NotFound.
    """
    authorise(call.caller, Operation.SUBMIT_RESPONSE, patient_id)  # before anything is said of the answers
    accepted = accept(installation, call, sent)
    async with opened(installation, call, Operation.SUBMIT_RESPONSE, patient_id, PatientLock(patient_id)) as tx:
        return await store_accepted(tx, installation, call, patient_id, accepted)


def accept(installation: Installation, call: Call, sent: Submission) -> Accepted:
    """Check what was sent, before any transaction.

    Raises UnknownQuestionnaire, QuestionnaireNotActive, ResponseInvalid.
    """
    questionnaire = installation.catalogue.get(sent.instrument, sent.version)
    _refuse_unpublished(questionnaire)
    checked = validate(questionnaire, sent.answers)
    if not isinstance(checked, CheckedResponse):
        raise ResponseInvalid(checked)
    return accept_checked(installation, call, sent, checked)


def accept_checked(installation: Installation, call: Call, sent: Submission, checked: CheckedResponse) -> Accepted:
    """The same of answers that were checked as they were read: `checked` decides, not `sent.answers`.

    Raises QuestionnaireNotActive.
    """
    _refuse_unpublished(checked.questionnaire)
    authored = correct_authored(
        call.caller.role,
        sent.authored,
        begun_at=sent.begun_at,
        sent_at=sent.sent_at,
        received_at=call.received_at,
    )
    return Accepted(new_id(), sent, checked, installation.rulebooks.current(checked.questionnaire), authored)


def _refuse_unpublished(questionnaire: Questionnaire) -> None:
    if questionnaire.status is PublicationStatus.DRAFT:
        raise QuestionnaireNotActive


async def store_accepted(
    tx: Transaction, installation: Installation, call: Call, patient_id: UUID, accepted: Accepted
) -> Receipt:
    """Store in a transaction that holds the patient's lock, and say what the patient reads. Raises as `store_row`."""
    stored, centre = await store_row(tx, installation, call, patient_id, accepted)
    return receipt(stored, centre, installation.knowledge)


async def store_row(
    tx: Transaction, installation: Installation, call: Call, patient_id: UUID, accepted: Accepted
) -> tuple[StoredResponse, Centre]:
    """Compare, evaluate and store in a transaction that holds the patient's lock; or what the same key stored before.

    Raises QuestionnaireRetired, AuthoredInFuture, KeyReused, NotFound (also where the visit is another patient's).
    """
    sent, rulebook, authored = accepted.sent, accepted.rulebook, accepted.authored
    about = ComparableTo(
        patient_id, accepted.response_id, sent.instrument, rulebook.comparable_versions, authored.authored_at
    )
    before = await read_before_storing(tx, about, now=call.received_at, with_scores=compares_scores(rulebook))
    if (
        sent.consultation_id is not None
        and (await read_consultation(tx, sent.consultation_id)).patient_id != patient_id
    ):
        raise NotFound
    refusal = refusal_of(accepted.checked.questionnaire, authored, before.draft_begun_at)
    stored: StoredResponse | None = None
    if refusal is None:
        words = await words_of(tx, installation, [sent.instrument])
        compared = await read_comparison(installation, tx, rulebook, about, before)
        # What comes as FHIR is answered with a resource: its patient is told nothing.
        library = installation.advice if sent.received is None else None
        stored = await add_response(tx, evaluated_row(call, patient_id, accepted, before, compared, words, library))
    if stored is not None and before.draft_begun_at is not None:
        await remove_draft(tx, patient_id, sent.instrument)
    if stored is not None and sent.received is not None:
        await add_received(tx, stored.response_id, stored.revision, patient_id, sent.received)
    if stored is None:
        # What was acknowledged once stays so, whatever was retired since: a replay comes before a refusal.
        stored = await _stored_before(tx, patient_id, sent, refusal)
        tx.audit.about(stored.response_id, patient_id, stored.revision)
    return stored, before.centre


def refusal_of(
    questionnaire: Questionnaire, authored: Authored, draft_begun_at: datetime | None
) -> AuthoredInFuture | QuestionnaireRetired | None:
    """Why answers that fit are refused all the same: a system's clock, or a version that was retired before they
    were begun. A patient who began in time may always finish.
    """
    if authored.refused:
        return AuthoredInFuture()
    if questionnaire.retired_on is not None:
        stated = [begun for begun in (authored.begun_at, draft_begun_at, authored.authored_at) if begun]
        if min(stated).date().isoformat() > questionnaire.retired_on:
            return QuestionnaireRetired()
    return None


async def _stored_before(
    tx: Transaction, patient_id: UUID, sent: Submission, refusal: Exception | None
) -> StoredResponse:
    """What the key stored before. Raises the refusal where it stored nothing, KeyReused where it was another body."""
    key = sent.idempotency_key
    stored = await find_by_key(tx, patient_id, key) if key is not None else None
    if stored is None:
        assert refusal is not None, "the insertion conflicts with nothing but the key"
        raise refusal
    if stored.body_sha256 != sent.body_sha256:
        raise KeyReused
    return stored


def evaluated_row(
    call: Call,
    patient_id: UUID,
    accepted: Accepted,
    before: BeforeStoring,
    compared: Comparison,
    words: Words,
    library: AdviceLibrary | None = None,
) -> StoredResponse:
    """The row to be stored: the answers with everything that they were pinned to and what they mean today.

    `library` is where advice for the patient comes from; None where they get no receipt.
    """
    sent, authored, rulebook = accepted.sent, accepted.authored, accepted.rulebook
    questionnaire = accepted.checked.questionnaire
    language = sent.language or before.centre.languages[0]
    text = words.answered_to(questionnaire, language, sent.text_digest)
    flags = [flag.value for flag in authored.flags] + ([] if text else [TEXT_UNKNOWN])
    evaluation = evaluate(
        rulebook,
        accepted.checked,
        mode=before.centre.mode,
        comparison=compared,
        on_treatment=sent.on_treatment,
        library=library,
    )
    return StoredResponse(
        response_id=accepted.response_id,
        revision=1,
        patient_id=patient_id,
        instrument=questionnaire.instrument,
        version=questionnaire.version,
        definition_digest=questionnaire.digest,
        scoring_version=rulebook.version,
        scoring_digest=rulebook.digest,
        language=language,
        text_digest=text.digest if text else None,
        status=ResponseStatus.COMPLETED,
        answered_by=_respondent(call, patient_id, sent.answered_by),
        recorded_by=call.caller.role.value,
        begun_at=authored.begun_at or before.draft_begun_at,
        authored=sent.authored or call.received_at,
        sent_at=sent.sent_at,
        received_at=call.received_at,
        authored_at=authored.authored_at,
        stored_at=call.received_at,
        idempotency_key=sent.idempotency_key,
        body_sha256=sent.body_sha256,
        reason=None,
        answers=plain_answers(accepted.checked),
        scores=column_scores(evaluation.scores),
        evaluation=evaluation.plain(
            feedback=plain_feedback(
                evaluation.urgency, before.next_consultation_at, self_harm=evaluation.is_of_self_harm
            ),
            flags=flags,
            texts=words.revisions(questionnaire),
            late_by_hours=late_by_hours(authored.authored_at, call.received_at),
        ),
        consultation_id=sent.consultation_id,
        recorder_id=call.caller.recorder_id,
        identifier_system=(sent.identifier.system or None) if sent.identifier else None,
        identifier_value=sent.identifier.value if sent.identifier else None,
    )


def _respondent(call: Call, patient_id: UUID, said: Respondent | None) -> Respondent:
    """Who answered. A patient's own token means the patient, or whoever they say answered for them; staff and systems
    say it, or mean the patient.
    """
    if call.caller.role is Role.PATIENT:
        is_own = call.caller.patient_id == patient_id and said is not Respondent.RELATED_PERSON
        return Respondent.PATIENT if is_own else Respondent.RELATED_PERSON
    return said or Respondent.PATIENT
