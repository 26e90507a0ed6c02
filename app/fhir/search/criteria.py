"""Criteria of a search as sets of what they let through: all criteria of a parameter hold at once."""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import TypeVar
from uuid import UUID

from app.fhir.search.named import ids_of, references_of
from app.fhir.search.query import SearchQuery, unreadable
from app.fhir.search.values import CanonicalValue, ReferenceValue, TokenValue
from questionnaires.catalogue import Catalogue

_Value = TypeVar("_Value")
_Kept = TypeVar("_Kept")


def named(query: SearchQuery, *parameters: str) -> frozenset[UUID] | None:
    """The resources of one type that all these reference parameters let through; None without any of them."""
    return _all_of(references_of(query, *parameters))


def ids(query: SearchQuery) -> frozenset[UUID] | None:
    """The resources that `_id` lets through; None without it."""
    return _all_of(ids_of(query, "_id"))


def codes(query: SearchQuery, parameter: str, system: str, known: Iterable[str]) -> frozenset[str] | None:
    """Which of the known codes a token parameter lets through; None without it.

    `system` is the one that the element is bound to: the element itself says none.
    """
    return _intersection(
        query.all_of(parameter, TokenValue),
        lambda value: [code for code in known if value.means_bound(system, code)],
    )


def identifiers(query: SearchQuery) -> frozenset[str] | None:
    """What `identifier` lets through, as `Wanted.identifiers` has it; None without it.

    Raises Refused where a value names a system alone: identifiers are found by their value.
    """
    criteria = query.all_of("identifier", TokenValue)
    if any(value.code is None for values in criteria for value in values):
        raise unreadable("identifier", "`value` or `system|value`")
    return _intersection(criteria, lambda v: [f"{'*' if v.system is None else v.system}|{v.code}"])


def authors(query: SearchQuery, types: Iterable[str]) -> frozenset[str] | None:
    """The references `Type/id` that `author` lets through; one without a type may be any. None without it."""
    return _intersection(
        query.all_of("author", ReferenceValue),
        lambda value: [f"{type_}/{value.id}" for type_ in ((value.type,) if value.type else types)],
    )


def versions(query: SearchQuery, catalogue: Catalogue) -> frozenset[str] | None:
    """What `questionnaire` lets through, as `instrument|version`: a URL alone means each version. None without it."""

    def of(value: CanonicalValue) -> Iterable[str]:
        return (
            f"{known.instrument}|{known.version}"
            for known in catalogue.questionnaires
            if known.url == value.url and value.version in (None, known.version)
        )

    return _intersection(query.all_of("questionnaire", CanonicalValue), of)


def _intersection(
    criteria: Iterable[Iterable[_Value]], of: Callable[[_Value], Iterable[_Kept]]
) -> frozenset[_Kept] | None:
    return _all_of([frozenset(kept for value in values for kept in of(value)) for values in criteria])


def _all_of(criteria: Sequence[frozenset[_Kept]]) -> frozenset[_Kept] | None:
    return reduce(frozenset.intersection, criteria) if criteria else None
