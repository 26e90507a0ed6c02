"""`/fhir/Questionnaire`: the published versions of every instrument."""

from fastapi import Request, Response

from app.fhir.exchange import answer
from app.fhir.offer import ResourceOffer
from app.fhir.routing import FhirId, fhir_router
from app.http.dependencies import Authenticated, Installed
from app.services import export_fhir

OFFER = ResourceOffer(type="Questionnaire", interactions=("read",))

router = fhir_router(OFFER.type)


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """One questionnaire version, with translations."""
    found = await export_fhir.read_questionnaire(installed, call, resource_id)
    return answer(request, found, headers={"Vary": "Accept-Language"})
