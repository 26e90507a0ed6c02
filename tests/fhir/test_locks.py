"""Requests that name the same things in other orders follow each other: none of them waits for the other for ever."""

import anyio
import httpx
import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.fhir.bundles import IPP, Resource, bundle, entry, patient, post, response
from tests.fhir.client import FHIR_JSON, resource
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ROUNDS = 8


async def test_conditions_of_two_patients_in_opposite_orders_all_end(service: Service) -> None:
    patients = [await service.register(), await service.register()]
    answers: list[httpx.Response] = []

    async def send(patient_id: str, values: list[str]) -> None:
        sent = [response(f"Patient/{patient_id}", identifier={"system": "urn:ehr", "value": one}) for one in values]
        entries = [
            entry(one, ifNoneExist=f"identifier=urn:ehr|{value}") for one, value in zip(sent, values, strict=True)
        ]
        answers.append(await post(service, bundle("transaction", *entries)))

    for _ in range(ROUNDS):
        values = [str(new_id()) for _ in range(6)]
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send, patients[0], values)
            tasks.start_soon(send, patients[1], values[::-1])
        ids = [{one["resource"]["id"] for one in resource(answer)["entry"]} for answer in answers[-2:]]
        assert ids[0] == ids[1]


async def test_conditions_and_own_identifiers_in_opposite_orders_all_end(service: Service) -> None:
    headers = {**service.as_(Role.SYSTEM), "Content-Type": FHIR_JSON}
    answers: list[httpx.Response] = []

    async def send(sent: Resource, condition: str) -> None:
        named = {**headers, "If-None-Exist": f"identifier={IPP}|{condition}"}
        answers.append(await service.client.post("/fhir/Patient", json=sent, headers=named))

    for _ in range(ROUNDS):
        values = sorted(str(new_id()) for _ in range(2))
        both = patient(identifier=[{"system": IPP, "value": value} for value in values])
        async with anyio.create_task_group() as tasks:
            for condition in values * 2:
                tasks.start_soon(send, both, condition)
        assert sorted(answer.status_code for answer in answers[-4:]) == [200, 200, 200, 201]
