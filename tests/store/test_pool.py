"""Connections are lent one by one, clean, and replaced where they are of no more use."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.settings import Settings
from app.store import pool as pool_module
from app.store.embedded import EmbeddedPostgres
from app.store.errors import StoreBusy
from app.store.pool import Pool
from tests.store.two_centres import connected

pytestmark = pytest.mark.anyio

_PID = "SELECT pg_backend_pid()"


@pytest.fixture
async def pool(postgres: EmbeddedPostgres) -> AsyncIterator[Pool]:
    settings = Settings(DATABASE_URL=postgres.service_url, pool_size=2, pool_wait_s=0.3)
    opened = await Pool.open(postgres.service_url, settings)
    yield opened
    await opened.close()


async def borrowed_pid(pool: Pool) -> int:
    async with pool.connection() as connection:
        return int(await connection.fetchval(_PID))


async def test_a_connection_is_used_again(pool: Pool) -> None:
    assert await borrowed_pid(pool) == await borrowed_pid(pool)


async def test_two_borrowers_have_two_and_a_third_waits_for_a_time_only(pool: Pool) -> None:
    async with pool.connection() as first, pool.connection() as second:
        assert await first.fetchval(_PID) != await second.fetchval(_PID)
        with pytest.raises(StoreBusy, match="no database connection became free"):
            await borrowed_pid(pool)
    assert await borrowed_pid(pool), "and what was given back is lent again"


async def test_who_waits_gets_what_is_given_back(pool: Pool) -> None:
    async with pool.connection() as first, pool.connection():
        given_back = await first.fetchval(_PID)
        waiting = asyncio.create_task(borrowed_pid(pool))
        await asyncio.sleep(0.05)
        assert not waiting.done()
    assert isinstance(given_back, int)
    assert await waiting > 0


async def test_a_connection_that_was_cut_is_replaced(pool: Pool, postgres: EmbeddedPostgres) -> None:
    before = await borrowed_pid(pool)
    async with connected(postgres.url("postgres")) as superuser:
        assert await superuser.fetchval("SELECT pg_terminate_backend($1)", before)
    for _ in range(100):
        if pool._idle[-1][1].is_closed():
            break
        await asyncio.sleep(0.02)
    assert await borrowed_pid(pool) != before


async def test_nobody_gets_somebody_elses_transaction(pool: Pool) -> None:
    async with pool.connection() as connection:
        left = await connection.fetchval(_PID)
        await connection.execute("BEGIN")
    assert await borrowed_pid(pool) != left


async def test_a_connection_that_lay_too_long_is_replaced(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await borrowed_pid(pool)
    monkeypatch.setattr(pool_module, "MAX_IDLE_S", 0.0)
    assert await borrowed_pid(pool) != before


async def test_an_error_inside_gives_the_connection_back(pool: Pool) -> None:
    for _ in range(5):
        with pytest.raises(asyncpg.UndefinedTableError):
            async with pool.connection() as connection:
                await connection.execute("SELECT * FROM nothing")
    assert await borrowed_pid(pool)


async def test_closing_waits_for_who_is_still_at_work(postgres: EmbeddedPostgres) -> None:
    pool = await Pool.open(postgres.service_url, Settings(DATABASE_URL=postgres.service_url, pool_size=2))
    async with pool.connection() as connection:
        closing = asyncio.create_task(pool.close())
        await asyncio.sleep(0.05)
        assert not closing.done()
        assert await connection.fetchval("SELECT 1") == 1
    await closing
    assert connection.is_closed()


async def test_a_database_that_is_not_there_is_busy() -> None:
    with pytest.raises(StoreBusy, match="not to be reached"):
        await Pool.open("postgresql://nobody@/nothing?host=/nowhere", Settings())
