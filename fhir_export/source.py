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

    `language` is the one that was answered in, BCP 47; `text_digest` that of the words that the response pins, None
    where they are not known; `encounter_id` the consultation that it was answered for. `is_restricted`: the wording is
    its owner's, not ours. `is_rescored`: this revision has the answers of the one before it, scored again.
    """

    response: PastResponse
    patient_id: str
    encounter_id: str | None
    language: str
    text_digest: str | None
    is_restricted: bool
    mode: Mode
    recorded_by: Recorder
    is_rescored: bool = False
