"""Marks that people leave on a synthesis: who saw or printed which version of it, and when. Append-only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, DateTime, ForeignKeyConstraint, Integer, Table, Text, Uuid, bindparam, func, select

from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement, insert_row
from app.store.transaction import Transaction

SYNTHESIS_MARK = Table(
    "synthesis_mark",
    METADATA,
    centre_column(),
    Column("consultation_id", Uuid, primary_key=True),
    Column("mark_id", Uuid, primary_key=True),
    Column("patient_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("document_version", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("name", Text),
    Column("marked_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    ForeignKeyConstraint(
        ["centre_id", "patient_id", "consultation_id"],
        ["consultation.centre_id", "consultation.patient_id", "consultation.consultation_id"],
    ),
)

_WRITTEN = ("consultation_id", "mark_id", "patient_id", "kind", "document_version", "role", "name")
_ADD = Statement(insert_row(SYNTHESIS_MARK, "centre_id", *_WRITTEN))
_OF_CONSULTATION = Statement(
    select(SYNTHESIS_MARK)
    .where(
        SYNTHESIS_MARK.c.centre_id == bindparam("centre_id"),
        SYNTHESIS_MARK.c.consultation_id == bindparam("consultation_id"),
    )
    .order_by(SYNTHESIS_MARK.c.mark_id)
)


class MarkKind(StrEnum):
    """What somebody did with a version of a synthesis."""

    SEEN = "seen"
    PRINTED = "printed"


@dataclass(frozen=True, slots=True)
class SynthesisMark:
    """One mark, on a version of the document. `name`: as the identity provider gave it, None where it gave none.

    `marked_at` is by the clock that responses are stored by; None for a mark that is not stored yet.
    """

    consultation_id: UUID
    mark_id: UUID
    patient_id: UUID
    kind: MarkKind
    document_version: int
    role: str
    name: str | None
    marked_at: datetime | None = None


async def add_mark(tx: Transaction, mark: SynthesisMark) -> None:
    """Append a mark."""
    values = {name: getattr(mark, name) for name in _WRITTEN}
    await tx.execute(_ADD, **values | {"kind": mark.kind.value})


async def marks_on(tx: Transaction, consultation_id: UUID) -> list[SynthesisMark]:
    """Every mark on the synthesis of a consultation, earliest first."""
    rows = await tx.fetch(_OF_CONSULTATION, consultation_id=consultation_id)
    return [
        SynthesisMark(**{name: row[name] for name in (*_WRITTEN, "marked_at")} | {"kind": MarkKind(row["kind"])})
        for row in rows
    ]
