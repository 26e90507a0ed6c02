"""`/v1/patients`: one patient a person, however often and under whatever identifier they are registered."""

from itertools import pairwise
from typing import Any

import anyio
import httpx
import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from tests.api.database import Database
from tests.api.problems import MARK, issues, problem
from tests.export.people_builders import SYNTHETIC_INS
from tests.support.service import CALM, Service, running_service

pytestmark = pytest.mark.anyio

IPP = "urn:hospital:ipp"
INS, NIA, INS_TEST, INS_DEMO = (f"urn:oid:1.2.250.1.213.1.4.{n}" for n in (8, 9, 10, 11))
NUMBER = SYNTHETIC_INS


async def _register(service: Service, *identifiers: tuple[str, str], **fields: Any) -> httpx.Response:
    body = {"identifiers": [{"system": system, "value": value} for system, value in identifiers], **fields}
    return await service.client.post("/v1/patients", json=body, headers=service.as_(Role.SYSTEM))


async def test_a_new_patient_is_made_and_read_again(service: Service) -> None:
    known = {"family_name": "Dupond", "given_name": "Zoé", "birth_date": "1961-04-30", "language": "fr-CA"}
    known["identity_status"] = "VALI"
    answer = await _register(service, (IPP, "17"), (INS, NUMBER), **known)
    assert answer.status_code == 201
    patient = answer.json()
    assert answer.headers["Location"] == f"/v1/patients/{patient['id']}"
    assert patient == known | {
        "id": patient["id"],
        "replaced_by": None,
        "identifiers": [{"system": IPP, "value": "17"}, {"system": INS, "value": NUMBER}],
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
    second = await _register(service, (IPP, "17"), (INS, NUMBER))
    third = await _register(service, (INS, NUMBER))
    assert (second.status_code, third.status_code) == (200, 200)
    assert {a.json()["id"] for a in (first, second, third)} == {first.json()["id"]}
    assert third.json()["identifiers"] == [{"system": IPP, "value": "17"}]
    qualified = await _register(service, (IPP, "17"), identity_status="VALI")
    assert qualified.json()["identifiers"] == [{"system": IPP, "value": "17"}, {"system": INS, "value": NUMBER}]


async def test_one_value_in_two_systems_is_two_patients(service: Service) -> None:
    one, other = await _register(service, (IPP, NUMBER)), await _register(service, (INS, NUMBER))
    assert one.json()["id"] != other.json()["id"]


async def test_identifiers_of_two_patients_conflict_and_nothing_is_stored(service: Service, database: Database) -> None:
    await _register(service, (IPP, "17"))
    await _register(service, (INS, NUMBER))
    before = await database.rows(service.centre_id)
    answer = await _register(service, (IPP, "17"), (INS, NUMBER), ("urn:x", "new"))
    problem(answer, 409, "identifier-conflict")
    assert await database.rows(service.centre_id) == before


async def test_twenty_registrations_at_once_make_one_patient(service: Service, database: Database) -> None:
    answers: list[httpx.Response] = []

    async def register(order: int) -> None:
        identifiers = [(IPP, "17"), (INS, NUMBER)]
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


# --- INS ---------------------------------------------------------------------------------------------------------


async def _submitted(service: Service, patient: str) -> str:
    answer = await service.submit(patient, CALM)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_an_ins_is_given_out_with_a_validated_identity_only(service: Service) -> None:
    answer = await _register(service, (IPP, "17"), (INS, NUMBER), identity_status="PROV")
    assert answer.status_code == 201
    where = answer.headers["Location"]
    for status, systems in (("PROV", [IPP]), ("VALI", [IPP, INS]), ("DOUT", [IPP])):
        again = await _register(service, (IPP, "17"), identity_status=status)
        read = await service.client.get(where, headers=service.as_(Role.NURSE))
        assert again.json() == read.json()
        assert read.json()["identity_status"] == status
        assert [i["system"] for i in read.json()["identifiers"]] == systems


async def test_registering_again_changes_the_status_and_the_time_and_nothing_else(
    service: Service, database: Database
) -> None:
    known = {"family_name": "Dupond", "identity_status": "PROV"}
    patient = (await _register(service, (IPP, "17"), **known)).json()
    sql = "SELECT * FROM patient WHERE patient_id = $1"
    (before,) = await database.fetch(sql, patient["id"])
    for said in ({"identity_status": "PROV"}, {"family_name": "Durand"}):
        await _register(service, (IPP, "17"), **said)
        assert (await database.fetch(sql, patient["id"]))[0] == before
    await _register(service, (IPP, "17"), family_name="Durand", birth_date="1990-01-01", identity_status="VALI")
    (after,) = await database.fetch(sql, patient["id"])
    assert after["stored_at"] > before["stored_at"]
    assert dict(after) == dict(before) | {"stored_at": after["stored_at"], "identity_status": "VALI"}


@pytest.mark.parametrize("status", ["vali", "QUAL", "", 1])
async def test_a_status_of_no_table_is_refused(service: Service, status: object) -> None:
    assert issues(await _register(service, (IPP, "17"), identity_status=status), "request-invalid")


@pytest.mark.parametrize("system", [INS, NIA])
@pytest.mark.parametrize(
    "value", [MARK, f" {NUMBER}", NUMBER[:-2], NUMBER[:13] + "00", "2 61 99 99 999 999 64", NUMBER.replace("6", "٦")]
)
async def test_what_cannot_be_an_ins_is_refused_without_repeating_it(
    service: Service, database: Database, system: str, value: str
) -> None:
    before = await database.rows(service.centre_id)
    answer = await _register(service, (IPP, "17"), (system, value))
    assert issues(answer, "identifier-invalid") == {("identifier", "/identifiers/1/value")}
    assert value not in answer.text
    assert await database.rows(service.centre_id) == before


async def test_every_identifier_that_cannot_be_right_is_listed(service: Service) -> None:
    answer = await _register(service, (INS, "1"), (IPP, "17"), (NIA, "2"), (INS_TEST, NUMBER), (INS_DEMO, NUMBER))
    places = {f"/identifiers/{place}/value" for place in (0, 2, 3, 4)}
    assert {pointer for _, pointer in issues(answer, "identifier-invalid")} == places


async def test_a_corsican_number_is_right_by_its_own_rule(service: Service) -> None:
    for department, key in (("2A", "90"), ("2B", "20")):
        assert (await _register(service, (INS, f"26199{department}999999{key}"))).status_code == 201


async def test_official_samples_with_wrong_keys_are_for_a_lenient_installation(postgres: EmbeddedPostgres) -> None:
    async with running_service(postgres.service_url, postgres.owner_url, ins_check="lenient") as started:
        service = await started.with_new_centre()
        assert (await _register(service, (INS, NUMBER[:13] + "00"))).status_code == 201
        for system, value in ((INS, NUMBER[:13]), (INS_TEST, NUMBER), (INS_DEMO, NUMBER)):
            problem(await _register(service, (system, value)), 422, "identifier-invalid")


# --- two patients who are one ------------------------------------------------------------------------------------


async def _replace(service: Service, patient: str, by: str, role: Role = Role.NURSE) -> httpx.Response:
    where = f"/v1/patients/{patient}/replaced-by"
    return await service.client.post(where, json={"patient_id": by}, headers=service.as_(role))


async def test_a_replaced_patient_stays_readable_and_keeps_every_response(service: Service, database: Database) -> None:
    one, other = await service.register(), await service.register()
    responses = {patient: await _submitted(service, patient) for patient in (one, other)}
    stored = [await database.responses(patient) for patient in (one, other)]
    merged = await _replace(service, one, other)
    assert merged.status_code == 200, merged.text
    assert (merged.json()["id"], merged.json()["replaced_by"]) == (one, other)
    staff = service.as_(Role.NURSE)
    assert (await service.client.get(f"/v1/patients/{one}", headers=staff)).json() == merged.json()
    assert (await service.client.get(f"/v1/patients/{other}", headers=staff)).json()["replaced_by"] is None
    assert [await database.responses(patient) for patient in (one, other)] == stored
    for patient, response in responses.items():
        listed = await service.client.get(f"/v1/patients/{patient}/responses", headers=staff)
        assert [entry["id"] for entry in listed.json()["responses"]] == [response]


async def test_an_answer_for_a_replaced_patient_is_still_stored(service: Service) -> None:
    one, other = await service.register(), await service.register()
    await _replace(service, one, other)
    response = await _submitted(service, one)
    read = await service.client.get(f"/v1/responses/{response}", headers=service.as_(Role.NURSE))
    assert read.json()["patient_id"] == one


async def test_the_same_said_twice_is_one_and_another_is_refused(service: Service, database: Database) -> None:
    one, other, third = [await service.register() for _ in range(3)]
    first = await _replace(service, one, other)
    rows = await database.fetch("SELECT * FROM patient_link WHERE patient_id = $1", one)
    assert (await _replace(service, one, other)).json() == first.json()
    problem(await _replace(service, one, third), 409, "merge-conflict")
    assert await database.fetch("SELECT * FROM patient_link WHERE patient_id = $1", one) == rows


async def test_chains_are_allowed_and_circles_are_not(service: Service) -> None:
    patients = [await service.register() for _ in range(4)]
    problem(await _replace(service, patients[0], patients[0]), 409, "merge-conflict")
    for patient, by in pairwise(patients):
        assert (await _replace(service, patient, by)).status_code == 200
    for earlier in patients[:-1]:
        problem(await _replace(service, patients[-1], earlier), 409, "merge-conflict")


async def test_merges_at_the_same_time_close_no_circle(service: Service) -> None:
    patients = [await service.register() for _ in range(6)]
    statuses: list[int] = []

    async def merge(place: int) -> None:
        answer = await _replace(service, patients[place], patients[(place + 1) % len(patients)])
        statuses.append(answer.status_code)

    async with anyio.create_task_group() as tasks:
        for place in range(len(patients)):
            tasks.start_soon(merge, place)
    assert sorted(statuses) == [200] * 5 + [409]


async def test_only_the_care_team_and_its_systems_merge_and_only_their_own_patients(service: Service) -> None:
    one, other = await service.register(), await service.register()
    for role in (Role.PATIENT, Role.ADMIN):
        headers = service.as_(role, one if role is Role.PATIENT else None)
        answer = await service.client.post(
            f"/v1/patients/{one}/replaced-by", json={"patient_id": other}, headers=headers
        )
        problem(answer, 403, "not-permitted")
    elsewhere = await service.with_new_centre()
    theirs = await elsewhere.register()
    for patient, by in ((one, theirs), (theirs, one), (one, str(new_id())), (str(new_id()), one)):
        problem(await _replace(service, patient, by), 404, "not-found")
    assert (await _replace(service, one, other, Role.SYSTEM)).status_code == 200
