"""The service's connections: few, with time-outs, and a clear word when none is free.

The library's own pool starts a task for every connection that is given back, and wraps it anew each time: a tenth of
what a FHIR read takes. Here a free connection lies on a list.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self, TypeAlias

import asyncpg

from app.settings import Settings
from app.store.audit import PREPARE
from app.store.errors import StoreBusy

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

MAX_IDLE_S: Final = 300.0
"""How long a connection may lie unused: what stands between us and the database forgets it without a word."""


class Pool:
    """Connections as the service's role."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._url = url
        self._settings = settings
        self._places = asyncio.Semaphore(settings.pool_size)
        self._idle: list[tuple[float, Connection]] = []  # the one that was used last is at the end

    @classmethod
    async def open(cls, url: str, settings: Settings) -> Self:
        """Connect once, to know that it is possible. Raises StoreBusy where the database is not to be reached."""
        pool = cls(url, settings)
        async with pool.connection():
            return pool

    async def close(self) -> None:
        """Close every connection, each when it has been given back."""
        for _ in range(self._settings.pool_size):
            await self._places.acquire()
        while self._idle:
            await _close(self._idle.pop()[1])

    async def ping(self) -> None:
        """One round trip. Raises StoreBusy where the database does not answer."""
        async with self.connection() as connection:
            await connection.execute("SELECT 1")

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """One connection. Raises StoreBusy when none becomes free in time."""
        connection = await self._borrow()
        try:
            yield connection
        finally:
            self._places.release()
            # Whatever happened to it: nobody gets a connection with somebody else's transaction.
            if not connection.is_closed():
                if connection.is_in_transaction():
                    connection.terminate()
                else:
                    self._idle.append((time.monotonic(), connection))

    async def _borrow(self) -> Connection:
        if self._idle and not self._places.locked():
            await self._places.acquire()
        else:
            try:
                async with asyncio.timeout(self._settings.pool_wait_s):
                    await self._places.acquire()
            except TimeoutError as error:
                raise StoreBusy("no database connection became free in time") from error
        try:
            return await self._free_or_new()
        except BaseException:
            self._places.release()
            raise

    async def _free_or_new(self) -> Connection:
        """A connection that lies ready, else a new one; what lay too long, or was cut, is thrown away."""
        while self._idle:
            since, connection = self._idle.pop()
            if connection.is_closed():
                continue
            if time.monotonic() - since < MAX_IDLE_S:
                return connection
            await _close(connection)
        try:
            return await self._connect()
        except (TimeoutError, OSError, asyncpg.PostgresError) as error:
            raise StoreBusy("the database is not to be reached") from error

    async def _connect(self) -> Connection:
        settings = self._settings
        connection: Connection = await asyncpg.connect(
            self._url,
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
        try:
            await connection.execute(PREPARE)
        except BaseException:
            connection.terminate()
            raise
        return connection


async def _close(connection: Connection) -> None:
    """Say goodbye, and do not wait long for an answer."""
    try:
        await connection.close(timeout=1)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()
