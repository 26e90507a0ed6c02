"""One statement for everything that storing a response needs to know, read under the patient's lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import DateTime, Text, Uuid, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from app.store import jsonb
from app.store.centre import CENTRE, Centre, centre_from_row
from app.store.consultation import CONSULTATION
from app.store.draft import DRAFT
from app.store.errors import NotFound
from app.store.patient import PATIENT
from app.store.response import RESPONSE
from app.store.response_reading import IS_CURRENT, IS_VALID, NEWEST_FIRST
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
        DRAFT.c.instrument == bindparam("instrument", type_=Text),
    )
    .scalar_subquery()
)
_PREVIOUS = (
    select(
        RESPONSE.c.response_id,
        RESPONSE.c.revision,
        RESPONSE.c.version,
        RESPONSE.c.answers,
    )
    .where(
        RESPONSE.c.centre_id == PATIENT.c.centre_id,
        RESPONSE.c.patient_id == PATIENT.c.patient_id,
        IS_CURRENT,
        IS_VALID,
        RESPONSE.c.instrument == bindparam("instrument", type_=Text),
        RESPONSE.c.version == func.any(bindparam("versions", type_=ARRAY(Text))),
        RESPONSE.c.authored_at <= bindparam("authored_at", type_=DateTime(timezone=True)),
        RESPONSE.c.response_id != bindparam("response_id", type_=Uuid),
    )
    .order_by(*NEWEST_FIRST)
    .limit(1)
    .lateral("previous")
)
_READ = Statement(
    select(
        CENTRE,
        _NEXT_CONSULTATION.label("next_consultation_at"),
        _DRAFT_BEGUN.label("draft_begun_at"),
        *_PREVIOUS.c,
    )
    .select_from(PATIENT.join(CENTRE, CENTRE.c.centre_id == PATIENT.c.centre_id).outerjoin(_PREVIOUS, true()))
    .where(PATIENT.c.centre_id == bindparam("centre_id"), PATIENT.c.patient_id == bindparam("patient_id"))
)


@dataclass(frozen=True, slots=True)
class PreviousResponse:
    """What comparison needs of the patient's latest earlier comparable response: its answers, and their versions."""

    response_id: UUID
    revision: int
    version: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BeforeStoring:
    """What is known when a response is about to be stored."""

    centre: Centre
    next_consultation_at: datetime | None
    draft_begun_at: datetime | None
    previous: PreviousResponse | None


async def read_before_storing(
    tx: Transaction,
    patient_id: UUID,
    *,
    instrument: str,
    versions: Sequence[str],
    response_id: UUID,
    authored_at: datetime,
    now: datetime,
) -> BeforeStoring:
    """Read it all. `previous` is the latest earlier response to one of the versions, but for `response_id` itself.

    Raises NotFound where the patient is not in reach.
    """
    row = await tx.fetch_row(
        _READ,
        patient_id=patient_id,
        instrument=instrument,
        versions=list(versions),
        response_id=response_id,
        authored_at=authored_at,
        now=now,
    )
    if row is None:
        raise NotFound
    return BeforeStoring(centre_from_row(row), row["next_consultation_at"], row["draft_begun_at"], _previous(row))


def _previous(row: asyncpg.Record) -> PreviousResponse | None:
    if row["response_id"] is None:
        return None
    return PreviousResponse(
        response_id=row["response_id"],
        revision=row["revision"],
        version=row["version"],
        answers=jsonb.load(row["answers"]),
    )
