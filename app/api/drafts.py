"""`/v1/patients/{id}/drafts`: answers in the making, one a questionnaire, safe on two devices."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.api.fields import Answers, Body, IfMatch, IfNoneMatch, InstrumentPath, Plain, Version, etag, revision_of
from app.http.dependencies import PROBLEM_RESPONSES, Authenticated, Installed
from app.http.preconditions import PreconditionRequired
from app.http.strict_json import StrictRoute
from app.services import drafts
from app.store.draft import Draft

router = APIRouter(
    prefix="/v1/patients/{patient_id}/drafts", tags=["drafts"], route_class=StrictRoute, responses=PROBLEM_RESPONSES
)


class DraftBody(Body):
    """Answers in the making. Anything may be missing; answers that branching hides at the moment may stay."""

    version: Version
    answers: Answers


class DraftOut(BaseModel):
    """A saved draft. `revision` is also its ETag."""

    instrument: str
    version: str
    revision: int
    answers: dict[str, Plain]
    begun_at: datetime
    saved_at: datetime


@router.put("/{instrument}")
async def save_draft(
    installed: Installed,
    call: Authenticated,
    patient_id: UUID,
    instrument: InstrumentPath,
    body: DraftBody,
    response: Response,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> DraftOut:
    """Save a draft: the first time with `If-None-Match: *`, then with `If-Match` and the ETag that was read."""
    if (if_match is None) == (if_none_match is None):
        raise PreconditionRequired
    saved = await drafts.save(
        installed,
        call,
        patient_id,
        instrument=instrument,
        version=body.version,
        answers=body.answers,
        seen=revision_of(if_match) if if_match else None,
    )
    return _out(saved, response)


@router.get("/{instrument}")
async def read_draft(
    installed: Installed, call: Authenticated, patient_id: UUID, instrument: InstrumentPath, response: Response
) -> DraftOut:
    """The draft of a questionnaire."""
    return _out(await drafts.read(installed, call, patient_id, instrument), response)


@router.delete("/{instrument}", status_code=204)
async def discard_draft(
    installed: Installed,
    call: Authenticated,
    patient_id: UUID,
    instrument: InstrumentPath,
    if_match: IfMatch = None,
) -> None:
    """Forget the draft that was read."""
    if if_match is None:
        raise PreconditionRequired
    await drafts.discard(installed, call, patient_id, instrument, seen=revision_of(if_match))


def _out(draft: Draft, response: Response) -> DraftOut:
    response.headers["ETag"] = etag(draft.revision)
    return DraftOut(
        instrument=draft.instrument,
        version=draft.version,
        revision=draft.revision,
        answers=dict(draft.answers),
        begun_at=draft.begun_at,
        saved_at=draft.saved_at,
    )
