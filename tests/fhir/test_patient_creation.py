"""`POST /fhir/Patient`: an identifier names one patient, however often and by whichever door they are registered."""

import anyio
import httpx
import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.api.database import Database
from tests.fhir.bundles import IPP, Resource, patient
from tests.fhir.client import FHIR_JSON, get, outcome, resource
from tests.support.service import Service

pytestmark = pytest.mark.anyio

INS = "urn:oid:1.2.250.1.213.1.4.8"


async def create(
    service: Service, sent: Resource, role: Role = Role.SYSTEM, condition: str | None = None
) -> httpx.Response:
    headers = {**service.as_(role), "Content-Type": FHIR_JSON}
    if condition is not None:
        headers["If-None-Exist"] = condition
    return await service.client.post("/fhir/Patient", json=sent, headers=headers)


async def test_a_patient_is_registered_and_located(service: Service, database: Database) -> None:
    answer = await create(service, patient())
    created = resource(answer, 201)
    assert answer.headers["location"] == f"http://testserver/fhir/Patient/{created['id']}"
    assert resource(await get(service, f"/fhir/Patient/{created['id']}")) == created
    (event, *_) = await database.audited(service.centre_id)
    assert (event["operation"], event["resource_id"]) == ("register_patient", created["id"])


async def test_a_known_identifier_gives_the_same_patient_by_whichever_door(service: Service) -> None:
    value = str(new_id())
    body = {"identifiers": [{"system": IPP, "value": value}]}
    by_v1 = await service.client.post("/v1/patients", json=body, headers=service.as_(Role.SYSTEM))
    again = resource(await create(service, patient(value)), 200)
    assert again["id"] == by_v1.json()["id"]


async def test_many_at_once_register_one(service: Service) -> None:
    value = str(new_id())
    answers: list[httpx.Response] = []

    async def once() -> None:
        answers.append(await create(service, patient(value), condition=f"identifier={IPP}|{value}"))

    async with anyio.create_task_group() as tasks:
        for _ in range(6):
            tasks.start_soon(once)
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_condition_that_is_met_changes_nothing(service: Service) -> None:
    value = str(new_id())
    first = resource(await create(service, patient(value)), 201)
    more = [{"system": IPP, "value": value}, {"system": "urn:more", "value": value}]
    kept = resource(await create(service, patient(identifier=more), condition=f"identifier={IPP}|{value}"))
    assert kept == first
    added = resource(await create(service, patient(identifier=more)))
    assert len(added["identifier"]) == 2


@pytest.mark.parametrize(
    "condition", ["", "identifier=", "identifier=1", f"identifier={IPP}|", "family=x", "identifier=a|1&x=y"]
)
async def test_a_condition_that_is_not_understood_is_none(service: Service, condition: str) -> None:
    answer = await create(service, patient(), condition=condition)
    assert answer.status_code == 400
    assert outcome(answer, 400, answer.json()["issue"][0]["details"]["coding"][0]["code"])


async def test_a_condition_that_names_two_patients_is_refused(service: Service) -> None:
    values = [str(new_id()), str(new_id())]
    for value in values:
        await create(service, patient(value))
    condition = f"identifier={IPP}|{values[0]},{IPP}|{values[1]}"
    outcome(await create(service, patient(), condition=condition), 412, "multiple-matches")
    both = patient(identifier=[{"system": IPP, "value": value} for value in values])
    outcome(await create(service, both), 409, "identifier-conflict")


async def test_how_far_an_identity_is_trusted_is_read(service: Service) -> None:
    status = {"system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445", "code": "VALI"}
    reliability = {
        "url": "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability",
        "extension": [{"url": "identityStatus", "valueCoding": status}],
    }
    number = "1800175001001"
    sent = patient(identifier=[{"system": INS, "value": f"{number}{97 - int(number) % 97:02}"}])
    hidden = resource(await create(service, sent), 201)
    assert "identifier" not in hidden
    shown = resource(await create(service, sent | {"extension": [reliability]}))
    assert (shown["id"], shown["identifier"][0]["system"]) == (hidden["id"], INS)


async def test_what_a_patient_says_of_themselves_in_fhir_comes_back(service: Service) -> None:
    created = resource(await create(service, patient()), 201)
    again = resource(await create(service, created))
    assert again == created


async def test_patients_register_nobody(service: Service) -> None:
    own = await service.register()
    headers = {**service.as_(Role.PATIENT, own), "Content-Type": FHIR_JSON}
    outcome(await service.client.post("/fhir/Patient", content=b"[", headers=headers), 403, "not-permitted")
    outcome(await create(service, patient(), Role.ADMIN), 403, "not-permitted")
