"""The centre: its name, languages, mode and emergency contacts. Operators write it; the service only reads."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Column, DateTime, Table, Text, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.store import jsonb
from app.store.centre_look import CENTRE_LOOK
from app.store.errors import NotFound
from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement, insert_row
from app.store.transaction import Transaction
from scoring.synthesis import Mode

CENTRE = Table(
    "centre",
    METADATA,
    centre_column(),
    Column("name", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("emergency_contacts", JSONB, nullable=False),
    Column("consultation_instruments", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("fhir_profiles", ARRAY(Text), nullable=False, server_default="{}"),
)

_IS_CENTRE = CENTRE.c.centre_id == bindparam("centre_id")
_READ = Statement(
    select(
        CENTRE,
        CENTRE_LOOK.c.colour.is_not(None).label("has_look"),
        CENTRE_LOOK.c.logo_media_type.is_not(None).label("has_logo"),
    )
    .select_from(CENTRE.outerjoin(CENTRE_LOOK, CENTRE_LOOK.c.centre_id == CENTRE.c.centre_id))
    .where(_IS_CENTRE)
)
_ADD = Statement(insert_row(CENTRE, *(c.name for c in CENTRE.columns if c.name != "created_at")))
_RENAME = Statement(update(CENTRE).where(_IS_CENTRE).values(name=bindparam("new_name")))
_PUT_CONTACTS = Statement(update(CENTRE).where(_IS_CENTRE).values(emergency_contacts=bindparam("new_contacts")))


class ContactKind(StrEnum):
    """What a number is for: any emergency, or to talk to somebody about thoughts of dying."""

    EMERGENCY = "emergency"
    HELPLINE = "helpline"


@dataclass(frozen=True, slots=True)
class EmergencyContact:
    """Whom a patient calls: a number, and who answers there, by language."""

    number: str
    names: dict[str, str]
    kind: ContactKind = ContactKind.EMERGENCY


class FhirProfile(StrEnum):
    """National profiles that a centre's Observations may conform to, beside R4 itself."""

    TELESURVEILLANCE = "telesurveillance"
    """ANS / InteropSanté, tlsv-observation."""


@dataclass(frozen=True, slots=True)
class Centre:
    """One hospital or clinic. `consultation_instruments` are asked for before every consultation; `fhir_profiles` are
    what the resources that it gives out conform to besides. `has_look`, `has_logo`: whether its pages have them; known
    of a centre that `read_centre` gives.
    """

    centre_id: UUID
    name: str
    mode: Mode
    languages: tuple[str, ...]
    time_zone: str
    emergency_contacts: tuple[EmergencyContact, ...]
    consultation_instruments: tuple[str, ...]
    fhir_profiles: frozenset[FhirProfile] = frozenset()
    has_look: bool = False
    has_logo: bool = False


async def read_centre(tx: Transaction) -> Centre:
    """The transaction's centre. Raises NotFound."""
    row = await tx.fetch_row(_READ)
    if row is None:
        raise NotFound
    return replace(centre_from_row(row), has_look=row["has_look"], has_logo=row["has_logo"])


def centre_from_row(row: asyncpg.Record) -> Centre:
    """The centre of a row that has the table's columns."""
    contacts: list[dict[str, Any]] = jsonb.load(row["emergency_contacts"])
    return Centre(
        centre_id=row["centre_id"],
        name=row["name"],
        mode=Mode(row["mode"]),
        languages=tuple(row["languages"]),
        time_zone=row["time_zone"],
        emergency_contacts=tuple(
            EmergencyContact(c["number"], c["names"], ContactKind(c.get("kind", ContactKind.EMERGENCY)))
            for c in contacts
        ),
        consultation_instruments=tuple(row["consultation_instruments"]),
        fhir_profiles=frozenset(FhirProfile(name) for name in row["fhir_profiles"]),
    )


async def add_centre(tx: Transaction, centre: Centre) -> None:
    """Add the transaction's centre. Only the schema's owner may."""
    await tx.execute(
        _ADD,
        name=centre.name,
        mode=centre.mode.value,
        languages=list(centre.languages),
        time_zone=centre.time_zone,
        emergency_contacts=_dumped(centre.emergency_contacts),
        consultation_instruments=list(centre.consultation_instruments),
        fhir_profiles=sorted(profile.value for profile in centre.fhir_profiles),
    )


async def rename_centre(tx: Transaction, name: str) -> None:
    """Give the transaction's centre another name. Only the schema's owner may."""
    await tx.execute(_RENAME, new_name=name)


async def put_contacts(tx: Transaction, contacts: Iterable[EmergencyContact]) -> None:
    """Replace the contacts of the transaction's centre. Only the schema's owner may."""
    await tx.execute(_PUT_CONTACTS, new_contacts=_dumped(contacts))


def _dumped(contacts: Iterable[EmergencyContact]) -> str:
    return jsonb.dump([{"number": c.number, "names": c.names, "kind": c.kind.value} for c in contacts])
