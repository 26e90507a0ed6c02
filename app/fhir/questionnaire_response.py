"""`/fhir/QuestionnaireResponse`: what patients answered."""

from fastapi import Request, Response

from app.fhir.exchange import answer, service_base
from app.fhir.offer import OperationOffer, ParameterType, ResourceOffer, SearchParameter
from app.fhir.routing import FhirId, documented, fhir_router, uuid_of
from app.fhir.search.cursor import cursor_of, place_of
from app.fhir.search.page import FoundPage, answer_search
from app.fhir.search.query import read_query
from app.fhir.search.values import ReferenceValue
from app.http.dependencies import Authenticated, Installed
from app.http.refusal import refusal
from app.services import export_fhir
from app.services.read_response import Place

OFFER = ResourceOffer(
    type="QuestionnaireResponse",
    interactions=("read", "search-type"),
    parameters=(
        SearchParameter(
            "patient",
            ParameterType.REFERENCE,
            "http://hl7.org/fhir/SearchParameter/QuestionnaireResponse-patient",
            targets=("Patient",),
        ),
    ),
    operations=(OperationOffer("collection", "/OperationDefinition/QuestionnaireResponse-collection"),),
)

router = fhir_router(OFFER.type)


@router.get("", openapi_extra=documented(OFFER))
async def search(request: Request, installed: Installed, call: Authenticated) -> Response:
    """Responses, as the CapabilityStatement says."""
    query = await read_query(request, OFFER)
    patient = query.one_of("patient", ReferenceValue)
    if patient is None:
        raise refusal("search-too-costly", "name the patient")
    place = place_of(request, call.caller.centre_id, query)
    after = Place.of(place) if place else Place()
    found = await export_fhir.responses_of_patient(
        installed, call, uuid_of(patient[0].id), after=after, count=query.count
    )
    cursor = cursor_of(request, call.caller.centre_id, query, found.next.plain) if found.next else None
    return answer_search(request, OFFER, query, FoundPage(found.resources, cursor=cursor))


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """The latest revision of a response."""
    return answer(request, await export_fhir.read_questionnaire_response(installed, call, resource_id))


@router.get("/{resource_id}/$collection")
async def collection(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """One response with its Observations, in a collection Bundle."""
    return answer(request, await export_fhir.read_collection(installed, call, resource_id, service_base(request)))
