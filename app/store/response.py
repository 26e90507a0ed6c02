"""Stored responses: one row a revision, with its answers, scores and evaluation. Append-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.store.metadata import METADATA, centre_column
from questionnaires.response import ResponseStatus
from scoring.history import Respondent

RESPONSE = Table(
    "response",
    METADATA,
    centre_column(),
    Column("response_id", Uuid, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("patient_id", Uuid, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("definition_digest", Text, nullable=False),
    Column("scoring_version", Text, nullable=False),
    Column("scoring_digest", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("text_digest", Text),
    Column("status", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("begun_at", DateTime(timezone=True)),
    Column("authored", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("authored_at", DateTime(timezone=True), nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("idempotency_key", Text),
    Column("body_sha256", LargeBinary),
    Column("reason", Text),
    Column("answers", JSONB, nullable=False),
    Column("scores", JSONB, nullable=False),
    Column("evaluation", JSONB, nullable=False),
    # NULLs are distinct: only revision 1 carries the key, and keeps it for ever.
    UniqueConstraint("centre_id", "patient_id", "idempotency_key"),
    ForeignKeyConstraint(["centre_id", "patient_id"], ["patient.centre_id", "patient.patient_id"]),
    # In the whole order of a history, so that its latest response is one step away, whatever shares its time.
    Index("ix_response_patient", "centre_id", "patient_id", "authored_at", "stored_at", "response_id"),
)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One revision of one response, as its row says.

    `authored` and `sent_at` are what the client's clock said; `authored_at` is corrected by when it was received.
    `answers`, `scores` and `evaluation` are the plain data of their JSON columns.
    """

    response_id: UUID
    revision: int
    patient_id: UUID
    instrument: str
    version: str
    definition_digest: str
    scoring_version: str
    scoring_digest: str
    language: str
    text_digest: str | None
    status: ResponseStatus
    answered_by: Respondent
    recorded_by: str
    begun_at: datetime | None
    authored: datetime
    sent_at: datetime | None
    received_at: datetime
    authored_at: datetime
    stored_at: datetime
    idempotency_key: str | None
    body_sha256: bytes | None
    reason: str | None
    answers: Mapping[str, Any]
    scores: Mapping[str, Any]
    evaluation: Mapping[str, Any]


COLUMNS = tuple(column.name for column in RESPONSE.columns if column.name != "centre_id")
JSON_COLUMNS = ("answers", "scores", "evaluation")
