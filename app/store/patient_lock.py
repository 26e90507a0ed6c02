"""One statement that opens the storing of a response: the patient's lock, and what storing needs to know besides."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, bindparam, func, select

from app.store.centre import CENTRE, Centre, centre_from_row
from app.store.consultation import CONSULTATION
from app.store.draft import DRAFT
from app.store.errors import NotFound
from app.store.patient import PATIENT
from app.store.statements import Statement
from app.store.transaction import Transaction
from scoring.history import DID_NOT_HAPPEN

_NEXT_CONSULTATION = (
    select(func.min(CONSULTATION.c.starts_at))
    .where(
        CONSULTATION.c.centre_id == PATIENT.c.centre_id,
        CONSULTATION.c.patient_id == PATIENT.c.patient_id,
        CONSULTATION.c.starts_at >= bindparam("now", type_=DateTime(timezone=True)),
        *(CONSULTATION.c.status != status.value for status in sorted(DID_NOT_HAPPEN)),
    )
    .scalar_subquery()
)
_DRAFT_BEGUN = (
    select(DRAFT.c.begun_at)
    .where(
        DRAFT.c.centre_id == PATIENT.c.centre_id,
        DRAFT.c.patient_id == PATIENT.c.patient_id,
        DRAFT.c.instrument == bindparam("instrument"),
    )
    .scalar_subquery()
)
# FOR NO KEY UPDATE: two responses of one patient wait for each other; a foreign key check does not wait for them.
_LOCK = Statement(
    select(CENTRE, _NEXT_CONSULTATION.label("next_consultation_at"), _DRAFT_BEGUN.label("draft_begun_at"))
    .join(PATIENT, PATIENT.c.centre_id == CENTRE.c.centre_id)
    .where(PATIENT.c.centre_id == bindparam("centre_id"), PATIENT.c.patient_id == bindparam("patient_id"))
    .with_for_update(key_share=True, of=PATIENT)
)


@dataclass(frozen=True, slots=True)
class LockedPatient:
    """What was known when the lock was taken. Read before the wait for it ended, if there was one."""

    centre: Centre
    next_consultation_at: datetime | None
    draft_begun_at: datetime | None


async def lock_patient(tx: Transaction, patient_id: UUID, instrument: str, now: datetime) -> LockedPatient:
    """Wait until no other transaction stores for this patient, and keep others waiting. Raises NotFound."""
    row = await tx.fetch_row(_LOCK, patient_id=patient_id, instrument=instrument, now=now)
    if row is None:
        raise NotFound
    return LockedPatient(centre_from_row(row), row["next_consultation_at"], row["draft_begun_at"])
