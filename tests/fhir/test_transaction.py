"""`POST /fhir`, a transaction: a response with its patient, all of it or nothing."""

import json
from typing import Any

import anyio
import httpx
import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.api.database import Database
from tests.fhir.bundles import IPP, bundle, entry, items, patient, post, response
from tests.fhir.client import SECRET, get, outcome, resource
from tests.support.service import Service

pytestmark = pytest.mark.anyio

HERE = "urn:uuid:01a20000-0000-7000-8000-00000000000a"
THERE = "urn:uuid:01a20000-0000-7000-8000-00000000000b"


def together(known_as: str | None = None, **elements: Any) -> dict[str, Any]:
    return bundle(
        "transaction", entry(patient(known_as), full_url=HERE), entry(response(HERE, **elements), full_url=THERE)
    )


def places(found: dict[str, Any]) -> list[str]:
    return [issue["expression"][0] for issue in found["issue"]]


async def test_a_response_is_stored_with_its_patient(service: Service, database: Database) -> None:
    answer = await post(service, together())
    found = resource(answer)
    assert found["type"] == "transaction-response"
    registered, stored = found["entry"]
    assert [one["response"]["status"] for one in found["entry"]] == ["201 Created", "201 Created"]
    who = resource(await get(service, f"/fhir/{registered['response']['location']}"))
    assert who["name"] == [{"use": "official", "family": "Exemple", "given": ["Anne Marie"]}]
    assert who["birthDate"] == "1960-02-29"
    read = await get(service, f"/fhir/{stored['response']['location']}")
    said = resource(read)
    assert said["subject"] == {"reference": f"Patient/{who['id']}"}
    assert stored["response"]["etag"] == read.headers["etag"] == 'W/"1"'
    assert stored["response"]["lastModified"] == said["meta"]["lastUpdated"]
    assert (registered["resource"], stored["resource"]) == (who, said)
    events = await database.audited(service.centre_id)
    wrote = [(e["operation"], e["resource_id"], str(e["patient_id"])) for e in events[:2]]
    assert wrote == [("register_patient", who["id"], who["id"]), ("submit_response", said["id"], who["id"])]


async def test_the_order_of_the_entries_is_that_of_the_answer(service: Service) -> None:
    sent = together()
    sent["entry"].reverse()
    found = resource(await post(service, sent))
    types = [one["response"]["location"].partition("/")[0] for one in found["entry"]]
    assert types == ["QuestionnaireResponse", "Patient"]


async def test_minimal_answers_leave_the_resources_out(service: Service) -> None:
    found = resource(await post(service, together(), Prefer="return=minimal"))
    assert [set(one) for one in found["entry"]] == [{"response"}, {"response"}]


async def test_the_same_numbers_as_by_v1(service: Service) -> None:
    sent = together(item=items("can-wait", "no"))
    stored = resource(await post(service, sent))["entry"][1]["resource"]["id"]
    read = (await get(service, f"/v1/responses/{stored}")).json()
    assert read["alerts"]
    assert read["answers"] == {"can-wait": "no"}


async def test_what_was_sent_is_kept_byte_for_byte(service: Service) -> None:
    sent = json.dumps(together(extension=[{"url": "urn:theirs", "valueDecimal": "HERE"}]), indent=3)
    sent = sent.replace('"HERE"', "1.50").replace('"status"', '"\\u0073tatus"')
    stored = resource(await post(service, sent.encode()))["entry"][1]["resource"]["id"]
    kept = (await get(service, f"/fhir/QuestionnaireResponse/{stored}/$received")).content
    assert kept in sent.encode()
    assert kept.startswith(b"{\n")
    assert b"1.50" in kept
    assert HERE.encode() in kept
    assert b"Exemple" not in kept


async def test_a_known_patient_is_found_by_the_identifier(service: Service) -> None:
    known_as = str(new_id())
    first = resource(await post(service, together(known_as)))["entry"]
    again = resource(await post(service, together(known_as)))["entry"]
    assert [one["response"]["status"] for one in again] == ["200 OK", "201 Created"]
    assert again[0]["resource"]["id"] == first[0]["resource"]["id"]
    assert again[1]["resource"]["id"] != first[1]["resource"]["id"]


