"""Who a response is about, who answered it, who recorded it. All but the patient are shown by type only."""

from typing import Final

from fhir_export.encoding import Resource
from fhir_export.phrases import Phrase, say
from fhir_export.source import ExportedResponse, Recorder
from scoring.history import Respondent

_RECORDER_TYPES: Final[dict[Recorder, str]] = {
    Recorder.CLINICIAN: "Practitioner",
    Recorder.NURSE: "Practitioner",
    Recorder.ADMIN: "Practitioner",
    Recorder.SYSTEM: "Device",
}
_RESPONDENT_TYPES: Final[dict[Respondent, str]] = {
    Respondent.RELATED_PERSON: "RelatedPerson",
    Respondent.PRACTITIONER: "Practitioner",
}


def subject(exported: ExportedResponse) -> Resource:
    """The patient."""
    return {"reference": f"Patient/{exported.patient_id}"}


def source(exported: ExportedResponse, language: str) -> Resource:
    """Who answered: `QuestionnaireResponse.source`, and the performer of what is computed from it."""
    answered_by = exported.response.answered_by
    if answered_by is Respondent.PATIENT:
        return subject(exported)
    return {"type": _RESPONDENT_TYPES[answered_by], "display": say(Phrase(answered_by.value), language)}


def author(exported: ExportedResponse, language: str) -> Resource:
    """Who recorded the answers. Behind a patient's own access it is whoever answered, a close person included."""
    if exported.recorded_by is Recorder.PATIENT:
        return source(exported, language)
    return {"type": _RECORDER_TYPES[exported.recorded_by], "display": say(Phrase(exported.recorded_by.value), language)}
