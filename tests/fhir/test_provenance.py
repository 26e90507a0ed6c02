"""`/fhir/Provenance`: who answered, who recorded, and what was corrected, revision by revision."""

from typing import Any

import httpx
import pytest

from app.security.caller import Role
from app.store.ids import new_id
from fhir_export.encoding import encode
from tests.fhir.client import PAIN, SECRET, get, links, outcome, pages, resource
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio

FHIR = "application/fhir+json"
REASON = "the wrong patient's pain"


@pytest.fixture
async def patient(service: Service) -> str:
    return await service.register()


@pytest.fixture
async def response(service: Service, patient: str) -> str:
    """One that the patient sent, a nurse corrected, and a clinician marked entered in error."""
    sent = await service.submit(patient, PAIN)
    assert sent.status_code == 201, sent.text
    where = f"/v1/responses/{sent.json()['id']}"
    corrected = await service.client.put(
        where, json={"answers": CALM, "reason": REASON}, headers={**service.as_(Role.NURSE), "If-Match": '"1"'}
    )
    assert corrected.status_code == 200, corrected.text
    marked = await service.client.post(
        f"{where}/entered-in-error",
        json={"reason": "another person answered"},
        headers={**service.as_(Role.CLINICIAN), "If-Match": '"2"'},
    )
    assert marked.status_code == 200, marked.text
    return str(sent.json()["id"])


def query(**parameters: str) -> str:
    return f"/fhir/Provenance?{httpx.QueryParams(parameters)}"


async def found(service: Service, *caller: Any, **parameters: str) -> list[str]:
    """The ids of what is found, by a clinician or by `caller`: a role, and the patient who it is."""
    bundle = resource(await get(service, query(**parameters), *caller))
    return [entry["resource"]["id"] for entry in bundle.get("entry", ())]


def agents(read: dict[str, Any]) -> dict[str, str]:
    """Participation -> whom it refers to."""
    return {agent["type"]["coding"][0]["code"]: agent["who"]["reference"] for agent in read["agent"]}


async def test_each_version_of_a_response_has_one(service: Service, patient: str, response: str) -> None:
    first, second, third = [resource(await get(service, f"/fhir/Provenance/{response}.{n}")) for n in (1, 2, 3)]
    activities = [read["activity"]["coding"][0]["code"] for read in (first, second, third)]
    assert activities == ["CREATE", "UPDATE", "NULLIFY"]
    history = (await get(service, f"/v1/responses/{response}/revisions")).json()["revisions"]
    for revision, read in zip(history, (first, second, third), strict=True):
        version = f"QuestionnaireResponse/{response}/_history/{revision['revision']}"
        assert read["target"] == [{"reference": version}]
        assert read.get("reason", [{"text": None}]) == [{"text": revision["reason"]}]
    assert agents(first) == {"author": f"Patient/{patient}", "enterer": f"Patient/{patient}"}
    for read, before in ((second, 1), (third, 2)):
        assert agents(read)["author"] == f"Patient/{patient}"
        assert agents(read)["enterer"].startswith("Practitioner/")
        assert read["entity"] == [
            {"role": "revision", "what": {"reference": f"QuestionnaireResponse/{response}/_history/{before}"}}
        ]


async def test_it_is_found_by_the_response_and_by_one_version_of_it(service: Service, response: str) -> None:
    every = [f"{response}.{revision}" for revision in (1, 2, 3)]
    base = "http://testserver/fhir/QuestionnaireResponse"
    for asked in (f"QuestionnaireResponse/{response}", response, f"{base}/{response}"):
        assert await found(service, target=asked) == every
    for asked in (f"QuestionnaireResponse/{response}/_history/2", f"{base}/{response}/_history/2"):
        assert await found(service, target=asked) == every[1:2]
    for asked in (str(new_id()), f"{response}/_history/4", f"{response}/_history/x", "never-was-one"):
        assert await found(service, target=asked) == []
    assert await found(service, _id=f"{every[2]},{every[0]},x.1,{new_id()}.1,{response}") == [every[0], every[2]]
    assert await found(service, _id=every[0], target=response) == every[:1]
    assert await found(service, _id=every[0], target=f"{response}/_history/2") == []


async def test_a_patients_are_found_in_the_order_of_storing(service: Service, patient: str, response: str) -> None:
    later = (await service.submit(patient, CALM)).json()["id"]
    await service.submit(await service.register(), CALM)
    every = [*(f"{response}.{revision}" for revision in (1, 2, 3)), f"{later}.1"]
    assert await found(service, patient=patient) == every
    read = await pages(service, query(patient=patient, _count="3", _total="accurate"))
    assert [entry["resource"]["id"] for page in read for entry in page["entry"]] == every
    assert [(len(page["entry"]), page["total"]) for page in read] == [(3, 4), (1, 4)]
    named = await pages(service, query(target=response, _count="2", _total="accurate"))
    assert [[entry["resource"]["id"] for entry in page["entry"]] for page in named] == [every[:2], every[2:3]]
    assert {page["total"] for page in named} == {3}
    for asked, expected in ((patient, every[:3]), (str(new_id()), []), ("never-was-one", [])):
        assert await found(service, target=response, patient=asked) == expected
    assert await found(service, patient="never-was-one") == []


