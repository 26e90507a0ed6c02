"""`If-None-Exist` of a new patient: register nobody who is known by that identifier (R4 http, "Conditional create")."""

from typing import Final

from fastapi import Request

from app.fhir.offer import ParameterType, ResourceOffer, SearchParameter
from app.fhir.search.query import read_condition
from app.fhir.search.values import TokenValue
from app.http.refusal import refusal
from app.store.patient import Identifier

_UNDERSTOOD: Final = ResourceOffer(
    type="Patient",
    interactions=(),
    parameters=(
        SearchParameter("identifier", ParameterType.TOKEN, "http://hl7.org/fhir/SearchParameter/Patient-identifier"),
    ),
)


def patient_condition(request: Request, stated: str) -> tuple[Identifier, ...]:
    """The identifiers of the condition, any of which may be known. Raises Refused: without its system a value may be
    anybody's.
    """
    named = read_condition(request, _UNDERSTOOD, stated.strip().rpartition("?")[2]).one_of("identifier", TokenValue)
    found = tuple(Identifier(one.system, one.code) for one in named or () if one.system and one.code)
    if not found or len(found) < len(named or ()):
        text = "an identifier is needed, with its system: identifier=system|value"
        issue = {"code": "invalid", "expression": "http.If-None-Exist", "text": text}
        raise refusal("search-invalid", "the condition cannot be read", issue)
    return found