async def test_a_condition_leaves_a_known_patient_as_they_are(service: Service) -> None:
    known_as = str(new_id())
    await post(service, bundle("transaction", entry(patient(known_as))))
    more = patient(known_as, identifier=[{"system": IPP, "value": known_as}, {"system": "urn:more", "value": "1"}])
    condition = f"identifier={IPP}|{known_as}"
    sent = bundle("transaction", entry(more, ifNoneExist=condition), entry(patient(), ifNoneExist=condition))
    for found in resource(await post(service, sent))["entry"]:
        assert found["response"]["status"] == "200 OK"
        assert [one["value"] for one in found["resource"]["identifier"]] == [known_as]
    resource(await post(service, bundle("transaction", entry(more))))
    (found,) = resource(await get(service, f"/fhir/Patient?identifier={known_as}"))["entry"]
    assert len(found["resource"]["identifier"]) == 2


async def test_a_response_that_is_there_already_is_not_stored_again(service: Service) -> None:
    known_as = str(new_id())
    sent = together(known_as, identifier={"system": "urn:ehr", "value": known_as})
    sent["entry"][1]["request"]["ifNoneExist"] = f"identifier=urn:ehr|{known_as}"
    answers: list[httpx.Response] = []

    async def once() -> None:
        answers.append(await post(service, sent))

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(once)
    stored = [resource(answer)["entry"][1] for answer in answers]
    assert len({one["resource"]["id"] for one in stored}) == 1
    assert sorted(one["response"]["status"] for one in stored) == ["200 OK"] * 4 + ["201 Created"]


async def test_an_answer_that_does_not_fit_stores_nothing_of_the_bundle(service: Service, database: Database) -> None:
    before = await database.rows(service.centre_id)
    wrong = response(HERE, item=[*items("can-wait", SECRET), {"linkId": SECRET}])
    sent = bundle("transaction", entry(patient(), full_url=HERE), entry(response(HERE)), entry(wrong))
    found = outcome(await post(service, sent), 422, "response-invalid")
    assert places(found) == [
        "Bundle.entry[2].resource.item[0].item[0].answer[0].value",
        "Bundle.entry[2].resource.item[1].linkId",
    ]
    assert await database.rows(service.centre_id) == before


async def test_everything_wrong_is_told_at_once_in_the_order_of_the_entries(service: Service) -> None:
    sent = bundle(
        "transaction",
        entry(response(HERE, status="bogus")),
        entry(patient(birthDate="yesterday"), full_url=HERE),
        entry(patient(identifier=[{"value": SECRET}])),
        entry({"resourceType": "Observation"}),
        entry(None, "GET", "Patient?identifier=x"),
        entry(patient(), "PUT", "Patient/1"),
        entry(patient(), full_url=HERE),
        entry(patient(), ifNoneExist=f"family={SECRET}"),
        {"request": {"method": "BREW", "url": 1}},
    )
    found = outcome(await post(service, sent), 422, "request-invalid")
    assert places(found) == [
        "Bundle.entry[0].resource.status",
        "Bundle.entry[1].resource.birthDate",
        "Bundle.entry[2].resource.identifier",
        "Bundle.entry[3].request.url",
        "Bundle.entry[4].request.method",
        "Bundle.entry[5].request.method",
        "Bundle.entry[6].fullUrl",
        "Bundle.entry[7].request.ifNoneExist",
        "Bundle.entry[8].request.method",
        "Bundle.entry[8].request.url",
    ]
    texts = " ".join(issue["details"]["text"] for issue in found["issue"])
    assert "a transaction creates Patient and QuestionnaireResponse" in texts


