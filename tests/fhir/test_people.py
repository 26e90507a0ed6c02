"""Organization, Practitioner and Device; and every reference of what is given out leads somewhere."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.security.caller import Role
from app.store.ids import new_id
from scoring.synthesis import Mode
from tests.fhir.client import PAIN, get, outcome, resource
from tests.support.service import CALM, Service, days

pytestmark = pytest.mark.anyio


@pytest.fixture
async def patient(service: Service) -> str:
    return await service.register()


async def submitted(service: Service, patient: str, role: Role) -> dict[str, Any]:
    """The response that somebody recorded, as it is given out. In each role it is somebody else."""
    own = patient if role is Role.PATIENT else None
    sent = await service.submit(patient, CALM, headers=service.as_(role, own, sub=role.value))
    assert sent.status_code == 201, sent.text
    return resource(await get(service, f"/fhir/QuestionnaireResponse/{sent.json()['id']}"))


# --- the centre --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
async def test_everybody_reads_their_own_centre_and_no_other(service: Service, patient: str, role: Role) -> None:
    own = patient if role is Role.PATIENT else None
    read = resource(await get(service, f"/fhir/Organization/{service.centre_id}", role, own))
    assert (read["id"], read["name"]) == (str(service.centre_id), "Test centre")
    elsewhere = await service.with_new_centre()
    outcome(await get(service, f"/fhir/Organization/{elsewhere.centre_id}", role, own), 404, "not-found")
    outcome(await get(service, f"/fhir/Organization/{new_id()}", role, own), 404, "not-found")


# --- who records -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "type_"),
    [(Role.NURSE, "Practitioner"), (Role.CLINICIAN, "Practitioner"), (Role.SYSTEM, "Device")],
)
async def test_who_recorded_a_response_is_read_without_a_name(
    service: Service, patient: str, role: Role, type_: str
) -> None:
    author = (await submitted(service, patient, role))["author"]
    assert author["reference"].startswith(f"{type_}/")
    assert author["type"] == type_
    again = (await submitted(service, patient, role))["author"]
    assert again["reference"] == author["reference"]
    answer = await get(service, f"/fhir/{author['reference']}", languages="ar")
    read = resource(answer)
    assert read["resourceType"] == type_
    assert "name" not in read
    if type_ == "Device":
        assert (read["type"]["text"], read["language"]) == ("نظام متصل", "ar")
        assert answer.headers["Vary"] == "Accept-Language"


async def test_a_patient_is_their_own_author(service: Service, patient: str) -> None:
    read = await submitted(service, patient, Role.PATIENT)
    assert read["author"] == read["source"] == {"reference": f"Patient/{patient}"}


async def test_nobody_is_there_who_recorded_nothing_in_reach(service: Service, patient: str) -> None:
    other = await service.register()
    nurse = (await submitted(service, other, Role.NURSE))["author"]["reference"]
    system = (await submitted(service, other, Role.SYSTEM))["author"]["reference"]
    elsewhere = await service.with_new_centre()
    await elsewhere.submit(await elsewhere.register(), CALM, headers=elsewhere.as_(Role.NURSE))
    for who in (nurse, system):
        type_, _, identifier = who.partition("/")
        resource(await get(service, f"/fhir/{who}", Role.PATIENT, other))
        absent = outcome(await get(service, f"/fhir/{type_}/{new_id()}"), 404, "not-found")
        assert outcome(await get(service, f"/fhir/{who}", Role.PATIENT, patient), 404, "not-found") == absent
        assert outcome(await get(elsewhere, f"/fhir/{who}"), 404, "not-found") == absent
        changed = {"Device": "Practitioner", "Practitioner": "Device"}[type_]
        assert outcome(await get(service, f"/fhir/{changed}/{identifier}"), 404, "not-found") == absent
        outcome(await get(service, f"/fhir/{who}", Role.ADMIN), 403, "not-permitted")


@pytest.mark.parametrize("type_", ["Organization", "Practitioner", "Device"])
async def test_nothing_lists_them(service: Service, type_: str) -> None:
    outcome(await get(service, f"/fhir/{type_}"), 404, "not-found")
    outcome(await get(service, f"/fhir/{type_}/never-was-one"), 404, "not-found")


# --- references --------------------------------------------------------------------------------------------------


def references(element: Any) -> Iterator[str]:
    """Every literal reference of a resource, however deep."""
    if isinstance(element, dict):
        if isinstance(element.get("reference"), str):
            yield element["reference"]
        for inner in element.values():
            yield from references(inner)
    elif isinstance(element, list):
        for inner in element:
            yield from references(inner)


async def everything(service: Service, patient: str) -> list[dict[str, Any]]:
    """All that can be found of one patient."""
    searches = [f"Patient?_id={patient}"]
    searches += [f"{kind}?patient={patient}" for kind in ("Encounter", "QuestionnaireResponse", "Observation")]
    searches.append(f"Provenance?patient={patient}")
    bundles = [resource(await get(service, f"/fhir/{search}")) for search in searches]
    assert all("entry" in bundle for bundle in bundles)
    return [entry["resource"] for bundle in bundles for entry in bundle["entry"]]


@pytest.mark.parametrize("mode", [Mode.SCORE, Mode.ALERT])
async def test_every_reference_leads_to_a_resource_of_this_server(service: Service, mode: Mode) -> None:
    service = await service.with_new_centre(mode)
    patient, replaced = await service.register(), await service.register()
    visit = await service.plan(patient, service.clock() - days(1), "noshow")
    for role, answered_by in (
        (Role.PATIENT, None),
        (Role.NURSE, "related-person"),
        (Role.CLINICIAN, "practitioner"),
        (Role.SYSTEM, "patient"),
    ):
        fields: dict[str, Any] = {"answered_by": answered_by} if answered_by else {}
        headers = service.as_(role, patient if role is Role.PATIENT else None)
        sent = await service.submit(patient, PAIN, headers=headers, consultation_id=visit, **fields)
        assert sent.status_code == 201, sent.text
        corrected = await service.client.put(
            f"/v1/responses/{sent.json()['id']}",
            json={"answers": CALM | {"quality-of-life": 3}, "reason": "a test"},
            headers={**service.as_(Role.NURSE), "If-Match": '"1"'},
        )
        assert corrected.status_code == 200, corrected.text
    merged = await service.client.post(
        f"/v1/patients/{replaced}/replaced-by", json={"patient_id": patient}, headers=service.as_(Role.NURSE)
    )
    assert merged.status_code == 200, merged.text

    seen: set[str] = set()
    open_ = {reference for one in await everything(service, patient) for reference in references(one)}
    while open_:
        reference = open_.pop()
        seen.add(reference)
        assert "://" not in reference, reference
        found = resource(await get(service, f"/fhir/{reference}"))
        kind, identifier = reference.split("/")[:2]
        assert (found["resourceType"], found["id"]) == (kind, identifier)
        open_ |= set(references(found)) - seen
    kinds = {reference.split("/")[0] for reference in seen}
    assert {"Patient", "Encounter", "QuestionnaireResponse", "Organization", "Practitioner", "Device"} <= kinds
    assert any("/_history/" in reference for reference in seen)
