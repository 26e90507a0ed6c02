"""Corrections and errors: a new revision beside the old ones, and nothing that was stored is changed."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from tests.api.answers import PAIN_MILD, PAIN_WORST, SOON, URGENT
from tests.api.database import Database
from tests.api.problems import MARK, issues, problem
from tests.api.published_since import with_newer_scoring
from tests.api.sending import at_once
from tests.support.service import CALM, Service, days, running_service

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


async def _correct(
    service: Service, response_id: str, seen: int, answers: dict[str, Any], headers: dict[str, str] | None = None
) -> httpx.Response:
    return await service.client.put(
        f"/v1/responses/{response_id}",
        json={"answers": answers, "reason": "a slip of the finger"},
        headers=(headers or service.as_(Role.NURSE)) | {"If-Match": f'"{seen}"'},
    )


async def _mark(service: Service, response_id: str, seen: int) -> httpx.Response:
    return await service.client.post(
        f"/v1/responses/{response_id}/entered-in-error",
        json={"reason": "another person's telephone"},
        headers=service.as_(Role.NURSE) | {"If-Match": f'"{seen}"'},
    )


async def _read(service: Service, path: str) -> dict[str, Any]:
    answer = await service.client.get(f"/v1/responses/{path}", headers=service.as_(Role.NURSE))
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_correction_is_a_new_revision_and_the_old_one_stays_as_it_was(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    response_id = (await service.submit(patient, SOON, authored=NOON - days(1))).json()["id"]
    first = await _read(service, response_id)
    service.clock.shown = NOON + days(1)
    answer = await _correct(service, response_id, 1, URGENT)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    second = answer.json()
    assert second.pop("feedback")["messages"][0]["kind"] == "act-now"
    assert (second["revision"], second["status"], second["reason"]) == (2, "amended", "a slip of the finger")
    assert (second["answers"], second["recorded_by"]) == (URGENT, "nurse")
    assert second["authored_at"] == first["authored_at"] == "2026-03-08T12:00:00Z"
    assert second["stored_at"] > first["stored_at"]
    assert [alert["concept"] for alert in first["alerts"]] == ["fatigue"]
    assert [alert["concept"] for alert in second["alerts"]] == ["can_wait"]
    assert first["scores"]["fatigue_composite"] == {"value": 2}
    assert second["scores"]["fatigue_composite"]["not_scored"]
    assert await _read(service, response_id) == second
    assert await _read(service, f"{response_id}/revisions/1") == first
    assert await _read(service, f"{response_id}/revisions/2") == second
    assert await _read(service, f"{response_id}/revisions") == {"revisions": [first, second]}


async def test_the_list_and_the_trends_show_the_latest_revision_only(service: Service) -> None:
    patient = await service.register()
    response_id = (await service.submit(patient, CALM | {"quality-of-life": 3})).json()["id"]
    await _correct(service, response_id, 1, CALM | {"quality-of-life": 8})
    headers = service.as_(Role.NURSE)
    listed = (await service.client.get(f"/v1/patients/{patient}/responses", headers=headers)).json()["responses"]
    assert [(r["id"], r["revision"]) for r in listed] == [(response_id, 2)]
    trends = (await service.client.get(f"/v1/patients/{patient}/scores", headers=headers)).json()["trends"]
    assert [(p["response"]["revision"], p["result"]) for p in trends["quality_of_life"]] == [(2, {"value": 8})]


async def test_a_patient_corrects_their_own_response_and_nobody_elses(service: Service) -> None:
    patient, other = await service.register(), await service.register()
    response_id = (await service.submit(patient, CALM)).json()["id"]
    refused = await _correct(service, response_id, 1, SOON, service.as_(Role.PATIENT, other))
    problem(refused, 404, "not-found")
    corrected = await _correct(service, response_id, 1, SOON, service.as_(Role.PATIENT, patient))
    assert corrected.status_code == 200
    assert (corrected.json()["scores"], corrected.json()["alerts"]) == (None, None)


async def test_a_correction_says_what_it_saw(service: Service, database: Database) -> None:
    patient = await service.register()
    response_id = (await service.submit(patient, CALM)).json()["id"]
    before = await database.rows(service.centre_id)
    for path, body in (("", {"answers": CALM, "reason": "x"}), ("/entered-in-error", {"reason": "x"})):
        method = "POST" if path else "PUT"
        answer = await service.client.request(
            method, f"/v1/responses/{response_id}{path}", json=body, headers=service.as_(Role.NURSE)
        )
        problem(answer, 428, "precondition-required")
    for refused in (await _correct(service, response_id, 2, SOON), await _mark(service, response_id, 7)):
        problem(refused, 412, "precondition-failed")
        assert refused.headers["ETag"] == '"1"'
    assert await database.rows(service.centre_id) == before


async def test_ten_corrections_at_once_of_the_same_revision_store_one(service: Service, database: Database) -> None:
    patient = await service.register()
    response_id = (await service.submit(patient, CALM)).json()["id"]
    answers = await at_once(10, lambda number: _correct(service, response_id, 1, CALM | {"quality-of-life": number}))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    assert [row["revision"] for row in await database.responses(patient)] == [1, 2]


async def test_a_correction_is_checked_as_an_answer_is(service: Service, database: Database) -> None:
    patient = await service.register()
    response_id = (await service.submit(patient, CALM)).json()["id"]
    refused = await _correct(service, response_id, 1, {"pain-frequency": MARK, "quality-of-life": -1})
    assert issues(refused) == {
        ("not-an-option", "/answers/pain-frequency"),
        ("out-of-range", "/answers/quality-of-life"),
        ("required", "/answers/can-wait"),
    }
    assert len(await database.responses(patient)) == 1


async def test_what_was_entered_in_error_is_read_and_never_changed_again(service: Service, database: Database) -> None:
    patient = await service.register()
    response_id = (await service.submit(patient, SOON)).json()["id"]
    marked = await _mark(service, response_id, 1)
    assert (marked.status_code, marked.headers["ETag"]) == (200, '"2"')
    assert marked.json()["status"] == "entered-in-error"
    assert marked.json()["reason"] == "another person's telephone"
    assert (await _read(service, response_id)) == marked.json()
    assert marked.json()["answers"] == SOON
    before = await database.responses(patient)
    problem(await _correct(service, response_id, 2, CALM), 409, "not-in-effect")
    problem(await _mark(service, response_id, 2), 409, "not-in-effect")
    assert await database.responses(patient) == before


async def test_what_was_entered_in_error_is_in_no_trend_and_no_synthesis(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    visit = await service.plan(patient, NOON + days(1))
    response_id = (await service.submit(patient, PAIN_WORST, authored=NOON)).json()["id"]
    headers = service.as_(Role.NURSE)
    synthesis = await service.client.get(f"/v1/consultations/{visit}/synthesis", headers=headers)
    assert synthesis.json()["points"]
    await _mark(service, response_id, 1)
    synthesis = await service.client.get(f"/v1/consultations/{visit}/synthesis", headers=headers)
    assert (synthesis.json()["points"], synthesis.json()["responses"]) == ([], [])
    trends = await service.client.get(f"/v1/patients/{patient}/scores", headers=headers)
    assert trends.json()["trends"] == {}


async def test_a_correction_changes_no_row_that_was_stored(service: Service, database: Database) -> None:
    patient = await service.register()
    first = (await service.submit(patient, CALM)).json()["id"]
    await service.submit(patient, PAIN_MILD)
    before = await database.responses(patient)
    await _correct(service, first, 1, PAIN_WORST)
    await _mark(service, first, 2)
    after = await database.responses(patient)
    assert [row for row in after if row in before] == before
    assert len(after) == len(before) + 2
    added = [row for row in after if row not in before]
    assert [(row["idempotency_key"], row["body_sha256"]) for row in added] == [(None, None)] * 2


async def test_a_correction_is_scored_by_the_version_that_the_response_is_pinned_to(
    service: Service, postgres: EmbeddedPostgres, tmp_path: Any
) -> None:
    patient = await service.register()
    mild = CALM | {"dry-mouth-severity": "1"}
    response_id = (await service.submit(patient, CALM)).json()["id"]
    first = await _read(service, response_id)
    root = with_newer_scoring(tmp_path)
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as newer:
        corrected = await newer.client.put(
            f"/v1/responses/{response_id}",
            json={"answers": mild, "reason": "forgotten"},
            headers=service.as_(Role.NURSE) | {"If-Match": '"1"'},
        )
        fresh = await newer.client.post(
            "/v1/score", json={"questionnaire": "pre-consultation", "answers": mild}, headers=service.as_(Role.NURSE)
        )
    assert corrected.json()["pins"] == first["pins"]
    assert corrected.json()["scores"]["dry_mouth_composite"] == {"value": 1}
    assert fresh.json()["scoring_version"] == "1.1.0"
    assert fresh.json()["scores"]["dry_mouth_composite"] == {"value": 2}


@pytest.mark.parametrize("revision", [3, 2**31 - 1])
async def test_a_revision_that_is_not_there_is_not_found(service: Service, revision: int) -> None:
    patient = await service.register()
    response_id = (await service.submit(patient, CALM)).json()["id"]
    path = f"/v1/responses/{response_id}/revisions/{revision}"
    problem(await service.client.get(path, headers=service.as_(Role.NURSE)), 404, "not-found")


async def test_every_request_that_touches_a_patient_leaves_one_audit_event(
    service: Service, database: Database
) -> None:
    words = {"topics": ["other"], "topics-own-words": MARK}
    patient = await service.register(identifier=MARK)
    visit = await service.plan(patient, service.clock() + days(1), visit_id="visit-17")
    own, nurse = service.as_(Role.PATIENT, patient), service.as_(Role.NURSE)
    draft = f"/v1/patients/{patient}/drafts/pre-consultation"
    client = service.client
    body = {"version": "1.0.0", "answers": CALM | words}
    assert (await client.put(draft, json=body, headers=own | {"If-None-Match": "*"})).status_code == 200
    assert (await client.get(draft, headers=own)).status_code == 200
    response_id = (await service.submit(patient, CALM | words)).json()["id"]
    path = f"/v1/responses/{response_id}"
    assert (await _correct(service, response_id, 1, SOON | words)).status_code == 200
    for read in (
        path,
        f"{path}/revisions",
        f"{path}/revisions/1",
        f"{path}/scores/quality_of_life",
        f"/v1/patients/{patient}",
        f"/v1/patients/{patient}/responses",
        f"/v1/patients/{patient}/scores",
        f"/v1/patients/{patient}/consultations",
        f"/v1/consultations/{visit}/synthesis",
    ):
        assert (await client.get(read, headers=nurse)).status_code == 200
    assert (await _mark(service, response_id, 2)).status_code == 200
    assert (await client.put(draft, json=body, headers=own | {"If-None-Match": "*"})).status_code == 200
    assert (await client.delete(draft, headers=own | {"If-Match": '"1"'})).status_code == 204
    events = await database.audited(service.centre_id)
    assert [event["operation"] for event in events] == [
        "register_patient",
        "upsert_consultation",
        "save_draft",
        "read_draft",
        "submit_response",
        "correct_response",
        "read_response",
        "read_response",
        "read_response",
        "read_scores",
        "read_patient",
        "list_responses",
        "list_scores",
        "read_consultation",
        "read_synthesis",
        "mark_entered_in_error",
        "save_draft",
        "discard_draft",
    ]
    assert {str(event["patient_id"]) for event in events} == {patient}
    assert [(e["resource_id"], e["revision"]) for e in events if e["operation"] == "correct_response"] == [
        (response_id, 2)
    ]
    assert len({event["correlation_id"] for event in events}) == len(events)
    assert MARK not in str(events)
    assert "fatigue" not in str(events)


async def test_a_refused_request_leaves_no_audit_event_and_the_correlation_id_is_the_callers(
    service: Service, database: Database
) -> None:
    patient = await service.register()
    headers = service.as_(Role.NURSE) | {"X-Correlation-Id": "018f0000-0000-7000-8000-00000000c0de"}
    missing = await service.client.get(f"/v1/responses/{new_id()}", headers=headers)
    assert missing.headers["X-Correlation-Id"] == "018f0000-0000-7000-8000-00000000c0de"
    problem(missing, 404, "not-found")
    assert (await service.client.get(f"/v1/patients/{patient}", headers=headers)).status_code == 200
    last = (await database.audited(service.centre_id))[-1]
    assert (last["operation"], last["correlation_id"]) == ("read_patient", "018f0000-0000-7000-8000-00000000c0de")
    assert len(await database.audited(service.centre_id)) == 2


async def test_a_patient_who_corrects_to_cannot_wait_is_told_what_to_do_now(service: Service) -> None:
    patient = await service.register()
    receipt = (await service.submit(patient, CALM)).json()
    headers = service.as_(Role.PATIENT, patient) | {"If-Match": '"1"'}
    body = {"answers": {"can-wait": "no"}, "reason": "I tapped the wrong answer"}
    corrected = await service.client.put(f"/v1/responses/{receipt['id']}", json=body, headers=headers)
    assert corrected.status_code == 200, corrected.text
    kinds = [message["kind"] for message in corrected.json()["feedback"]["messages"]]
    assert kinds[0] == "act-now"
    assert corrected.json()["alerts"] is None
    # The receipt of revision 1 is what a replay of it still gives.
    assert receipt["feedback"]["messages"][0]["kind"] != "act-now"
