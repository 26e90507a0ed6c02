"""A client that reads on from where it was: whatever others store in the meantime, it loses nothing."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from tests.fhir.client import get, links, resource
from tests.fhir.rows import open_transaction, store_like, store_revision
from tests.store.two_centres import connected
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio

WHERE = "/fhir/QuestionnaireResponse"
ROWS = 10_000


@pytest.fixture
async def response(service: Service) -> str:
    return str((await service.submit(await service.register(), CALM)).json()["id"])


@pytest.fixture
async def superuser(postgres: EmbeddedPostgres) -> AsyncIterator[asyncpg.Connection]:
    async with connected(postgres.url("postgres")) as connection:
        yield connection


async def page_of(service: Service, path: str) -> dict[str, Any]:
    """A page as it came: ten thousand resources are too many for every reader."""
    answer = await get(service, path, Role.SYSTEM)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def walk(service: Service, path: str) -> tuple[list[dict[str, Any]], str]:
    """Everything that a client gets by following `next`, and the horizon, which every page says."""
    found, horizons, following = [], set(), path
    while following:
        page = await page_of(service, following)
        found += [entry["resource"] for entry in page.get("entry", ())]
        horizons.add(page["meta"]["lastUpdated"])
        following = links(page).get("next", "")
    (horizon,) = horizons
    return found, horizon


def since(horizon: str) -> str:
    return f"{WHERE}?_lastUpdated={quote('ge' + horizon)}"


def ids(found: list[dict[str, Any]]) -> set[str]:
    return {one["id"] for one in found}


async def test_what_a_transaction_stored_and_commits_late_is_not_lost(
    service: Service, postgres: EmbeddedPostgres, response: str
) -> None:
    async with open_transaction(postgres.service_url, service.centre_id) as late:
        (stored,) = await store_like(late, response)
        # Stored after it, and committed before it: by the time of storing alone a client would go past the late one.
        others = [str((await service.submit(await service.register(), CALM)).json()["id"]) for _ in range(3)]
        first, horizon = await walk(service, WHERE)
        assert ids(first) == {response}
        again, horizon = await walk(service, since(horizon))
        assert again == []
    rest, _ = await walk(service, since(horizon))
    assert ids(rest) == {stored, *others}


async def test_a_transaction_that_has_begun_and_stored_nothing_yet_holds_the_horizon_too(
    service: Service, postgres: EmbeddedPostgres, response: str
) -> None:
    async with open_transaction(postgres.service_url, service.centre_id) as late:
        _, horizon = await walk(service, WHERE)
        (stored,) = await store_like(late, response)
        found, horizon = await walk(service, since(horizon))
        assert stored not in ids(found)
    found, _ = await walk(service, since(horizon))
    assert stored in ids(found)


async def test_what_another_role_does_holds_nothing_back(
    service: Service, superuser: asyncpg.Connection, response: str
) -> None:
    async with superuser.transaction():
        await superuser.execute("SELECT now()")
        found, _ = await walk(service, WHERE)
        assert ids(found) == {response}


async def test_a_patients_search_finds_what_was_stored_a_moment_ago(
    service: Service, postgres: EmbeddedPostgres, response: str
) -> None:
    patient = await service.register()
    async with open_transaction(postgres.service_url, service.centre_id):
        stored = (await service.submit(patient, CALM)).json()["id"]
        for named in (f"patient={patient}", f"_id={stored}"):
            page = resource(await get(service, f"{WHERE}?{named}"))
            assert [entry["resource"]["id"] for entry in page["entry"]] == [stored]
            assert page["meta"]["lastUpdated"] < page["entry"][0]["resource"]["meta"]["lastUpdated"]
        assert stored not in ids((await walk(service, WHERE))[0])


@pytest.mark.parametrize("sort", ["_lastUpdated", "-_lastUpdated"])
async def test_a_patients_pages_in_the_order_of_storing_are_of_one_state(
    service: Service, postgres: EmbeddedPostgres, sort: str
) -> None:
    """A correction that was stored before the first page and commits after it would be found on two pages."""
    patient = await service.register()
    stored = [str((await service.submit(patient, CALM)).json()["id"]) for _ in range(2)]
    corrected, other = stored if sort == "_lastUpdated" else reversed(stored)
    where = f"{WHERE}?patient={patient}&_sort={sort}"
    async with open_transaction(postgres.service_url, service.centre_id) as late:
        await store_revision(late, corrected, 2)
        first = await page_of(service, f"{where}&_count=1")
    rest, _ = await walk(service, links(first)["next"])
    found = [entry["resource"]["id"] for entry in first["entry"]] + [one["id"] for one in rest]
    assert found == [corrected, other]
    again, _ = await walk(service, f"{since(first['meta']['lastUpdated'])}&patient={patient}")
    assert [(one["id"], one["meta"]["versionId"]) for one in again] == [(corrected, "2")]


async def test_a_deletion_is_told_by_the_history_and_by_no_search(service: Service, response: str) -> None:
    _, horizon = await walk(service, WHERE)
    deleted = await service.client.delete(f"{WHERE}/{response}", headers=service.as_(Role.SYSTEM))
    assert deleted.status_code == 204, deleted.text
    assert (await walk(service, since(horizon)))[0] == []
    history = resource(await get(service, f"{WHERE}/_history?_since={quote(horizon)}", Role.SYSTEM))
    (entry,) = history["entry"]
    assert entry["request"] == {"method": "DELETE", "url": f"QuestionnaireResponse/{response}"}
    assert "resource" not in entry


async def test_without_the_list_of_transactions_nothing_is_said_rather_than_too_much(
    service: Service, superuser: asyncpg.Connection, postgres: EmbeddedPostgres, response: str
) -> None:
    """`track_activities` off: nobody could tell up to when nothing is missing."""
    try:
        await superuser.execute("ALTER SYSTEM SET track_activities = off")
        await superuser.execute("SELECT pg_reload_conf()")
        for _ in range(100):
            answer = await get(service, WHERE, Role.SYSTEM)
            if answer.status_code != 200:
                break
            await asyncio.sleep(0.05)
        assert answer.status_code == 500
    finally:
        await superuser.execute("ALTER SYSTEM RESET track_activities")
        await superuser.execute("SELECT pg_reload_conf()")
        await asyncio.sleep(0.3)
    assert (await get(service, WHERE, Role.SYSTEM)).status_code == 200


@pytest.mark.slow
async def test_ten_thousand_responses_are_paged_while_others_store_and_correct(
    service: Service, postgres: EmbeddedPostgres, superuser: asyncpg.Connection, response: str
) -> None:
    """None is missed, none is seen in two versions, and asking on gives exactly the rest."""
    for _ in range(10):
        await store_like(superuser, response, ROWS // 10)
    stop = asyncio.Event()
    stored, corrected = set[str](), set[str]()

    async def store() -> None:
        patient = await service.register()
        while not stop.is_set():
            stored.add((await service.submit(patient, CALM)).json()["id"])

    async def correct() -> None:
        everything = await superuser.fetch("SELECT response_id FROM response WHERE centre_id = $1", service.centre_id)
        headers = {**service.as_(Role.NURSE), "If-Match": '"1"'}
        for row in everything[:: len(everything) // 400]:
            if stop.is_set():
                return
            answer = await service.client.put(
                f"/v1/responses/{row['response_id']}", json={"answers": CALM, "reason": "again"}, headers=headers
            )
            assert answer.status_code == 200, answer.text
            corrected.add(str(row["response_id"]))

    async def slow_transactions() -> None:
        while not stop.is_set():
            async with open_transaction(postgres.service_url, service.centre_id) as late:
                stored.update(await store_like(late, response))
                await asyncio.sleep(0.2)

    before = await superuser.fetch("SELECT response_id FROM response WHERE centre_id = $1", service.centre_id)
    writers = [asyncio.create_task(work()) for work in (store, correct, slow_transactions)]
    found, horizon = await walk(service, f"{WHERE}?_count=200&_elements=status")
    stop.set()
    await asyncio.gather(*writers)

    seen = Counter(one["id"] for one in found)
    assert len(before) == ROWS + 1
    assert {str(row["response_id"]) for row in before} <= set(seen)
    assert set(seen.values()) == {1}
    assert stored
    assert corrected

    rest, _ = await walk(service, f"{since(horizon)}&_count=200&_elements=status")
    state = {one["id"]: one["meta"]["versionId"] for one in found} | {r["id"]: r["meta"]["versionId"] for r in rest}
    now = await superuser.fetch(
        "SELECT response_id, max(revision) AS revision FROM response WHERE centre_id = $1 GROUP BY 1", service.centre_id
    )
    assert state == {str(row["response_id"]): str(row["revision"]) for row in now}
    assert all(one["meta"]["lastUpdated"] >= horizon for one in rest)
    assert len(rest) == len(ids(rest))
