"""`/fhir/Encounter`: the consultations that the hospital told of, found by its own visit ids."""

from fastapi import Request, Response

from app.fhir.exchange import answer
from app.fhir.offer import ID, ParameterType, ResourceOffer, SearchParameter
from app.fhir.routing import FhirId, documented, documented_form, fhir_router, uuid_of
from app.fhir.search.few import answer_few
from app.fhir.search.moments import span_of
from app.fhir.search.named import ids_of, references_of
from app.fhir.search.query import SearchQuery, read_query
from app.fhir.search.values import DateValue, TokenValue
from app.http.dependencies import Authenticated, Installed
from app.http.refusal import refusal
from app.services.export_encounter import AskedVisit, EncounterSearch, find_encounters, read_encounter
from fhir_export import systems
from fhir_export.encounter import encounter_status
from scoring.history import ConsultationStatus

OFFER = ResourceOffer(
    type="Encounter",
    interactions=("read", "search-type"),
    parameters=(
        SearchParameter(
            "identifier",
            ParameterType.TOKEN,
            "http://hl7.org/fhir/SearchParameter/Encounter-identifier",
            "The hospital's visit id, with or without its system.",
        ),
        SearchParameter(
            "patient",
            ParameterType.REFERENCE,
            "http://hl7.org/fhir/SearchParameter/clinical-patient",
            targets=("Patient",),
        ),
        SearchParameter(
            "subject",
            ParameterType.REFERENCE,
            "http://hl7.org/fhir/SearchParameter/Encounter-subject",
            targets=("Patient",),
        ),
        SearchParameter(
            "date",
            ParameterType.DATE,
            "http://hl7.org/fhir/SearchParameter/clinical-date",
            "Compared with the start of the visit: its end is not known here.",
        ),
        SearchParameter(
            "status",
            ParameterType.TOKEN,
            "http://hl7.org/fhir/SearchParameter/Encounter-status",
            "A missed visit is `cancelled`, and an extension on its status says that it was missed.",
        ),
        ID,
    ),
    summary=frozenset({"identifier", "status", "class", "subject"}),
    mandatory=frozenset({"status", "class"}),
    documentation="Told by `PUT /v1/patients/{id}/consultations/{visit id}`.",
)

router = fhir_router(OFFER.type)


@router.get("", openapi_extra=documented(OFFER))
async def search(request: Request, installed: Installed, call: Authenticated) -> Response:
    """Visits of a patient, or by the hospital's visit ids."""
    query = await read_query(request, OFFER)
    found = await find_encounters(installed, call, _asked(query))
    return answer_few(request, OFFER, query, call.caller.centre_id, found)


@router.post("/_search", openapi_extra=documented_form(OFFER))
async def search_by_post(request: Request, installed: Installed, call: Authenticated) -> Response:
    """The same, with the parameters as a form."""
    return await search(request, installed, call)


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """One visit."""
    return answer(request, await read_encounter(installed, call, uuid_of(resource_id)))


def _asked(query: SearchQuery) -> EncounterSearch:
    """Raises Refused."""
    asked = EncounterSearch(
        ids=ids_of(query, "_id"),
        patients=references_of(query, "patient", "subject"),
        visits=tuple(tuple(_visit(value) for value in values) for values in query.all_of("identifier", TokenValue)),
        starts=tuple(tuple(span_of(value) for value in values) for values in query.all_of("date", DateValue)),
        statuses=tuple(_statuses(values) for values in query.all_of("status", TokenValue)),
    )
    if not (asked.ids or asked.patients or asked.visits):
        raise refusal("search-too-costly", "name the patient, an identifier, or `_id`")
    return asked


def _visit(value: TokenValue) -> AskedVisit:
    """Raises Refused for a system without a value: that would be every visit."""
    if value.code is None:
        issue = {"code": "invalid", "expression": "http.identifier", "text": "`system|value`, or the value alone"}
        raise refusal("search-invalid", "an identifier is searched by its value", issue)
    return AskedVisit(value.system, value.code)


def _statuses(values: tuple[TokenValue, ...]) -> frozenset[str]:
    """The statuses that are meant; those of another system are none of an Encounter."""
    known = {encounter_status(status) for status in ConsultationStatus}
    return frozenset(code for code in known if any(v.means_bound(systems.ENCOUNTER_STATUS, code) for v in values))
