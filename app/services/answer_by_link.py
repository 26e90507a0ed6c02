"""Answering through a personal link: saving on the way, sending once, and naming topics until the consultation."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from app.services.open_link import LinkState, OpenedLink, is_recent, read_opened
from app.services.submit_response import Submission, accept_checked, store_row
from app.store import jsonb
from app.store.draft import Draft, read_draft, save_draft
from app.store.errors import Conflict, NotFound
from app.store.ids import new_id
from app.store.response import StoredResponse
from app.store.response_reading import responses_by_link
from app.store.transaction import PatientLock, Transaction
from questionnaires.issues import Issue
from questionnaires.response import CheckedResponse
from questionnaires.validation import validate, validate_draft
from questionnaires.written import Written, form_answers, raw_answers, shown_answers
from scoring.history import Respondent


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What a form of a link sends. `fields`: link id -> what was typed or chosen.

    `authored` and `sent_at` are by the phone's clock, None where it was sent without a script; `begun_at`: when it was
    given out, by ours. `seen_draft`: the revision of the draft that it was filled from.
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
    """What became of a form: what was written, and what is wrong with it. Without issues it was stored, unless
    `is_empty`: nothing was answered, so that there is nothing to store.
    """

    opened: OpenedLink
    written: Written
    issues: tuple[Issue, ...] = ()
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class TopicsOutcome:
    """What became of topics. `current`: the response as it is stored now. `is_stale`: somebody changed it since the
    topics were shown, so that nothing was stored; nor was it where there are issues.
    """

    opened: OpenedLink
    written: Written
    current: StoredResponse
    issues: tuple[Issue, ...] = ()
    is_stale: bool = False


async def send(installation: Installation, call: Call, claim: LinkClaim, form: FilledForm) -> Outcome:
    """Store the answers of a form, exactly once however often it is sent.

    What was sent before comes again as it is; other answers through the same link are a response of their own, given at
    their own time: nothing replaces anything. Raises LinkClosed where the link takes no answers any more,
    QuestionnaireRetired, and as `open_link`.
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
            _only_looked(tx, claim)
            return Outcome(link, written, checked)
        if not checked.answers:
            _only_looked(tx, claim)
            return Outcome(link, written, is_empty=True)
        sent = _submission(link, call, form, checked)
        known = await responses_by_link(tx, claim.patient_id, link.link.response_key)
        replayed = _replayed(link, known, sent)
        if replayed is not None:
            tx.audit.about(replayed.response_id, claim.patient_id, replayed.revision)
            return Outcome(link, written)
        if known:
            sent = replace(sent, idempotency_key=f"{link.link.response_key}-{new_id()}")
        accepted = accept_checked(installation, call, sent, checked)
        # By our clock already: what the phone's is wrong by is none of its business.
        accepted = replace(accepted, authored=replace(accepted.authored, begun_at=form.begun_at))
        await store_row(tx, installation, call, claim.patient_id, accepted)
        return Outcome(link, written)


async def save(installation: Installation, call: Call, claim: LinkClaim, form: FilledForm) -> tuple[Outcome, int]:
    """Save what fits as the patient's draft; gives its revision. Where another device saved meanwhile, what is written
    here goes on top.

    Raises LinkClosed where the link gives out nothing any more, and as `open_link`.
    """
    lock = PatientLock(claim.patient_id)
    async with opened(installation, call, Operation.SAVE_DRAFT, claim.patient_id, lock) as tx:
        link = await read_opened(tx, installation, call, claim, language=form.language, version=form.version)
        if not link.takes_answers or link.response is not None:
            raise LinkClosed
        written = form_answers(link.questionnaire, form.fields, link.zone)
        raw = raw_answers(link.questionnaire, written)
        issues = validate_draft(link.questionnaire, raw)
        faulty = {issue.link_id for issue in issues}
        fitting = {link_id: answer for link_id, answer in raw.items() if link_id not in faulty}
        draft = await _save(tx, installation, call, link, fitting, form.seen_draft)
        tx.audit.about(claim.link_id, claim.patient_id, draft.revision)
        return Outcome(link, written, issues), draft.revision


