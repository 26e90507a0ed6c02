"""`/fhir/Encounter`: the consultations, found by the hospital's own visit ids."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.fhir.client import SECRET, get, links, outcome, pages, resource
from tests.support.service import CALM, Service, days

pytestmark = pytest.mark.anyio

VISIT = "2026-VISIT-17"
START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
async def patient(service: Service) -> str:
    return await service.register()


def query(**parameters: str) -> str:
    return f"/fhir/Encounter?{httpx.QueryParams(parameters)}"


async def found(service: Service, *caller: Any, **parameters: str) -> list[str]:
    """The ids of what is found, by a clinician or by `caller`: a role, and the patient who it is."""
    bundle = resource(await get(service, query(**parameters), *caller))
    return [entry["resource"]["id"] for entry in bundle.get("entry", ())]


async def test_a_visit_is_what_the_agenda_told(service: Service, patient: str) -> None:
    visit = await service.plan(patient, START, "planned", VISIT)
    first = resource(await get(service, f"/fhir/Encounter/{visit}"))
    assert first["identifier"][0]["value"] == VISIT
    assert first["status"] == "planned"
    assert first["period"] == {"start": "2026-11-23T09:30:00Z"}
    assert first["subject"] == {"reference": f"Patient/{patient}"}
    assert first["serviceProvider"] == {"reference": f"Organization/{service.centre_id}"}
    assert await service.plan(patient, START + days(1), "finished", VISIT) == visit
    again = resource(await get(service, f"/fhir/Encounter/{visit}"))
    assert (again["status"], again["period"]) == ("finished", {"start": "2026-11-24T09:30:00Z"})
    assert again["meta"]["versionId"] != first["meta"]["versionId"]
    assert again["meta"]["lastUpdated"] > first["meta"]["lastUpdated"]


async def test_a_missed_visit_is_cancelled_and_kept_apart_from_one_called_off(service: Service, patient: str) -> None:
    missed = await service.plan(patient, START, "noshow")
    called_off = await service.plan(patient, START, "cancelled")
    assert await found(service, patient=patient, status="cancelled") == [missed, called_off]
    read = resource(await get(service, f"/fhir/Encounter/{missed}"))
    assert read["_status"]["extension"][0]["valueCoding"]["code"] == "noshow"
    assert "_status" not in resource(await get(service, f"/fhir/Encounter/{called_off}"))
    assert await found(service, patient=patient, status="noshow") == []


async def test_a_visit_is_found_by_the_hospitals_id_with_and_without_its_system(service: Service, patient: str) -> None:
    visit = await service.plan(patient, START, visit_id=VISIT)
    await service.plan(patient, START, visit_id="another")
    system = resource(await get(service, f"/fhir/Encounter/{visit}"))["identifier"][0]["system"]
    assert str(service.centre_id) in system
    for asked in (VISIT, f"{system}|{VISIT}", f"no-visit,{VISIT}"):
        assert await found(service, identifier=asked) == [visit]
        form = {"identifier": asked}
        posted = await service.client.post("/fhir/Encounter/_search", data=form, headers=service.as_(Role.SYSTEM))
        page = resource(posted)
        assert [entry["resource"]["id"] for entry in page["entry"]] == [visit]
        assert VISIT not in links(page)["self"]
    for asked in (f"urn:other|{VISIT}", f"|{VISIT}", "VISIT"):
        assert await found(service, identifier=asked) == []


async def test_a_visit_id_that_no_path_can_hold_is_found(service: Service, patient: str) -> None:
    """Visit ids of hospitals may have slashes, commas and bars."""
    answer = await service.client.put(
        f"/v1/patients/{patient}/consultations/a,b|c",
        json={"start": START.isoformat()},
        headers=service.as_(Role.SYSTEM),
    )
    assert answer.status_code == 200, answer.text
    assert await found(service, identifier="a\\,b\\|c") == [answer.json()["id"]]


async def test_a_patients_visits_are_found_once_each(service: Service, patient: str) -> None:
    visits = [await service.plan(patient, START + days(7 * week)) for week in range(5)]
    await service.plan(await service.register(), START)
    for asked in ({"patient": patient}, {"subject": f"Patient/{patient}"}, {"subject:Patient": patient}):
        assert await found(service, **asked) == visits
    read = await pages(service, query(patient=patient, _count="2", _total="accurate"))
    assert [len(page["entry"]) for page in read] == [2, 2, 1]
    assert [entry["resource"]["id"] for page in read for entry in page["entry"]] == visits
    assert {page["total"] for page in read} == {5}
    assert await found(service, patient=patient, _id=f"{visits[1]},{visits[3]},nothing") == [visits[1], visits[3]]


DATES: list[tuple[str, list[int]]] = [
    ("2026-11-24", [1]),
    ("2026-11", [0, 1, 2]),
    ("2026-11-24T09:30:00Z", [1]),
    ("2026-11-24T10:30:00+01:00", [1]),
    ("ne2026-11-24", [0, 2]),
    ("gt2026-11-24", [2]),
    ("sa2026-11-24", [2]),
    ("ge2026-11-24", [1, 2]),
    ("lt2026-11-24", [0]),
    ("eb2026-11-24", [0]),
    ("le2026-11-24", [0, 1]),
    ("2026-11-23,2026-11-25", [0, 2]),
    ("2025", []),
]


@pytest.mark.parametrize(("asked", "expected"), DATES, ids=[asked for asked, _ in DATES])
async def test_a_date_is_compared_with_the_start(
    service: Service, patient: str, asked: str, expected: list[int]
) -> None:
    visits = [await service.plan(patient, START + days(day)) for day in range(3)]
    assert await found(service, patient=patient, date=asked) == [visits[day] for day in expected]


async def test_two_dates_are_a_period(service: Service, patient: str) -> None:
    visits = [await service.plan(patient, START + days(day)) for day in range(4)]
    where = f"/fhir/Encounter?patient={patient}&date=ge2026-11-24&date=lt2026-11-26"
    bundle = resource(await get(service, where))
    assert [entry["resource"]["id"] for entry in bundle["entry"]] == visits[1:3]


async def test_a_response_names_the_visit_that_it_was_answered_for(service: Service, patient: str) -> None:
    visit = await service.plan(patient, START)
    sent = await service.submit(patient, CALM, consultation_id=visit)
    assert sent.status_code == 201, sent.text
    read = resource(await get(service, f"/fhir/QuestionnaireResponse/{sent.json()['id']}"))
    assert read["encounter"] == {"reference": f"Encounter/{visit}"}
    resource(await get(service, f"/fhir/{read['encounter']['reference']}"))


@pytest.mark.parametrize(
    ("parameters", "slug"),
    [
        ({}, "search-too-costly"),
        ({"date": "2026-11-24"}, "search-too-costly"),
        ({"status": "planned"}, "search-too-costly"),
        ({"identifier": f"urn:{SECRET}|"}, "search-invalid"),
        ({"patient": f"Group/{SECRET}"}, "search-invalid"),
        ({"patient": f"Patient/{SECRET}/_history/1"}, "search-invalid"),
        ({"_id": "x", "date": SECRET}, "search-invalid"),
    ],
)
async def test_a_search_that_asks_too_much_or_cannot_be_read_is_refused(
    service: Service, parameters: dict[str, str], slug: str
) -> None:
    outcome(await get(service, query(**parameters)), 400, slug)


async def test_a_patient_sees_their_own_visits(service: Service, patient: str) -> None:
    other = await service.register()
    own, theirs = await service.plan(patient, START), await service.plan(other, START)
    assert await found(service, Role.PATIENT, patient, _id=f"{own},{theirs}") == [own]
    assert await found(service, Role.PATIENT, patient, patient=other) == []
    read: dict[str, Any] = {"role": Role.PATIENT, "patient": patient}
    assert resource(await get(service, f"/fhir/Encounter/{own}", **read))["id"] == own
    outcome(await get(service, f"/fhir/Encounter/{theirs}", **read), 404, "not-found")


async def test_another_centres_visit_looks_like_an_absent_one(service: Service, patient: str) -> None:
    visit = await service.plan(patient, START, visit_id=VISIT)
    elsewhere = await service.with_new_centre()
    theirs = outcome(await get(elsewhere, f"/fhir/Encounter/{visit}"), 404, "not-found")
    assert theirs == outcome(await get(elsewhere, f"/fhir/Encounter/{new_id()}"), 404, "not-found")
    for asked in ({"_id": visit}, {"identifier": VISIT}, {"patient": patient}):
        assert await found(elsewhere, **asked) == []
