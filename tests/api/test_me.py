"""`/v1/me`: who I am here, and what I am asked to do."""

from datetime import UTC, datetime

import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.api.problems import problem
from tests.support.service import CALM, INSTRUMENT, Service, days

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CANONICAL = "https://vigie.example/fhir/Questionnaire/pre-consultation|1.0.0"


@pytest.mark.parametrize("role", Role)
async def test_every_role_reads_who_it_is_and_its_centre(service: Service, role: Role) -> None:
    patient = await service.register()
    answer = await service.client.get("/v1/me", headers=service.as_(role, patient if role is Role.PATIENT else None))
    assert answer.status_code == 200
    assert answer.json() == {
        "role": role.value,
        "patient_id": patient if role is Role.PATIENT else None,
        "acts_for": [],
        "centre": {
            "id": str(service.centre_id),
            "name": "Test centre",
            "mode": "alert",
            "languages": ["fr", "en", "ar"],
            "time_zone": "Europe/Paris",
            "emergency_contacts": [{"number": "15", "name": "SAMU", "kind": "emergency"}],
        },
    }


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        (None, "SAMU"),
        ("en", "Emergency"),
        ("en-GB;q=0.5, fr;q=0.4", "Emergency"),
        ("en;q=0.4, fr-CA", "SAMU"),
        ("en;q=0, fr;q=0.1", "SAMU"),
        ("ar", "SAMU"),
        ("xx", "SAMU"),
    ],
)
async def test_contacts_are_named_in_the_callers_language(service: Service, accepted: str | None, name: str) -> None:
    headers = service.as_(Role.NURSE) | ({"Accept-Language": accepted} if accepted else {})
    answer = await service.client.get("/v1/me", headers=headers)
    assert answer.json()["centre"]["emergency_contacts"] == [{"number": "15", "name": name, "kind": "emergency"}]


async def test_a_carer_sees_for_whom_they_act(service: Service) -> None:
    own, mother, father = [await service.register() for _ in range(3)]
    headers = service.as_(Role.PATIENT, own, acts_for=(father, mother))
    answer = await service.client.get("/v1/me", headers=headers)
    assert answer.json()["patient_id"] == own
    assert answer.json()["acts_for"] == sorted([mother, father])


async def test_a_token_of_a_centre_that_is_not_here_finds_nothing(service: Service) -> None:
    answer = await service.client.get("/v1/me", headers=service.as_(Role.NURSE, centre_id=new_id()))
    problem(answer, 404, "not-found")


async def test_what_is_to_be_answered_opens_seven_days_before_the_visit(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    later = await service.plan(patient, NOON + days(20))
    soon = await service.plan(patient, NOON + days(7))
    assert await _to_do(service, patient) == [
        {
            "patient_id": patient,
            "questionnaire": CANONICAL,
            "instrument": INSTRUMENT,
            "version": "1.0.0",
            "consultation_id": soon,
            "consultation_start": "2026-03-09T12:00:00Z",
            "opens_at": "2026-03-02T12:00:00Z",
            "status": "open",
            "has_draft": False,
        },
        {
            "patient_id": patient,
            "questionnaire": CANONICAL,
            "instrument": INSTRUMENT,
            "version": "1.0.0",
            "consultation_id": later,
            "consultation_start": "2026-03-22T12:00:00Z",
            "opens_at": "2026-03-15T12:00:00Z",
            "status": "later",
            "has_draft": False,
        },
    ]


async def test_what_was_answered_disappears_and_comes_back_when_it_was_an_error(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    await service.plan(patient, NOON + days(3))
    sent = await service.submit(patient, CALM)
    assert await _to_do(service, patient) == []
    marked = await service.client.post(
        f"/v1/responses/{sent.json()['id']}/entered-in-error",
        json={"reason": "another patient's telephone"},
        headers=service.as_(Role.NURSE) | {"If-Match": '"1"'},
    )
    assert marked.status_code == 200
    assert len(await _to_do(service, patient)) == 1


async def test_an_answer_from_before_the_questionnaire_opened_does_not_count(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    await service.plan(patient, NOON + days(7))
    await service.submit(patient, CALM, authored=NOON - days(1))
    assert [item["status"] for item in await _to_do(service, patient)] == ["open"]


async def test_a_draft_is_shown(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    await service.plan(patient, NOON + days(3))
    await service.client.put(
        f"/v1/patients/{patient}/drafts/{INSTRUMENT}",
        json={"version": "1.0.0", "answers": {}},
        headers=service.as_(Role.PATIENT, patient) | {"If-None-Match": "*"},
    )
    assert [item["has_draft"] for item in await _to_do(service, patient)] == [True]


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error"])
async def test_a_visit_that_falls_through_asks_for_nothing(service: Service, status: str) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    first = await service.plan(patient, NOON + days(3), visit_id="visit-1")
    assert len(await _to_do(service, patient)) == 1
    assert await service.plan(patient, NOON + days(3), status, visit_id="visit-1") == first
    assert await _to_do(service, patient) == []


async def test_a_past_visit_asks_for_nothing(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    await service.plan(patient, NOON - days(0.1))
    assert await _to_do(service, patient) == []


async def test_a_visit_may_ask_for_nothing(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    body = {"start": (NOON + days(1)).isoformat(), "instruments": []}
    path = f"/v1/patients/{patient}/consultations/visit-1"
    assert (await service.client.put(path, json=body, headers=service.as_(Role.SYSTEM))).status_code == 200
    assert await _to_do(service, patient) == []


async def test_a_carer_sees_what_those_they_act_for_are_asked_the_next_visit_first(service: Service) -> None:
    service.clock.shown = NOON
    own, mother, stranger = [await service.register() for _ in range(3)]
    await service.plan(own, NOON + days(4))
    await service.plan(mother, NOON + days(2))
    await service.plan(own, NOON + days(1))
    await service.plan(stranger, NOON + days(3))
    asked = await _to_do(service, own, acts_for=(mother,))
    assert [item["patient_id"] for item in asked] == [own, mother, own]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PATIENT])
async def test_staff_are_asked_nothing(service: Service, role: Role) -> None:
    answer = await service.client.get("/v1/me/to-do", headers=service.as_(role))
    assert (answer.status_code, answer.json()) == (200, {"to_do": []})


async def _to_do(service: Service, patient: str, acts_for: tuple[str, ...] = ()) -> list[dict[str, object]]:
    answer = await service.client.get("/v1/me/to-do", headers=service.as_(Role.PATIENT, patient, acts_for=acts_for))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["to_do"]
    return found
