"""Whom an identifier leads to as something is written, and what is said of a patient who was there already."""

from typing import Any

import httpx
import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.export.people_builders import SYNTHETIC_INS
from tests.fhir.bundles import IPP, Resource, bundle, entry, patient, post, response
from tests.fhir.client import FHIR_JSON, outcome, resource
from tests.support.service import Service

pytestmark = pytest.mark.anyio

INS = "urn:oid:1.2.250.1.213.1.4.8"
ABOUT_INS = {"subject": {"identifier": {"system": INS, "value": SYNTHETIC_INS}}}
UNLESS_INS = f"identifier={INS}|{SYNTHETIC_INS}"
CREATES_ONLY = {"scope": "system/Patient.c"}


async def known(service: Service, status: str | None) -> str:
    body = {"identifiers": [{"system": INS, "value": SYNTHETIC_INS}], "identity_status": status}
    answer = await service.client.post("/v1/patients", json=body, headers=service.as_(Role.SYSTEM))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def send(
    service: Service, sent: Resource, condition: str | None = None, prefer: str | None = None, **token: Any
) -> httpx.Response:
    headers = {**service.as_(Role.SYSTEM, **token), "Content-Type": FHIR_JSON}
    headers |= {"If-None-Exist": condition} if condition else {}
    headers |= {"Prefer": prefer} if prefer else {}
    return await service.client.post(f"/fhir/{sent['resourceType']}", json=sent, headers=headers)


async def test_a_response_is_stored_for_a_patient_of_a_validated_ins(service: Service) -> None:
    who = await known(service, "VALI")
    wanted = {"reference": f"Patient/{who}"}
    assert resource(await send(service, response("") | ABOUT_INS), 201)["subject"] == wanted
    (together,) = resource(await post(service, bundle("transaction", entry(response("") | ABOUT_INS))))["entry"]
    assert together["resource"]["subject"] == wanted


@pytest.mark.parametrize("status", ["PROV", None])
async def test_an_ins_that_is_not_validated_leads_a_response_to_nobody(service: Service, status: str | None) -> None:
    await known(service, status)
    outcome(await send(service, response("") | ABOUT_INS), 422, "response-invalid")
    outcome(await post(service, bundle("transaction", entry(response("") | ABOUT_INS))), 422, "response-invalid")


async def test_a_condition_finds_a_patient_by_a_validated_ins(service: Service) -> None:
    who = await known(service, "VALI")
    assert resource(await send(service, patient(), UNLESS_INS))["id"] == who


@pytest.mark.parametrize("status", ["PROV", None])
async def test_a_condition_finds_nobody_by_an_ins_that_is_not_validated(service: Service, status: str | None) -> None:
    who = await known(service, status)
    assert resource(await send(service, patient(), UNLESS_INS), 201)["id"] != who
    sent = bundle("transaction", entry(patient(), ifNoneExist=UNLESS_INS))
    (made,) = resource(await post(service, sent))["entry"]
    assert made["response"]["status"] == "201 Created"
    assert made["resource"]["id"] != who


@pytest.mark.parametrize("prefer", [None, "return=representation", "return=OperationOutcome"])
async def test_who_may_only_register_is_told_where_a_known_patient_is_and_no_more(
    service: Service, prefer: str | None
) -> None:
    value = str(new_id())
    first = resource(await send(service, patient(value), **CREATES_ONLY), 201)
    assert first["name"], "what they sent themselves"
    again = await send(service, patient(value), prefer=prefer, **CREATES_ONLY)
    assert (again.status_code, again.content) == (200, b"")
    assert again.headers["location"].endswith(f"/fhir/Patient/{first['id']}")
    assert not {"etag", "last-modified"} & set(again.headers), "they tell what changed"


async def test_a_transaction_tells_them_no_more(service: Service) -> None:
    value = str(new_id())
    headers = {**service.as_(Role.SYSTEM, **CREATES_ONLY), "Content-Type": FHIR_JSON}
    sent = bundle("transaction", entry(patient(value)))
    (first,) = resource(await service.client.post("/fhir", json=sent, headers=headers))["entry"]
    assert first["resource"]["name"]
    (again,) = resource(await service.client.post("/fhir", json=sent, headers=headers))["entry"]
    assert again == {"response": {"status": "200 OK", "location": first["response"]["location"]}}


async def test_who_may_read_them_is_given_a_known_patient(service: Service) -> None:
    value = f"{IPP}-{new_id()}"
    first = resource(await send(service, patient(value), scope="system/Patient.cr"), 201)
    assert resource(await send(service, patient(value), scope="system/Patient.cr")) == first
