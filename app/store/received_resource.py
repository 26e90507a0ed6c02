"""What a FHIR client sent, byte for byte: our own columns lose order, unknown extensions and the digits of `1.50`."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Integer, LargeBinary, Table, Text, Uuid, bindparam, select

from app.store.errors import NotFound
from app.store.metadata import METADATA, centre_column
from app.store.statements import Statement, insert_row
from app.store.transaction import Transaction

RECEIVED_RESOURCE = Table(
    "received_resource",
    METADATA,
    centre_column(),
    Column("response_id", Uuid, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("patient_id", Uuid, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    ForeignKeyConstraint(
        ["centre_id", "response_id", "revision"],
        ["response.centre_id", "response.response_id", "response.revision"],
    ),
)

_ADD = Statement(
    insert_row(RECEIVED_RESOURCE, "centre_id", "response_id", "revision", "patient_id", "media_type", "body")
)
_READ = Statement(
    select(RECEIVED_RESOURCE).where(
        RECEIVED_RESOURCE.c.centre_id == bindparam("centre_id"),
        RECEIVED_RESOURCE.c.response_id == bindparam("response_id"),
        RECEIVED_RESOURCE.c.revision == bindparam("revision"),
    )
)


@dataclass(frozen=True, slots=True)
class ReceivedResource:
    """The body of one request, as it came."""

    media_type: str
    body: bytes


async def add_received(
    tx: Transaction, response_id: UUID, revision: int, patient_id: UUID, received: ReceivedResource
) -> None:
    """Keep what became that revision of a response."""
    await tx.execute(
        _ADD,
        response_id=response_id,
        revision=revision,
        patient_id=patient_id,
        media_type=received.media_type,
        body=received.body,
    )


async def read_received(tx: Transaction, response_id: UUID, revision: int) -> ReceivedResource:
    """What became that revision. Raises NotFound: most revisions did not come as FHIR."""
    row = await tx.fetch_row(_READ, response_id=response_id, revision=revision)
    if row is None:
        raise NotFound
    return ReceivedResource(row["media_type"], row["body"])