async def test_a_search_is_posted_too(service: Service, response: str) -> None:
    form = {"target": f"QuestionnaireResponse/{response}", "_summary": "count"}
    posted = await service.client.post("/fhir/Provenance/_search", data=form, headers=service.as_(Role.SYSTEM))
    assert resource(posted)["total"] == 3


async def test_what_is_stored_while_a_client_pages_comes_at_the_end(service: Service, patient: str) -> None:
    before = [(await service.submit(patient, CALM)).json()["id"] for _ in range(3)]
    page = resource(await get(service, query(patient=patient, _count="2")))
    corrected = await service.client.put(
        f"/v1/responses/{before[0]}",
        json={"answers": CALM | {"quality-of-life": 3}, "reason": REASON},
        headers={**service.as_(Role.NURSE), "If-Match": '"1"'},
    )
    assert corrected.status_code == 200, corrected.text
    seen = [entry["resource"]["id"] for entry in page["entry"]]
    while following := links(page).get("next"):
        page = resource(await get(service, following))
        seen += [entry["resource"]["id"] for entry in page["entry"]]
    assert seen == [*(f"{one}.1" for one in before), f"{before[0]}.2"]


@pytest.mark.parametrize(
    ("parameters", "slug"),
    [
        ({}, "search-too-costly"),
        ({"target": f"Observation/{SECRET}"}, "search-invalid"),
        ({"patient": f"{new_id()},{new_id()}"}, "search-invalid"),
        ({"patient": f"Patient/{new_id()}/_history/1"}, "search-invalid"),
    ],
)
async def test_a_search_that_asks_too_much_or_cannot_be_read_is_refused(
    service: Service, parameters: dict[str, str], slug: str
) -> None:
    outcome(await get(service, query(**parameters)), 400, slug)


@pytest.mark.parametrize("identifier", ["{}", "{}.4", "{}.0", "{}.01", "{}.1.1", "{}.x", "x.1"])
async def test_what_is_not_there_is_not_found(service: Service, response: str, identifier: str) -> None:
    outcome(await get(service, f"/fhir/Provenance/{identifier.format(response)}"), 404, "not-found")


async def test_a_patient_sees_their_own(service: Service, patient: str, response: str) -> None:
    other = await service.register()
    theirs = (await service.submit(other, CALM)).json()["id"]
    own: dict[str, Any] = {"role": Role.PATIENT, "patient": patient}
    assert resource(await get(service, f"/fhir/Provenance/{response}.1", **own))["id"] == f"{response}.1"
    assert await found(service, Role.PATIENT, patient, target=f"{response},{theirs}") == [
        f"{response}.{revision}" for revision in (1, 2, 3)
    ]
    assert await found(service, Role.PATIENT, patient, patient=other) == []
    outcome(await get(service, f"/fhir/Provenance/{theirs}.1", **own), 404, "not-found")


async def test_another_centres_looks_like_an_absent_one(service: Service, patient: str, response: str) -> None:
    elsewhere = await service.with_new_centre()
    theirs = outcome(await get(elsewhere, f"/fhir/Provenance/{response}.1"), 404, "not-found")
    assert theirs == outcome(await get(elsewhere, f"/fhir/Provenance/{new_id()}.1"), 404, "not-found")
    for asked in ({"target": response}, {"patient": patient}, {"_id": f"{response}.1"}):
        assert await found(elsewhere, **asked) == []


async def test_what_came_as_fhir_says_that_the_original_is_kept_and_what_was_deleted_says_so(
    service: Service, patient: str
) -> None:
    given = (await service.submit(patient, CALM)).json()["id"]
    original = resource(await get(service, f"/fhir/QuestionnaireResponse/{given}"))
    sent = {name: value for name, value in original.items() if name not in ("id", "meta", "text")}
    created = await service.client.post(
        "/fhir/QuestionnaireResponse", content=encode(sent), headers=service.as_(Role.SYSTEM) | {"Content-Type": FHIR}
    )
    response = resource(created, 201)["id"]
    headers = service.as_(Role.NURSE) | {"If-Match": 'W/"1"'}
    deleted = await service.client.delete(f"/fhir/QuestionnaireResponse/{response}", headers=headers)
    assert deleted.status_code == 204, deleted.text
    first, second = [resource(await get(service, f"/fhir/Provenance/{response}.{n}")) for n in (1, 2)]
    assert [read["activity"]["coding"][0]["code"] for read in (first, second)] == ["CREATE", "DELETE"]
    assert [entity["role"] for entity in first["entity"]] == ["source"]
    assert [entity["role"] for entity in second["entity"]] == ["revision"]
    assert agents(first)["enterer"].startswith("Device/")
    assert "entity" not in resource(await get(service, f"/fhir/Provenance/{given}.1"))
