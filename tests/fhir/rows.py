"""Rows behind the service: stored by hand, many at once, or in a transaction that a test keeps open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from tests.store.two_centres import centre_scope, connected

_LIKE = (
    "INSERT INTO response SELECT (jsonb_populate_record(r, $2::jsonb || jsonb_build_object("
    "'response_id', gen_random_uuid(), 'idempotency_key', null, 'stored_at', clock_timestamp()))).*"
    " FROM response r, generate_series(1, $3::integer) WHERE r.response_id = $1 AND r.revision = 1"
    " RETURNING response_id"
)
_AGAIN = (
    "INSERT INTO response SELECT (jsonb_populate_record(r, jsonb_build_object("
    "'revision', $2::integer, 'reason', 'a slip', 'idempotency_key', null, 'stored_at', clock_timestamp()))).*"
    " FROM response r WHERE r.response_id = $1 AND r.revision = 1"
)


async def store_like(connection: asyncpg.Connection, response_id: str, count: int = 1, **changes: Any) -> list[str]:
    """Store responses like one, each dated when it is inserted; gives their ids."""
    rows = await connection.fetch(_LIKE, UUID(response_id), orjson.dumps(changes).decode(), count)
    return [str(row["response_id"]) for row in rows]


async def store_revision(connection: asyncpg.Connection, response_id: str, revision: int) -> None:
    """Store the first revision again, as a later one that says the same."""
    await connection.execute(_AGAIN, UUID(response_id), revision)


@asynccontextmanager
async def open_transaction(url: str, centre_id: UUID) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of the service's role that has begun, and commits at the end of the block."""
    async with connected(url) as connection, connection.transaction():
        await connection.execute(centre_scope(centre_id))
        yield connection
