"""Consultations: the visits that a synthesis is made for, known by the hospital's visit id."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.store.errors import NotFound
from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement
from app.store.transaction import Transaction
from scoring.history import DID_NOT_HAPPEN, Consultation, ConsultationStatus

CONSULTATION = Table(
    "consultation",
    METADATA,
    centre_column(),
    Column("consultation_id", Uuid, primary_key=True),
    Column("patient_id", Uuid, nullable=False),
    Column("visit_id", Text, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    Column("instruments", ARRAY(Text), nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("treatment_line", Integer),
    Column("treatment_cycle", Integer),
    Column("clinician", Text),
    UniqueConstraint("centre_id", "visit_id"),
    # What belongs to a visit of one patient names both: the database holds them together.
    UniqueConstraint("centre_id", "patient_id", "consultation_id"),
    ForeignKeyConstraint(["centre_id", "patient_id"], ["patient.centre_id", "patient.patient_id"]),
    Index("ix_consultation_patient", "centre_id", "patient_id", "starts_at"),
    Index("ix_consultation_starts_at", "centre_id", "starts_at", "consultation_id"),
)

HOLDS = tuple(CONSULTATION.c.status != status.value for status in sorted(DID_NOT_HAPPEN))
"""The conditions on a visit that was not cancelled, missed or entered in error."""

_TOLD = ("starts_at", "status", "instruments", "treatment_line", "treatment_cycle", "clinician")
"""What the hospital may tell anew of a visit."""

_COLUMNS = ("centre_id", "consultation_id", "patient_id", "visit_id", *_TOLD)
_INSERT = insert(CONSULTATION).values({name: bindparam(name) for name in _COLUMNS})
# The patient of a visit never changes here: an upsert that names another one matches no row and gives nothing.
_UPSERT = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=["centre_id", "visit_id"],
        set_={name: _INSERT.excluded[name] for name in _TOLD} | {"stored_at": func.now()},
        where=CONSULTATION.c.patient_id == _INSERT.excluded.patient_id,
    ).returning(CONSULTATION)
)
_READ = Statement(
    select(CONSULTATION).where(
        CONSULTATION.c.centre_id == bindparam("centre_id"),
        CONSULTATION.c.consultation_id == bindparam("consultation_id"),
    )
)
_SEVERAL = Statement(
    select(CONSULTATION).where(
        CONSULTATION.c.centre_id == bindparam("centre_id"),
        CONSULTATION.c.consultation_id == func.any(bindparam("consultation_ids", type_=ARRAY(Uuid))),
    )
)
_BY_VISIT_IDS = Statement(
    select(CONSULTATION).where(
        CONSULTATION.c.centre_id == bindparam("centre_id"),
        CONSULTATION.c.visit_id == func.any(bindparam("visit_ids", type_=ARRAY(Text))),
    )
)
_OF_PATIENT = Statement(
    select(CONSULTATION)
    .where(
        CONSULTATION.c.centre_id == bindparam("centre_id"),
        CONSULTATION.c.patient_id == bindparam("patient_id"),
    )
    .order_by(CONSULTATION.c.starts_at, CONSULTATION.c.consultation_id)
)
_OF_PATIENTS = Statement(
    select(CONSULTATION)
    .where(
        CONSULTATION.c.centre_id == bindparam("centre_id"),
        CONSULTATION.c.patient_id == func.any(bindparam("patient_ids", type_=ARRAY(Uuid))),
    )
    .order_by(CONSULTATION.c.starts_at, CONSULTATION.c.consultation_id)
)
_IN_PERIOD = Statement(
    select(CONSULTATION)
    .where(
        CONSULTATION.c.centre_id == bindparam("centre_id"),
        CONSULTATION.c.starts_at >= bindparam("earliest"),
        CONSULTATION.c.starts_at < bindparam("before"),
    )
    .order_by(CONSULTATION.c.starts_at, CONSULTATION.c.consultation_id)
    .limit(bindparam("count", type_=Integer))
)


@dataclass(frozen=True, slots=True)
class StoredConsultation:
    """One visit of one patient. `stored_at`: when the hospital last told of it; None for one that is not stored yet.

    `treatment_line` and `treatment_cycle` count from 1; `clinician` is whom the hospital's agenda names, by the subject
    of their tokens. Each is None where the hospital did not say.
    """

    consultation_id: UUID
    patient_id: UUID
    visit_id: str
    starts_at: datetime
    status: ConsultationStatus
    instruments: tuple[str, ...]
    stored_at: datetime | None = None
    treatment_line: int | None = None
    treatment_cycle: int | None = None
    clinician: str | None = None

    @property
    def domain(self) -> Consultation:
        """The visit as the synthesis reads it."""
        return Consultation(str(self.consultation_id), self.starts_at, self.status, self.instruments)


async def upsert_consultation(tx: Transaction, consultation: StoredConsultation) -> StoredConsultation:
    """Add a visit, or change when it is and what became of it. Raises NotFound where it is another patient's."""
    row = await tx.fetch_row(
        _UPSERT,
        consultation_id=consultation.consultation_id,
        patient_id=consultation.patient_id,
        visit_id=consultation.visit_id,
        starts_at=consultation.starts_at,
        status=consultation.status.value,
        instruments=list(consultation.instruments),
        treatment_line=consultation.treatment_line,
        treatment_cycle=consultation.treatment_cycle,
        clinician=consultation.clinician,
    )
    if row is None:
        raise NotFound
    return _consultation(row)


async def read_consultation(tx: Transaction, consultation_id: UUID) -> StoredConsultation:
    """One visit. Raises NotFound."""
    row = await tx.fetch_row(_READ, consultation_id=consultation_id)
    if row is None:
        raise NotFound
    return _consultation(row)


async def consultations_of(tx: Transaction, patient_id: UUID) -> list[StoredConsultation]:
    """Every visit of a patient, earliest first."""
    return [_consultation(row) for row in await tx.fetch(_OF_PATIENT, patient_id=patient_id)]


async def consultations_of_several(tx: Transaction, patient_ids: Collection[UUID]) -> list[StoredConsultation]:
    """Every visit of some patients, earliest first."""
    return [_consultation(row) for row in await tx.fetch(_OF_PATIENTS, patient_ids=list(patient_ids))]


async def read_consultations(tx: Transaction, consultation_ids: Collection[UUID]) -> list[StoredConsultation]:
    """Those of the visits that are there."""
    return [_consultation(row) for row in await tx.fetch(_SEVERAL, consultation_ids=list(consultation_ids))]


async def consultations_by_visit(tx: Transaction, visit_ids: Collection[str]) -> list[StoredConsultation]:
    """The visits that the hospital knows by these ids."""
    return [_consultation(row) for row in await tx.fetch(_BY_VISIT_IDS, visit_ids=list(visit_ids))]


async def consultations_between(
    tx: Transaction, earliest: datetime, before: datetime, count: int
) -> list[StoredConsultation]:
    """The visits of the centre that start in a period (its end excluded), earliest first, at most so many."""
    rows = await tx.fetch(_IN_PERIOD, earliest=earliest, before=before, count=count)
    return [_consultation(row) for row in rows]


def _consultation(row: asyncpg.Record) -> StoredConsultation:
    return StoredConsultation(
        consultation_id=row["consultation_id"],
        patient_id=row["patient_id"],
        visit_id=row["visit_id"],
        starts_at=row["starts_at"],
        status=ConsultationStatus(row["status"]),
        instruments=tuple(row["instruments"]),
        stored_at=row["stored_at"],
        treatment_line=row["treatment_line"],
        treatment_cycle=row["treatment_cycle"],
        clinician=row["clinician"],
    )
