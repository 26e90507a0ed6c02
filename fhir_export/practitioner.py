"""Somebody of the care team who recorded answers, as an R4 Practitioner without a name: none is kept."""

from typing import Final

from fhir_export.content_version import versioned
from fhir_export.encoding import Resource
from scoring.synthesis import Mode

RESOURCE_TYPE: Final = "Practitioner"


def practitioner_resource(recorder_id: str, mode: Mode, canonical_base: str) -> Resource:
    """The same person under the same id, and nothing that says who it is."""
    resource: Resource = {"resourceType": RESOURCE_TYPE, "id": recorder_id, "active": True}
    return versioned(resource, mode, canonical_base)
