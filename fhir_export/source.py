"""What the service hands over for export: a stored response with what FHIR wants to know about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    `profiles`: the canonicals of what its Observations conform to besides R4. `withdrawn`: number -> code of the
    Observations that only an earlier revision gave. `recorder_id`: who of the staff, or which system, recorded it;
    None for a patient, and where it was not stored. `identifier`: what another system knows the response by, its
    system (None where it said none) and its value.
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
    recorder_id: str | None = None
    profiles: tuple[str, ...] = ()
    withdrawn: Mapping[int, str] = field(default_factory=dict)
    identifier: tuple[str | None, str] | None = None
