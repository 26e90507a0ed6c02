"""Pages: stable while others store, and bounded however little a search finds."""

from typing import Any

import pytest

from app.security.caller import Role
from app.services import search_observations
from app.store import response_search
from app.store.embedded import EmbeddedPostgres
from tests.fhir.client import PAIN, get, links, outcome, resource
from tests.fhir.rows import store_like
from tests.fhir.sending import plain
from tests.store.two_centres import connected
from tests.support.service import CALM, Service, days

pytestmark = pytest.mark.anyio

RESPONSES, OBSERVATIONS = "/fhir/QuestionnaireResponse", "/fhir/Observation"


async def walk(service: Service, path: str) -> list[list[dict[str, Any]]]:
    """The resources of every page."""
    found, following = [], path
    while following:
        page = plain(await get(service, following))
        found.append([entry["resource"] for entry in page.get("entry", ())])
        following = links(page).get("next", "")
    return found


async def store(service: Service, patient: str, count: int) -> list[str]:
    """Responses of the last days, the newest first."""
    now = service.clock()
    answers = [
        await service.submit(patient, CALM, authored=now - days(back), headers=service.as_(Role.NURSE))
        for back in range(count)
    ]
    return [str(answer.json()["id"]) for answer in answers]


async def correct(service: Service, response: str) -> None:
    answer = await service.client.put(
        f"/v1/responses/{response}",
        json={"answers": PAIN, "reason": "a slip"},
        headers={**service.as_(Role.NURSE), "If-Match": '"1"'},
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("sort", ["authored", "-authored", "_lastUpdated", "-_lastUpdated"])
async def test_a_patients_pages_are_of_one_state(service: Service, sort: str) -> None:
    """What is corrected while the client pages keeps its place, and its version, until the search begins again."""
    patient = await service.register()
    stored = await store(service, patient, 4)
    where = f"{RESPONSES}?patient={patient}&_sort={sort}"
    before = [entry["resource"] for entry in plain(await get(service, where))["entry"]]
    first = resource(await get(service, f"{where}&_count=2"))
    await correct(service, before[0]["id"])
    await correct(service, before[3]["id"])
    await service.submit(patient, CALM)
    second = resource(await get(service, links(first)["next"]))
    assert [entry["resource"] for page in (first, second) for entry in page["entry"]] == before
    assert {one["id"] for one in before} == set(stored)
    assert "next" not in links(second)
    assert second["meta"] == first["meta"]
    rest = resource(await get(service, f"{RESPONSES}?patient={patient}&_lastUpdated=ge{first['meta']['lastUpdated']}"))
    assert len(rest["entry"]) == 3


async def test_a_correction_between_two_pages_does_not_repeat_an_observation(service: Service) -> None:
    patient = await service.register()
    stored = await store(service, patient, 2)
    where = f"{OBSERVATIONS}?patient={patient}&_count=7"
    (before,) = await walk(service, f"{OBSERVATIONS}?patient={patient}&_count=200")
    page = plain(await get(service, where))
    for response in stored:
        await correct(service, response)
    found = [entry["resource"] for entry in page["entry"]]
    found += [one for later in await walk(service, links(page)["next"]) for one in later]
    assert found == before


async def test_observations_are_paged_through_a_centre_while_others_store(
    service: Service, postgres: EmbeddedPostgres
) -> None:
    patient = await service.register()
    stored = await store(service, patient, 3)
    (before,) = await walk(service, f"{OBSERVATIONS}?_count=200")
    page = plain(await get(service, f"{OBSERVATIONS}?_count=10"))
    found = [entry["resource"] for entry in page["entry"]]
    while following := links(page).get("next"):
        async with connected(postgres.url("postgres")) as superuser:
            await store_like(superuser, stored[0])
        page = plain(await get(service, following))
        found += [entry["resource"] for entry in page.get("entry", ())]
    assert found == before
    since = f"{OBSERVATIONS}?_lastUpdated=ge{page['meta']['lastUpdated']}&_count=200"
    rest = [one for later in await walk(service, since) for one in later]
    assert rest
    assert not {one["id"] for one in rest} & {one["id"] for one in found}


async def test_a_search_that_finds_little_in_a_large_centre_stops_and_goes_on(
    service: Service, postgres: EmbeddedPostgres
) -> None:
    """It looks at a bounded number of rows a page, and says `next` even of an empty one."""
    patient = await service.register()
    (model,) = await store(service, patient, 1)
    async with connected(postgres.url("postgres")) as superuser:
        await store_like(superuser, model, response_search.SCANNED + 200)
        (last,) = await store_like(superuser, model, status="amended")
        await store_like(superuser, model, 100)
        await superuser.execute("ANALYZE response")
    for where, expected in (
        (f"{RESPONSES}?status=amended", [0, 1]),
        (f"{RESPONSES}?status=amended&_sort=-_lastUpdated", [1, 0]),
        (f"{RESPONSES}?status=amended&patient={patient}", [1]),
    ):
        found = await walk(service, where)
        assert [len(page) for page in found] == expected, where
        assert [one["id"] for page in found for one in page] == [last]
    page = resource(await get(service, f"{RESPONSES}?status=amended"))
    assert "entry" not in page
    assert "next" in links(page)


async def test_what_is_too_much_to_count_is_refused(
    service: Service, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = await service.register()
    await store(service, patient, 4)
    monkeypatch.setattr(search_observations, "MOST_RESPONSES", 3)
    monkeypatch.setattr(response_search, "COUNTED", 3)
    for where in (f"{RESPONSES}?", f"{OBSERVATIONS}?"):
        for asked in ("_summary=count", "_count=0", "_total=accurate"):
            found = outcome(await get(service, where + asked), 400, "search-too-costly")
            assert found["issue"][0]["expression"] == ["http._total"]
            advice = found["issue"][0]["details"]["text"]
            assert all(said in advice for said in ("name the patient", "shorter", "_lastUpdated", "`next`"))
        assert "total" not in resource(await get(service, f"{where}_total=estimate&_count=1"))
    assert resource(await get(service, f"{RESPONSES}?patient={patient}&_summary=count"))["total"] == 4


async def test_the_observations_of_a_patient_are_counted_however_many_there_are(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = await service.register()
    await store(service, patient, 5)
    (everything,) = await walk(service, f"{OBSERVATIONS}?patient={patient}&_count=200")
    monkeypatch.setattr(search_observations, "MOST_RESPONSES", 2)
    for where in (f"{OBSERVATIONS}?patient={patient}", f"{OBSERVATIONS}?patient={patient}&_sort=_lastUpdated"):
        for asked in ("_summary=count", "_count=0", "_total=accurate", "_total=accurate&_count=1"):
            page = plain(await get(service, f"{where}&{asked}"))
            assert page["total"] == len(everything), asked
    assert plain(await get(service, f"{OBSERVATIONS}?patient={patient}&code=none&_summary=count"))["total"] == 0


async def test_a_page_of_observations_projects_a_bounded_number_of_responses(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = await service.register()
    stored = await store(service, patient, 5)
    monkeypatch.setattr(search_observations, "MOST_RESPONSES", 2)
    for where in (f"{OBSERVATIONS}?_count=200", f"{OBSERVATIONS}?_count=200&patient={patient}"):
        found = await walk(service, where)
        assert len(found) == 3
        assert {one["derivedFrom"][0]["reference"].partition("/")[2] for page in found for one in page} == set(stored)
    found = await walk(service, f"{OBSERVATIONS}?patient={patient}&code=nothing-has-it")
    assert found == [[], [], []]
