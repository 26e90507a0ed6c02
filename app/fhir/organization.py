"""`/fhir/Organization`: the caller's own centre."""

from fastapi import Request, Response

from app.fhir.exchange import answer
from app.fhir.offer import ResourceOffer
from app.fhir.routing import FhirId, fhir_router, uuid_of
from app.http.dependencies import Authenticated, Installed
from app.services.export_people import read_organization

OFFER = ResourceOffer(
    type="Organization",
    interactions=("read",),
    documentation="The caller's own centre.",
)

router = fhir_router(OFFER.type)


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """The caller's own centre. Every other is absent."""
    return answer(request, await read_organization(installed, call, uuid_of(resource_id)))
