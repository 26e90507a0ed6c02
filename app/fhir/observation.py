"""`/fhir/Observation`: the scores of responses, and the answers that say something by themselves."""

from fastapi import Request, Response

from app.fhir.exchange import answer
from app.fhir.offer import ParameterType, ResourceOffer, SearchParameter
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
    type="Observation",
    interactions=("read", "search-type"),
    parameters=(
        SearchParameter(
            "patient",
            ParameterType.REFERENCE,
            "http://hl7.org/fhir/SearchParameter/clinical-patient",
            targets=("Patient",),
        ),
    ),
    default_count=10,
)

router = fhir_router(OFFER.type)


@router.get("", openapi_extra=documented(OFFER))
async def search(request: Request, installed: Installed, call: Authenticated) -> Response:
    """Observations, as the CapabilityStatement says."""
    query = await read_query(request, OFFER)
    patient = query.one_of("patient", ReferenceValue)
    if patient is None:
        raise refusal("search-too-costly", "name the patient")
    place = place_of(request, call.caller.centre_id, query)
    after = Place.of(place) if place else Place()
    found = await export_fhir.observations_of_patient(
        installed, call, uuid_of(patient[0].id), after=after, count=query.count
    )
    cursor = cursor_of(request, call.caller.centre_id, query, found.next.plain) if found.next else None
    return answer_search(request, OFFER, query, FoundPage(found.resources, cursor=cursor))


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """One score of a response."""
    return answer(request, await export_fhir.read_observation(installed, call, resource_id))
