"""`$extract`: the Observations of a response as a transaction Bundle, the same every time."""

from typing import Any
from uuid import UUID

import pytest

from app.security.caller import Role
from app.store.ids import new_id
from scoring.synthesis import Mode
from tests.api.answers import SOON
from tests.api.database import Database
from tests.fhir.client import PAIN, get, outcome, resource
from tests.fhir.sending import WHERE, create, plain, send, written
from tests.fhir.test_creating import CATALOGUE
from tests.support.service import Service, days

pytestmark = pytest.mark.anyio

OF_STORING = ("id", "meta", "issued", "derivedFrom", "hasMember")


@pytest.fixture
async def patient(service: Service) -> str:
    return await service.register()


async def extracted(service: Service, content: Any, status: int = 200, **more: Any) -> dict[str, Any]:
    return resource(await send(service, "POST", f"{WHERE}/$extract", content, **more), status)


async def test_a_stored_response_gives_its_observations_by_their_ids(service: Service, patient: str) -> None:
    response = plain(await service.submit(patient, PAIN))["id"]
    where = f"{WHERE}/{response}/$extract"
    bundle = resource(await get(service, where))
    assert bundle["type"] == "transaction"
    assert resource(await get(service, where)) == bundle
    assert plain(await send(service, "POST", where, Accept_Language="fr")) == plain(await get(service, where))
    for entry in bundle["entry"]:
        name = entry["resource"]["id"]
        assert entry["request"] == {"method": "PUT", "url": f"Observation/{name}"}
        assert entry["fullUrl"] == f"http://testserver/fhir/Observation/{name}"
        assert resource(await get(service, f"/fhir/Observation/{name}")) == entry["resource"]
    collection = resource(await get(service, f"{WHERE}/{response}/$collection"))
    assert [e["resource"] for e in bundle["entry"]] == [e["resource"] for e in collection["entry"][1:]]


async def test_a_correction_keeps_the_ids(service: Service, patient: str) -> None:
    stored = resource(await create(service, written(CATALOGUE, patient, PAIN, instrument="pre-consultation")), 201)
    where = f"{WHERE}/{stored['id']}"
    before = resource(await get(service, f"{where}/$extract"))
    await send(service, "PUT", where, stored, If_Match='W/"1"')
    after = resource(await get(service, f"{where}/$extract"))
    assert [e["request"] for e in after["entry"]] == [e["request"] for e in before["entry"]]
    assert {e["resource"]["status"] for e in after["entry"]} == {"amended"}


async def test_a_posted_response_gives_what_it_would_have_here_and_is_not_stored(
    service: Service, database: Database, patient: str
) -> None:
    sent = written(CATALOGUE, patient, PAIN | SOON, instrument="pre-consultation", language="fr")
    bundle = await extracted(service, sent)
    assert bundle["type"] == "transaction"
    assert await database.responses(patient) == []
    stored = resource(await create(service, sent), 201)
    kept = resource(await get(service, f"{WHERE}/{stored['id']}/$extract"))
    assert len(bundle["entry"]) == len(kept["entry"])
    for entry, other in zip(bundle["entry"], kept["entry"], strict=True):
        one, two = entry["resource"], other["resource"]
        assert {k: v for k, v in one.items() if k not in OF_STORING} == {
            k: v for k, v in two.items() if k not in OF_STORING
        }
        assert set(one) & {"id", "derivedFrom"} == set()
        assert one["meta"] == {"tag": two["meta"]["tag"]}
        assert one["issued"] == one["effectivePeriod"]["end"]
        assert entry["request"] == {"method": "POST", "url": "Observation"}
        assert len(one.get("hasMember", ())) == len(two.get("hasMember", ()))
    assert any("interpretation" in entry["resource"] for entry in bundle["entry"])
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    assert {UUID(url.removeprefix("urn:uuid:")).version for url in urls} == {8}
    members = [m["reference"] for e in bundle["entry"] for m in e["resource"].get("hasMember", ())]
    assert set(members) <= set(urls)


