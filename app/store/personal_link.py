"""Personal links: one patient, one questionnaire, until a time. What is revoked stays, and opens nothing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
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
    func,
    select,
    update,
)

from app.store.errors import NotFound
from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement, insert_row
from app.store.transaction import Transaction

PERSONAL_LINK = Table(
    "personal_link",
    METADATA,
    centre_column(),
    Column("link_id", Uuid, primary_key=True),
    Column("patient_id", Uuid, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("consultation_id", Uuid),
    Column("expires_at", DateTime(timezone=True)),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("revoked_at", DateTime(timezone=True)),
    ForeignKeyConstraint(["centre_id", "patient_id"], ["patient.centre_id", "patient.patient_id"]),
    ForeignKeyConstraint(
        ["centre_id", "patient_id", "consultation_id"],
        ["consultation.centre_id", "consultation.patient_id", "consultation.consultation_id"],
    ),
    CheckConstraint("expires_at IS NOT NULL OR consultation_id IS NOT NULL", name="ends"),
    Index("ix_personal_link_patient", "centre_id", "patient_id", "made_at"),
)

_WRITTEN = ("link_id", "patient_id", "instrument", "consultation_id", "expires_at")
_ADD = Statement(insert_row(PERSONAL_LINK, "centre_id", *_WRITTEN))
_IS_LINK = (PERSONAL_LINK.c.centre_id == bindparam("centre_id")) & (PERSONAL_LINK.c.link_id == bindparam("link_id"))
_READ = Statement(select(PERSONAL_LINK).where(_IS_LINK))
_OF_PATIENT = Statement(
    select(PERSONAL_LINK)
    .where(PERSONAL_LINK.c.centre_id == bindparam("centre_id"), PERSONAL_LINK.c.patient_id == bindparam("patient_id"))
    .order_by(PERSONAL_LINK.c.made_at, PERSONAL_LINK.c.link_id)
)
# The time at which it was first revoked stays.
_REVOKE = Statement(
    update(PERSONAL_LINK).where(_IS_LINK).values(revoked_at=func.coalesce(PERSONAL_LINK.c.revoked_at, func.now()))
)


@dataclass(frozen=True, slots=True)
class PersonalLink:
    """One link. `expires_at` None: it is good until its consultation begins, whenever that is moved to.

    `made_at`: by the store's clock; None for one that is not stored yet.
    """

    link_id: UUID
    patient_id: UUID
    instrument: str
    consultation_id: UUID | None
    expires_at: datetime | None
    revoked_at: datetime | None = None
    made_at: datetime | None = None

    @property
    def response_key(self) -> str:
        """The idempotency key of the first response through the link; those of others begin with it."""
        return f"link-{self.link_id}"


async def add_personal_link(tx: Transaction, link: PersonalLink) -> None:
    """Add a link."""
    await tx.execute(_ADD, **{name: getattr(link, name) for name in _WRITTEN})


async def read_personal_link(tx: Transaction, link_id: UUID) -> PersonalLink:
    """One link. Raises NotFound."""
    row = await tx.fetch_row(_READ, link_id=link_id)
    if row is None:
        raise NotFound
    return _link(row)


async def personal_links_of(tx: Transaction, patient_id: UUID) -> list[PersonalLink]:
    """Every link of a patient, in the order in which they were made."""
    return [_link(row) for row in await tx.fetch(_OF_PATIENT, patient_id=patient_id)]


async def revoke_personal_link(tx: Transaction, link_id: UUID) -> None:
    """Say that a link opens nothing any more."""
    await tx.execute(_REVOKE, link_id=link_id)


def _link(row: asyncpg.Record) -> PersonalLink:
    return PersonalLink(**{name: row[name] for name in (*_WRITTEN, "revoked_at", "made_at")})
