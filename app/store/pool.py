"""The service's connections: few, with time-outs, and a clear word when none is free."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self, TypeAlias

import asyncpg

from app.settings import Settings
from app.store.errors import StoreBusy

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
"""A connection of the pool, for as long as it is borrowed."""


class Pool:
    """A pool of connections as the service's role."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", wait_s: float) -> None:
        self._pool = pool
        self._wait_s = wait_s

    @classmethod
    async def open(cls, url: str, settings: Settings) -> Self:
        """Connect. Raises StoreBusy where the database is not to be reached."""
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=settings.pool_size,
                reset=_nothing_to_reset,
                timeout=settings.pool_wait_s,
                # The server's own time-out comes first; this one is for a server that does not answer at all.
                command_timeout=settings.statement_timeout_ms / 1_000 + 5,
                server_settings={
                    "application_name": "vigie",
                    "statement_timeout": str(settings.statement_timeout_ms),
                    "idle_in_transaction_session_timeout": str(settings.idle_in_transaction_timeout_ms),
                    "timezone": "UTC",
                    # The statements of a request are small and their plans do not depend on the values.
                    "plan_cache_mode": "force_generic_plan",
                    "jit": "off",
                    # A plan is kept for the life of a connection. One made while the tables were still empty would
                    # scan them for ever; every statement here has an index (tests/store/test_plans.py).
                    "enable_seqscan": "off",
                },
            )
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise StoreBusy("the database is not to be reached") from error
        return cls(pool, settings.pool_wait_s)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    async def ping(self) -> None:
        """One round trip. Raises StoreBusy where the database does not answer."""
        async with self.connection() as connection:
            await connection.execute("SELECT 1")

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """One connection. Raises StoreBusy when none becomes free in time."""
        try:
            # asyncpg's own time-out starts a task a request; this one is a timer.
            async with asyncio.timeout(self._wait_s):
                connection = await self._pool.acquire()
        except (TimeoutError, OSError, asyncpg.PostgresError) as error:
            raise StoreBusy("no database connection became free in time") from error
        try:
            yield connection
        finally:
            await self._pool.release(connection)


async def _nothing_to_reset(_connection: object) -> None:
    """The library's own reset is a round trip a request; everything that we set ends with its transaction."""
