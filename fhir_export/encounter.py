"""A consultation as an R4 Encounter, known by the hospital's visit id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fhir_export import systems
from fhir_export.content_version import versioned
from fhir_export.encoding import Resource, instant
from scoring.history import ConsultationStatus
from scoring.synthesis import Mode

RESOURCE_TYPE: Final = "Encounter"


@dataclass(frozen=True, slots=True)
class ExportedEncounter:
    """One visit. `visit_id` is the hospital's name for it; `stored_at` when it was last told of."""

    id: str
    centre_id: str
    patient_id: str
    visit_id: str
    starts_at: datetime
    status: ConsultationStatus
    stored_at: datetime
    mode: Mode


def encounter_status(status: ConsultationStatus) -> str:
    """The code of R4's encounter-status. It has none for a patient who did not come: that visit is `cancelled`."""
    return "cancelled" if status is ConsultationStatus.NO_SHOW else status.value


def encounter_resource(encounter: ExportedEncounter, canonical_base: str) -> Resource:
    """The visit. Only its start is known."""
    organization = {"reference": f"Organization/{encounter.centre_id}"}
    resource: Resource = {
        "resourceType": RESOURCE_TYPE,
        "id": encounter.id,
        "identifier": [
            {
                "use": "official",
                "system": systems.visits(canonical_base, encounter.centre_id),
                "value": encounter.visit_id,
                "assigner": organization,
            }
        ],
        "status": encounter_status(encounter.status),
    }
    if encounter.status is ConsultationStatus.NO_SHOW:
        # Kept apart from a visit that was called off: R4's code for it is one of appointments.
        missed = {"system": systems.APPOINTMENT_STATUS, "code": encounter.status.value}
        extension = {"url": systems.consultation_status(canonical_base), "valueCoding": missed}
        resource["_status"] = {"extension": [extension]}
    resource |= {
        "class": {"system": systems.ACT_CODE, "code": "AMB", "display": "ambulatory"},
        "subject": {"reference": f"Patient/{encounter.patient_id}"},
        "period": {"start": instant(encounter.starts_at)},
        "serviceProvider": organization,
    }
    return versioned(resource, encounter.mode, canonical_base, encounter.stored_at)
