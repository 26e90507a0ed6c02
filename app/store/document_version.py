"""The versions of the document of a consultation: a new one whenever what it says has changed. Append-only."""

from sqlalchemy import Column, DateTime, ForeignKeyConstraint, Integer, LargeBinary, Table, Uuid

from app.store.metadata import METADATA, centre_column

DOCUMENT_VERSION = Table(
    "document_version",
    METADATA,
    centre_column(),
    Column("consultation_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("patient_id", Uuid, nullable=False),
    Column("content_sha256", LargeBinary, nullable=False),
    Column("as_of", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(["centre_id", "consultation_id"], ["consultation.centre_id", "consultation.consultation_id"]),
)
