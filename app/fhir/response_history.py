"""Histories: which parameters they take, and how a page of them is answered."""

from typing import Final

from fastapi import Request, Response

from app.fhir.exchange import answer, service_base
from app.fhir.offer import ParameterType, ResourceOffer, SearchParameter
from app.fhir.search.cursor import cursor_of, place_of
from app.fhir.search.page import links, reduced
from app.fhir.search.query import SearchQuery, unreadable
from app.fhir.search.values import DateValue, Prefix
from app.security.caller import Caller
from app.services.response_history import HistoryPage, HistoryPosition, HistorySearch
from app.store.response_wanted import BEGINNING, Order
from fhir_export.history import Version, history_bundle

HISTORY: Final = ResourceOffer(
    type="QuestionnaireResponse",
    interactions=(),
    parameters=(
        SearchParameter(
            "_since",
            ParameterType.DATE,
            "http://hl7.org/fhir/R4/http.html#history",
            "What was stored at or after this instant.",
        ),
    ),
    sorts=("_lastUpdated",),
)
"""What a history understands (R4 3.1.0.14). `_sort` is R5's: with it the changes come in the order in which they were
made, for clients that follow them.
"""


def history_search(request: Request, caller: Caller, query: SearchQuery) -> HistorySearch:
    """What a history asks for. Raises Refused."""
    since = query.one_of("_since", DateValue)
    if since is not None and (len(since) > 1 or since[0].prefix is not Prefix.EQUAL):
        raise unreadable("_since", "one instant, without a prefix")
    return HistorySearch(
        count=query.count,
        since=since[0].start if since else BEGINNING,
        order=Order.STORED if query.sort and not query.sort[0].descending else Order.STORED_LAST,
        position=place_of(request, caller.centre_id, query, HistoryPosition.of),
    )


def answer_history(request: Request, caller: Caller, query: SearchQuery, page: HistoryPage, below: str) -> Response:
    """The page as the client asked for it. `below`: its address below the resource type."""
    cursor = cursor_of(request, caller.centre_id, query, page.next.plain) if page.next else None
    versions = [
        Version(v.resource_type, v.id, v.version, v.stored_at, v.resource and reduced(v.resource, HISTORY, query))
        for v in page.versions
    ]
    relations = links(request, HISTORY, query, cursor, below)
    return answer(request, history_bundle(versions, service_base(request), relations, page.horizon))
