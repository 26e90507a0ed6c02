"""A page of a search whose matches are so few that all of them are found at once."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Request, Response

from app.fhir.offer import ResourceOffer
from app.fhir.search.cursor import cursor_of, place_of
from app.fhir.search.page import FoundPage, answer_search
from app.fhir.search.query import SearchQuery, Summary
from fhir_export.encoding import Resource


def answer_few(
    request: Request, offer: ResourceOffer, query: SearchQuery, centre_id: UUID, found: Sequence[Resource]
) -> Response:
    """The page that is asked for, of matches in the order of their ids, which never change."""
    after = place_of(request, centre_id, query, lambda place: str(place[0]))
    rest = [match for match in found if after is None or match["id"] > after]
    page = rest[: query.count]
    cursor = cursor_of(request, centre_id, query, [page[-1]["id"]]) if len(rest) > len(page) else None
    counts = query.wants_total or query.summary is Summary.COUNT
    return answer_search(request, offer, query, FoundPage(page, cursor=cursor, total=len(found) if counts else None))
