"""A search for responses, read into what the service looks for."""

from typing import Final
from uuid import UUID

from fastapi import Request

from app.fhir.offer import ID, LAST_UPDATED, ParameterType, SearchParameter
from app.fhir.search.criteria import authors, codes, identifiers, ids, named, versions
from app.fhir.search.cursor import place_of
from app.fhir.search.paged import too_costly
from app.fhir.search.query import SearchQuery, Summary
from app.fhir.search.spans import spans_of
from app.fhir.search.values import DateValue
from app.security.caller import Caller, Role
from app.services.response_pages import Asked, Position
from app.services.search_responses import ResponseSearch
from app.store.response_wanted import Order, Wanted
from questionnaires.catalogue import Catalogue
from questionnaires.response import ResponseStatus
from scoring.history import Respondent

PATIENT_INCLUDES: Final = frozenset({"QuestionnaireResponse:patient", "QuestionnaireResponse:subject"})
QUESTIONNAIRE_INCLUDE: Final = "QuestionnaireResponse:questionnaire"
_DEFINITIONS = "http://hl7.org/fhir/SearchParameter/QuestionnaireResponse-"
_STATUSES = "http://hl7.org/fhir/questionnaire-answers-status"
_AUTHORS = ("Practitioner", "Device", "Patient")
_ORDERS: Final = {"authored": (Order.OLDEST, Order.NEWEST), "_lastUpdated": (Order.STORED, Order.STORED_LAST)}


def _parameter(
    name: str, kind: ParameterType, documentation: str | None = None, targets: tuple[str, ...] = ()
) -> SearchParameter:
    return SearchParameter(name, kind, f"{_DEFINITIONS}{name}", documentation, targets)


PARAMETERS: Final = (
    _parameter("patient", ParameterType.REFERENCE, "One patient. What was stored a moment ago is found.", ("Patient",)),
    _parameter("subject", ParameterType.REFERENCE, "The same as `patient`.", ("Patient",)),
    _parameter("questionnaire", ParameterType.REFERENCE, "`url` finds every version, `url|version` one."),
    _parameter("status", ParameterType.TOKEN),
    _parameter("authored", ParameterType.DATE, "When the answers were given. To sort by it, name the patient."),
    _parameter("author", ParameterType.REFERENCE, "Who recorded the answers.", _AUTHORS),
    _parameter("source", ParameterType.REFERENCE, "Who gave the answers: a patient, of themselves.", ("Patient",)),
    _parameter("encounter", ParameterType.REFERENCE, "The visit that was answered for.", ("Encounter",)),
    _parameter("identifier", ParameterType.TOKEN, "What another system knows it by: `value` or `system|value`."),
    ID,
    LAST_UPDATED,
)
INCLUDES: Final = (*sorted(PATIENT_INCLUDES), QUESTIONNAIRE_INCLUDE)
SORTS: Final = tuple(_ORDERS)


def response_search(request: Request, caller: Caller, query: SearchQuery, catalogue: Catalogue) -> ResponseSearch:
    """What a search asks for. Raises Refused."""
    patients, respondents = named(query, "patient", "subject", "source"), None
    if named(query, "source") is not None:
        respondents = frozenset({Respondent.PATIENT.value})
    wanted = Wanted(
        patients=one_patient(patients),
        ids=ids(query),
        versions=versions(query, catalogue),
        statuses=codes(query, "status", _STATUSES, [status.value for status in ResponseStatus]),
        respondents=respondents,
        authors=authors(query, _AUTHORS),
        consultations=named(query, "encounter"),
        identifiers=identifiers(query),
        authored=spans_of(query.all_of("authored", DateValue)),
        stored=spans_of(query.all_of("_lastUpdated", DateValue)),
    )
    return ResponseSearch(
        asked=asked_of(request, caller, query, wanted, order_of(query, _ORDERS, wanted, caller)),
        counts=query.wants_total or query.summary is Summary.COUNT,
        with_patients=bool(query.includes & PATIENT_INCLUDES),
        with_questionnaires=QUESTIONNAIRE_INCLUDE in query.includes,
    )


def one_patient(patients: frozenset[UUID] | None) -> frozenset[UUID] | None:
    """The patients of a search, one at most. Raises Refused."""
    if patients is not None and len(patients) > 1:
        text = "name one patient; for several, ask once for each, or for the whole centre"
        raise too_costly("patient", text)
    return patients


def order_of(
    query: SearchQuery, orders: dict[str, tuple[Order, Order]], wanted: Wanted, caller: Caller
) -> Order | None:
    """The order that `_sort` names; None without it.

    Raises Refused for an order of a whole centre by anything but the time of storing: no index has it.
    """
    if not query.sort:
        return None
    (key,) = query.sort
    order = orders[key.parameter][key.descending]
    names_some = wanted.names_some or caller.role is Role.PATIENT
    if not order.is_of_storing and not names_some:
        raise too_costly("_sort", f"name the patient to sort by {key.parameter}, or sort by _lastUpdated")
    return order


def asked_of(request: Request, caller: Caller, query: SearchQuery, wanted: Wanted, order: Order | None) -> Asked:
    """The page that is asked for. Where only a count is wanted, one response is enough to say the horizon.

    Raises Refused for a cursor that is none of this search's.
    """
    count = 1 if query.summary is Summary.COUNT else query.count
    return Asked(wanted, count, order, place_of(request, caller.centre_id, query, Position.of))
