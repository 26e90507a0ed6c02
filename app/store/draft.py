"""Drafts: answers that are not given yet. One a patient and instrument, changed in place, gone when submitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.store import jsonb
from app.store.errors import Conflict, NotFound
from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement
from app.store.transaction import Transaction

DRAFT = Table(
    "draft",
    METADATA,
    centre_column(),
    Column("patient_id", Uuid, primary_key=True),
    Column("instrument", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("answers", JSONB, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("saved_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ForeignKeyConstraint(["centre_id", "patient_id"], ["patient.centre_id", "patient.patient_id"]),
)

_IS_DRAFT = (
    (DRAFT.c.centre_id == bindparam("centre_id"))
    & (DRAFT.c.patient_id == bindparam("patient_id"))
    & (DRAFT.c.instrument == bindparam("instrument"))
)
_READ = Statement(select(DRAFT).where(_IS_DRAFT))
_ADD = Statement(
    insert(DRAFT)
    .values(
        {name: bindparam(name) for name in ("centre_id", "patient_id", "instrument", "version", "answers")}
        | {"revision": 1}
    )
    .on_conflict_do_nothing()
    .returning(DRAFT)
)
# UPDATE of a mapped column named like a parameter needs other parameter names.
_CHANGE = Statement(
    update(DRAFT)
    .where(_IS_DRAFT, DRAFT.c.revision == bindparam("seen_revision"))
    .values(
        version=bindparam("new_version"),
        answers=bindparam("new_answers"),
        revision=DRAFT.c.revision + 1,
        saved_at=func.now(),
    )
    .returning(DRAFT)
)
_REMOVE = Statement(delete(DRAFT).where(_IS_DRAFT))
_OF_PATIENT = Statement(
    select(DRAFT).where(DRAFT.c.centre_id == bindparam("centre_id"), DRAFT.c.patient_id == bindparam("patient_id"))
)


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers in the making. `revision` rises with every save, so that two devices cannot overwrite each other."""

    patient_id: UUID
    instrument: str
    version: str
    revision: int
    answers: Mapping[str, Any]
    begun_at: datetime
    saved_at: datetime


async def read_draft(tx: Transaction, patient_id: UUID, instrument: str) -> Draft:
    """The patient's draft of an instrument. Raises NotFound."""
    row = await tx.fetch_row(_READ, patient_id=patient_id, instrument=instrument)
    if row is None:
        raise NotFound
    return _draft(row)


async def drafts_of(tx: Transaction, patient_id: UUID) -> list[Draft]:
    """Every draft of a patient."""
    return [_draft(row) for row in await tx.fetch(_OF_PATIENT, patient_id=patient_id)]


async def save_draft(
    tx: Transaction, patient_id: UUID, instrument: str, version: str, answers: Mapping[str, Any], seen: int | None
) -> Draft:
    """Save a draft over the revision that the device saw; None where it saw none. Raises Conflict."""
    text = jsonb.dump(answers)
    if seen is None:
        row = await tx.fetch_row(_ADD, patient_id=patient_id, instrument=instrument, version=version, answers=text)
    else:
        row = await tx.fetch_row(
            _CHANGE,
            patient_id=patient_id,
            instrument=instrument,
            seen_revision=seen,
            new_version=version,
            new_answers=text,
        )
    if row is None:
        current = await tx.fetch_row(_READ, patient_id=patient_id, instrument=instrument)
        raise Conflict(current["revision"] if current else None)
    return _draft(row)


async def remove_draft(tx: Transaction, patient_id: UUID, instrument: str) -> None:
    """Forget the draft, where there is one."""
    await tx.execute(_REMOVE, patient_id=patient_id, instrument=instrument)


def _draft(row: asyncpg.Record) -> Draft:
    return Draft(
        patient_id=row["patient_id"],
        instrument=row["instrument"],
        version=row["version"],
        revision=row["revision"],
        answers=jsonb.load(row["answers"]),
        begun_at=row["begun_at"],
        saved_at=row["saved_at"],
    )
