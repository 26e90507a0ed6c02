"""`/fhir/Patient`: read, found by identifier without one in a URL, and merged without rewriting anything."""

import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from tests.api.database import Database
from tests.export.people_builders import SYNTHETIC_INS
from tests.fhir.client import SECRET, get, links, outcome, resource
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio

IPP = "urn:oid:2.999.17"
INS = "urn:oid:1.2.250.1.213.1.4.8"


async def register(service: Service, *identifiers: tuple[str, str], **fields: Any) -> str:
    body = {"identifiers": [{"system": system, "value": value} for system, value in identifiers], **fields}
    answer = await service.client.post("/v1/patients", json=body, headers=service.as_(Role.SYSTEM))
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])


async def post_search(service: Service, **form: str) -> httpx.Response:
    return await service.client.post("/fhir/Patient/_search", data=form, headers=service.as_(Role.CLINICIAN))


def ids(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", ())]


async def found(service: Service, **form: str) -> list[str]:
    return ids(resource(await post_search(service, **form)))


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Database:
    return Database(postgres.url("postgres"))


@pytest.fixture
async def patient(service: Service) -> str:
    known = {"family_name": "Dupond", "given_name": "Zoé", "birth_date": "1961-04-30", "language": "fr"}
    return await register(service, (IPP, "17"), (INS, SYNTHETIC_INS), identity_status="VALI", **known)


# --- reading -----------------------------------------------------------------------------------------------------


async def test_a_patient_is_what_was_registered(service: Service, patient: str) -> None:
    read = resource(await get(service, f"/fhir/Patient/{patient}"))
    assert [(i["use"], i["system"], i["value"]) for i in read["identifier"]] == [
        ("official", INS, SYNTHETIC_INS),
        ("usual", IPP, "17"),
    ]
    assert read["name"] == [{"use": "official", "family": "Dupond", "given": ["Zoé"]}]
    assert (read["birthDate"], read["active"]) == ("1961-04-30", True)
    assert read["communication"][0]["language"]["coding"] == [{"system": "urn:ietf:bcp:47", "code": "fr"}]
    assert read["meta"]["tag"][0]["code"] == "alert"


async def test_what_was_read_before_is_not_sent_again_until_it_changes(service: Service, patient: str) -> None:
    first = await get(service, f"/fhir/Patient/{patient}")
    assert first.headers["Last-Modified"]
    etag = first.headers["ETag"]
    assert (await get(service, f"/fhir/Patient/{patient}", If_None_Match=etag)).status_code == 304
    await register(service, (IPP, "17"), identity_status="DOUT")
    changed = await get(service, f"/fhir/Patient/{patient}", If_None_Match=etag)
    meta = resource(changed)["meta"]
    assert changed.headers["ETag"] != etag
    assert meta["lastUpdated"] > resource(first)["meta"]["lastUpdated"]


async def test_a_patient_reads_themselves_and_nobody_else(service: Service, patient: str) -> None:
    other = await service.register()
    own: dict[str, Any] = {"role": Role.PATIENT, "patient": patient}
    assert resource(await get(service, f"/fhir/Patient/{patient}", **own))["id"] == patient
    assert ids(resource(await get(service, f"/fhir/Patient?_id={patient},{other}", **own))) == [patient]
    outcome(await get(service, f"/fhir/Patient/{other}", **own), 404, "not-found")


async def test_an_admin_reads_no_patient(service: Service, patient: str) -> None:
    outcome(await get(service, f"/fhir/Patient/{patient}", Role.ADMIN), 403, "not-permitted")
    outcome(await get(service, f"/fhir/Patient?_id={patient}", Role.ADMIN), 403, "not-permitted")


async def test_another_centres_patient_looks_like_an_absent_one(service: Service, patient: str) -> None:
    elsewhere = await service.with_new_centre()
    theirs = outcome(await get(elsewhere, f"/fhir/Patient/{patient}"), 404, "not-found")
    assert theirs == outcome(await get(elsewhere, f"/fhir/Patient/{new_id()}"), 404, "not-found")
    for form in ({"identifier": f"{IPP}|17"}, {"identifier": "17"}, {"_id": patient}):
        assert await found(elsewhere, **form) == []


# --- searching ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [f"{IPP}|17", "17", f"{INS}|{SYNTHETIC_INS}", SYNTHETIC_INS, f"{IPP}|no,{IPP}|17"])
async def test_a_patient_is_found_by_an_identifier(service: Service, patient: str, asked: str) -> None:
    assert await found(service, identifier=asked) == [patient]
    got = await get(service, f"/fhir/Patient?{httpx.QueryParams(identifier=asked)}")
    assert ids(resource(got)) == [patient]


@pytest.mark.parametrize(
    "asked", [f"{INS}|17", f"{IPP}|{SYNTHETIC_INS}", "|17", f"{IPP}|1", "urn:oid:1.2.3|17", f"{IPP}|17 "]
)
async def test_nobody_is_found_by_what_is_not_theirs(service: Service, patient: str, asked: str) -> None:
    assert await found(service, identifier=asked) == []


async def test_criteria_must_all_hold_and_alternatives_need_not(service: Service, patient: str) -> None:
    other = await register(service, (IPP, "18"))
    assert await found(service, identifier=f"{IPP}|17,{IPP}|18") == sorted([patient, other])
    assert await found(service, identifier=f"{IPP}|17,{IPP}|18", _id=other) == [other]
    assert await found(service, _id=f"{patient},{other},{new_id()},never-was-one") == sorted([patient, other])
    both = f"identifier={IPP}|17&identifier={INS}|{SYNTHETIC_INS}"
    assert ids(resource(await get(service, f"/fhir/Patient?{both}"))) == [patient]
    neither = f"identifier={IPP}|17&identifier={IPP}|18"
    assert ids(resource(await get(service, f"/fhir/Patient?{neither}"))) == []


@pytest.mark.parametrize("status", [None, "PROV", "DOUT"])
async def test_an_identity_that_is_not_validated_has_no_ins_and_is_not_found_by_it(
    service: Service, status: str | None
) -> None:
    patient = await register(service, (IPP, "17"), (INS, SYNTHETIC_INS), identity_status=status)
    answer = await get(service, f"/fhir/Patient/{patient}")
    assert SYNTHETIC_INS not in answer.text
    assert [i["system"] for i in resource(answer)["identifier"]] == [IPP]
    for asked in (f"{INS}|{SYNTHETIC_INS}", SYNTHETIC_INS):
        assert await found(service, identifier=asked) == []
    assert await found(service, identifier=f"{IPP}|17") == [patient]


async def test_no_link_of_an_answer_to_a_post_repeats_an_identifier(service: Service) -> None:
    patients = [await register(service, (f"urn:{SECRET}:{n}", SECRET)) for n in range(3)]
    first = await post_search(service, identifier=SECRET, _count="2", _total="accurate")
    page = resource(first)
    assert page["total"] == 3
    said = links(page)
    assert set(said) == {"self", "next"}
    assert SECRET not in "".join(said.values())
    assert "identifier" not in parse_qs(urlsplit(said["next"]).query)
    rest = resource(await get(service, said["next"]))
    assert ids(page) + ids(rest) == sorted(patients)
    assert "next" not in links(rest)


async def test_a_get_with_an_identifier_works_and_its_links_say_what_was_asked(service: Service, patient: str) -> None:
    page = resource(await get(service, f"/fhir/Patient?identifier={IPP}|17"))
    assert ids(page) == [patient]
    assert parse_qs(urlsplit(links(page)["self"]).query) == {"identifier": [f"{IPP}|17"]}


async def test_parts_of_a_patient_are_given_where_they_are_asked_for(service: Service, patient: str) -> None:
    summary = resource(await get(service, f"/fhir/Patient?_id={patient}&_summary=true"))["entry"][0]["resource"]
    assert {"identifier", "name", "birthDate"} <= set(summary)
    assert "communication" not in summary
    (entry,) = resource(await get(service, f"/fhir/Patient?_id={patient}&_elements=birthDate"))["entry"]
    assert set(entry["resource"]) == {"resourceType", "id", "meta", "birthDate"}
    counted = resource(await get(service, f"/fhir/Patient?_id={patient}&_summary=count"))
    assert (counted["total"], "entry" in counted) == (1, False)


# --- refusals ----------------------------------------------------------------------------------------------------


async def test_everybody_at_once_is_refused(service: Service, patient: str) -> None:
    outcome(await get(service, "/fhir/Patient"), 400, "search-too-costly")
    outcome(await post_search(service), 400, "search-too-costly")
    refused = outcome(await post_search(service, identifier=f"urn:{SECRET}|"), 400, "search-invalid")
    assert refused["issue"][0]["expression"] == ["http.identifier"]


@pytest.mark.parametrize("asked", [f"{SECRET}|{SECRET}|{SECRET}", "|", ",".join([SECRET] * 101), f"\x00{SECRET}"])
async def test_an_identifier_that_cannot_be_read_is_not_repeated(service: Service, asked: str) -> None:
    outcome(await post_search(service, identifier=asked), 400, "search-invalid")
    outcome(await post_search(service, identifier=asked, **{"identifier:exact": asked}), 400, "search-invalid")


async def test_a_search_is_posted_as_a_form(service: Service) -> None:
    for form in ("application/json", "text/plain"):
        sent = {**service.as_(Role.NURSE), "Content-Type": form}
        answer = await service.client.post("/fhir/Patient/_search", content=SECRET, headers=sent)
        outcome(answer, 415, "unsupported-media-type")


async def test_no_identifier_is_logged(service: Service, patient: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await get(service, f"/fhir/Patient?identifier={IPP}|{SECRET}")
    await post_search(service, identifier=f"{IPP}|{SECRET}")
    await post_search(service, identifier=f"{SECRET}|{SECRET}|{SECRET}")
    # The test's own client logs what it asks.
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert SECRET not in "".join(f"{record.getMessage()} {record.args}" for record in ours)


# --- two patients who are one ------------------------------------------------------------------------------------


async def test_a_merge_is_shown_by_links_and_rewrites_nothing(
    service: Service, patient: str, database: Database
) -> None:
    other = await service.register()
    responses = {}
    for who in (patient, other):
        sent = await service.submit(who, CALM)
        assert sent.status_code == 201, sent.text
        responses[who] = sent.json()["id"]
    stored = {who: await database.responses(who) for who in responses}
    before = {who: resource(await get(service, f"/fhir/Patient/{who}"))["meta"] for who in responses}
    merged = await service.client.post(
        f"/v1/patients/{patient}/replaced-by", json={"patient_id": other}, headers=service.as_(Role.NURSE)
    )
    assert merged.status_code == 200, merged.text

    replaced = resource(await get(service, f"/fhir/Patient/{patient}"))
    surviving = resource(await get(service, f"/fhir/Patient/{other}"))
    assert replaced["active"] is False
    assert replaced["link"] == [{"other": {"reference": f"Patient/{other}"}, "type": "replaced-by"}]
    assert surviving["active"] is True
    assert surviving["link"] == [{"other": {"reference": f"Patient/{patient}"}, "type": "replaces"}]
    for read in (replaced, surviving):
        assert read["meta"]["versionId"] != before[read["id"]]["versionId"]
        assert read["meta"]["lastUpdated"] > before[read["id"]]["lastUpdated"]

    # Still stored under the patient that it was given for, before and after the merge.
    late = await service.submit(patient, CALM)
    assert late.status_code == 201, late.text
    assert (await database.responses(patient))[:1] == stored[patient]
    assert await database.responses(other) == stored[other]
    for who, response in ((patient, responses[patient]), (other, responses[other]), (patient, late.json()["id"])):
        read = resource(await get(service, f"/fhir/QuestionnaireResponse/{response}"))
        assert read["subject"] == {"reference": f"Patient/{who}"}
    assert await found(service, identifier=f"{IPP}|17") == [patient]
