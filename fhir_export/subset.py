"""A resource with only some of its elements, and marked so that nobody takes it for the whole."""

from collections.abc import Set as AbstractSet
from typing import Final

from fhir_export.encoding import Resource

_ALWAYS: Final = frozenset({"resourceType", "id", "meta"})
_SUBSETTED: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}


def subset(resource: Resource, elements: AbstractSet[str]) -> Resource:
    """The named elements, and those that every resource needs (R4 Search, 3.1.1.5.8 and 3.1.1.5.9)."""
    kept = {name: value for name, value in resource.items() if name in _ALWAYS or name.removeprefix("_") in elements}
    meta = dict(resource.get("meta", {}))
    return kept | {"meta": meta | {"tag": [*meta.get("tag", ()), _SUBSETTED]}}
