"""`/fhir/Composition`: the synthesis of a consultation, by the consultation's id, and the document made of it."""

from fastapi import Request, Response

from app.fhir.exchange import answer, service_base
from app.fhir.offer import OperationOffer, ResourceOffer
from app.fhir.routing import FhirId, fhir_router, uuid_of
from app.http.dependencies import Authenticated, Installed
from app.http.refusal import refusal
from app.services.read_document import read_composition, read_document

OFFER = ResourceOffer(
    type="Composition",
    interactions=("read",),
    operations=(
        OperationOffer(
            "document",
            "http://hl7.org/fhir/OperationDefinition/Composition-document",
            "The Composition with everything that it refers to. It is not stored: `persist` may be false only.",
        ),
    ),
    documentation="One for each consultation, by its id, always as of now and in the language asked for. "
    "`meta.versionId` rises whenever what it says has changed; earlier versions are not kept.",
    conditional_read=False,
)

router = fhir_router(OFFER.type)


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """The Composition of a consultation, with references to this server."""
    return answer(request, await read_composition(installed, call, uuid_of(resource_id)), by_reader=True)


@router.get("/{resource_id}/$document")
async def document(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """The document of a consultation, in which every reference resolves."""
    _check(request)
    found = await read_document(installed, call, uuid_of(resource_id), service_base(request))
    return answer(request, found, by_reader=True)


def _check(request: Request) -> None:
    """Raises Refused for what would ask for something else than we do (R4, Composition-document)."""
    asked = request.query_params
    if asked.get("persist", "false") != "false":
        issue = {"code": "not-supported", "expression": "http.persist", "text": "false, or nothing"}
        raise refusal("request-invalid", "documents are not stored here", issue)
    if "graph" in asked:
        issue = {"code": "not-supported", "expression": "http.graph", "text": "leave it out"}
        raise refusal("request-invalid", "a document holds all that its Composition refers to", issue)
