"""`/fhir/QuestionnaireResponse`: what patients answered."""

from fastapi import Request, Response

from app.fhir.exchange import answer, service_base
from app.fhir.offer import OperationOffer, ResourceOffer
from app.fhir.response_history import HISTORY, answer_history, history_search
from app.fhir.response_search import INCLUDES, PARAMETERS, SORTS, response_search
from app.fhir.routing import FhirId, VersionId, documented, documented_form, fhir_router, revision_of, uuid_of
from app.fhir.search.paged import answer_page
from app.fhir.search.query import read_query
from app.http.dependencies import Authenticated, Installed
from app.services.read_exported import read_collection, read_response_resource
from app.services.response_history import read_changed_responses, read_response_history
from app.services.search_responses import search_responses
from fhir_export.operation_definition import OperationParameter

OFFER = ResourceOffer(
    type="QuestionnaireResponse",
    interactions=(
        *("create", "read", "vread", "update", "delete"),
        *("history-instance", "history-type", "search-type"),
    ),
    parameters=PARAMETERS,
    operations=(
        OperationOffer(
            "collection",
            "/OperationDefinition/QuestionnaireResponse-collection",
            "One response with its Observations, in a collection Bundle.",
            parameters=(OperationParameter("return", "out", "Bundle", "The response first.", 1),),
        ),
        OperationOffer(
            "validate",
            "http://hl7.org/fhir/OperationDefinition/Resource-validate",
            "As a create or an update checks; nothing is stored. Profiles are not validated against.",
            on=frozenset({"type", "instance"}),
        ),
        OperationOffer(
            "extract",
            "http://hl7.org/fhir/uv/sdc/OperationDefinition/QuestionnaireResponse-extract",
            "The Observations as a transaction Bundle, always with the same ids. What is posted is scored, not stored.",
            on=frozenset({"type", "instance"}),
        ),
        OperationOffer(
            "received",
            "/OperationDefinition/QuestionnaireResponse-received",
            "What a client sent, byte for byte; also of one version, below `_history/{version}`.",
        ),
    ),
    conditional_create=True,
    sorts=SORTS,
    includes=INCLUDES,
    summary=frozenset(
        {"identifier", "questionnaire", "status", "subject", "encounter", "authored", "author", "source"}
    ),
    mandatory=frozenset({"status"}),
    documentation=(
        "Without a patient a search goes through the whole centre in the order of storing; a page that looked at many "
        "responses may hold fewer matches than `_count`, even none, and still have a `next`. "
        "`Bundle.meta.lastUpdated` is the time up to which nothing is missing: ask next with `_lastUpdated=ge` and "
        "that time. What was deleted since is in `_history?_since=` and that time."
    ),
    default_count=20,
)

router = fhir_router(OFFER.type)


@router.get("", openapi_extra=documented(OFFER))
async def search(request: Request, installed: Installed, call: Authenticated) -> Response:
    """Responses, as the CapabilityStatement says."""
    query = await read_query(request, OFFER)
    asked = response_search(request, call.caller, query, installed.catalogue)
    return answer_page(request, call.caller.centre_id, OFFER, query, await search_responses(installed, call, asked))


@router.post("/_search", openapi_extra=documented_form(OFFER))
async def posted_search(request: Request, installed: Installed, call: Authenticated) -> Response:
    """The same search, its parameters in the body."""
    return await search(request, installed, call)


@router.get("/_history", openapi_extra=documented(HISTORY))
async def changes(request: Request, installed: Installed, call: Authenticated) -> Response:
    """What happened to all responses, deletions included; the latest first."""
    query = await read_query(request, HISTORY)
    page = await read_changed_responses(installed, call, history_search(request, call.caller, query))
    return answer_history(request, call.caller, query, page, "/_history")


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """The latest version of a response."""
    return answer(request, await read_response_resource(installed, call, uuid_of(resource_id)))


@router.get("/{resource_id}/_history", openapi_extra=documented(HISTORY))
async def history(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """Every version of a response, the latest first."""
    query = await read_query(request, HISTORY)
    asked = history_search(request, call.caller, query)
    page = await read_response_history(installed, call, uuid_of(resource_id), asked)
    return answer_history(request, call.caller, query, page, f"/{resource_id}/_history")


@router.get("/{resource_id}/_history/{version_id}")
async def vread(
    request: Request, installed: Installed, call: Authenticated, resource_id: FhirId, version_id: VersionId
) -> Response:
    """One version of a response."""
    found = await read_response_resource(installed, call, uuid_of(resource_id), revision_of(version_id))
    return answer(request, found)


@router.get("/{resource_id}/$collection")
async def collection(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """One response with its Observations, in a collection Bundle."""
    found = await read_collection(installed, call, uuid_of(resource_id), service_base(request))
    return answer(request, found, by_reader=True)
