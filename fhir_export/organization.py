"""The centre as an R4 Organization: its name, and what everything else of it refers to."""

from typing import Final

from fhir_export.content_version import versioned
from fhir_export.encoding import Resource
from scoring.synthesis import Mode

RESOURCE_TYPE: Final = "Organization"


def organization_resource(centre_id: str, name: str, mode: Mode, canonical_base: str) -> Resource:
    """The centre by its id."""
    resource: Resource = {"resourceType": RESOURCE_TYPE, "id": centre_id, "active": True, "name": name}
    return versioned(resource, mode, canonical_base)
