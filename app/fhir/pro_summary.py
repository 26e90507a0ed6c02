"""`/fhir/Patient/{id}/$pro-summary`: the document of the consultation that comes next."""

from fastapi import Request, Response

from app.fhir.exchange import answer, service_base
from app.fhir.offer import OperationOffer
from app.fhir.routing import FhirId, fhir_router, uuid_of
from app.http.dependencies import Authenticated, Installed
from app.services.read_document import read_summary
from fhir_export.operation_definition import OperationParameter

OPERATION = OperationOffer(
    "pro-summary",
    "/OperationDefinition/Patient-pro-summary",
    "The document of the patient's next consultation, or of the last one where none is ahead: a document Bundle, as "
    "`Composition/{consultation}/$document` gives it.",
    parameters=(OperationParameter("return", "out", "Bundle", "The document.", 1),),
)

router = fhir_router("Patient")


@router.get("/{resource_id}/$pro-summary")
async def pro_summary(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """The document of the patient's next consultation, or of the last one where none is ahead."""
    found = await read_summary(installed, call, uuid_of(resource_id), service_base(request))
    return answer(request, found, by_reader=True)
