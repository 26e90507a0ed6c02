"""`POST /fhir`, a batch: every entry is a request of its own, with the same token, and fails alone."""

import json
from typing import Any

import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.api.database import Database
from tests.fhir.bundles import IPP, bundle, entry, patient, post, response
from tests.fhir.client import PAIN, QUESTIONNAIRE, SECRET, get, resource
from tests.support.service import Service

pytestmark = pytest.mark.anyio


def slug(answered: dict[str, Any]) -> str:
    return str(answered["response"]["outcome"]["issue"][0]["details"]["coding"][0]["code"])


def statuses(found: dict[str, Any]) -> list[str]:
    return [one["response"]["status"] for one in found["entry"]]


async def test_a_batch_reads_searches_and_writes(service: Service) -> None:
    known = await service.register()
    stored = (await service.submit(known, PAIN)).json()["id"]
    sent = bundle(
        "batch",
        entry(None, "GET", f"QuestionnaireResponse/{stored}"),
        entry(None, "GET", f"QuestionnaireResponse?patient={known}&_count=1"),
        entry(None, "GET", f"http://testserver/fhir/QuestionnaireResponse/{stored}/$collection"),
        entry(None, "GET", f"Questionnaire/{QUESTIONNAIRE}"),
        entry(response(f"Patient/{known}")),
        entry(patient()),
    )
    found = resource(await post(service, sent))
    assert found["type"] == "batch-response"
    assert statuses(found) == ["200 OK"] * 4 + ["201 Created"] * 2
    read, searched, collected, asked, created, registered = found["entry"]
    alone = await get(service, f"/fhir/QuestionnaireResponse/{stored}")
    assert read["resource"] == resource(alone)
    assert read["response"]["etag"] == alone.headers["etag"]
    assert read["response"]["lastModified"] == read["resource"]["meta"]["lastUpdated"]
    assert searched["resource"]["type"] == "searchset"
    assert collected["resource"]["type"] == "collection"
    assert asked["resource"]["id"] == QUESTIONNAIRE
    for one in (created, registered):
        assert one["response"]["location"].startswith("http://testserver/fhir/")
        resource(await service.client.get(one["response"]["location"], headers=service.as_(Role.SYSTEM)))


async def test_the_entrys_conditions_are_those_of_its_request(service: Service) -> None:
    known = await service.register()
    stored = (await service.submit(known, PAIN)).json()["id"]
    where = f"QuestionnaireResponse/{stored}"
    read = resource(await get(service, f"/fhir/{where}"))
    changed = {name: value for name, value in read.items() if name != "meta"}
    created = response(f"Patient/{known}", identifier={"system": "urn:ehr", "value": stored})
    sent = bundle(
        "batch",
        entry(None, "GET", where, ifNoneMatch='W/"1"'),
        entry(changed, "PUT", where),
        entry(changed, "PUT", where, ifMatch='W/"7"'),
        entry(created, ifNoneExist=f"identifier=urn:ehr|{stored}"),
        entry(created, ifNoneExist=f"identifier=urn:ehr|{stored}"),
        entry(None, "DELETE", where, ifMatch='W/"1"'),
        entry(None, "GET", where),
    )
    found = resource(await post(service, sent))
    assert [status[:3] for status in statuses(found)] == ["304", "428", "412", "201", "200", "204", "410"]
    assert "resource" not in found["entry"][0]
    assert [slug(found["entry"][number]) for number in (1, 2, 6)] == [
        "precondition-required",
        "precondition-failed",
        "gone",
    ]


async def test_an_entry_that_fails_changes_nothing_for_the_others(service: Service, database: Database) -> None:
    before = await database.rows(service.centre_id)
    sent = bundle(
        "batch",
        entry(patient()),
        entry(response("Patient/01a20000-0000-7000-8000-000000000000")),
        entry(None, "GET", f"QuestionnaireResponse/{new_id()}"),
        entry(None, "GET", "Medication/1"),
        entry(None, "PATCH", "Patient/1"),
        entry({"resourceType": "Observation"}),
        {"request": {"method": "GET"}},
        "no entry",
        entry(patient()),
    )
    answer = await post(service, sent)
    found = resource(answer)
    assert [status[:3] for status in statuses(found)] == ["201", "422", "404", "404", "422", "405", "422", "422", "201"]
    assert found["entry"][4]["response"]["outcome"]["issue"][0]["expression"] == ["Bundle.entry[4].request.method"]
    assert found["entry"][6]["response"]["outcome"]["issue"][0]["expression"] == ["Bundle.entry[6].request.url"]
    assert (await database.rows(service.centre_id))["patient"] == before["patient"] + 2


