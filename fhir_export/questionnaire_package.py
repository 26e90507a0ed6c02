"""A questionnaire with what its codes mean: a collection Bundle that a form renderer needs nothing beside."""

from collections.abc import Iterable, Iterator
from typing import Any

from fhir_export.bundle import full_url
from fhir_export.definition import Definition
from fhir_export.encoding import Resource
from fhir_export.value_set import RESOURCE_TYPE as VALUE_SET


def needed(questionnaire: Resource, definitions: Iterable[Definition]) -> tuple[Definition, ...]:
    """The code systems of our own that the questionnaire uses, in its version, and the value sets of these.

    `definitions` are those of its instrument.
    """
    used = set(_systems(questionnaire))
    return tuple(
        definition
        for definition in definitions
        if definition.version == questionnaire["version"]
        and definition.url.replace(f"/{VALUE_SET}/", "/CodeSystem/") in used
    )


def questionnaire_package(questionnaire: Resource, others: Iterable[Resource], service_base: str) -> Resource:
    """The Bundle: the questionnaire first."""
    resources = (questionnaire, *others)
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": full_url(resource, service_base), "resource": resource} for resource in resources],
    }


def _systems(element: Any) -> Iterator[str]:
    if isinstance(element, dict):
        if isinstance(element.get("system"), str):
            yield element["system"]
        for inside in element.values():
            yield from _systems(inside)
    elif isinstance(element, list):
        for inside in element:
            yield from _systems(inside)
