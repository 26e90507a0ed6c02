"""`/v1/patients`: one patient a person, however often and under whatever identifier they are registered."""

from typing import Any

import anyio
import httpx
import pytest

from app.security.caller import Role
from tests.api.database import Database
from tests.api.problems import problem
from tests.support.service import Service

pytestmark = pytest.mark.anyio

IPP = "urn:hospital:ipp"
INS = "urn:oid:1.2.250.1.213.1.4.8"


async def _register(service: Service, *identifiers: tuple[str, str], **fields: Any) -> httpx.Response:
    body = {"identifiers": [{"system": system, "value": value} for system, value in identifiers], **fields}
    return await service.client.post("/v1/patients", json=body, headers=service.as_(Role.SYSTEM))


async def test_a_new_patient_is_made_and_read_again(service: Service) -> None:
    known = {"family_name": "Dupond", "given_name": "Zoé", "birth_date": "1961-04-30", "language": "fr-CA"}
    answer = await _register(service, (IPP, "17"), (INS, "2 61 04"), **known)
    assert answer.status_code == 201
    patient = answer.json()
    assert answer.headers["Location"] == f"/v1/patients/{patient['id']}"
    assert patient == known | {
        "id": patient["id"],
        "identifiers": [{"system": IPP, "value": "17"}, {"system": INS, "value": "2 61 04"}],
    }
    for headers in (service.as_(Role.NURSE), service.as_(Role.PATIENT, patient["id"])):
        assert (await service.client.get(answer.headers["Location"], headers=headers)).json() == patient


async def test_a_known_identifier_gives_the_same_patient_unchanged(service: Service) -> None:
    first = await _register(service, (IPP, "17"), family_name="Dupond")
    again = await _register(service, (IPP, "17"), (IPP, "17"), family_name="Durand", birth_date="1990-01-01")
    assert again.status_code == 200
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]


async def test_a_new_identifier_of_a_known_patient_is_added(service: Service) -> None:
    first = await _register(service, (IPP, "17"))
    second = await _register(service, (IPP, "17"), (INS, "2 61 04"))
    third = await _register(service, (INS, "2 61 04"))
    assert (second.status_code, third.status_code) == (200, 200)
    assert {a.json()["id"] for a in (first, second, third)} == {first.json()["id"]}
    assert third.json()["identifiers"] == [{"system": IPP, "value": "17"}, {"system": INS, "value": "2 61 04"}]


async def test_one_value_in_two_systems_is_two_patients(service: Service) -> None:
    assert (await _register(service, (IPP, "17"))).json()["id"] != (await _register(service, (INS, "17"))).json()["id"]


async def test_identifiers_of_two_patients_conflict_and_nothing_is_stored(service: Service, database: Database) -> None:
    await _register(service, (IPP, "17"))
    await _register(service, (INS, "2 61 04"))
    before = await database.rows(service.centre_id)
    answer = await _register(service, (IPP, "17"), (INS, "2 61 04"), ("urn:x", "new"))
    problem(answer, 409, "identifier-conflict")
    assert await database.rows(service.centre_id) == before


async def test_twenty_registrations_at_once_make_one_patient(service: Service, database: Database) -> None:
    answers: list[httpx.Response] = []

    async def register(order: int) -> None:
        identifiers = [(IPP, "17"), (INS, "2 61 04")]
        answers.append(await _register(service, *identifiers[:: 1 if order % 2 else -1]))

    async with anyio.create_task_group() as tasks:
        for order in range(20):
            tasks.start_soon(register, order)
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    rows = await database.rows(service.centre_id)
    assert (rows["patient"], rows["patient_identifier"]) == (1, 2)


async def test_the_same_identifier_in_another_centre_is_another_patient(service: Service) -> None:
    other = await service.with_new_centre()
    here, there = await _register(service, (IPP, "17")), await _register(other, (IPP, "17"))
    assert (here.status_code, there.status_code) == (201, 201)
    assert here.json()["id"] != there.json()["id"]
