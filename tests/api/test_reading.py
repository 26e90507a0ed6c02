"""Reading what was stored: pages, trends, traces, and scores of what is not stored."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.security.caller import Role
from tests.api.answers import HIDDEN, PAIN_MILD, PAIN_WORST
from tests.api.database import Database
from tests.api.problems import MARK, issues, problem
from tests.support.service import CALM, Service, days

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


async def _page(service: Service, patient: str, **query: Any) -> dict[str, Any]:
    answer = await service.client.get(
        f"/v1/patients/{patient}/responses", params=query, headers=service.as_(Role.NURSE)
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def _pages(service: Service, patient: str, count: int) -> list[str]:
    found: list[str] = []
    query: dict[str, Any] = {"count": count}
    while True:
        page = await _page(service, patient, **query)
        found += [response["id"] for response in page["responses"]]
        assert len(page["responses"]) <= count
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


async def test_pages_are_newest_first_and_together_hold_each_response_once(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    sent = [await service.submit(patient, CALM, authored=NOON - days(day)) for day in (3, 1, 2, 2, 0)]
    ids = [answer.json()["id"] for answer in sent]
    whole = [response["id"] for response in (await _page(service, patient))["responses"]]
    assert whole == [ids[4], ids[1], ids[3], ids[2], ids[0]]
    for count in (1, 2, 3, 5, 200):
        assert await _pages(service, patient, count) == whole


async def test_a_response_that_arrives_between_two_pages_repeats_and_hides_nothing(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    sent = [await service.submit(patient, CALM, authored=NOON - days(day)) for day in (4, 3, 2, 1)]
    ids = [answer.json()["id"] for answer in reversed(sent)]
    first = await _page(service, patient, count=2)
    await service.submit(patient, CALM, authored=NOON)
    correction = await service.client.put(
        f"/v1/responses/{ids[0]}",
        json={"answers": PAIN_MILD, "reason": "forgotten"},
        headers=service.as_(Role.NURSE) | {"If-Match": '"1"'},
    )
    assert correction.status_code == 200
    second = await _page(service, patient, count=2, cursor=first["next"])
    assert [r["id"] for r in first["responses"] + second["responses"]] == ids
    assert second["next"] is None


async def test_a_patient_without_responses_has_an_empty_page(service: Service) -> None:
    assert await _page(service, await service.register()) == {"responses": [], "next": None}


async def test_scores_over_time_are_oldest_first_with_their_evidence_and_their_gaps(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    given = ((14, CALM | {"quality-of-life": 4}), (7, CALM), (0, CALM | {"quality-of-life": 6}))
    sent = [await service.submit(patient, answers, authored=NOON - days(day)) for day, answers in given]
    answer = await service.client.get(
        f"/v1/patients/{patient}/scores", params={"name": "quality_of_life"}, headers=service.as_(Role.CLINICIAN)
    )
    body = answer.json()
    assert (body["since"], body["until"]) == ("2025-03-08T12:00:00Z", "2026-03-09T12:00:00Z")
    assert set(body["trends"]) == {"quality_of_life"}
    points = body["trends"]["quality_of_life"]
    assert [point["response"] for point in points] == [{"id": a.json()["id"], "revision": 1} for a in sent]
    assert [point["authored_at"][:10] for point in points] == ["2026-02-23", "2026-03-02", "2026-03-09"]
    assert [point["result"] for point in points] == [
        {"value": 4},
        {"not_scored": "skipped", "missing": ["quality-of-life"]},
        {"value": 6},
    ]


async def test_scores_over_time_are_of_the_period_asked_for(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    for day in (400, 30, 10):
        await service.submit(patient, CALM | {"quality-of-life": 5}, authored=NOON - days(day))

    async def count(**query: str) -> int:
        params = {"name": "quality_of_life", **query}
        path = f"/v1/patients/{patient}/scores"
        answer = await service.client.get(path, params=params, headers=service.as_(Role.SYSTEM))
        return len(answer.json()["trends"].get("quality_of_life", []))

    assert await count() == 2
    assert await count(since="2020-01-01T00:00:00Z") == 3
    assert await count(until=(NOON - days(20)).isoformat()) == 1
    assert await count(since=(NOON - days(20)).isoformat(), until=NOON.isoformat()) == 1
    assert await count(since=NOON.isoformat(), until=(NOON - days(20)).isoformat()) == 0


async def test_a_trace_lets_a_person_compute_the_score_again(service: Service) -> None:
    patient = await service.register()
    answers = CALM | {"pain-frequency": "3", "pain-severity": "2", "pain-interference": "4"}
    response_id = (await service.submit(patient, answers)).json()["id"]
    headers = service.as_(Role.CLINICIAN)
    read = (await service.client.get(f"/v1/responses/{response_id}", headers=headers)).json()
    trace = (await service.client.get(f"/v1/responses/{response_id}/scores/pain_composite", headers=headers)).json()
    assert trace["result"] == read["scores"]["pain_composite"]
    assert [(i["name"], i["answer"], i["number"], i["absence"], i["imputed"]) for i in trace["inputs"]] == [
        ("pain-frequency", "3", 3, None, False),
        ("pain-severity", "2", 2, None, False),
        ("pain-interference", "4", 4, None, False),
    ]
    assert (trace["operator"], trace["table"]) == ("lookup", "frequency_severity_interference")
    assert (trace["policy"], trace["range"], trace["higher_is"]) == ("zero_if_lead_zero", [0, 3], "worse")
    assert trace["reference"]["citation"]
    assert trace["definition_digest"] == read["pins"]["definition_digest"]
    assert trace["scoring_digest"] == read["pins"]["scoring_digest"]


async def test_a_trace_says_what_was_imputed_and_what_is_missing(service: Service) -> None:
    patient = await service.register()
    answers = CALM | {"pain-frequency": "0", "nausea-frequency": "2"}
    response_id = (await service.submit(patient, answers)).json()["id"]

    async def trace(name: str) -> dict[str, Any]:
        path = f"/v1/responses/{response_id}/scores/{name}"
        body: dict[str, Any] = (await service.client.get(path, headers=service.as_(Role.CLINICIAN))).json()
        return body

    pain = await trace("pain_composite")
    assert pain["result"] == {"value": 0, "imputed": ["pain-severity", "pain-interference"]}
    assert [i["imputed"] for i in pain["inputs"]] == [False, True, True]
    nausea = await trace("nausea_composite")
    assert nausea["result"] == {"not_scored": "skipped", "missing": ["nausea-severity"]}


async def test_a_score_that_there_is_not_is_answered_with_those_that_there_are(service: Service) -> None:
    patient = await service.register()
    response_id = (await service.submit(patient, CALM)).json()["id"]
    path = f"/v1/responses/{response_id}/scores/nothing_of_ours"
    body = problem(await service.client.get(path, headers=service.as_(Role.NURSE)), 404, "unknown-score")
    assert "pain_composite" in body["known"]


async def _score(service: Service, body: dict[str, Any], **query: str) -> httpx.Response:
    return await service.client.post("/v1/score", json=body, params=query, headers=service.as_(Role.ADMIN))


async def test_answers_are_scored_and_nothing_is_stored(service: Service, database: Database) -> None:
    before = await database.rows(service.centre_id)
    body = {"questionnaire": "pre-consultation", "version": "1.0.0", "answers": PAIN_WORST}
    answer = await _score(service, body)
    assert answer.status_code == 200
    assert answer.json()["questionnaire"] == "https://vigie.example/fhir/Questionnaire/pre-consultation|1.0.0"
    assert answer.json()["scoring_version"] == "1.0.0"
    assert answer.json()["traces"] is None
    assert answer.json()["scores"]["pain_composite"] == {"value": 3}
    assert answer.json()["scores"]["nausea_composite"]["not_scored"] == "skipped"
    assert await database.rows(service.centre_id) == before


async def test_scores_not_stored_are_those_that_would_be_stored(service: Service) -> None:
    patient = await service.register()
    answers = PAIN_MILD | {
        "quality-of-life": 10,
        "anxiety-frequency": "prefer_not_to_answer",
        "vomiting-frequency": "0",
    }
    response_id = (await service.submit(patient, answers)).json()["id"]
    stored = await service.client.get(f"/v1/responses/{response_id}", headers=service.as_(Role.NURSE))
    scored = await _score(service, {"questionnaire": "pre-consultation", "answers": answers})
    assert scored.json()["scores"] == stored.json()["scores"]


async def test_an_explained_score_has_a_trace_for_each_score(service: Service) -> None:
    answer = await _score(service, {"questionnaire": "pre-consultation", "answers": PAIN_MILD}, explain="true")
    body = answer.json()
    assert [trace["name"] for trace in body["traces"]] == list(body["scores"])
    assert {trace["name"]: trace["result"] for trace in body["traces"]} == body["scores"]


async def test_answers_that_do_not_fit_are_not_scored(service: Service) -> None:
    refused = await _score(
        service, {"questionnaire": "pre-consultation", "answers": HIDDEN | {"quality-of-life": MARK}}
    )
    assert issues(refused) == {("not-enabled", "/answers/pain-severity"), ("wrong-type", "/answers/quality-of-life")}


async def test_a_patient_reads_neither_scores_nor_traces_nor_the_synthesis(service: Service) -> None:
    patient = await service.register()
    visit = await service.plan(patient, service.clock() + days(1))
    response_id = (await service.submit(patient, CALM)).json()["id"]
    headers = service.as_(Role.PATIENT, patient)
    for path in (
        f"/v1/patients/{patient}/scores",
        f"/v1/responses/{response_id}/scores/pain_composite",
        f"/v1/consultations/{visit}/synthesis",
    ):
        body = problem(await service.client.get(path, headers=headers), 403, "not-permitted")
        assert body["missing_scope"] is None
