"""Which of our resources a search names, by their ids or by references to them."""

from collections.abc import Iterable
from uuid import UUID

from app.fhir.routing import uuid_of
from app.fhir.search.query import SearchQuery
from app.fhir.search.values import ReferenceValue, TokenValue
from app.store.errors import NotFound


def ids_of(query: SearchQuery, name: str) -> tuple[frozenset[UUID], ...]:
    """The criteria of a token that is a logical id. What is no id of ours finds nothing."""
    return tuple(_uuids(value.code for value in values) for values in query.all_of(name, TokenValue))


def references_of(query: SearchQuery, *names: str) -> tuple[frozenset[UUID], ...]:
    """The criteria of references to resources of one type, by any of these parameters."""
    return tuple(
        _uuids(value.id for value in values) for name in names for values in query.all_of(name, ReferenceValue)
    )


def _uuids(texts: Iterable[str | None]) -> frozenset[UUID]:
    found: set[UUID] = set()
    for text in texts:
        try:
            found.add(uuid_of(text or ""))
        except NotFound:
            continue
    return frozenset(found)
