"""What the service hands over for export: a stored response with what FHIR wants to know about it."""

from dataclasses import dataclass
from enum import StrEnum

from scoring.history import PastResponse
from scoring.synthesis import Mode


class Recorder(StrEnum):
    """The role of the caller that sent the response: FHIR's `author`, which may differ from who answered."""

    PATIENT = "patient"
    CLINICIAN = "clinician"
    NURSE = "nurse"
    SYSTEM = "system"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ExportedResponse:
    """One revision of a response. The ids are the logical ids of FHIR resources on this server.

    `language` is that of the words that the response pins, BCP 47; `encounter_id` the visit it was answered for.
    """

    response: PastResponse
    patient_id: str
    encounter_id: str | None
    language: str
    mode: Mode
    recorded_by: Recorder
