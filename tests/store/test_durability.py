"""What was acknowledged is there after a power cut: a 201 is a promise."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from app.store.embedded import EmbeddedPostgres
from app.store.schema import migrate
from tests.store.two_centres import connected
from tests.support.processes import kill_9
from tests.support.service import CALM, Service, running_service

pytestmark = pytest.mark.anyio


@pytest.fixture
def durable() -> Iterator[EmbeddedPostgres]:
    """A server with the settings of `vigie run`, for a test that kills it."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-test-", dir="/tmp"))
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "data") as server:
        migrate(server.owner_url, server.service_url)
        yield server
    shutil.rmtree(folder)


def kill_everything(server: EmbeddedPostgres) -> None:
    postmaster = psutil.Process(int((server.data_dir / "cluster" / "postmaster.pid").read_text().splitlines()[0]))
    kill_9([postmaster, *postmaster.children(recursive=True)])


async def submit_until_it_breaks(
    service: Service, patient: str, acknowledged: list[str], enough: asyncio.Event
) -> None:
    while True:
        answer = await service.submit(patient, CALM)
        if answer.status_code != 201:
            return
        acknowledged.append(answer.json()["id"])
        if len(acknowledged) >= 30:
            enough.set()


async def stored_in(server: EmbeddedPostgres) -> tuple[set[str], int]:
    """The responses that are there, and how many submissions the audit trail knows."""
    async with connected(server.url("postgres", "vigie")) as superuser:
        responses = {str(row["response_id"]) for row in await superuser.fetch("SELECT response_id FROM response")}
        asked = "SELECT count(*) FROM audit_event WHERE operation = 'submit_response'"
        return responses, await superuser.fetchval(asked)


async def test_kill_9_of_postgresql_loses_no_acknowledged_response(durable: EmbeddedPostgres) -> None:
    acknowledged: list[str] = []
    enough = asyncio.Event()
    async with running_service(durable.service_url, durable.owner_url) as starting:
        service = await starting.with_new_centre()
        patients = [await service.register() for _ in range(4)]
        async with asyncio.TaskGroup() as group:
            for patient in patients:
                group.create_task(submit_until_it_breaks(service, patient, acknowledged, enough))
            await enough.wait()
            kill_everything(durable)
    durable.stop()
    await asyncio.to_thread(durable.start)
    assert "not properly shut down" in (durable.data_dir / "server.log").read_text()
    responses, audited = await stored_in(durable)
    assert len(acknowledged) >= 30
    assert set(acknowledged) <= responses
    assert audited == len(responses), "a response and its audit event are one"


async def test_the_service_goes_on_by_itself_when_its_database_is_back(durable: EmbeddedPostgres) -> None:
    async with running_service(durable.service_url, durable.owner_url) as starting:
        service = await starting.with_new_centre()
        patient = await service.register()
        authored = service.clock()
        first = await service.submit(patient, CALM, key="first-key", authored=authored)
        assert first.status_code == 201, first.text
        kill_everything(durable)
        while_away: httpx.Response = await service.submit(patient, CALM, key="second-key")
        assert while_away.status_code == 503, while_away.text
        assert while_away.json()["retryable"] is True
        assert (await service.client.get("/health/ready")).status_code == 503
        assert (await service.client.get("/health/live")).status_code == 200
        durable.stop()
        await asyncio.to_thread(durable.start)
        again = await service.submit(patient, CALM, key="second-key")
        assert again.status_code == 201, again.text
        replayed = await service.submit(patient, CALM, key="first-key", authored=authored)
        assert (replayed.status_code, replayed.json()) == (201, first.json())
        assert (await service.client.get("/health/ready")).status_code == 200
