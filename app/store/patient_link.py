"""Patients that turned out to be another patient of the centre. Append-only: their responses are never rewritten."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement, insert_row
from app.store.transaction import Transaction

PATIENT_LINK = Table(
    "patient_link",
    METADATA,
    centre_column(),
    Column("patient_id", Uuid, primary_key=True),
    Column("replaced_by", Uuid, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ForeignKeyConstraint(
        ["centre_id", "patient_id"], ["patient.centre_id", "patient.patient_id"], name="fk_patient_link_patient"
    ),
    ForeignKeyConstraint(
        ["centre_id", "replaced_by"], ["patient.centre_id", "patient.patient_id"], name="fk_patient_link_replaced_by"
    ),
    CheckConstraint("patient_id <> replaced_by", name="another"),
    Index("ix_patient_link_replaced_by", "centre_id", "replaced_by"),
)

_IN_CENTRE = PATIENT_LINK.c.centre_id == bindparam("centre_id")
_REPLACED = select(PATIENT_LINK).where(
    _IN_CENTRE, PATIENT_LINK.c.patient_id == func.any(bindparam("patient_ids", type_=ARRAY(Uuid)))
)
_OTHER = PATIENT_LINK.alias("replacing")
_REPLACING = select(_OTHER).where(
    _OTHER.c.centre_id == bindparam("centre_id"),
    _OTHER.c.replaced_by == func.any(bindparam("replacing_ids", type_=ARRAY(Uuid))),
)
# Two selections, not one with OR: each has its own index.
_OF_PATIENTS = Statement(union(_REPLACED, _REPLACING).order_by("patient_id"))
_OF_REPLACED = Statement(_REPLACED)
_ADD = Statement(insert_row(PATIENT_LINK, "centre_id", "patient_id", "replaced_by"))
# No two merges of a centre at a time: each could close a circle with what the other is about to say.
_QUEUE = Statement(
    select(
        func.pg_advisory_xact_lock(func.hashtextextended("merge|" + cast(bindparam("centre_id", type_=Uuid), Text), 0))
    )
)


@dataclass(frozen=True, slots=True)
class PatientLink:
    """One patient who turned out to be another."""

    patient_id: UUID
    replaced_by: UUID
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Links:
    """What is said of some patients: who replaced them, and whom they replace."""

    links: tuple[PatientLink, ...]

    def replaced_by(self, patient_id: UUID) -> UUID | None:
        """The patient whom this one turned out to be."""
        return next((link.replaced_by for link in self.links if link.patient_id == patient_id), None)

    def replaces(self, patient_id: UUID) -> tuple[UUID, ...]:
        """Those who turned out to be this one, in the order of their ids."""
        return tuple(link.patient_id for link in self.links if link.replaced_by == patient_id)

    def last_change(self, patient_id: UUID, before: datetime) -> datetime:
        """When something of this was last said of the patient; else the time before."""
        times = (link.stored_at for link in self.links if patient_id in (link.patient_id, link.replaced_by))
        return max((before, *times))


async def links_of(tx: Transaction, patient_ids: Collection[UUID]) -> Links:
    """What is said of these patients. A patient's own transaction sees only who replaced them."""
    ids = list(patient_ids)
    rows = await tx.fetch(_OF_PATIENTS, patient_ids=ids, replacing_ids=ids)
    return Links(tuple(PatientLink(row["patient_id"], row["replaced_by"], row["stored_at"]) for row in rows))


async def find_replacement(tx: Transaction, patient_id: UUID) -> UUID | None:
    """The patient whom this one turned out to be, who may be replaced in turn."""
    row = await tx.fetch_row(_OF_REPLACED, patient_ids=[patient_id])
    return row["replaced_by"] if row else None


async def add_link(tx: Transaction, patient_id: UUID, replaced_by: UUID) -> None:
    """Say that a patient turned out to be another. The caller waited by `queue_merges`."""
    await tx.execute(_ADD, patient_id=patient_id, replaced_by=replaced_by)


async def queue_merges(tx: Transaction) -> None:
    """Wait until no other transaction of the centre merges patients."""
    await tx.execute(_QUEUE)
