"""Who a response is about, who answered it, who recorded it. Nobody's name is known but the patient's."""

from typing import Final

from fhir_export.encoding import Resource
from fhir_export.phrases import Phrase, say
from fhir_export.source import ExportedResponse, Recorder
from scoring.history import Respondent

RECORDER_TYPES: Final[dict[Recorder, str]] = {
    Recorder.CLINICIAN: "Practitioner",
    Recorder.NURSE: "Practitioner",
    Recorder.ADMIN: "Practitioner",
    Recorder.SYSTEM: "Device",
}
"""What those who record for a patient are in FHIR."""

_RESPONDENT_TYPES: Final[dict[Respondent, str]] = {
    Respondent.RELATED_PERSON: "RelatedPerson",
    Respondent.PRACTITIONER: "Practitioner",
}


def subject(exported: ExportedResponse) -> Resource:
    """The patient."""
    return _patient(exported.patient_id)


def source(exported: ExportedResponse, language: str) -> Resource:
    """Who answered: `QuestionnaireResponse.source`, and the performer of what is computed from it."""
    return respondent(exported.response.answered_by, exported.patient_id, language)


def author(exported: ExportedResponse, language: str) -> Resource:
    """Who recorded the answers. Behind a patient's own access it is whoever answered, a close person included."""
    if exported.recorded_by is Recorder.PATIENT:
        return source(exported, language)
    return recorder(exported.recorded_by, exported.recorder_id, language)


def respondent(answered_by: Respondent, patient_id: str, language: str) -> Resource:
    """Who answered: the patient by reference, others by type and display, since no list of them is kept."""
    if answered_by is Respondent.PATIENT:
        return _patient(patient_id)
    return {"type": _RESPONDENT_TYPES[answered_by], "display": say(Phrase(answered_by.value), language)}


def recorder(recorded_by: Recorder, recorder_id: str | None, language: str) -> Resource:
    """Who of the staff, or which system, recorded it: by reference where that was stored."""
    type_ = RECORDER_TYPES[recorded_by]
    named: Resource = {"type": type_, "display": say(Phrase(recorded_by.value), language)}
    return {"reference": f"{type_}/{recorder_id}"} | named if recorder_id else named


def _patient(patient_id: str) -> Resource:
    return {"reference": f"Patient/{patient_id}"}
