"""Appending revisions of responses. Nothing is ever changed or removed."""

from dataclasses import replace

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from app.store import jsonb
from app.store.audit import AUDIT_EVENT, audit_values
from app.store.audit import COLUMNS as AUDIT_COLUMNS
from app.store.errors import Conflict
from app.store.response import COLUMNS, JSON_COLUMNS, RESPONSE, StoredResponse
from app.store.statements import Statement
from app.store.transaction import Transaction

_STORED_BY_THE_DATABASE = "stored_at"


def _audit(name: str) -> str:
    """The parameter of an audit column: both tables have a patient and a revision."""
    return "centre_id" if name == "centre_id" else f"audit_{name}"


_WRITTEN = tuple(name for name in COLUMNS if name != _STORED_BY_THE_DATABASE)
# The row and the event that tells of it, in one round trip; where the row conflicts, neither is written.
_ADDED = (
    insert(RESPONSE)
    .values({name: bindparam(name) for name in ("centre_id", *_WRITTEN)})
    .on_conflict_do_nothing()
    .returning(RESPONSE.c.stored_at)
    .cte("added")
)
_AUDITED = (
    insert(AUDIT_EVENT)
    .from_select(
        AUDIT_COLUMNS,
        select(*(bindparam(_audit(name), type_=AUDIT_EVENT.c[name].type) for name in AUDIT_COLUMNS)).select_from(
            _ADDED
        ),
    )
    .cte("audited")
)
_ADD = Statement(select(_ADDED.c.stored_at).add_cte(_AUDITED))


async def add_response(tx: Transaction, response: StoredResponse) -> StoredResponse | None:
    """Append one revision; gives it back with the time at which it was stored.

    None where the row is there already: the idempotency key was used before, or the revision was written by
    somebody else in the meantime. The caller holds the patient's lock, so that reading tells which.
    """
    tx.audit.about(response.response_id, response.patient_id, response.revision)
    values = {name: getattr(response, name) for name in _WRITTEN}
    values |= {name: jsonb.dump(values[name]) for name in JSON_COLUMNS}
    values |= {_audit(name): value for name, value in audit_values(tx.audit).items()}
    row = await tx.fetch_row(_ADD, **values)
    if row is None:
        return None
    tx.audit.is_written = True
    return replace(response, stored_at=row["stored_at"])


async def add_revision(tx: Transaction, response: StoredResponse) -> StoredResponse:
    """Append the next revision of a response. Raises Conflict where somebody was faster."""
    stored = await add_response(tx, response)
    if stored is None:
        raise Conflict(None)
    return stored
