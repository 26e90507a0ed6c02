"""`/fhir/Practitioner`: who of the care team recorded answers, without a name."""

from fastapi import Request, Response

from app.fhir.exchange import answer
from app.fhir.offer import ResourceOffer
from app.fhir.routing import FhirId, fhir_router, uuid_of
from app.http.dependencies import Authenticated, Installed
from app.services.export_people import read_practitioner

OFFER = ResourceOffer(
    type="Practitioner",
    interactions=("read",),
    documentation="Somebody who recorded answers. The id is the same for the same person; no name is kept.",
)

router = fhir_router(OFFER.type)


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """Somebody who recorded a response that the caller may read."""
    return answer(request, await read_practitioner(installed, call, uuid_of(resource_id)))
