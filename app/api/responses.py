"""`/v1/responses` and `/v1/patients/{id}/responses`: submit, read, list, correct, mark entered in error."""

import hashlib
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Query, Response
from pydantic import Field, StringConstraints

from app.api.fields import (
    Answers,
    Body,
    IfMatch,
    InstrumentId,
    LanguageTag,
    ShortText,
    Timestamp,
    Version,
    etag,
    revision_of,
)
from app.api.response_body import (
    Context,
    CorrectedOut,
    History,
    ResponseList,
    ResponseOut,
    SubmittedOut,
    corrected_body,
    response_body,
    submitted_body,
)
from app.http.cursors import cursor_of, place_of
from app.http.dependencies import PROBLEM_RESPONSES, Authenticated, Installed
from app.http.idempotency import KEY_DESCRIPTION, KeyText
from app.http.preconditions import PreconditionRequired
from app.http.strict_json import StrictRoute
from app.services import read_response
from app.services.correct_response import correct_response, mark_entered_in_error
from app.services.read_response import PAGE_SIZE, Place
from app.services.submit_response import Submission, submit_response
from app.store import jsonb
from scoring.history import Respondent

of_patient = APIRouter(
    prefix="/v1/patients/{patient_id}/responses",
    tags=["responses"],
    route_class=StrictRoute,
    responses=PROBLEM_RESPONSES,
)
router = APIRouter(prefix="/v1/responses", tags=["responses"], route_class=StrictRoute, responses=PROBLEM_RESPONSES)

TextDigest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
IdempotencyKey = Annotated[KeyText, Header(description=KEY_DESCRIPTION)]


class SubmissionBody(Body):
    """One answered questionnaire.

    `authored`, `sent_at`, `begun_at` are by the client's clock: `sent_at`, its time of sending, corrects the others.
    `text_digest`: of the words that were shown, as the questionnaire gave it; without it, the newest of the language.
    `answered_by` is said by staff and systems; a patient's token means the patient, or says that a related person
    answered. `consultation_id`: the visit that it was answered for, as this service knows it.
    """

    questionnaire: InstrumentId
    version: Version
    language: LanguageTag
    text_digest: TextDigest | None = None
    answers: Answers
    authored: Timestamp
    sent_at: Timestamp | None = None
    begun_at: Timestamp | None = None
    answered_by: Respondent | None = None
    consultation_id: UUID | None = None
    context: Context | None = None

    @property
    def on_treatment(self) -> bool | None:
        """What the context says of the patient's treatment."""
        return self.context.on_treatment if self.context else None


class CorrectionBody(Body):
    """The corrected answers, complete, and why. Without a `context`, what was said before stays."""

    answers: Answers
    reason: ShortText
    context: Context | None = None


class ReasonBody(Body):
    """Why the response should never have been."""

    reason: ShortText


@of_patient.post("", status_code=201)
async def submit(
    installed: Installed,
    call: Authenticated,
    patient_id: UUID,
    body: SubmissionBody,
    response: Response,
    idempotency_key: IdempotencyKey,
) -> SubmittedOut:
    """Store an answered questionnaire, exactly once: the same key and body give the same answer, however often sent."""
    submitted = await submit_response(
        installed,
        call,
        patient_id,
        Submission(
            instrument=body.questionnaire,
            version=body.version,
            language=body.language,
            text_digest=body.text_digest,
            answers=body.answers,
            authored=body.authored,
            sent_at=body.sent_at,
            begun_at=body.begun_at,
            answered_by=body.answered_by,
            idempotency_key=idempotency_key,
            body_sha256=_sha256(body),
            on_treatment=body.on_treatment,
            consultation_id=body.consultation_id,
        ),
    )
    stored = submitted.response
    response.headers["Location"] = f"/v1/responses/{stored.response_id}"
    response.headers["ETag"] = etag(stored.revision)
    return submitted_body(installed.catalogue, submitted)


@of_patient.get("")
async def list_of_patient(
    installed: Installed,
    call: Authenticated,
    patient_id: UUID,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
    count: Annotated[int, Query(ge=1, le=200)] = PAGE_SIZE,
) -> ResponseList:
    """A patient's responses, each in its latest revision, newest first."""
    after = place_of(cursor, "cursor") if cursor else Place()
    page = await read_response.list_responses(installed, call, patient_id, after=after, count=count)
    return ResponseList(
        responses=[response_body(installed.catalogue, read) for read in page.responses],
        next=cursor_of(page.next) if page.next else None,
    )


@router.get("/{response_id}")
async def read(installed: Installed, call: Authenticated, response_id: UUID, response: Response) -> ResponseOut:
    """The latest revision of a response."""
    found = await read_response.read_response(installed, call, response_id)
    response.headers["ETag"] = etag(found.stored.revision)
    return response_body(installed.catalogue, found)


@router.get("/{response_id}/revisions")
async def read_revisions(installed: Installed, call: Authenticated, response_id: UUID) -> History:
    """Every revision of a response: what it said before it was corrected, and why."""
    found = await read_response.read_history(installed, call, response_id)
    return History(revisions=[response_body(installed.catalogue, read) for read in found])


@router.get("/{response_id}/revisions/{revision}")
async def read_revision(
    installed: Installed, call: Authenticated, response_id: UUID, revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
) -> ResponseOut:
    """One revision of a response."""
    return response_body(installed.catalogue, await read_response.read_revision(installed, call, response_id, revision))


@router.put("/{response_id}")
async def correct(
    installed: Installed,
    call: Authenticated,
    response_id: UUID,
    body: CorrectionBody,
    response: Response,
    if_match: IfMatch = None,
) -> CorrectedOut:
    """Correct a response: a new revision, scored anew, beside the old ones."""
    if if_match is None:
        raise PreconditionRequired
    corrected = await correct_response(
        installed,
        call,
        response_id,
        seen=revision_of(if_match),
        answers=body.answers,
        reason=body.reason,
        on_treatment=body.context.on_treatment if body.context else None,
    )
    response.headers["ETag"] = etag(corrected.read.stored.revision)
    return corrected_body(installed.catalogue, corrected)


@router.post("/{response_id}/entered-in-error")
async def mark_in_error(
    installed: Installed,
    call: Authenticated,
    response_id: UUID,
    body: ReasonBody,
    response: Response,
    if_match: IfMatch = None,
) -> ResponseOut:
    """Say that a response should never have been. It stays readable; no synthesis reads it any more."""
    if if_match is None:
        raise PreconditionRequired
    marked = await mark_entered_in_error(installed, call, response_id, seen=revision_of(if_match), reason=body.reason)
    response.headers["ETag"] = etag(marked.stored.revision)
    return response_body(installed.catalogue, marked)


def _sha256(body: SubmissionBody) -> bytes:
    """Of the canonical body: sorted keys, without `sent_at`, which is another one at every retry.

    Context and visit are in it where they say something: a body that says nothing of them has the digest that it always
    had.
    """
    plain = {name: value for name, value in body if name not in ("sent_at", "context", "consultation_id")}
    if body.consultation_id is not None:
        plain["consultation_id"] = str(body.consultation_id)
    if body.on_treatment is not None:
        plain["context"] = {"on_treatment": body.on_treatment}
    try:
        canonical = orjson.dumps(plain, default=jsonb.number, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # What it cannot write (lists in each other, an integer beyond 64 bits) answers no item: it is refused later.
        return b""
    return hashlib.sha256(canonical).digest()
