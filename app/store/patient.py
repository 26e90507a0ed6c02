"""Patients and the identifiers that hospitals know them by."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

import asyncpg
from sqlalchemy import (
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.errors import NotFound
from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement, insert_row
from app.store.transaction import Transaction

PATIENT = Table(
    "patient",
    METADATA,
    centre_column(),
    Column("patient_id", Uuid, primary_key=True),
    Column("family_name", Text),
    Column("given_name", Text),
    Column("birth_date", Date),
    Column("language", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("identity_status", Text),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

PATIENT_IDENTIFIER = Table(
    "patient_identifier",
    METADATA,
    centre_column(),
    Column("system", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("patient_id", Uuid, nullable=False),
    ForeignKeyConstraint(["centre_id", "patient_id"], ["patient.centre_id", "patient.patient_id"]),
    Index("ix_patient_identifier_patient", "centre_id", "patient_id"),
    Index("ix_patient_identifier_value", "centre_id", "value", "system"),
)

_IS_PATIENT = (PATIENT.c.centre_id == bindparam("centre_id")) & (PATIENT.c.patient_id == bindparam("patient_id"))
_IDS = bindparam("patient_ids", type_=ARRAY(Uuid))
# With the identifiers beside it, a row each: a second round trip takes more than saying the rest again.
_READ = Statement(
    select(PATIENT, PATIENT_IDENTIFIER.c.system, PATIENT_IDENTIFIER.c.value)
    .outerjoin(
        PATIENT_IDENTIFIER,
        (PATIENT_IDENTIFIER.c.centre_id == PATIENT.c.centre_id)
        & (PATIENT_IDENTIFIER.c.patient_id == PATIENT.c.patient_id),
    )
    .where(PATIENT.c.centre_id == bindparam("centre_id"), PATIENT.c.patient_id == func.any(_IDS))
    .order_by(PATIENT.c.patient_id)
)
_FIND = Statement(
    select(PATIENT_IDENTIFIER.c.patient_id).where(
        PATIENT_IDENTIFIER.c.centre_id == bindparam("centre_id"),
        PATIENT_IDENTIFIER.c.system == bindparam("system"),
        PATIENT_IDENTIFIER.c.value == bindparam("value"),
    )
)
_WITH_VALUES = Statement(
    select(PATIENT_IDENTIFIER.c.patient_id).where(
        PATIENT_IDENTIFIER.c.centre_id == bindparam("centre_id"),
        PATIENT_IDENTIFIER.c.value == func.any(bindparam("identifier_values", type_=ARRAY(Text))),
    )
)
# Two registrations of one identifier at the same time must find each other: they queue on a lock of its hash.
_QUEUE = Statement(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("identifier", type_=Text), 0))).where(
        bindparam("centre_id", type_=Uuid).is_not(None)
    )
)
_ADDED = ("patient_id", "family_name", "given_name", "birth_date", "language", "identity_status")
_ADD = Statement(insert_row(PATIENT, "centre_id", *_ADDED))
_CHANGE = Statement(
    update(PATIENT)
    .where(_IS_PATIENT)
    .values(
        identity_status=func.coalesce(bindparam("new_identity_status", type_=Text), PATIENT.c.identity_status),
        stored_at=func.now(),
    )
)
_ADD_IDENTIFIER = Statement(insert_row(PATIENT_IDENTIFIER, "centre_id", "system", "value", "patient_id"))


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A hospital's or a country's name for a patient: a system (URI) and a value in it."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class Patient:
    """One registered patient. `identity_status`: how far the hospital trusts the identity, None where it does not say.

    `stored_at`: when the identifiers or the status last changed; None for one that is not stored yet.
    """

    patient_id: UUID
    identifiers: tuple[Identifier, ...]
    family_name: str | None = None
    given_name: str | None = None
    birth_date: date | None = None
    language: str | None = None
    identity_status: str | None = None
    stored_at: datetime | None = None


async def read_patient(tx: Transaction, patient_id: UUID) -> Patient:
    """One patient. Raises NotFound."""
    found = await read_patients(tx, [patient_id])
    if not found:
        raise NotFound
    return found[0]


async def read_patients(tx: Transaction, patient_ids: Collection[UUID]) -> list[Patient]:
    """Those of the patients that are there, in the order of their ids."""
    rows = await tx.fetch(_READ, patient_ids=list(patient_ids))
    return [_patient(list(own)) for _, own in groupby(rows, key=itemgetter("patient_id"))]


async def patients_with_values(tx: Transaction, values: Collection[str]) -> frozenset[UUID]:
    """Who has an identifier of one of these values, whatever its system."""
    rows = await tx.fetch(_WITH_VALUES, identifier_values=list(values))
    return frozenset(row["patient_id"] for row in rows)


async def find_patient(tx: Transaction, identifier: Identifier) -> UUID | None:
    """Whom the centre knows by that identifier. Nobody waits for it."""
    row = await tx.fetch_row(_FIND, system=identifier.system, value=identifier.value)
    found: UUID | None = row["patient_id"] if row else None
    return found


async def lock_identifiers(tx: Transaction, identifiers: Collection[Identifier]) -> None:
    """Registrations of any of them wait until this one ends. All that a transaction names are locked at once, in their
    order: two that name the same ones otherwise wait for each other.
    """
    for identifier in sorted(identifiers):
        await tx.execute(_QUEUE, identifier=f"{tx.scope.centre_id}|{identifier.system}|{identifier.value}")


async def find_patients(tx: Transaction, identifiers: Collection[Identifier]) -> dict[Identifier, UUID]:
    """Which of the identifiers are known, and of whom. Whoever registers them locks them before."""
    found = {identifier: await find_patient(tx, identifier) for identifier in identifiers}
    return {identifier: patient_id for identifier, patient_id in found.items() if patient_id is not None}


async def add_patient(tx: Transaction, patient: Patient) -> None:
    """Add a patient without its identifiers."""
    await tx.execute(_ADD, **{name: getattr(patient, name) for name in _ADDED})


async def change_patient(tx: Transaction, patient_id: UUID, identity_status: str | None) -> None:
    """Set the status of the identity, where one is given, and the time of the change."""
    await tx.execute(_CHANGE, patient_id=patient_id, new_identity_status=identity_status)


async def add_identifiers(tx: Transaction, patient_id: UUID, identifiers: tuple[Identifier, ...]) -> None:
    """Add identifiers that `find_patients` did not know."""
    for identifier in identifiers:
        await tx.execute(_ADD_IDENTIFIER, system=identifier.system, value=identifier.value, patient_id=patient_id)


def _patient(rows: Sequence[asyncpg.Record]) -> Patient:
    """One patient from a row for each identifier, or from one row without."""
    row = rows[0]
    identifiers = (Identifier(one["system"], one["value"]) for one in rows if one["system"] is not None)
    return Patient(
        patient_id=row["patient_id"],
        identifiers=tuple(sorted(identifiers)),
        family_name=row["family_name"],
        given_name=row["given_name"],
        birth_date=row["birth_date"],
        language=row["language"],
        identity_status=row["identity_status"],
        stored_at=row["stored_at"],
    )
