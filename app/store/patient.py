"""Patients and the identifiers that hospitals know them by."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Column, Date, DateTime, ForeignKeyConstraint, Index, Table, Text, Uuid, bindparam, func, select

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
)

_IS_PATIENT = (PATIENT.c.centre_id == bindparam("centre_id")) & (PATIENT.c.patient_id == bindparam("patient_id"))
_READ = Statement(select(PATIENT).where(_IS_PATIENT))
_IDENTIFIERS = Statement(
    select(PATIENT_IDENTIFIER.c.system, PATIENT_IDENTIFIER.c.value).where(
        PATIENT_IDENTIFIER.c.centre_id == bindparam("centre_id"),
        PATIENT_IDENTIFIER.c.patient_id == bindparam("patient_id"),
    )
)
_FIND = Statement(
    select(PATIENT_IDENTIFIER.c.patient_id).where(
        PATIENT_IDENTIFIER.c.centre_id == bindparam("centre_id"),
        PATIENT_IDENTIFIER.c.system == bindparam("system"),
        PATIENT_IDENTIFIER.c.value == bindparam("value"),
    )
)
# Two registrations of one identifier at the same time must find each other: they queue on a lock of its hash.
_QUEUE = Statement(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("identifier", type_=Text), 0))).where(
        bindparam("centre_id", type_=Uuid).is_not(None)
    )
)
_ADD = Statement(insert_row(PATIENT, "centre_id", "patient_id", "family_name", "given_name", "birth_date", "language"))
_ADD_IDENTIFIER = Statement(insert_row(PATIENT_IDENTIFIER, "centre_id", "system", "value", "patient_id"))


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A hospital's or a country's name for a patient: a system (URI) and a value in it."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class Patient:
    """One registered patient."""

    patient_id: UUID
    identifiers: tuple[Identifier, ...]
    family_name: str | None = None
    given_name: str | None = None
    birth_date: date | None = None
    language: str | None = None


async def read_patient(tx: Transaction, patient_id: UUID) -> Patient:
    """One patient. Raises NotFound."""
    row = await tx.fetch_row(_READ, patient_id=patient_id)
    if row is None:
        raise NotFound
    identifiers = await tx.fetch(_IDENTIFIERS, patient_id=patient_id)
    return Patient(
        patient_id=patient_id,
        identifiers=tuple(sorted(Identifier(i["system"], i["value"]) for i in identifiers)),
        family_name=row["family_name"],
        given_name=row["given_name"],
        birth_date=row["birth_date"],
        language=row["language"],
    )


async def find_patients(tx: Transaction, identifiers: tuple[Identifier, ...]) -> dict[Identifier, UUID]:
    """Which of the identifiers are known, and of whom. Registrations of any of them wait until this one ends."""
    known: dict[Identifier, UUID] = {}
    for identifier in sorted(identifiers):
        await tx.execute(_QUEUE, identifier=f"{tx.scope.centre_id}|{identifier.system}|{identifier.value}")
        row = await tx.fetch_row(_FIND, system=identifier.system, value=identifier.value)
        if row is not None:
            known[identifier] = row["patient_id"]
    return known


async def add_patient(tx: Transaction, patient: Patient) -> None:
    """Add a patient without its identifiers."""
    await tx.execute(
        _ADD,
        patient_id=patient.patient_id,
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        language=patient.language,
    )


async def add_identifiers(tx: Transaction, patient_id: UUID, identifiers: tuple[Identifier, ...]) -> None:
    """Add identifiers that `find_patients` did not know."""
    for identifier in identifiers:
        await tx.execute(_ADD_IDENTIFIER, system=identifier.system, value=identifier.value, patient_id=patient_id)