async def test_the_same_resource_gives_the_same_bundle_on_any_day(service: Service, patient: str) -> None:
    sent = written(CATALOGUE, patient, PAIN, instrument="pre-consultation", id="7")
    service.clock.shown = service.clock()
    first = await extracted(service, sent)
    await service.submit(patient, PAIN | SOON)
    service.clock.shown += days(40)
    in_parameters = {
        "resourceType": "Parameters",
        "parameter": [{"name": "questionnaire-response", "resource": sent}],
    }
    assert await extracted(service, {name: sent[name] for name in reversed(sent)}) == first
    again = await extracted(service, in_parameters)
    assert again == first
    assert first["entry"][0]["resource"]["derivedFrom"] == [{"reference": "QuestionnaireResponse/7"}]
    other = await extracted(service, sent | {"id": "8"})
    assert {e["fullUrl"] for e in other["entry"]}.isdisjoint(e["fullUrl"] for e in first["entry"])


async def test_a_centre_that_only_records_gives_nothing(service: Service) -> None:
    recording = await service.with_new_centre(Mode.RECORD)
    patient = await recording.register()
    sent = written(CATALOGUE, patient, PAIN, instrument="pre-consultation")
    stored = resource(await create(recording, sent), 201)
    assert await extracted(recording, sent) == {"resourceType": "Bundle", "type": "transaction"}
    assert "entry" not in resource(await get(recording, f"{WHERE}/{stored['id']}/$extract"))


async def test_what_could_not_be_stored_is_not_extracted(service: Service, patient: str) -> None:
    sent = written(CATALOGUE, patient, PAIN, instrument="pre-consultation")
    cases: dict[str, tuple[Any, set[str]]] = {
        "imprecise-time": (sent | {"authored": None}, {"authored"}),
        "no time": ({k: v for k, v in sent.items() if k != "authored"}, {"authored"}),
        "unknown": (sent | {"subject": {"reference": f"Patient/{new_id()}"}}, {"subject"}),
        "both": (sent | {"subject": {"display": "Somebody"}, "status": "stopped"}, {"subject", "status"}),
    }
    for name, (content, elements) in cases.items():
        answer = await send(service, "POST", f"{WHERE}/$extract", content)
        assert answer.status_code in (400, 422), name
        assert {i["expression"][0] for i in plain(answer)["issue"]} == {f"QuestionnaireResponse.{e}" for e in elements}
    outcome(await send(service, "POST", f"{WHERE}/$extract", {"resourceType": "Patient"}), 400, "resource-invalid")
    outcome(await send(service, "POST", f"{WHERE}/$extract"), 422, "request-invalid")


async def test_scores_are_not_for_patients(service: Service, patient: str) -> None:
    sent = written(CATALOGUE, patient, PAIN, instrument="pre-consultation")
    stored = resource(await create(service, sent), 201)
    mine: dict[str, Any] = {"role": Role.PATIENT, "patient": patient}
    outcome(await send(service, "POST", f"{WHERE}/$extract", sent, **mine), 403, "not-permitted")
    outcome(await get(service, f"{WHERE}/{stored['id']}/$extract", **mine), 403, "not-permitted")


async def test_what_is_not_there_gives_nothing(service: Service, patient: str) -> None:
    stored = resource(await create(service, written(CATALOGUE, patient, PAIN, instrument="pre-consultation")), 201)
    where = f"{WHERE}/{stored['id']}"
    for name in (str(new_id()), "never-was-one"):
        outcome(await get(service, f"{WHERE}/{name}/$extract"), 404, "not-found")
    outcome(await get(await service.with_new_centre(), f"{where}/$extract"), 404, "not-found")
    await send(service, "DELETE", where)
    outcome(await get(service, f"{where}/$extract"), 410, "gone")
