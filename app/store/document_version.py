"""The versions of the document of a consultation: a new one whenever what it says has changed. Append-only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    select,
)

from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement
from app.store.transaction import Transaction

DOCUMENT_VERSION = Table(
    "document_version",
    METADATA,
    centre_column(),
    Column("consultation_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("patient_id", Uuid, nullable=False),
    Column("content_sha256", LargeBinary, nullable=False),
    Column("status", Text, nullable=False),
    Column("as_of", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(["centre_id", "consultation_id"], ["consultation.centre_id", "consultation.consultation_id"]),
)

_NEWEST = Statement(
    select(DOCUMENT_VERSION)
    .where(
        DOCUMENT_VERSION.c.centre_id == bindparam("centre_id"),
        DOCUMENT_VERSION.c.consultation_id == bindparam("consultation_id"),
    )
    .order_by(DOCUMENT_VERSION.c.version.desc())
    .limit(1)
)
# The parameter is not named after its column: elsewhere a `version` is that of a questionnaire, a text.
_ADD = Statement(
    insert(DOCUMENT_VERSION)
    .values(
        {name: bindparam(name) for name in ("centre_id", "consultation_id", "patient_id", "status", "as_of")}
        | {"version": bindparam("version_number"), "content_sha256": bindparam("content_sha256")}
    )
    .inline()
)


@dataclass(frozen=True, slots=True)
class StoredDocumentVersion:
    """One version of one document: the digest of what it says, and since when it has said it.

    `status` is a code of R4's composition-status.
    """

    consultation_id: UUID
    version: int
    patient_id: UUID
    content_sha256: bytes
    status: str
    as_of: datetime


async def find_newest_version(tx: Transaction, consultation_id: UUID) -> StoredDocumentVersion | None:
    """The newest version of a consultation's document; None before the first one."""
    row = await tx.fetch_row(_NEWEST, consultation_id=consultation_id)
    if row is None:
        return None
    return StoredDocumentVersion(
        consultation_id=consultation_id,
        version=row["version"],
        patient_id=row["patient_id"],
        content_sha256=row["content_sha256"],
        status=row["status"],
        as_of=row["as_of"],
    )


async def add_document_version(tx: Transaction, version: StoredDocumentVersion) -> None:
    """Append a version, under the patient's lock: two readers that find a change together make one version."""
    await tx.execute(
        _ADD,
        consultation_id=version.consultation_id,
        version_number=version.version,
        patient_id=version.patient_id,
        content_sha256=version.content_sha256,
        status=version.status,
        as_of=version.as_of,
    )
