"""A search for Observations, read into what the service looks for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fastapi import Request

from app.fhir.offer import ID, LAST_UPDATED, ParameterType, SearchParameter
from app.fhir.response_search import asked_of, one_patient, order_of
from app.fhir.routing import uuid_of
from app.fhir.search.criteria import codes, named
from app.fhir.search.paged import too_costly
from app.fhir.search.query import SearchQuery, Summary
from app.fhir.search.spans import ends_of, holds_of_period, spans_of
from app.fhir.search.values import DateValue, Prefix, QuantityValue, TokenValue
from app.security.caller import Caller
from app.services.search_observations import ObservationSearch
from app.store.errors import NotFound
from app.store.response_wanted import Order, Wanted
from fhir_export.encoding import Resource
from fhir_export.observation import split_observation_id
from fhir_export.observation_parts import Parts
from questionnaires.catalogue import Catalogue
from questionnaires.response import ResponseStatus
from scoring.history import recall_length

RESPONSE_INCLUDE: Final = "Observation:derived-from"
PATIENT_INCLUDES: Final = frozenset({"Observation:patient", "Observation:subject"})
INCLUDES: Final = (RESPONSE_INCLUDE, *sorted(PATIENT_INCLUDES))
_NEEDS_PATIENT = "Needs `patient`."
_DEFINITIONS = "http://hl7.org/fhir/SearchParameter/"
_STATUSES = "http://hl7.org/fhir/observation-status"
_ORDERS: Final = {"date": (Order.OLDEST, Order.NEWEST), "_lastUpdated": (Order.STORED, Order.STORED_LAST)}
SORTS: Final = tuple(_ORDERS)
# Which responses may have an Observation of that status: what a correction withdrew is entered in error by itself.
_RESPONSES: Final[Mapping[str, frozenset[ResponseStatus]]] = {
    "final": frozenset({ResponseStatus.COMPLETED}),
    "amended": frozenset({ResponseStatus.COMPLETED, ResponseStatus.AMENDED}),
    "entered-in-error": frozenset(ResponseStatus),
}


def _parameter(
    name: str, kind: ParameterType, definition: str, documentation: str | None = None, *targets: str
) -> SearchParameter:
    return SearchParameter(name, kind, f"{_DEFINITIONS}{definition}", documentation, targets)


PARAMETERS: Final = (
    _parameter(
        "patient",
        ParameterType.REFERENCE,
        "clinical-patient",
        "One patient. What was stored a moment ago is found.",
        "Patient",
    ),
    _parameter("subject", ParameterType.REFERENCE, "Observation-subject", "The same as `patient`.", "Patient"),
    _parameter("code", ParameterType.TOKEN, "clinical-code", f"Any coding of the code. {_NEEDS_PATIENT}"),
    _parameter("category", ParameterType.TOKEN, "Observation-category"),
    _parameter("date", ParameterType.DATE, "clinical-date", "Compared with the recall window, as R4 compares periods."),
    _parameter("status", ParameterType.TOKEN, "Observation-status"),
    _parameter("value-quantity", ParameterType.QUANTITY, "Observation-value-quantity", _NEEDS_PATIENT),
    _parameter(
        "derived-from",
        ParameterType.REFERENCE,
        "Observation-derived-from",
        "The response that it was computed from.",
        "QuestionnaireResponse",
    ),
    _parameter(
        "encounter", ParameterType.REFERENCE, "clinical-encounter", "The visit that was answered for.", "Encounter"
    ),
    ID,
    LAST_UPDATED,
)


def observation_search(request: Request, caller: Caller, query: SearchQuery, catalogue: Catalogue) -> ObservationSearch:
    """What a search asks for. Raises Refused."""
    dates = query.all_of("date", DateValue)
    statuses = codes(query, "status", _STATUSES, _RESPONSES)
    observation_ids = _observation_ids(query)
    wanted = Wanted(
        patients=one_patient(named(query, "patient", "subject")),
        ids=_both(named(query, "derived-from"), _responses_of(observation_ids)),
        statuses=None if statuses is None else _statuses_of_responses(statuses),
        consultations=named(query, "encounter"),
        authored=ends_of(dates, _longest_recall(catalogue)),
        stored=spans_of(query.all_of("_lastUpdated", DateValue)),
    )
    for parameter in ("code", "value-quantity"):
        if parameter in query.criteria and not wanted.names_some:
            raise too_costly(parameter, f"name the patient beside {parameter}")
    meaning = _Meaning(query, statuses, observation_ids)
    return ObservationSearch(
        asked=asked_of(request, caller, query, wanted, order_of(query, _ORDERS, wanted, caller)),
        period=meaning.holds_of_period,
        parts=meaning.holds_of_parts,
        resource=meaning.holds_of_resource,
        counts=query.wants_total or query.summary is Summary.COUNT,
        with_responses=RESPONSE_INCLUDE in query.includes,
        with_patients=bool(query.includes & PATIENT_INCLUDES),
    )


class _Meaning:
    """What the criteria say of one Observation."""

    def __init__(
        self, query: SearchQuery, statuses: frozenset[str] | None, ids: frozenset[tuple[UUID, int]] | None
    ) -> None:
        self.dates = query.all_of("date", DateValue)
        self.codes = query.all_of("code", TokenValue)
        self.categories = query.all_of("category", TokenValue)
        self.quantities = query.all_of("value-quantity", QuantityValue)
        self.statuses = statuses
        self.ids = ids

    def holds_of_period(self, start: datetime, end: datetime) -> bool:
        return all(any(holds_of_period(value, start, end) for value in values) for values in self.dates)

    def holds_of_parts(self, response_id: UUID, parts: Parts) -> bool:
        return (
            (self.ids is None or (response_id, parts.number) in self.ids)
            and _has_coding(self.codes, (parts.code,))
            and _has_coding(self.categories, parts.category)
        )

    def holds_of_resource(self, resource: Resource) -> bool:
        if self.statuses is not None and resource["status"] not in self.statuses:
            return False
        quantity = resource.get("valueQuantity")
        return not self.quantities or (
            quantity is not None
            and all(any(_holds_of_quantity(value, quantity) for value in values) for values in self.quantities)
        )


def _has_coding(criteria: Sequence[Sequence[TokenValue]], concepts: Sequence[Resource]) -> bool:
    return all(
        any(
            value.means(coding["system"], coding["code"])
            for value in values
            for concept in concepts
            for coding in concept["coding"]
        )
        for values in criteria
    )


def _holds_of_quantity(value: QuantityValue, quantity: Resource) -> bool:
    """R4: `eq` and `ne` are as precise as the number was written, the other prefixes take it as it is."""
    names = (quantity.get("code"), *(() if value.system else (quantity.get("unit"),)))
    if value.system not in (None, quantity.get("system")) or (value.code is not None and value.code not in names):
        return False
    number = quantity["value"]
    match value.prefix:
        case Prefix.EQUAL:
            return bool(value.low <= number < value.high)
        case Prefix.NOT_EQUAL:
            return not value.low <= number < value.high
        case Prefix.GREATER | Prefix.STARTS_AFTER:
            return bool(number > value.number)
        case Prefix.LESS | Prefix.ENDS_BEFORE:
            return bool(number < value.number)
        case Prefix.GREATER_OR_EQUAL:
            return bool(number >= value.number)
        case Prefix.LESS_OR_EQUAL:
            return bool(number <= value.number)


def _observation_ids(query: SearchQuery) -> frozenset[tuple[UUID, int]] | None:
    """The response and the number of each Observation that `_id` lets through; None without it."""
    criteria = [frozenset(_split(value.code or "") for value in values) for values in query.all_of("_id", TokenValue)]
    if not criteria:
        return None
    return frozenset(found for found in frozenset.intersection(*criteria) if found is not None)


def _split(resource_id: str) -> tuple[UUID, int] | None:
    split = split_observation_id(resource_id)
    try:
        return (uuid_of(split[0]), split[1]) if split else None
    except NotFound:
        return None


def _responses_of(observation_ids: frozenset[tuple[UUID, int]] | None) -> frozenset[UUID] | None:
    return None if observation_ids is None else frozenset(response_id for response_id, _ in observation_ids)


def _both(one: frozenset[UUID] | None, other: frozenset[UUID] | None) -> frozenset[UUID] | None:
    return one & other if one is not None and other is not None else one if other is None else other


def _statuses_of_responses(statuses: frozenset[str]) -> frozenset[str]:
    return frozenset(status.value for wanted in statuses for status in _RESPONSES[wanted])


def _longest_recall(catalogue: Catalogue) -> timedelta:
    return max((recall_length(known.recall_period) for known in catalogue.questionnaires), default=timedelta(0))