@pytest.mark.parametrize(
    "reference",
    [THERE, "#here", "Patient/01a20000-0000-7000-8000-000000000000", "Practitioner/1", "https://ehr.example/Patient/1"],
)
async def test_a_subject_that_is_nobody_is_refused_with_its_place(
    service: Service, database: Database, reference: str
) -> None:
    before = await database.rows(service.centre_id)
    sent = bundle("transaction", entry(patient(), full_url=HERE), entry(response(reference)))
    answer = await post(service, sent)
    found = outcome(answer, 422, "response-invalid")
    assert {place.removesuffix(".reference") for place in places(found)} == {"Bundle.entry[1].resource.subject"}
    assert await database.rows(service.centre_id) == before


async def test_a_visit_that_is_not_the_patients_is_refused_with_its_place(service: Service) -> None:
    other = await service.plan(await service.register(), service.clock())
    found = outcome(
        await post(service, together(encounter={"reference": f"Encounter/{other}"})), 422, "response-invalid"
    )
    assert places(found) == ["Bundle.entry[1].resource.encounter"]


async def test_what_only_storing_finds_has_its_place_too(service: Service, database: Database) -> None:
    before = await database.rows(service.centre_id)
    late = outcome(await post(service, together(authored="2100-01-01T00:00:00Z")), 422, "authored-in-future")
    assert places(late) == ["Bundle.entry[1].resource.authored"]
    for value in ("1", "2"):
        await post(service, bundle("transaction", entry(patient(value))))
    two = patient(identifier=[{"system": IPP, "value": value} for value in ("1", "2")])
    conflict = outcome(
        await post(service, bundle("transaction", entry(patient()), entry(two))), 409, "identifier-conflict"
    )
    assert places(conflict) == ["Bundle.entry[1].resource"]
    sent = entry(patient(), ifNoneExist=f"identifier={IPP}|1,{IPP}|2")
    several = outcome(await post(service, bundle("transaction", sent)), 412, "multiple-matches")
    assert places(several) == ["Bundle.entry[0].resource"]
    assert (await database.rows(service.centre_id))["patient"] == before["patient"] + 2


async def test_an_ins_that_cannot_be_one_is_refused_by_its_place(service: Service) -> None:
    wrong = [{"use": "old"}, {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "12"}, {"system": IPP, "value": "1"}]
    found = outcome(
        await post(service, bundle("transaction", entry(patient(identifier=wrong)))), 422, "request-invalid"
    )
    assert places(found) == ["Bundle.entry[0].resource.identifier[1].value"]


async def test_a_reference_may_be_relative_to_the_senders_own_base(service: Service) -> None:
    base = "https://ehr.example/fhir"
    sent = bundle(
        "transaction",
        entry(patient(), full_url=f"{base}/Patient/17"),
        entry(response("Patient/17"), full_url=f"{base}/QuestionnaireResponse/4"),
        entry(response(f"{base}/Patient/17")),
    )
    registered, *stored = resource(await post(service, sent))["entry"]
    wanted = {"reference": f"Patient/{registered['resource']['id']}"}
    assert [one["resource"]["subject"] for one in stored] == [wanted, wanted]


async def test_patients_store_their_own_responses_and_nobody_elses(service: Service) -> None:
    own, other = await service.register(), await service.register()
    headers = {**service.as_(Role.PATIENT, own), "Content-Type": "application/fhir+json"}

    async def sent(*entries: dict[str, Any]) -> httpx.Response:
        return await service.client.post("/fhir", json=bundle("transaction", *entries), headers=headers)

    (stored,) = resource(await sent(entry(response(f"Patient/{own}"))))["entry"]
    assert stored["resource"]["source"] == {"reference": f"Patient/{own}"}
    refused = outcome(
        await sent(entry(response(f"Patient/{own}")), entry(response(f"Patient/{other}"))), 422, "response-invalid"
    )
    absent = outcome(
        await sent(entry(response(f"Patient/{own}")), entry(response(f"Patient/{new_id()}"))), 422, "response-invalid"
    )
    assert refused == absent
    outcome(await sent(entry(patient())), 403, "not-permitted")


