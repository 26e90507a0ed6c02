"""What every resource made from one stored revision says about itself: its version, its time, the mode."""

from fhir_export import systems
from fhir_export.encoding import Resource, instant
from fhir_export.source import ExportedResponse


def meta(exported: ExportedResponse) -> Resource:
    """`meta` of a response or of one of its Observations: they change together, with the response's revision."""
    past = exported.response
    mode = {"system": systems.modes(past.rulebook.questionnaire), "code": exported.mode.value}
    return {"versionId": str(past.ref.revision), "lastUpdated": instant(past.stored_at), "tag": [mode]}
