"""Stored responses: one row a revision, with its answers, scores and evaluation. Append-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
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
    false,
    func,
    text,
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
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("idempotency_key", Text),
    Column("body_sha256", LargeBinary),
    Column("reason", Text),
    Column("answers", JSONB, nullable=False),
    Column("scores", JSONB, nullable=False),
    Column("evaluation", JSONB, nullable=False),
    Column("consultation_id", Uuid),
    Column("recorder_id", Uuid),
    Column("identifier_system", Text),
    Column("identifier_value", Text),
    Column("is_deleted", Boolean, nullable=False, server_default=false()),
    # NULLs are distinct: only revision 1 carries the key, and keeps it for ever.
    UniqueConstraint("centre_id", "patient_id", "idempotency_key"),
    ForeignKeyConstraint(["centre_id", "patient_id"], ["patient.centre_id", "patient.patient_id"]),
    ForeignKeyConstraint(["centre_id", "consultation_id"], ["consultation.centre_id", "consultation.consultation_id"]),
    # In the whole order of a history, so that its latest response is one step away, whatever shares its time.
    Index("ix_response_patient", "centre_id", "patient_id", "authored_at", "stored_at", "response_id"),
    # In the order of incremental reading.
    Index("ix_response_stored", "centre_id", "stored_at", "response_id", "revision"),
    Index(
        "ix_response_identifier",
        "centre_id",
        "identifier_value",
        "identifier_system",
        postgresql_where=text("identifier_value IS NOT NULL"),
    ),
    Index("ix_response_recorder", "centre_id", "recorder_id", postgresql_where=text("recorder_id IS NOT NULL")),
)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One revision of one response, as its row says.

    `authored` and `sent_at` are what the client's clock said; `authored_at` is corrected by when it was received.
    `answers`, `scores` and `evaluation` are the plain data of their JSON columns. `consultation_id`: the visit that it
    was answered for; `recorder_id`: who of the staff or which system recorded it (`Caller.recorder_id`); the
    identifier is the one that another system knows it by; each None where nobody said. `is_deleted`: entered in error
    and withdrawn from FHIR clients.
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
    consultation_id: UUID | None = None
    recorder_id: UUID | None = None
    identifier_system: str | None = None
    identifier_value: str | None = None
    is_deleted: bool = False


COLUMNS = tuple(column.name for column in RESPONSE.columns if column.name != "centre_id")
JSON_COLUMNS = ("answers", "scores", "evaluation")
