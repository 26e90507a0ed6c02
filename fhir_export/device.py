"""Software as an R4 Device: a connected system that recorded answers, whose name is not kept; and Vigie itself."""

from typing import Final

from fhir_export.content_version import versioned
from fhir_export.encoding import Resource
from fhir_export.phrases import Phrase, say
from scoring.synthesis import Mode

RESOURCE_TYPE: Final = "Device"
SOFTWARE_ID: Final = "vigie"
"""The logical id of Vigie itself, which assembles documents."""


def device_resource(recorder_id: str, centre_id: str, language: str, mode: Mode, canonical_base: str) -> Resource:
    """The same system under the same id, in the reader's language."""
    words = say(Phrase.SYSTEM, language)
    resource: Resource = {
        "resourceType": RESOURCE_TYPE,
        "id": recorder_id,
        "language": language,
        "status": "active",
        "deviceName": [{"name": words, "type": "user-friendly-name"}],
        "type": {"text": words},
        "owner": {"reference": f"Organization/{centre_id}"},
    }
    return versioned(resource, mode, canonical_base)


def software_device(version: str, centre_id: str, mode: Mode, canonical_base: str) -> Resource:
    """Vigie itself, in the release that runs."""
    resource: Resource = {
        "resourceType": RESOURCE_TYPE,
        "id": SOFTWARE_ID,
        "status": "active",
        "deviceName": [{"name": "Vigie", "type": "user-friendly-name"}],
        "version": [{"value": version}],
        "owner": {"reference": f"Organization/{centre_id}"},
    }
    return versioned(resource, mode, canonical_base)