async def change_topics(
    installation: Installation,
    call: Call,
    claim: LinkClaim,
    fields: Mapping[str, Sequence[str]],
    seen: tuple[str | None, str | None],
) -> TopicsOutcome:
    """Store other topics, in the order in which they are given, beside answers that stay as they are: a new revision.

    `seen`: the response and the revision that whoever changed them had before their eyes, as their page wrote them.
    Raises LinkClosed where it is too late, or nothing was answered; and as `open_link`.
    """
    lock = PatientLock(claim.patient_id)
    async with opened(installation, call, Operation.CORRECT_RESPONSE, claim.patient_id, lock) as tx:
        link = await read_opened(tx, installation, call, claim)
        current = link.response
        if current is None or not has_topics_open(link, call):
            raise LinkClosed
        questionnaire = link.questionnaire
        topics = rulebook_of(installation, current).topics
        written = form_answers(questionnaire, {name: fields[name] for name in topics if name in fields}, link.zone)
        raw = {name: answer for name, answer in current.answers.items() if name not in topics}
        raw |= raw_answers(questionnaire, written)
        checked = validate(questionnaire, shown_answers(questionnaire, raw).raw)
        if not isinstance(checked, CheckedResponse):
            _only_looked(tx, claim)
            return TopicsOutcome(link, written, current, checked)
        if raw == dict(current.answers):
            _only_looked(tx, claim)
            return TopicsOutcome(link, written, current)
        if seen != (str(current.response_id), str(current.revision)):
            _only_looked(tx, claim)
            return TopicsOutcome(link, written, current, is_stale=True)
        reason = link.wording.say("answer.topics_reason")
        stored, _ = await store_correction(tx, installation, call, current, checked, reason=reason)
        return TopicsOutcome(link, written, stored)


def has_topics_open(link: OpenedLink, call: Call) -> bool:
    """Whether topics can still be changed: until the consultation; where the link has none, until its end."""
    until = link.consultation.starts_at if link.consultation else link.closes_at
    return link.state is LinkState.ANSWERED and call.received_at < until


def _only_looked(tx: Transaction, claim: LinkClaim) -> None:
    """Nothing was stored: who looked is told in the trail, not that something was sent, saved or corrected."""
    tx.audit.operation = Operation.OPEN_LINK.value
    tx.audit.about(claim.link_id, claim.patient_id)


def _replayed(link: OpenedLink, known: Sequence[StoredResponse], sent: Submission) -> StoredResponse | None:
    """What a form stored before: the latest answers once more, or a phone that has waited with earlier ones.

    `known`: the first revisions of all that was given through the link. Whoever goes back to answers that they had
    changed since means them now.
    """
    latest = link.response.response_id if link.response else None
    same = (given for given in known if given.body_sha256 == sent.body_sha256)
    return next((given for given in same if given.response_id == latest or given.authored == sent.authored), None)


def _submission(link: OpenedLink, call: Call, form: FilledForm, checked: CheckedResponse) -> Submission:
    """The submission of a form, by the link's own key."""
    said = (checked.questionnaire.canonical, checked.answers, form.answered_by)
    digest = hashlib.sha256(orjson.dumps(said, default=jsonb.number, option=orjson.OPT_SORT_KEYS)).digest()
    # Without a script nobody says when, and the form comes straight from whoever answers. One of the two times alone
    # says nothing of the phone's clock.
    is_timed = form.authored is not None and form.sent_at is not None
    return Submission(
        instrument=link.questionnaire.instrument,
        version=link.questionnaire.version,
        language=link.text.language,
        text_digest=form.text_digest,
        answers={},
        authored=form.authored if is_timed else call.received_at,
        sent_at=form.sent_at if is_timed else call.received_at,
        begun_at=None,
        answered_by=form.answered_by,
        idempotency_key=link.link.response_key,
        body_sha256=digest,
        consultation_id=link.link.consultation_id,
    )


async def _save(
    tx: Transaction,
    installation: Installation,
    call: Call,
    link: OpenedLink,
    answers: Mapping[str, Any],
    seen: int | None,
) -> Draft:
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
    # What is too old to be shown is no part of what is saved now.
    goes_on = other.version == questionnaire.version and is_recent(installation, other, link.link, call.received_at)
    kept = other.answers if goes_on else {}
    return await save_draft(*where, {**kept, **answers}, other.revision)
