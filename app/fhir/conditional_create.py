"""`If-None-Exist`: create a response unless it is stored already (R4 http, 3.1.0.8.1)."""

from typing import Final
from uuid import UUID

from fastapi import Request

from app.fhir.offer import ParameterType, ResourceOffer, SearchParameter
from app.fhir.routing import uuid_of
from app.fhir.search.query import SearchQuery, read_condition
from app.fhir.search.values import CanonicalValue, ReferenceValue, TokenValue
from app.http.refusal import refusal
from app.services.receive_response import Condition
from app.store.errors import NotFound
from questionnaires.catalogue import Catalogue

_DEFINITION: Final = "http://hl7.org/fhir/SearchParameter/QuestionnaireResponse-"
_UNDERSTOOD: Final = ResourceOffer(
    type="QuestionnaireResponse",
    interactions=(),
    parameters=(
        SearchParameter("identifier", ParameterType.TOKEN, f"{_DEFINITION}identifier"),
        SearchParameter("patient", ParameterType.REFERENCE, f"{_DEFINITION}patient", targets=("Patient",)),
        SearchParameter("subject", ParameterType.REFERENCE, f"{_DEFINITION}subject", targets=("Patient",)),
        SearchParameter("questionnaire", ParameterType.REFERENCE, f"{_DEFINITION}questionnaire"),
    ),
)
_NOBODY: Final = UUID(int=0)


def condition_of(request: Request, catalogue: Catalogue) -> Condition | None:
    """What the header asks for; None without it. Raises Refused: a condition that is not understood is no condition."""
    header = request.headers.get("if-none-exist")
    return None if header is None else condition_in(request, header, catalogue)


def condition_in(request: Request, stated: str, catalogue: Catalogue) -> Condition:
    """The condition of a header, or of a Bundle's entry. Raises Refused."""
    query = read_condition(request, _UNDERSTOOD, stated.strip().rpartition("?")[2])
    named = query.one_of("identifier", TokenValue)
    if named is None or len(named) > 1 or not named[0].code:
        text = "one identifier is needed, with its value: identifier=system|value"
        issue = {"code": "invalid", "expression": "http.If-None-Exist", "text": text}
        raise refusal("search-invalid", "the condition cannot be read", issue)
    return Condition(named[0].code, named[0].system, _patient(query), _questionnaires(query, catalogue))


def _patient(query: SearchQuery) -> UUID | None:
    """Whom it is about; nobody where it names two, or what was never a patient here."""
    stated = {value.id for name in ("patient", "subject") for value in query.one_of(name, ReferenceValue) or ()}
    if not stated:
        return None
    try:
        (only,) = stated
        return uuid_of(only)
    except (ValueError, NotFound):
        return _NOBODY


def _questionnaires(query: SearchQuery, catalogue: Catalogue) -> frozenset[tuple[str, str]] | None:
    stated = query.one_of("questionnaire", CanonicalValue)
    if stated is None:
        return None
    return frozenset(
        (questionnaire.instrument, questionnaire.version)
        for questionnaire in catalogue.questionnaires
        for value in stated
        if questionnaire.url == value.url and value.version in (None, questionnaire.version)
    )
