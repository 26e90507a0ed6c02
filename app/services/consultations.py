"""Consultations, as the hospital's agenda tells them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.installation import Installation
from app.store.centre import read_centre
from app.store.consultation import StoredConsultation, consultations_of, upsert_consultation
from app.store.ids import new_id
from app.store.patient import read_patient
from scoring.history import ConsultationStatus


@dataclass(frozen=True, slots=True)
class PlannedConsultation:
    """One visit of the hospital's agenda. `instruments` None: those that the centre asks before every consultation.

    What is known of the treatment at that visit counts from 1; `clinician`: the subject of their tokens.
    """

    visit_id: str
    starts_at: datetime
    status: ConsultationStatus
    instruments: tuple[str, ...] | None
    treatment_line: int | None = None
    treatment_cycle: int | None = None
    clinician: str | None = None


async def upsert(
    installation: Installation, call: Call, patient_id: UUID, visit: PlannedConsultation
) -> StoredConsultation:
    """Add a visit, or say that it moved, took place or fell through; known again by its visit id.

    Raises NotFound (also where the visit is another patient's), UnknownQuestionnaire.
    """
    authorise(call.caller, Operation.UPSERT_CONSULTATION, patient_id)
    for instrument in visit.instruments or ():
        installation.catalogue.get(instrument)
    async with opened(installation, call, Operation.UPSERT_CONSULTATION, patient_id) as tx:
        await read_patient(tx, patient_id)
        asked = visit.instruments
        if asked is None:
            asked = (await read_centre(tx)).consultation_instruments
        wanted = StoredConsultation(
            consultation_id=new_id(),
            patient_id=patient_id,
            visit_id=visit.visit_id,
            starts_at=visit.starts_at,
            status=visit.status,
            instruments=asked,
            treatment_line=visit.treatment_line,
            treatment_cycle=visit.treatment_cycle,
            clinician=visit.clinician,
        )
        stored = await upsert_consultation(tx, wanted)
        tx.audit.about(stored.consultation_id, patient_id)
    return stored


async def list_consultations(installation: Installation, call: Call, patient_id: UUID) -> list[StoredConsultation]:
    """Every visit of a patient, earliest first. Raises NotFound."""
    async with opened(installation, call, Operation.READ_CONSULTATION, patient_id) as tx:
        await read_patient(tx, patient_id)
        return await consultations_of(tx, patient_id)
