"""Appending revisions of responses. Nothing is ever changed or removed."""

from dataclasses import replace

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from app.store import jsonb
from app.store.errors import Conflict
from app.store.response import COLUMNS, JSON_COLUMNS, RESPONSE, StoredResponse
from app.store.statements import Statement
from app.store.transaction import Transaction

_STORED_BY_THE_DATABASE = "stored_at"
_WRITTEN = tuple(name for name in COLUMNS if name != _STORED_BY_THE_DATABASE)
_ADD = Statement(
    insert(RESPONSE)
    .values({name: bindparam(name) for name in ("centre_id", *_WRITTEN)})
    .on_conflict_do_nothing()
    .returning(RESPONSE.c.stored_at)
)


async def add_response(tx: Transaction, response: StoredResponse) -> StoredResponse | None:
    """Append one revision; gives it back with the time at which it was stored.

    None where the row is there already: the idempotency key was used before, or the revision was written by
    somebody else in the meantime. The caller holds the patient's lock, so that reading tells which.
    """
    values = {name: getattr(response, name) for name in _WRITTEN}
    values |= {name: jsonb.dump(values[name]) for name in JSON_COLUMNS}
    row = await tx.fetch_row(_ADD, **values)
    return replace(response, stored_at=row["stored_at"]) if row else None


async def add_revision(tx: Transaction, response: StoredResponse) -> StoredResponse:
    """Append the next revision of a response. Raises Conflict where somebody was faster."""
    stored = await add_response(tx, response)
    if stored is None:
        raise Conflict(None)
    return stored
