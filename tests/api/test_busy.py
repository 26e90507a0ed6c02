"""When the database is slow, full or away: 503, try again, and nothing half-stored."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import anyio
import asyncpg
import httpx
import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from app.store.schema import migrate
from tests.api.database import Database
from tests.api.problems import problem
from tests.support.service import CALM, Service, running_service

pytestmark = pytest.mark.anyio


def _busy(answer: httpx.Response) -> None:
    problem(answer, 503, "busy", retryable=True)
    assert int(answer.headers["Retry-After"]) >= 1


@asynccontextmanager
async def _held(database: Database, patient: str) -> AsyncIterator[None]:
    """While a patient's row is locked by somebody else."""
    connection = await asyncpg.connect(database.url)
    try:
        async with connection.transaction():
            locked = await connection.fetchval(
                "SELECT count(*) FROM (SELECT 1 FROM patient WHERE patient_id = $1 FOR UPDATE) AS held", UUID(patient)
            )
            assert locked == 1
            yield
    finally:
        await connection.close()


async def _waits_for_a_lock(database: Database) -> None:
    """Until a statement of the service waits for the lock that a test holds."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'vigie' AND wait_event_type = 'Lock'"
    for _ in range(250):
        if await database.fetch(waiting):
            return
        await anyio.sleep(0.02)
    pytest.fail("nothing waits for the lock")


async def test_an_exhausted_pool_is_busy_and_what_waited_is_stored(
    postgres: EmbeddedPostgres, database: Database
) -> None:
    async with running_service(postgres.service_url, postgres.owner_url, pool_size=1, pool_wait_s=0.2) as running:
        service = await running.with_new_centre()
        patient = await service.register()
        before = await database.rows(service.centre_id)
        waited: list[httpx.Response] = []

        async def wait() -> None:
            waited.append(await service.submit(patient, CALM))

        async with anyio.create_task_group() as tasks, _held(database, patient):
            tasks.start_soon(wait)
            await _waits_for_a_lock(database)
            _busy(await service.submit(patient, CALM, key="from-the-phone"))
            _busy(await service.client.get(f"/v1/patients/{patient}", headers=service.as_(Role.NURSE)))
            assert (await service.client.get("/health/live")).status_code == 200
            assert (await service.client.get("/health/ready")).status_code == 503
            assert await database.rows(service.centre_id) == before
        assert [answer.status_code for answer in waited] == [201]
        assert (await service.submit(patient, CALM, key="from-the-phone")).status_code == 201
        assert len(await database.responses(patient)) == 2
        assert (await service.client.get("/health/ready")).status_code == 200


async def test_a_statement_that_takes_too_long_is_given_up_and_stores_nothing(
    postgres: EmbeddedPostgres, database: Database
) -> None:
    async with running_service(postgres.service_url, postgres.owner_url, statement_timeout_ms=150) as running:
        service = await running.with_new_centre()
        patient = await service.register()
        response_id = (await service.submit(patient, CALM)).json()["id"]
        before = await database.rows(service.centre_id)
        correction = {"answers": CALM, "reason": "forgotten"}
        headers = service.as_(Role.NURSE) | {"If-Match": '"1"'}
        async with _held(database, patient):
            _busy(await service.submit(patient, CALM, key="from-the-phone"))
            _busy(await service.client.put(f"/v1/responses/{response_id}", json=correction, headers=headers))
            # Reading waits for nobody.
            read = await service.client.get(f"/v1/responses/{response_id}", headers=headers)
            assert read.status_code == 200
        rows = await database.rows(service.centre_id)
        assert rows == before | {"audit_event": before["audit_event"] + 1}
        assert (await service.submit(patient, CALM, key="from-the-phone")).status_code == 201


async def test_a_connection_that_is_cut_is_busy_and_the_next_request_has_another(
    postgres: EmbeddedPostgres, database: Database
) -> None:
    async with running_service(postgres.service_url, postgres.owner_url, pool_size=1) as running:
        service = await running.with_new_centre()
        patient = await service.register()
        before = await database.rows(service.centre_id)
        answers: list[httpx.Response] = []

        async def wait() -> None:
            answers.append(await service.submit(patient, CALM, key="from-the-phone"))

        async with anyio.create_task_group() as tasks, _held(database, patient):
            tasks.start_soon(wait)
            await _waits_for_a_lock(database)
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            assert len(await database.fetch(cut)) == 1
        _busy(answers[0])
        assert await database.rows(service.centre_id) == before
        assert (await service.submit(patient, CALM, key="from-the-phone")).status_code == 201


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A migrated database that a test may stop."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-test-", dir="/tmp"))
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "data", durable=False) as started:
        migrate(started.owner_url, started.service_url)
        yield started
    shutil.rmtree(folder)


async def test_without_its_database_the_service_lives_and_is_not_ready(server: EmbeddedPostgres) -> None:
    async with running_service(server.service_url, server.owner_url, pool_wait_s=0.5) as running:
        service = await running.with_new_centre()
        patient = await service.register()
        assert (await service.client.get("/health/ready")).json() == {"status": "ready"}
        await anyio.to_thread.run_sync(server.stop)
        await _is_away(service, patient)
        await anyio.to_thread.run_sync(server.start)
        assert (await service.client.get("/health/ready")).status_code == 200
        assert (await service.submit(patient, CALM, key="from-the-phone")).status_code == 201


async def _is_away(service: Service, patient: str) -> None:
    for _ in range(2):
        ready = await service.client.get("/health/ready")
        assert (ready.status_code, ready.json()) == (503, {"status": "not ready"})
        live = await service.client.get("/health/live")
        assert (live.status_code, live.json()) == (200, {"status": "alive"})
        _busy(await service.submit(patient, CALM, key="from-the-phone"))
        _busy(await service.client.get("/v1/me", headers=service.as_(Role.NURSE)))
    # What needs no database is answered all the same.
    asked = {"questionnaire": "pre-consultation", "answers": CALM}
    assert (await service.client.post("/v1/score", json=asked, headers=service.as_(Role.NURSE))).status_code == 200
