"""What every resource made from one stored revision says about itself: its version, its time, the mode."""

from collections.abc import Sequence

from fhir_export import systems
from fhir_export.encoding import Resource, instant
from fhir_export.source import ExportedResponse


def meta(exported: ExportedResponse, profiles: Sequence[str] = ()) -> Resource:
    """`meta` of a response or of one of its Observations: they change together, with the response's revision.

    `profiles`: what the resource conforms to besides R4.
    """
    past = exported.response
    mode = {"system": systems.modes(past.rulebook.questionnaire), "code": exported.mode.value}
    stored: Resource = {"versionId": str(past.ref.revision), "lastUpdated": instant(past.stored_at)}
    if profiles:
        stored["profile"] = list(profiles)
    return stored | {"tag": [mode]}
