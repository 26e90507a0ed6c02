"""A page of a search that goes on: with its cursor, its total, and up to when nothing is missing."""

from typing import Final
from uuid import UUID

from fastapi import Request, Response

from app.fhir.offer import ResourceOffer
from app.fhir.search.cursor import cursor_of
from app.fhir.search.page import FoundPage, answer_search
from app.fhir.search.query import SearchQuery, Summary
from app.http.refusal import refusal
from app.services.response_pages import ResourcePage
from fhir_export.operation_outcome import OutcomeIssue

_UNKNOWN_PATIENT = OutcomeIssue(
    "warning", "not-found", "not-found", "no patient of that id is within reach: nothing can be found", "http.patient"
)
# What is counted is never too much for a patient who is named, nor for responses that are.
_WITHOUT_A_COUNT: Final = (
    "a whole centre has too many to count: name the patient, or a shorter time of storing (_lastUpdated), or ask "
    "without a count and follow `next`"
)


def answer_page(
    request: Request, centre_id: UUID, offer: ResourceOffer, query: SearchQuery, page: ResourcePage
) -> Response:
    """The page as the client asked for it. Raises Refused where a total is asked for that is too high to be counted."""
    must_count = query.summary is Summary.COUNT or ("_total", "accurate") in query.understood
    if must_count and page.total is None:
        raise too_costly("_total", _WITHOUT_A_COUNT)
    cursor = cursor_of(request, centre_id, query, page.next.plain) if page.next else None
    # R4 Search, 3.1.1.3: an unknown subject finds nothing, and may be told so.
    hints = [_UNKNOWN_PATIENT] if page.is_of_unknown_patient else []
    found = FoundPage(page.resources, page.included, cursor, page.total, page.horizon, hints)
    return answer_search(request, offer, query, found)


def too_costly(name: str, text: str) -> Exception:
    """The refusal of a search that would read too much, with what makes it cheap."""
    issue = {"code": "too-costly", "expression": f"http.{name}", "text": text}
    return refusal("search-too-costly", "the search would read too much", issue)
