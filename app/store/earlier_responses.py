"""The earlier responses of a patient that changes are seen against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Interval,
    Text,
    Uuid,
    bindparam,
    case,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.store import jsonb
from app.store.consultation import CONSULTATION, HOLDS
from app.store.response import RESPONSE
from app.store.response_reading import IS_CURRENT, IS_VALID, NEWEST_FIRST, OF_PATIENT, OLDEST_FIRST
from app.store.statements import Statement
from app.store.transaction import Transaction
from scoring.rules import Since

_AUTHORED_AT = bindparam("authored_at", type_=DateTime(timezone=True))

EARLIER_COLUMNS = (
    RESPONSE.c.response_id,
    RESPONSE.c.revision,
    RESPONSE.c.version,
    RESPONSE.c.scoring_version,
    RESPONSE.c.answers,
    # Most rules compare answers only: what nobody asks for is neither unpacked nor sent.
    case((bindparam("with_scores", type_=Boolean), RESPONSE.c.scores)).label("scores"),
)
COMPARES: tuple[ColumnElement[bool], ...] = (
    IS_CURRENT,
    IS_VALID,
    RESPONSE.c.instrument == bindparam("instrument", type_=Text),
    RESPONSE.c.version == func.any(bindparam("versions", type_=ARRAY(Text))),
    RESPONSE.c.authored_at <= _AUTHORED_AT,
    RESPONSE.c.response_id != bindparam("response_id", type_=Uuid),
)
"""Beside centre and patient: what makes a response an earlier one that compares (`ComparableTo`)."""

_BASELINE = (
    select(literal(Since.BASELINE.value).label("since"), *EARLIER_COLUMNS)
    .where(OF_PATIENT, *COMPARES)
    .order_by(*OLDEST_FIRST)
    .limit(1)
    .subquery("baseline")
)
_LAST_CONSULTATION = (
    select(CONSULTATION.c.starts_at)
    .where(
        CONSULTATION.c.centre_id == bindparam("centre_id"),
        CONSULTATION.c.patient_id == bindparam("patient_id"),
        CONSULTATION.c.starts_at < _AUTHORED_AT,
        *HOLDS,
    )
    .order_by(CONSULTATION.c.starts_at.desc())
    .limit(1)
    .subquery("last")
)
# Lateral, so that the consultation's time is a condition of the index on the responses.
_BEFORE_IT = (
    select(literal(Since.LAST_CONSULTATION.value).label("since"), *EARLIER_COLUMNS)
    .where(
        OF_PATIENT,
        *COMPARES,
        RESPONSE.c.authored_at <= _LAST_CONSULTATION.c.starts_at,
        RESPONSE.c.authored_at >= _LAST_CONSULTATION.c.starts_at - bindparam("reference", type_=Interval),
    )
    .order_by(*NEWEST_FIRST)
    .limit(1)
    .lateral("before_it")
)
_READ = Statement(
    union_all(
        select(*_BASELINE.c),
        select(*_BEFORE_IT.c).select_from(_LAST_CONSULTATION.join(_BEFORE_IT, true())),
    )
)


@dataclass(frozen=True, slots=True)
class ComparableTo:
    """A response, as far as it says which of the patient's others come before it and compare with it.

    `versions` are the definition versions that compare. The response itself need not be stored yet.
    """

    patient_id: UUID
    response_id: UUID
    instrument: str
    versions: Sequence[str]
    authored_at: datetime

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of `COMPARES`, and the patient."""
        return {
            "patient_id": self.patient_id,
            "response_id": self.response_id,
            "instrument": self.instrument,
            "versions": list(self.versions),
            "authored_at": self.authored_at,
        }


@dataclass(frozen=True, slots=True)
class EarlierResponse:
    """What comparison needs of an earlier response: its answers and scores, and their versions.

    `scores` is empty where they were not asked for.
    """

    response_id: UUID
    revision: int
    version: str
    scoring_version: str
    answers: Mapping[str, Any]
    scores: Mapping[str, Any]


async def read_earlier(
    tx: Transaction, about: ComparableTo, *, reference: timedelta, with_scores: bool
) -> dict[Since, EarlierResponse]:
    """The patient's first comparable response, and the latest of the time up to the last consultation.

    `reference`: how far before the start of that consultation it may lie. The last consultation is the latest one
    that started before the response and was not cancelled, missed or entered in error. What is not there is left out.
    """
    rows = await tx.fetch(_READ, **about.values, reference=reference, with_scores=with_scores)
    return {Since(row["since"]): earlier_response(row) for row in rows}


def earlier_response(row: asyncpg.Record) -> EarlierResponse:
    """An earlier response from the columns `EARLIER_COLUMNS`."""
    return EarlierResponse(
        response_id=row["response_id"],
        revision=row["revision"],
        version=row["version"],
        scoring_version=row["scoring_version"],
        answers=jsonb.load(row["answers"]),
        scores=jsonb.load(row["scores"]) if row["scores"] else {},
    )
