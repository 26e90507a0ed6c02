"""`/v1/patients/{id}/drafts`: answers in the making, on whichever device, without one overwriting another."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.security.caller import Role
from tests.api.answers import HIDDEN, PAIN_MILD
from tests.api.database import Database
from tests.api.problems import MARK, issues, problem
from tests.support.service import CALM, INSTRUMENT, Service, days

pytestmark = pytest.mark.anyio

NEW = {"If-None-Match": "*"}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def _save(
    service: Service, patient: str, answers: dict[str, Any], condition: dict[str, str], **changes: Any
) -> httpx.Response:
    return await service.client.put(
        f"/v1/patients/{patient}/drafts/{changes.pop('instrument', INSTRUMENT)}",
        json={"version": "1.0.0", "answers": answers, **changes},
        headers=service.as_(Role.PATIENT, patient) | condition,
    )


async def _read(service: Service, patient: str) -> httpx.Response:
    path = f"/v1/patients/{patient}/drafts/{INSTRUMENT}"
    return await service.client.get(path, headers=service.as_(Role.PATIENT, patient))


async def test_a_draft_is_saved_read_and_saved_again(service: Service) -> None:
    patient = await service.register()
    problem(await _read(service, patient), 404, "not-found")
    first = await _save(service, patient, {"pain-frequency": "1"}, NEW)
    assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
    second = await _save(service, patient, PAIN_MILD, {"If-Match": '"1"'})
    assert (second.status_code, second.headers["ETag"]) == (200, '"2"')
    read = await _read(service, patient)
    assert read.headers["ETag"] == '"2"'
    assert read.json() == second.json()
    assert read.json()["answers"] == PAIN_MILD
    assert read.json()["begun_at"] == first.json()["begun_at"]
    assert read.json()["saved_at"] > first.json()["saved_at"]


async def test_two_devices_conflict_and_the_second_learns_what_is_stored(service: Service) -> None:
    patient = await service.register()
    await _save(service, patient, {"pain-frequency": "1"}, NEW)
    assert (await _save(service, patient, {"pain-frequency": "2"}, {"If-Match": '"1"'})).status_code == 200
    for condition in (NEW, {"If-Match": '"1"'}, {"If-Match": 'W/"1"'}):
        refused = await _save(service, patient, {"pain-frequency": "3"}, condition)
        problem(refused, 412, "precondition-failed")
        assert refused.headers["ETag"] == '"2"'
    assert (await _read(service, patient)).json()["answers"] == {"pain-frequency": "2"}


async def test_a_change_of_a_draft_that_is_not_there_conflicts(service: Service) -> None:
    patient = await service.register()
    refused = await _save(service, patient, CALM, {"If-Match": '"1"'})
    problem(refused, 412, "precondition-failed")
    assert "ETag" not in refused.headers


@pytest.mark.parametrize("condition", [{}, NEW | {"If-Match": '"1"'}])
async def test_a_save_says_what_it_saw(service: Service, condition: dict[str, str]) -> None:
    patient = await service.register()
    problem(await _save(service, patient, CALM, condition), 428, "precondition-required")


@pytest.mark.parametrize(
    "condition", [{"If-Match": "1"}, {"If-Match": '"0"'}, {"If-Match": MARK}, {"If-None-Match": MARK}]
)
async def test_an_etag_that_is_none_is_refused(service: Service, condition: dict[str, str]) -> None:
    patient = await service.register()
    problem(await _save(service, patient, CALM, condition), 422, "request-invalid")


async def test_a_draft_may_hold_what_branching_hides_a_response_may_not(service: Service) -> None:
    patient = await service.register()
    assert (await _save(service, patient, HIDDEN, NEW)).status_code == 200
    assert (await _read(service, patient)).json()["answers"] == HIDDEN
    assert issues(await service.submit(patient, HIDDEN)) == {("not-enabled", "/answers/pain-severity")}
    assert (await _read(service, patient)).status_code == 200


async def test_every_wrong_answer_is_listed_and_nothing_saved(service: Service) -> None:
    patient = await service.register()
    answers = {"pain-frequency": MARK, "quality-of-life": 11, "topics": "pain", "can-wait": 1, "x/y~z": "1"}
    refused = await _save(service, patient, answers, NEW)
    assert issues(refused) == {
        ("not-an-option", "/answers/pain-frequency"),
        ("out-of-range", "/answers/quality-of-life"),
        ("wrong-type", "/answers/topics"),
        ("wrong-type", "/answers/can-wait"),
        ("unknown-item", "/answers/x~1y~0z"),
    }
    problem(await _read(service, patient), 404, "not-found")


async def test_a_draft_of_an_unknown_questionnaire_is_refused(service: Service) -> None:
    patient = await service.register()
    for changes in ({"instrument": "nothing-of-ours"}, {"version": "9.9.9"}):
        problem(await _save(service, patient, CALM, NEW, **changes), 404, "unknown-questionnaire")


async def test_submitting_removes_the_draft_and_keeps_when_it_was_begun(service: Service, database: Database) -> None:
    patient = await service.register()
    saved = await _save(service, patient, HIDDEN, NEW)
    assert (await service.submit(patient, CALM)).status_code == 201
    problem(await _read(service, patient), 404, "not-found")
    (row,) = await database.responses(patient)
    assert row["begun_at"] == datetime.fromisoformat(saved.json()["begun_at"])


async def test_what_the_client_says_of_the_beginning_counts_more(service: Service, database: Database) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    await _save(service, patient, CALM, NEW)
    await service.submit(patient, CALM, begun_at=(NOON - days(1)).isoformat())
    (row,) = await database.responses(patient)
    assert row["begun_at"] == NOON - days(1)


async def test_a_refused_response_leaves_the_draft(service: Service) -> None:
    patient = await service.register()
    await _save(service, patient, CALM, NEW)
    problem(await service.submit(patient, {"can-wait": MARK}), 422, "response-invalid")
    assert (await _read(service, patient)).status_code == 200


async def test_a_replay_leaves_the_next_draft_alone(service: Service) -> None:
    patient = await service.register()
    at = service.clock()
    await service.submit(patient, CALM, key="once-only", authored=at)
    await _save(service, patient, PAIN_MILD, NEW)
    assert (await service.submit(patient, CALM, key="once-only", authored=at)).status_code == 201
    assert (await _read(service, patient)).json()["answers"] == PAIN_MILD


async def test_a_discarded_draft_is_gone(service: Service) -> None:
    patient = await service.register()
    await _save(service, patient, CALM, NEW)
    path = f"/v1/patients/{patient}/drafts/{INSTRUMENT}"
    headers = service.as_(Role.PATIENT, patient) | {"If-Match": '"1"'}
    answer = await service.client.delete(path, headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    problem(await _read(service, patient), 404, "not-found")
    problem(await service.client.delete(path, headers=headers), 404, "not-found")


async def test_a_device_discards_only_the_draft_that_it_saw(service: Service) -> None:
    patient = await service.register()
    await _save(service, patient, CALM, NEW)
    await _save(service, patient, CALM, {"If-Match": '"1"'})
    path = f"/v1/patients/{patient}/drafts/{INSTRUMENT}"
    headers = service.as_(Role.PATIENT, patient)
    problem(await service.client.delete(path, headers=headers), 428, "precondition-required")
    stale = await service.client.delete(path, headers=headers | {"If-Match": '"1"'})
    problem(stale, 412, "precondition-failed")
    assert (await _read(service, patient)).json()["revision"] == 2


async def test_a_carer_saves_for_those_they_act_for_only(service: Service) -> None:
    mother, carer, stranger = [await service.register() for _ in range(3)]
    headers = service.as_(Role.PATIENT, carer, acts_for=(mother,)) | NEW
    body = {"version": "1.0.0", "answers": CALM}
    path = "/v1/patients/{}/drafts/" + INSTRUMENT
    assert (await service.client.put(path.format(mother), json=body, headers=headers)).status_code == 200
    problem(await service.client.put(path.format(stranger), json=body, headers=headers), 404, "not-found")
