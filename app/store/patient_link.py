"""Patients that turned out to be another patient of the centre. Append-only: their responses are never rewritten."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKeyConstraint, Index, Table, Uuid, func

from app.store.metadata import METADATA, centre_column

PATIENT_LINK = Table(
    "patient_link",
    METADATA,
    centre_column(),
    Column("patient_id", Uuid, primary_key=True),
    Column("replaced_by", Uuid, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ForeignKeyConstraint(
        ["centre_id", "patient_id"], ["patient.centre_id", "patient.patient_id"], name="fk_patient_link_patient"
    ),
    ForeignKeyConstraint(
        ["centre_id", "replaced_by"], ["patient.centre_id", "patient.patient_id"], name="fk_patient_link_replaced_by"
    ),
    CheckConstraint("patient_id <> replaced_by", name="another"),
    Index("ix_patient_link_replaced_by", "centre_id", "replaced_by"),
)
