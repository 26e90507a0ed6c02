"""One page of a search as a searchset Bundle."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from fastapi import Request, Response

from app.fhir.exchange import answer, service_base
from app.fhir.offer import ResourceOffer
from app.fhir.search.query import SearchQuery, Summary, place_of_parameter
from fhir_export.bundle import searchset_bundle
from fhir_export.encoding import Resource
from fhir_export.operation_outcome import OutcomeIssue, operation_outcome
from fhir_export.subset import subset


@dataclass(frozen=True, slots=True)
class FoundPage:
    """What a search found. `cursor`: where the next page begins; `as_of`: up to when nothing is missing, which a client
    asks from the next time (`_lastUpdated=ge...`); `hints`: what the client should know of its search.
    """

    matches: Sequence[Resource]
    included: Sequence[Resource] = ()
    cursor: str | None = None
    total: int | None = None
    as_of: datetime | None = None
    hints: Sequence[OutcomeIssue] = ()


def answer_search(request: Request, offer: ResourceOffer, query: SearchQuery, found: FoundPage) -> Response:
    """The page as the client asked for it."""
    base = service_base(request)
    counted = query.summary is Summary.COUNT
    matches = () if counted else found.matches
    bundle = searchset_bundle(
        [reduced(match, offer, query) for match in matches],
        base,
        links(request, offer, query, None if counted else found.cursor),
        total=found.total,
        included=found.included if matches else (),
        outcome=_outcome(query, found.hints, request.app.state.settings.canonical_base.rstrip("/")),
        as_of=found.as_of,
    )
    return answer(request, bundle)


def links(
    request: Request, offer: ResourceOffer, query: SearchQuery, cursor: str | None, below: str = ""
) -> dict[str, str]:
    """`self`, with what was understood and only that (R4 Search, 3.1.1.2), and `next` where there is more.

    `below`: the address below that of the resource type.
    """
    here = [*query.understood, *([("_cursor", query.cursor)] if query.cursor else [])]
    found = {"self": _url(request, offer.type + below, here)}
    if cursor is not None:
        found["next"] = _url(request, offer.type + below, [*query.understood, ("_cursor", cursor)])
    return found


def _url(request: Request, path: str, parameters: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(parameters), safe="/|:,")
    return f"{service_base(request)}/{path}" + (f"?{query}" if query else "")


def reduced(resource: Resource, offer: ResourceOffer, query: SearchQuery) -> Resource:
    """A resource with the elements that the client asked for."""
    if query.elements:
        return subset(resource, frozenset(query.elements) | offer.mandatory)
    match query.summary:
        case Summary.TRUE:
            return subset(resource, offer.summary | offer.mandatory)
        case Summary.TEXT:
            return subset(resource, offer.mandatory | {"text"})
        case Summary.DATA:
            return subset(resource, frozenset(resource) - {"text"})
        case _:
            return resource


def _outcome(query: SearchQuery, hints: Sequence[OutcomeIssue], canonical_base: str) -> Resource | None:
    """What was left out, said in the answer: the client may have meant something by it."""
    text = "this search does not understand the parameter, and found its matches without it"
    slug = "search-parameter-unknown"
    issues = [OutcomeIssue("warning", "not-supported", slug, text, place_of_parameter(name)) for name in query.ignored]
    issues += hints
    return operation_outcome(issues, canonical_base) if issues else None
