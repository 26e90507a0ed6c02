"""Answering through a personal link: saving on the way, sending once, and naming topics until the consultation."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from app.security.operations import Operation
from app.security.personal_links import LinkClaim
from app.services.call import Call, opened
from app.services.correct_response import store_correction
from app.services.errors import LinkClosed
from app.services.history import rulebook_of
from app.services.installation import Installation
from app.services.open_link import OpenedLink, read_opened
from app.services.submit_response import Submission, accept_checked, store_row
from app.store import jsonb
from app.store.draft import Draft, read_draft, save_draft
from app.store.errors import Conflict, NotFound
from app.store.response_reading import find_by_key
from app.store.transaction import PatientLock, Transaction
from questionnaires.issues import Issue
from questionnaires.response import CheckedResponse, ResponseStatus
from questionnaires.validation import validate, validate_draft
from questionnaires.written import Written, form_answers, raw_answers, shown_answers
from scoring.history import Respondent


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What a form of a link sends. `fields`: link id -> what was typed or chosen.

    The times are by the phone's clock, None where the form was sent without a script; `begun_at`: when it was given
    out. `seen_draft`: the revision of the draft that it was filled from.
    """

    version: str
    fields: Mapping[str, Sequence[str]]
    language: str | None = None
    text_digest: str | None = None
    answered_by: Respondent | None = None
    begun_at: datetime | None = None
    authored: datetime | None = None
    sent_at: datetime | None = None
    seen_draft: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: what was written, and what is wrong with it. Without issues it was stored."""

    opened: OpenedLink
    written: Written
    issues: tuple[Issue, ...] = ()


async def send(installation: Installation, call: Call, claim: LinkClaim, form: FilledForm) -> Outcome:
    """Store the answers of a form, exactly once however often it is sent.

    What was sent before comes again as it is; other answers through the same link are a response of their own, given at
    their own time: nothing replaces anything. Raises LinkClosed where the link takes no answers any more, and as
    `open_link`.
    """
    lock = PatientLock(claim.patient_id)
    async with opened(installation, call, Operation.SUBMIT_RESPONSE, claim.patient_id, lock) as tx:
        link = await read_opened(tx, installation, call, claim, language=form.language, version=form.version)
        if not link.takes_answers:
            raise LinkClosed
        written = form_answers(link.questionnaire, form.fields, link.zone)
        checked = validate(
            link.questionnaire, shown_answers(link.questionnaire, raw_answers(link.questionnaire, written)).raw
        )
        if not isinstance(checked, CheckedResponse):
            # Nothing was stored: who looked is told, not that something was submitted.
            tx.audit.operation = Operation.OPEN_LINK.value
            return Outcome(link, written, checked)
        sent = await _submission(tx, link, call, form, checked)
        await store_row(tx, installation, call, claim.patient_id, accept_checked(installation, call, sent, checked))
        return Outcome(link, written)


async def save(installation: Installation, call: Call, claim: LinkClaim, form: FilledForm) -> tuple[Outcome, int]:
    """Save what fits as the patient's draft; gives its revision. Where another device saved meanwhile, what is written
    here goes on top.

    Raises LinkClosed where the link gives out nothing any more, and as `open_link`.
    """
    async with opened(installation, call, Operation.SAVE_DRAFT, claim.patient_id) as tx:
        link = await read_opened(tx, installation, call, claim, language=form.language, version=form.version)
        if not link.takes_answers or link.response is not None:
            raise LinkClosed
        written = form_answers(link.questionnaire, form.fields, link.zone)
        raw = raw_answers(link.questionnaire, written)
        issues = validate_draft(link.questionnaire, raw)
        faulty = {issue.link_id for issue in issues}
        fitting = {link_id: answer for link_id, answer in raw.items() if link_id not in faulty}
        draft = await _save(tx, link, fitting, form.seen_draft)
        return Outcome(link, written, issues), draft.revision


async def change_topics(
    installation: Installation, call: Call, claim: LinkClaim, fields: Mapping[str, Sequence[str]]
) -> Outcome:
    """Store other topics, in the order in which they are given, beside answers that stay as they are: a new revision.

    Raises LinkClosed where it is too late, or nothing was answered; and as `open_link`.
    """
    lock = PatientLock(claim.patient_id)
    async with opened(installation, call, Operation.CORRECT_RESPONSE, claim.patient_id, lock) as tx:
        link = await read_opened(tx, installation, call, claim)
        current = link.response
        if current is None or current.status is ResponseStatus.ENTERED_IN_ERROR or not has_topics_open(link, call):
            raise LinkClosed
        questionnaire = link.questionnaire
        topics = rulebook_of(installation, current).topics
        written = form_answers(questionnaire, {name: fields[name] for name in topics if name in fields}, link.zone)
        raw = {name: answer for name, answer in current.answers.items() if name not in topics}
        raw |= raw_answers(questionnaire, written)
        checked = validate(questionnaire, shown_answers(questionnaire, raw).raw)
        if not isinstance(checked, CheckedResponse):
            # Nothing was stored: who looked is told, not that something was submitted.
            tx.audit.operation = Operation.OPEN_LINK.value
            return Outcome(link, written, checked)
        if raw != dict(current.answers):
            reason = link.wording.say("answer.topics_reason")
            await store_correction(tx, installation, call, current, checked, reason=reason)
        return Outcome(link, written)


def has_topics_open(link: OpenedLink, call: Call) -> bool:
    """Whether topics can still be changed: until the consultation, or the link's own end."""
    return link.link.revoked_at is None and call.received_at < link.closes_at


async def _submission(
    tx: Transaction, link: OpenedLink, call: Call, form: FilledForm, checked: CheckedResponse
) -> Submission:
    """The submission of a form; its key is the link's own, unless that already stands on other answers."""
    said = (checked.questionnaire.canonical, checked.answers, form.answered_by)
    digest = hashlib.sha256(orjson.dumps(said, default=jsonb.number, option=orjson.OPT_SORT_KEYS)).digest()
    key = link.link.response_key
    first = await find_by_key(tx, link.claim.patient_id, key)
    if first is not None and first.body_sha256 != digest:
        key = f"{key}-{digest.hex()[:32]}"
    return Submission(
        instrument=link.questionnaire.instrument,
        version=link.questionnaire.version,
        language=link.text.language,
        text_digest=form.text_digest,
        answers={},
        # Without a script nobody says when, and the form comes straight from whoever answers.
        authored=form.authored or call.received_at,
        sent_at=form.sent_at or call.received_at,
        begun_at=form.begun_at,
        answered_by=form.answered_by,
        idempotency_key=key,
        body_sha256=digest,
        consultation_id=link.link.consultation_id,
    )


async def _save(tx: Transaction, link: OpenedLink, answers: Mapping[str, Any], seen: int | None) -> Draft:
    patient_id, questionnaire = link.claim.patient_id, link.questionnaire
    where = (tx, patient_id, questionnaire.instrument, questionnaire.version)
    try:
        return await save_draft(*where, answers, seen)
    except Conflict as conflict:
        if conflict.current is None:
            return await save_draft(*where, answers, None)
    try:
        other = await read_draft(tx, patient_id, questionnaire.instrument)
    except NotFound:
        return await save_draft(*where, answers, None)
    kept = other.answers if other.version == questionnaire.version else {}
    return await save_draft(*where, {**kept, **answers}, other.revision)
