"""`/fhir/Device`: which connected system recorded answers, without a name; and Vigie itself."""

from fastapi import Request, Response

from app.fhir.exchange import LANGUAGE_DEPENDENT, answer
from app.fhir.offer import ResourceOffer
from app.fhir.routing import FhirId, fhir_router, uuid_of
from app.http.dependencies import Authenticated, Installed
from app.services.export_people import read_device, read_software
from fhir_export.device import SOFTWARE_ID

OFFER = ResourceOffer(
    type="Device",
    interactions=("read",),
    documentation="A connected system that recorded answers. The id is the same for the same system; no name is kept. "
    f"`{SOFTWARE_ID}` is Vigie itself, the author of documents.",
)

router = fhir_router(OFFER.type)


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """A system that recorded a response that the caller may read, in words for the caller; or Vigie itself."""
    if resource_id == SOFTWARE_ID:
        return answer(request, await read_software(installed, call))
    found = await read_device(installed, call, uuid_of(resource_id))
    return answer(request, found, headers=LANGUAGE_DEPENDENT)
