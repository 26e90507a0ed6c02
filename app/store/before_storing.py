"""One statement for everything that storing a response needs to know, read under the patient's lock."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, Text, bindparam, func, select, true

from app.store.centre import CENTRE, Centre, centre_from_row
from app.store.consultation import CONSULTATION, HOLDS
from app.store.draft import DRAFT
from app.store.earlier_responses import COMPARES, EARLIER_COLUMNS, ComparableTo, EarlierResponse, earlier_response
from app.store.errors import NotFound
from app.store.patient import PATIENT
from app.store.response import RESPONSE
from app.store.response_reading import NEWEST_FIRST
from app.store.statements import Statement
from app.store.transaction import Transaction

_NEXT_CONSULTATION = (
    select(func.min(CONSULTATION.c.starts_at))
    .where(
        CONSULTATION.c.centre_id == PATIENT.c.centre_id,
        CONSULTATION.c.patient_id == PATIENT.c.patient_id,
        CONSULTATION.c.starts_at >= bindparam("now", type_=DateTime(timezone=True)),
        *HOLDS,
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
    select(*EARLIER_COLUMNS)
    .where(RESPONSE.c.centre_id == PATIENT.c.centre_id, RESPONSE.c.patient_id == PATIENT.c.patient_id, *COMPARES)
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
class BeforeStoring:
    """What is known when a response is about to be stored."""

    centre: Centre
    next_consultation_at: datetime | None
    draft_begun_at: datetime | None
    previous: EarlierResponse | None


async def read_before_storing(
    tx: Transaction, about: ComparableTo, *, now: datetime, with_scores: bool
) -> BeforeStoring:
    """Read it all. `previous` is the patient's latest earlier response that compares.

    Raises NotFound where the patient is not in reach.
    """
    row = await tx.fetch_row(_READ, **about.values, now=now, with_scores=with_scores)
    if row is None:
        raise NotFound
    previous = earlier_response(row) if row["response_id"] else None
    return BeforeStoring(centre_from_row(row), row["next_consultation_at"], row["draft_begun_at"], previous)