async def test_each_entry_is_audited_under_the_id_of_the_request(service: Service, database: Database) -> None:
    request_id = str(new_id())
    sent = bundle("batch", entry(patient()), entry(patient()))
    answer = await post(service, sent, X_Correlation_Id=request_id)
    assert answer.headers["X-Correlation-Id"] == request_id
    events = await database.audited(service.centre_id)
    assert [(event["operation"], event["correlation_id"]) for event in events] == [("register_patient", request_id)] * 2
    assert len({event["resource_id"] for event in events}) == 2


async def test_each_entry_needs_its_own_grant(service: Service) -> None:
    known = await service.register()
    headers = {**service.as_(Role.SYSTEM, scope="system/Patient.r"), "Content-Type": "application/fhir+json"}
    sent = bundle("batch", entry(None, "GET", f"Patient/{known}"), entry(None, "GET", f"Observation?patient={known}"))
    found = resource(await service.client.post("/fhir", json=sent, headers=headers))
    assert [status[:3] for status in statuses(found)] == ["200", "403"]
    assert slug(found["entry"][1]) == "not-permitted"
    nobody = await service.client.post("/fhir", json=sent, headers={"Content-Type": "application/fhir+json"})
    assert nobody.status_code == 401


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/",
        "../v1/me",
        "Patient/../../v1/me",
        "/v1/me",
        "http://elsewhere.example/fhir/Patient/1",
        "http://testserver/v1/me",
        "Patient/./1",
        "Patient//1",
        "Patient/1%2F..",
        "Patient/1/2/3/4/5",
        "?_type=Patient",
        f"Patient/{SECRET}/é",
        "Patient/1\r\nX-Secret: 1",
    ],
)
async def test_nothing_outside_of_the_resources_is_reached(service: Service, url: str) -> None:
    answer = await post(service, bundle("batch", entry(None, "GET", "x") | {"request": {"method": "GET", "url": url}}))
    (found,) = resource(answer)["entry"]
    assert found["response"]["status"].startswith("422")
    assert found["response"]["outcome"]["issue"][0]["expression"] == ["Bundle.entry[0].request.url"]
    assert SECRET not in answer.text


async def test_a_batch_holds_no_batch(service: Service) -> None:
    inner = bundle("batch", entry(None, "GET", "metadata"))
    found = resource(
        await post(service, bundle("batch", entry(inner, "POST", "Bundle"), entry(inner, "POST", "metadata")))
    )
    assert [status[:3] for status in statuses(found)] == ["404", "405"]


async def test_numbers_keep_their_digits_and_texts_their_characters(service: Service) -> None:
    known = await service.register()
    own = response(f"Patient/{known}", extension=[{"url": "urn:theirs", "valueDecimal": "HERE"}])
    sent = json.dumps(bundle("batch", entry(patient()), entry(own)), indent=1).replace('"HERE"', "2.500")
    created = resource(await post(service, sent.encode()))["entry"][1]
    stored = created["resource"]["id"]
    kept = (await get(service, f"/fhir/QuestionnaireResponse/{stored}/$received")).content
    assert kept in sent.encode()
    assert b"2.500" in kept


async def test_a_search_by_identifier_in_a_batch_finds_the_patient(service: Service) -> None:
    value = str(new_id())
    known = await service.register(value)
    sent = bundle("batch", entry(None, "GET", f"Patient?identifier=urn:test:ipp%7C{value}"))
    (found,) = resource(await post(service, sent))["entry"]
    assert [one["resource"]["id"] for one in found["resource"]["entry"]] == [known]
    assert IPP not in json.dumps(found, default=str)


async def test_prefer_minimal_reaches_every_entry(service: Service) -> None:
    found = resource(await post(service, bundle("batch", entry(patient())), Prefer="return=minimal"))
    assert "resource" not in found["entry"][0]
    assert found["entry"][0]["response"]["location"]
