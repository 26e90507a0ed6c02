"""`/fhir/Patient`: who is registered here, found by the identifiers that hospitals know."""

from fastapi import Request, Response

from app.fhir import pro_summary
from app.fhir.exchange import answer
from app.fhir.offer import ID, ParameterType, ResourceOffer, SearchParameter
from app.fhir.patient_creation import create_patient
from app.fhir.routing import FhirId, documented, documented_body, documented_form, fhir_router, uuid_of
from app.fhir.search.few import answer_few
from app.fhir.search.named import ids_of
from app.fhir.search.query import SearchQuery, read_query
from app.fhir.search.values import TokenValue
from app.http.dependencies import Authenticated, Installed
from app.http.refusal import refusal
from app.services.export_patient import (
    AskedIdentifier,
    PatientSearch,
    find_patient_resources,
    read_patient_resource,
)

OFFER = ResourceOffer(
    type="Patient",
    interactions=("read", "search-type", "create"),
    conditional_create=True,
    parameters=(
        SearchParameter(
            "identifier",
            ParameterType.TOKEN,
            "http://hl7.org/fhir/SearchParameter/Patient-identifier",
            "`system|value`, or the value alone, of whatever system. Send it by POST to `_search`: what stands in a "
            "URL ends in logs. An INS finds a patient only where the identity is validated.",
        ),
        ID,
    ),
    operations=(pro_summary.OPERATION,),
    summary=frozenset({"identifier", "active", "name", "birthDate", "managingOrganization", "link"}),
    documentation="Registered here or by `/v1/patients`: an identifier names one patient, so that creating one who is "
    "known gives that one (200). A patient who turned out to be another one stays readable, is not active any more, "
    "and links to the other; the answers of each stay where they are.",
)

router = fhir_router(OFFER.type)


@router.get("", openapi_extra=documented(OFFER))
async def search(request: Request, installed: Installed, call: Authenticated) -> Response:
    """Patients by identifier or id. To keep identifiers out of URLs, use POST."""
    query = await read_query(request, OFFER)
    found = await find_patient_resources(installed, call, _asked(query))
    return answer_few(request, OFFER, query, call.caller.centre_id, found)


@router.post("/_search", openapi_extra=documented_form(OFFER))
async def search_by_post(request: Request, installed: Installed, call: Authenticated) -> Response:
    """The same, with the parameters as a form: no identifier stands in a URL, nor in the links of the answer."""
    return await search(request, installed, call)


@router.post("", status_code=201, openapi_extra=documented_body())
async def create(request: Request, installed: Installed, call: Authenticated) -> Response:
    """Register a patient. A known identifier gives the same patient again (200), with new identifiers added."""
    return await create_patient(request, installed, call)


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """One patient."""
    return answer(request, await read_patient_resource(installed, call, uuid_of(resource_id)))


def _asked(query: SearchQuery) -> PatientSearch:
    """Raises Refused."""
    asked = PatientSearch(
        ids=ids_of(query, "_id"),
        identifiers=tuple(
            tuple(_identifier(value) for value in values) for values in query.all_of("identifier", TokenValue)
        ),
    )
    if not asked.ids and not asked.identifiers:
        raise refusal("search-too-costly", "name an identifier, or `_id`")
    return asked


def _identifier(value: TokenValue) -> AskedIdentifier:
    """Raises Refused for a system without a value: that would be everybody."""
    if value.code is None:
        issue = {"code": "invalid", "expression": "http.identifier", "text": "`system|value`, or the value alone"}
        raise refusal("search-invalid", "an identifier is searched by its value", issue)
    return AskedIdentifier(value.system, value.code)