async def test_each_entry_needs_its_own_grant(service: Service) -> None:
    condition = {"ifNoneExist": f"identifier={IPP}|1"}
    for scope, sent in (
        ("system/Patient.c", together()),
        ("system/QuestionnaireResponse.c", together()),
        ("system/Patient.c", bundle("transaction", entry(patient(), **condition))),
    ):
        headers = {**service.as_(Role.SYSTEM, scope=scope), "Content-Type": "application/fhir+json"}
        outcome(await service.client.post("/fhir", json=sent, headers=headers), 403, "not-permitted")


async def test_a_transaction_of_nothing_is_one(service: Service) -> None:
    empty = {"resourceType": "Bundle", "type": "transaction"}
    assert resource(await post(service, empty)) == {"resourceType": "Bundle", "type": "transaction-response"}


BUNDLES: dict[str, tuple[Any, list[str]]] = {
    "no object": ([], ["Bundle.resourceType"]),
    "another resource": (patient(), ["Bundle.resourceType"]),
    "another type": (bundle("document"), ["Bundle.type"]),
    "no list": ({"resourceType": "Bundle", "type": "batch", "entry": {}}, ["Bundle.entry"]),
    "too many": (bundle("batch", *([entry(patient())] * 101)), ["Bundle.entry"]),
}


@pytest.mark.parametrize(("sent", "wanted"), BUNDLES.values(), ids=BUNDLES)
async def test_what_is_no_bundle_to_be_taken_is_refused(service: Service, sent: Any, wanted: list[str]) -> None:
    assert places(outcome(await post(service, sent), 422, "request-invalid")) == wanted


async def test_an_hundred_entries_are_taken(service: Service) -> None:
    found = resource(await post(service, bundle("transaction", *(entry(patient()) for _ in range(100)))))
    assert len({one["resource"]["id"] for one in found["entry"]}) == 100


async def test_the_base_may_end_with_a_slash(service: Service) -> None:
    headers = {**service.as_(Role.SYSTEM), "Content-Type": "application/fhir+json"}
    resource(await service.client.post("/fhir/", json=together(), headers=headers))


async def test_two_transactions_with_the_same_patients_in_other_orders_both_end(service: Service) -> None:
    values = [str(new_id()) for _ in range(4)]
    answers: list[httpx.Response] = []

    async def send(order: list[str]) -> None:
        urls = {value: f"urn:uuid:{value}" for value in order}
        sent = [entry(patient(value), full_url=url) for value, url in urls.items()]
        sent += [entry(response(url)) for url in urls.values()]
        answers.append(await post(service, bundle("transaction", *sent)))

    async with anyio.create_task_group() as tasks:
        for order in (values, values[::-1], values, values[::-1]):
            tasks.start_soon(send, order)
    ids = {one["resource"]["id"] for answer in answers for one in resource(answer)["entry"][:4]}
    assert len(ids) == 4


@pytest.mark.parametrize("type_", ["transaction", "batch"])
async def test_a_key_of_the_whole_bundle_is_refused_rather_than_left_unread(
    service: Service, database: Database, type_: str
) -> None:
    before = await database.rows(service.centre_id)
    answer = await post(service, bundle(type_, entry(patient())), Idempotency_Key=str(new_id()))
    found = outcome(answer, 422, "request-invalid")
    assert places(found) == ["http.Idempotency-Key"]
    assert "give each entry its ifNoneExist" in found["issue"][0]["details"]["text"]
    assert await database.rows(service.centre_id) == before


@pytest.mark.parametrize("type_", ["transaction", "batch"])
async def test_an_entry_may_name_this_server_in_its_url(service: Service, type_: str) -> None:
    sent = entry(patient(), url="http://testserver/fhir/Patient")
    (found,) = resource(await post(service, bundle(type_, sent)))["entry"]
    assert found["response"]["status"].startswith("201")


async def test_an_entry_that_names_another_server_is_refused(service: Service) -> None:
    sent = entry(patient(), url="https://ehr.example/fhir/Patient")
    assert places(outcome(await post(service, bundle("transaction", sent)), 422, "request-invalid")) == [
        "Bundle.entry[0].request.url"
    ]
