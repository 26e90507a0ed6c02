"""A Composition with everything that it refers to, as an R4 document Bundle: it can be read without this server."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from fhir_export.bundle import full_url
from fhir_export.encoding import Resource, instant


def document_bundle(
    composition: Resource, resources: Iterable[Resource], service_base: str, timestamp: datetime
) -> Resource:
    """The document, assembled at `timestamp`. It has the composition's identifier, version and language.

    Of the resources those are taken that the composition refers to, and those that these refer to, in that order.
    Raises KeyError where one is missing: inside a document every reference resolves.
    """
    known = {f"{resource['resourceType']}/{resource['id']}": resource for resource in resources}
    found = {f"{composition['resourceType']}/{composition['id']}": composition}
    waiting = list(_references(composition))
    while waiting:
        following: list[str] = []
        for reference in waiting:
            if reference not in found:
                found[reference] = known[reference]
                following += _references(known[reference])
        waiting = following
    return {
        "resourceType": "Bundle",
        "meta": composition["meta"],
        "language": composition["language"],
        "identifier": composition["identifier"],
        "type": "document",
        "timestamp": instant(timestamp),
        "entry": [{"fullUrl": full_url(one, service_base), "resource": one} for one in found.values()],
    }


def _references(element: Any) -> Iterator[str]:
    """Every literal reference in an element, in its order."""
    if isinstance(element, dict):
        for name, value in element.items():
            if name == "reference":
                yield value
            else:
                yield from _references(value)
    elif isinstance(element, list):
        for value in element:
            yield from _references(value)
