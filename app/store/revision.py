"""Revisions of responses without their answers: who recorded each, when, and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from sqlalchemy import Text, Uuid, bindparam, exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.received_resource import RECEIVED_RESOURCE
from app.store.response import RESPONSE
from app.store.response_reading import OF_PATIENT
from app.store.statements import Statement
from app.store.transaction import Transaction
from questionnaires.response import ResponseStatus
from scoring.history import Respondent

_COLUMNS = (
    *("response_id", "revision", "patient_id", "status", "answered_by", "recorded_by", "recorder_id"),
    *("stored_at", "reason", "language", "is_deleted"),
)
_WAS_RECEIVED = (
    exists()
    .where(
        RECEIVED_RESOURCE.c.centre_id == RESPONSE.c.centre_id,
        RECEIVED_RESOURCE.c.response_id == RESPONSE.c.response_id,
        RECEIVED_RESOURCE.c.revision == RESPONSE.c.revision,
    )
    .label("was_received")
)
_SELECTED = select(
    *(RESPONSE.c[name] for name in _COLUMNS),
    RESPONSE.c.evaluation.has_key("rescored").label("is_rescored"),
    _WAS_RECEIVED,
)
_OF_RESPONSES = Statement(
    _SELECTED.where(
        RESPONSE.c.centre_id == bindparam("centre_id"),
        RESPONSE.c.response_id == func.any(bindparam("response_ids", type_=ARRAY(Uuid))),
    )
)
# By the time of storing: what is stored while a client goes from page to page comes at the end.
_ORDER = (RESPONSE.c.stored_at, RESPONSE.c.response_id, RESPONSE.c.revision)
_PAGE = Statement(
    _SELECTED.where(
        OF_PATIENT,
        tuple_(*_ORDER)
        > tuple_(
            bindparam("stored_after", type_=RESPONSE.c.stored_at.type),
            bindparam("after_id", type_=RESPONSE.c.response_id.type),
            bindparam("after_revision", type_=RESPONSE.c.revision.type),
        ),
    )
    .order_by(*_ORDER)
    .limit(bindparam("count"))
)
_COUNT = Statement(select(func.count().label("revisions")).where(OF_PATIENT).group_by(RESPONSE.c.patient_id))
_RECORDER = Statement(
    select(RESPONSE.c.patient_id)
    .where(
        RESPONSE.c.centre_id == bindparam("centre_id"),
        RESPONSE.c.recorder_id == bindparam("recorder_id"),
        RESPONSE.c.recorded_by == func.any(bindparam("roles", type_=ARRAY(Text))),
    )
    .limit(1)
)


_BEFORE_ALL = datetime(1, 1, 2, tzinfo=UTC)
_NO_ID = UUID(int=0)


@dataclass(frozen=True, slots=True, order=True)
class RevisionPlace:
    """Where a page of revisions begins: after this one, in the order in which they were stored."""

    stored_at: datetime = _BEFORE_ALL
    response_id: UUID = _NO_ID
    revision: int = 0

    @classmethod
    def of(cls, plain: Sequence[str | int]) -> "RevisionPlace":
        """The place that `plain` was."""
        at, response_id, revision = plain
        return cls(datetime.fromisoformat(str(at)), UUID(str(response_id)), int(revision))

    @property
    def plain(self) -> list[str | int]:
        """The place in words and numbers that a cursor can hold."""
        return [self.stored_at.isoformat(), str(self.response_id), self.revision]


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """One revision of one response. `was_received`: it came as a FHIR resource, and its bytes are kept.

    `is_rescored`: the answers of the one before it, scored again.
    """

    response_id: UUID
    revision: int
    patient_id: UUID
    status: ResponseStatus
    answered_by: Respondent
    recorded_by: str
    recorder_id: UUID | None
    stored_at: datetime
    reason: str | None
    language: str
    is_deleted: bool
    is_rescored: bool
    was_received: bool

    @property
    def place(self) -> RevisionPlace:
        """Where the next page begins."""
        return RevisionPlace(self.stored_at, self.response_id, self.revision)


async def revisions_of(tx: Transaction, response_ids: Collection[UUID]) -> list[StoredRevision]:
    """Every revision of these responses, in the order in which they were stored."""
    found = (_revision(row) for row in await tx.fetch(_OF_RESPONSES, response_ids=list(response_ids)))
    return sorted(found, key=lambda revision: revision.place)


async def read_revisions_of_patient(
    tx: Transaction, patient_id: UUID, *, after: RevisionPlace, count: int
) -> list[StoredRevision]:
    """The next revisions of a patient's responses, in the order in which they were stored."""
    rows = await tx.fetch(
        _PAGE,
        patient_id=patient_id,
        stored_after=after.stored_at,
        after_id=after.response_id,
        after_revision=after.revision,
        count=count,
    )
    return [_revision(row) for row in rows]


async def count_revisions(tx: Transaction, patient_id: UUID) -> int:
    """How many revisions the patient's responses have."""
    row = await tx.fetch_row(_COUNT, patient_id=patient_id)
    return row["revisions"] if row else 0


async def has_recorded(tx: Transaction, recorder_id: UUID, roles: Collection[str]) -> bool:
    """Whether a response in reach was recorded by them in one of these roles."""
    return await tx.fetch_row(_RECORDER, recorder_id=recorder_id, roles=list(roles)) is not None


def _revision(row: asyncpg.Record) -> StoredRevision:
    values = dict(row)
    values["status"] = ResponseStatus(values["status"])
    values["answered_by"] = Respondent(values["answered_by"])
    return StoredRevision(**values)
