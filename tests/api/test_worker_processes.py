"""Two worker processes over real HTTP: exactly once between them, and logs that say nothing of a patient."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

import httpx
import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from tests.api.answers import SOON
from tests.api.database import Database
from tests.api.problems import problem
from tests.api.sending import at_once
from tests.api.worker_processes import Workers, worker_processes
from tests.export.people_builders import SYNTHETIC_INS
from tests.support.service import CALM, Service, days

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

OWN_WORDS = "zq9 my garden is full of mirabelles"
IDENTIFIER = SYNTHETIC_INS
FAMILY_NAME = "Zq9-Dupond"


@pytest.fixture(scope="module")
def workers(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    with worker_processes(postgres.service_url, tmp_path_factory.mktemp("workers")) as running:
        yield running


@pytest.fixture
async def remote(service: Service, workers: Workers) -> AsyncIterator[Service]:
    """The same centre, asked through the worker processes."""
    async with httpx.AsyncClient(base_url=workers.base_url, timeout=30) as client:
        yield replace(service, client=client)


@pytest.fixture
async def clients(service: Service, workers: Workers) -> AsyncIterator[list[Service]]:
    """Fifty clients, each with an open connection of its own, half of them to each of the two workers.

    A worker that wakes up takes every connection that waits: they are opened one after the other.
    """
    async with AsyncExitStack() as stack:
        by_port: dict[int, Service] = {}
        for _ in range(20):
            for _ in range(25):
                # There is no TLS: reading the certificates would be what takes the time.
                client = httpx.AsyncClient(base_url=workers.base_url, timeout=30, verify=False)
                await stack.enter_async_context(client)
                answer = await client.get("/health/live")
                _, port = answer.extensions["network_stream"].get_extra_info("client_addr")
                by_port[port] = replace(service, client=client)
            by_worker: dict[int, list[Service]] = {}
            for port, pid in workers.serving().items():
                by_worker.setdefault(pid, []).append(by_port[port])
            if len(by_worker) == 2 and all(len(served) >= 25 for served in by_worker.values()):
                break
        first, second = by_worker.values()
        yield [client for pair in zip(first[:25], second[:25], strict=True) for client in pair]


async def test_fifty_at_once_over_two_processes_store_one_response(
    service: Service, clients: list[Service], database: Database
) -> None:
    patient = await service.register()
    at = service.clock()
    answers = await at_once(50, lambda n: clients[n].submit(patient, SOON, key="from-the-phone", authored=at))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    (row,) = await database.responses(patient)
    assert str(row["response_id"]) == answers[0].json()["id"]
    submitted = [e for e in await database.audited(service.centre_id) if e["operation"] == "submit_response"]
    assert len(submitted) == 50


async def test_fifty_different_ones_at_once_over_two_processes_are_all_stored_and_compared(
    service: Service, clients: list[Service], database: Database
) -> None:
    patient = await service.register()
    at = service.clock()
    answers = await at_once(50, lambda n: clients[n].submit(patient, CALM, authored=at))
    assert {answer.status_code for answer in answers} == {201}
    rows = await database.fetch(
        "SELECT evaluation->'compared_with'->'previous'->>0 AS before FROM response WHERE patient_id = $1::text::uuid",
        patient,
    )
    assert len(rows) == 50
    assert [row["before"] for row in rows].count(None) == 1


async def test_twenty_registrations_over_two_processes_make_one_patient(clients: list[Service]) -> None:
    assert len(set(await at_once(20, lambda n: clients[n].register("17")))) == 1


async def test_the_logs_of_ordinary_requests_refusals_and_defects_say_nothing_of_a_patient(
    remote: Service, workers: Workers, database: Database
) -> None:
    words = {"topics": ["other"], "topics-own-words": OWN_WORDS}
    body = {
        "identifiers": [{"system": "urn:oid:1.2.250.1.213.1.4.8", "value": IDENTIFIER}],
        "family_name": FAMILY_NAME,
        "birth_date": "1961-04-30",
    }
    client, nurse = remote.client, remote.as_(Role.NURSE)
    patient = str((await client.post("/v1/patients", json=body, headers=nurse)).json()["id"])
    visit = await remote.plan(patient, remote.clock() + days(1))
    sent = await remote.submit(patient, SOON | words)
    assert sent.status_code == 201
    path = f"/v1/responses/{sent.json()['id']}"
    for read in (path, f"/v1/patients/{patient}", f"/v1/consultations/{visit}/synthesis"):
        assert (await client.get(read, headers=nurse)).status_code == 200
    refused = await remote.submit(patient, {"topics-own-words": OWN_WORDS, "can-wait": OWN_WORDS})
    assert refused.status_code == 422
    missing = await client.get(f"/v1/responses/{new_id()}", headers=nurse)
    assert missing.status_code == 404
    assert (await client.get(f"/v1/patients/{IDENTIFIER}", headers=nurse)).status_code == 422
    assert (await client.get("/v1/me", headers={"Authorization": f"Bearer {OWN_WORDS}"})).status_code == 401
    # A defect: what the row holds is not what this version wrote.
    spoilt = """UPDATE response SET evaluation = jsonb_build_object('flags', answers->>'topics-own-words')
        WHERE response_id = $1::text::uuid RETURNING 1"""
    assert len(await database.fetch(spoilt, sent.json()["id"])) == 1
    defect = problem(await client.get(path, headers=nurse), 500, "defect", retryable=True)

    logged = workers.logged()
    (line,) = [entry for entry in logged if entry["level"] == "error"]
    assert (line["event"], line["logger"]) == ("defect", "vigie.problems")
    assert line["correlation_id"] == defect["correlation_id"]
    assert line["error"].endswith("Error")
    assert any("app/api/responses.py" in place for place in line["where"])
    everything = workers.log.read_text(encoding="utf-8")
    for word in (OWN_WORDS, "zq9", "Zq9", IDENTIFIER, FAMILY_NAME, "1961-04-30", patient, sent.json()["id"], "eyJ"):
        assert word not in everything


async def test_every_line_of_a_workers_log_is_json(workers: Workers) -> None:
    lines = workers.log.read_text(encoding="utf-8").splitlines()
    supervisors = [line for line in lines if not line.startswith("{")]
    assert all(line.startswith(("INFO:", "WARNING:")) for line in supervisors), supervisors
    assert {"at", "level", "logger", "event"} <= set(workers.logged()[0])
