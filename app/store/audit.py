"""Who did what to whose data, one event a request, in the transaction that it describes. Append-only."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid, func

from app.store.ids import new_id
from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement, insert_row

AUDIT_EVENT = Table(
    "audit_event",
    METADATA,
    centre_column(),
    Column("audit_id", Uuid, primary_key=True),
    Column("patient_id", Uuid, nullable=True),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("subject", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("resource_id", Text, nullable=True),
    Column("revision", Integer, nullable=True),
    Column("correlation_id", Text, nullable=False),
)

COLUMNS = tuple(column.name for column in AUDIT_EVENT.columns if column.server_default is None)
_WRITE = Statement(insert_row(AUDIT_EVENT, *COLUMNS))
_PREPARED = "write_audit"
PREPARE = f"PREPARE {_PREPARED} AS {_WRITE.sql}"
"""What a connection is sent once, before `audit_sql`."""


@dataclass(slots=True)
class AuditEntry:
    """One event. Who and what are known when the transaction opens; about which row, perhaps only inside it."""

    subject: str
    role: str
    operation: str
    correlation_id: str
    patient_id: UUID | None = None
    resource_id: str | None = None
    revision: int | None = None
    is_written: bool = False

    def about(self, resource_id: UUID, patient_id: UUID | None = None, revision: int | None = None) -> None:
        """Name the row that the event is about, once it is known."""
        self.resource_id = str(resource_id)
        self.patient_id = patient_id or self.patient_id
        self.revision = revision


def operator_subject(by: str | None = None) -> str:
    """The subject of what an operator does at the command line; `by`: who they say they are."""
    return f"operator:{by}" if by else "operator"


def audit_sql(entry: AuditEntry, centre_id: UUID) -> str:
    """The statement that appends the event, to be sent together with COMMIT, without parameters.

    Text goes as hexadecimal digits, so that no character of a subject can ever be read as SQL.
    """
    values = _WRITE.arguments(audit_values(entry) | {"centre_id": centre_id})
    return f"EXECUTE {_PREPARED} ({', '.join(map(_literal, values))})"


def _literal(value: UUID | int | str | None) -> str:
    match value:
        case None:
            return "NULL"
        case UUID():
            return f"'{value}'"
        case int():
            return str(int(value))
        case _:
            return f"convert_from(decode('{value.encode().hex()}', 'hex'), 'UTF8')"


def audit_values(entry: AuditEntry) -> dict[str, Any]:
    """The columns of an event, for a statement that writes it together with the row that it is about."""
    return {
        "audit_id": new_id(),
        "patient_id": entry.patient_id,
        "subject": entry.subject,
        "role": entry.role,
        "operation": entry.operation,
        "resource_id": entry.resource_id,
        "revision": entry.revision,
        "correlation_id": entry.correlation_id,
    }
