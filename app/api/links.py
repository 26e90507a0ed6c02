"""`/v1/patients/{id}/links`: personal links, by which a patient answers one questionnaire without an account."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from app.api.fields import Body, InstrumentId, Moment
from app.http.dependencies import PROBLEM_RESPONSES, Authenticated, Installed
from app.http.personal_links import address_of, sealer_of
from app.http.strict_json import StrictRoute
from app.security.personal_links import LinkClaim
from app.services import personal_links
from app.services.personal_links import DatedLink, WantedLink

of_patient = APIRouter(
    prefix="/v1/patients/{patient_id}/links", tags=["links"], route_class=StrictRoute, responses=PROBLEM_RESPONSES
)
router = APIRouter(prefix="/v1/links", tags=["links"], route_class=StrictRoute, responses=PROBLEM_RESPONSES)


class LinkBody(Body):
    """What the link is for.

    `consultation_id`: the visit that is prepared; the link then ends when that begins, wherever it is moved to.
    `expires_at`: another end, within 92 days. Without either, 14 days.
    """

    instrument: InstrumentId
    consultation_id: UUID | None = None
    expires_at: Annotated[Moment | None, Field(description="In the future.")] = None


class LinkOut(BaseModel):
    """One link. `closes_at`: when it stops giving out its questionnaire, as its consultation is planned now.

    `url` is for the patient alone: whoever has it can answer in their place. It is given when the link is made, and
    never again.
    """

    id: UUID
    patient_id: UUID
    instrument: str
    consultation_id: UUID | None
    closes_at: datetime
    revoked_at: datetime | None
    url: str | None


class LinkList(BaseModel):
    """A patient's links, in the order in which they were made."""

    links: list[LinkOut]


@of_patient.post("", status_code=201)
async def make_link(
    installed: Installed, call: Authenticated, patient_id: UUID, body: LinkBody, request: Request
) -> LinkOut:
    """Make a link for one questionnaire: signed, ending, revocable, telling nothing of anybody."""
    sealer = sealer_of(request)
    wanted = WantedLink(body.instrument, body.consultation_id, body.expires_at)
    made = await personal_links.make_link(installed, call, patient_id, wanted)
    token = sealer.seal(LinkClaim(call.caller.centre_id, patient_id, made.link.link_id))
    return _out(made, address_of(request, token))


@of_patient.get("")
async def list_links(installed: Installed, call: Authenticated, patient_id: UUID) -> LinkList:
    """A patient's links, without their addresses."""
    found = await personal_links.list_links(installed, call, patient_id)
    return LinkList(links=[_out(one) for one in found])


@router.post("/{link_id}/revoke")
async def revoke_link(installed: Installed, call: Authenticated, link_id: UUID) -> LinkOut:
    """Say that a link opens nothing any more. It is never taken back."""
    return _out(await personal_links.revoke_link(installed, call, link_id))


def _out(dated: DatedLink, url: str | None = None) -> LinkOut:
    link = dated.link
    return LinkOut(
        id=link.link_id,
        patient_id=link.patient_id,
        instrument=link.instrument,
        consultation_id=link.consultation_id,
        closes_at=dated.closes_at,
        revoked_at=link.revoked_at,
        url=url,
    )
