"""Submitting a response: scored, compared and stored once, and answered with what the patient must know."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from scoring.synthesis import Mode
from tests.api.answers import PAIN_MILD, PAIN_NONE, PAIN_WORST, SOON, URGENT
from tests.api.database import Database
from tests.api.problems import MARK, problem
from tests.api.sending import at_once
from tests.support.service import CALM, INSTRUMENT, Service, days, running_service

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
STAFF = [Role.CLINICIAN, Role.NURSE, Role.SYSTEM]

NOT_WATCHED = {
    "fr": "Personne ne surveille ces réponses en direct.",
    "en": "Nobody watches these answers live.",
    "ar": "لا أحد يراقب هذه الإجابات مباشرة.",
}
FIRST_WORDS = {
    ("urgent", "fr"): "Certaines de vos réponses ne peuvent peut-être pas attendre.",
    ("urgent", "en"): "Some of your answers may not be able to wait.",
    ("urgent", "ar"): "قد لا تحتمل بعض إجاباتك الانتظار.",
    ("soon", "fr"): "Certaines de vos réponses décrivent quelque chose qui vous pèse beaucoup.",
    ("soon", "en"): "Some of your answers describe something that weighs on you a lot.",
    ("soon", "ar"): "بعض إجاباتك تصف أمرًا يثقل عليك كثيرًا.",
}
VISIT_DAY = {"fr": "jeudi 12 mars 2026", "en": "Thursday, March 12, 2026", "ar": "الخميس، 12 مارس 2026"}


async def _read(service: Service, response_id: str, role: Role, patient: str | None = None) -> dict[str, Any]:
    answer = await service.client.get(f"/v1/responses/{response_id}", headers=service.as_(role, patient))
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_the_receipt_says_what_was_stored(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    answer = await service.submit(patient, CALM, authored=NOON - timedelta(minutes=3))
    assert answer.status_code == 201
    body = answer.json()
    assert answer.headers["Location"] == f"/v1/responses/{body['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert set(body) == {"id", "revision", "status", "questionnaire", "authored_at", "stored_at", "feedback"}
    assert (body["revision"], body["status"]) == (1, "completed")
    assert body["questionnaire"] == "https://vigie.example/fhir/Questionnaire/pre-consultation|1.0.0"
    assert body["authored_at"] == "2026-03-09T11:57:00Z"


async def test_scores_and_evaluation_are_stored_with_the_answers(service: Service, database: Database) -> None:
    patient = await service.register()
    sent = await service.submit(patient, SOON | {"pain-frequency": "0", "quality-of-life": 7})
    read = await _read(service, sent.json()["id"], Role.CLINICIAN)
    assert read["scores"]["fatigue_composite"] == {"value": 2}
    assert read["scores"]["pain_composite"] == {"value": 0, "imputed": ["pain-severity", "pain-interference"]}
    assert read["scores"]["quality_of_life"] == {"value": 7}
    assert read["scores"]["nausea_composite"]["not_scored"]
    (alert,) = read["alerts"]
    (trigger,) = alert["triggers"]
    assert (alert["concept"], alert["severity"]) == ("fatigue", "soon")
    assert (trigger["rule"], trigger["on"], trigger["value"]) == ("severe-item", "fatigue-severity", 3)
    (row,) = await database.responses(patient)
    assert row["definition_digest"] == read["pins"]["definition_digest"]
    assert row["scoring_digest"] == read["pins"]["scoring_digest"]
    assert row["text_digest"] == read["pins"]["text_digest"]
    assert (row["answered_by"], row["recorded_by"], row["language"]) == ("patient", "patient", "fr")


async def test_a_rise_is_seen_against_the_response_before(service: Service, database: Database) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    first = await service.submit(patient, PAIN_NONE, authored=NOON - days(7))
    second = await service.submit(patient, CALM | {"pain-frequency": "2", "pain-severity": "2"}, authored=NOON)
    read = await _read(service, second.json()["id"], Role.NURSE)
    assert [(a["concept"], a["severity"]) for a in read["alerts"]] == [("pain", "soon")]
    assert {(t["rule"], t["on"], t["value"], t["previous"]) for t in read["alerts"][0]["triggers"]} == {
        ("worsened-item", "pain-frequency", 2, 0),
        ("worsened-item", "pain-severity", 2, 0),
    }
    assert await _compared_with(database, patient) == {
        first.json()["id"]: None,
        second.json()["id"]: first.json()["id"],
    }


async def test_an_answer_that_arrives_late_is_compared_with_what_came_before_it(
    service: Service, database: Database
) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    oldest = await service.submit(patient, CALM, authored=NOON - days(14))
    newest = await service.submit(patient, CALM, authored=NOON)
    between = await service.submit(patient, CALM, authored=NOON - days(7))
    compared = await _compared_with(database, patient)
    assert compared[newest.json()["id"]] == oldest.json()["id"]
    assert compared[between.json()["id"]] == oldest.json()["id"]


async def test_nothing_is_compared_with_what_was_entered_in_error(service: Service, database: Database) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    wrong = await service.submit(patient, CALM, authored=NOON - days(1))
    await service.client.post(
        f"/v1/responses/{wrong.json()['id']}/entered-in-error",
        json={"reason": "another person"},
        headers=service.as_(Role.NURSE) | {"If-Match": '"1"'},
    )
    right = await service.submit(patient, CALM, authored=NOON)
    assert (await _compared_with(database, patient))[right.json()["id"]] is None


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
@pytest.mark.parametrize(
    ("urgency", "answers", "kinds"),
    [
        ("urgent", URGENT, ["act-now", "not-watched-live", "thanks", "shown-at"]),
        ("urgent", SOON | URGENT, ["act-now", "not-watched-live", "thanks", "shown-at", "advice"]),
        ("soon", SOON, ["call-if-worried", "not-watched-live", "thanks", "shown-at", "advice"]),
        ("calm", CALM, ["not-watched-live", "thanks", "shown-at"]),
    ],
)
async def test_feedback_says_what_to_do_first_in_the_patients_language(
    service: Service, language: str, urgency: str, answers: dict[str, Any], kinds: list[str]
) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    # Half past midnight of the 12th in Paris.
    await service.plan(patient, datetime(2026, 3, 11, 23, 30, tzinfo=UTC))
    sent = await service.submit(patient, answers, language=language)
    told = sent.json()["feedback"]
    assert told["language"] == language
    assert [message["kind"] for message in told["messages"]] == kinds
    texts = {message["kind"]: message["text"] for message in told["messages"]}
    if urgency != "calm":
        assert told["messages"][0]["text"].startswith(FIRST_WORDS[urgency, language])
    assert texts["not-watched-live"].startswith(NOT_WATCHED[language])
    assert VISIT_DAY[language] in texts["shown-at"]
    assert [contact["number"] for contact in told["contacts"]] == ["15"]
    for word in ("score", "alert", "severe", "cannot-wait", "composite", "urgent", "grade"):
        assert word not in sent.text
    # Only advice names what it is about: in a patient's words, never by a code.
    said = [f"{message['title']} {message['text']}" for message in told["messages"] if message["kind"] != "advice"]
    assert "fatigue" not in " ".join(said)


async def test_without_a_visit_the_answers_are_shown_at_the_next_one(service: Service) -> None:
    patient = await service.register()
    await service.plan(patient, service.clock() + days(2), status="cancelled")
    sent = await service.submit(patient, CALM, language="en")
    assert sent.json()["feedback"]["messages"][-1]["text"] == "Your team will see them at your next visit."


async def test_feedback_falls_back_to_the_centres_language(service: Service) -> None:
    patient = await service.register()
    assert (await service.submit(patient, CALM, language="de")).json()["feedback"]["language"] == "fr"


@pytest.mark.parametrize("mode", [Mode.RECORD, Mode.SCORE])
async def test_where_the_installation_raises_no_alert_feedback_has_no_urgency(
    service: Service, database: Database, mode: Mode
) -> None:
    quiet = await service.with_new_centre(mode)
    patient = await quiet.register()
    sent = await quiet.submit(patient, SOON | URGENT)
    assert sent.json()["feedback"]["messages"][0]["kind"] == "not-watched-live"
    read = await _read(quiet, sent.json()["id"], Role.CLINICIAN)
    assert read["alerts"] == []
    assert read["scores"]["fatigue_composite"] == {"value": 2}


@pytest.mark.parametrize("role", STAFF)
async def test_staff_read_scores_and_alerts_the_patient_reads_the_answers(service: Service, role: Role) -> None:
    patient = await service.register()
    sent = await service.submit(patient, SOON)
    seen_by_staff = await _read(service, sent.json()["id"], role)
    seen_by_patient = await _read(service, sent.json()["id"], Role.PATIENT, patient)
    assert seen_by_patient == seen_by_staff | {"scores": None, "alerts": None}
    assert seen_by_patient["answers"] == SOON
    assert seen_by_staff["scores"]
    assert seen_by_staff["alerts"]
    listed = await service.client.get(f"/v1/patients/{patient}/responses", headers=service.as_(Role.PATIENT, patient))
    assert listed.json()["responses"] == [seen_by_patient]
    history = await service.client.get(
        f"/v1/responses/{sent.json()['id']}/revisions", headers=service.as_(Role.PATIENT, patient)
    )
    assert history.json()["revisions"] == [seen_by_patient]


@pytest.mark.parametrize(
    ("role", "said", "recorded"),
    [
        (Role.PATIENT, None, "patient"),
        (Role.PATIENT, "practitioner", "patient"),
        (Role.PATIENT, "related-person", "related-person"),
        (Role.NURSE, None, "patient"),
        (Role.NURSE, "related-person", "related-person"),
        (Role.SYSTEM, "practitioner", "practitioner"),
    ],
)
async def test_who_answered_is_the_tokens_word_for_patients_and_said_by_staff(
    service: Service, role: Role, said: str | None, recorded: str
) -> None:
    patient = await service.register()
    headers = service.as_(role, patient if role is Role.PATIENT else None)
    sent = await service.submit(patient, CALM, headers=headers, answered_by=said)
    read = await _read(service, sent.json()["id"], Role.NURSE)
    assert (read["answered_by"], read["recorded_by"]) == (recorded, role.value)


async def test_a_carers_answers_are_a_related_persons(service: Service) -> None:
    mother, carer = await service.register(), await service.register()
    sent = await service.submit(mother, CALM, headers=service.as_(Role.PATIENT, carer, acts_for=(mother,)))
    read = await _read(service, sent.json()["id"], Role.NURSE)
    assert (read["patient_id"], read["answered_by"], read["recorded_by"]) == (mother, "related-person", "patient")


async def test_a_replay_gives_the_same_bytes_whatever_happened_since(service: Service, database: Database) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    await service.plan(patient, NOON + days(1))

    async def send(sent_at: datetime) -> httpx.Response:
        at = sent_at.isoformat()
        return await service.submit(patient, SOON, key="from-the-phone", authored=NOON - days(1), sent_at=at)

    first = await send(NOON)
    service.clock.shown = NOON + days(2)
    await service.plan(patient, NOON + days(3))
    again = [await send(NOON), await send(NOON + days(2))]
    path = f"/v1/responses/{first.json()['id']}"
    headers = service.as_(Role.NURSE)
    corrected = await service.client.put(
        path, json={"answers": CALM, "reason": "mistaken"}, headers=headers | {"If-Match": '"1"'}
    )
    assert corrected.status_code == 200
    again.append(await send(NOON))
    marked = await service.client.post(
        f"{path}/entered-in-error", json={"reason": "mistaken"}, headers=headers | {"If-Match": '"2"'}
    )
    assert marked.status_code == 200
    again.append(await send(NOON + days(2)))
    assert {answer.status_code for answer in again} == {201}
    assert {answer.content for answer in again} == {first.content}
    assert {(a.headers["Location"], a.headers["ETag"]) for a in again} == {(path, '"1"')}
    assert [row["revision"] for row in await database.responses(patient)] == [1, 2, 3]


async def test_the_order_of_keys_in_the_body_does_not_matter(service: Service, database: Database) -> None:
    patient = await service.register()
    at = service.clock()
    first = await service.submit(patient, PAIN_MILD, key="from-the-phone", authored=at)
    again = await service.submit(patient, dict(reversed(PAIN_MILD.items())), key="from-the-phone", authored=at)
    assert again.content == first.content
    assert len(await database.responses(patient)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"answers": PAIN_MILD},
        {"language": "en"},
        {"begun_at": "2026-03-01T10:00:00Z"},
        {"authored": NOON - timedelta(seconds=1)},
    ],
)
async def test_a_key_belongs_to_one_body(service: Service, database: Database, change: dict[str, Any]) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    sent: dict[str, Any] = {"answers": CALM, "key": "from-the-phone", "authored": NOON}
    assert (await service.submit(patient, **sent)).status_code == 201
    before = await database.rows(service.centre_id)
    problem(await service.submit(patient, **sent | change), 422, "idempotency-key-reused")
    assert await database.rows(service.centre_id) == before


async def test_a_key_is_of_one_patient(service: Service) -> None:
    one, other = await service.register(), await service.register()
    answers = [await service.submit(patient, CALM, key="from-the-phone") for patient in (one, other)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


async def test_a_refused_key_can_be_used_again(service: Service, database: Database) -> None:
    patient = await service.register()
    problem(await service.submit(patient, {"can-wait": MARK}, key="from-the-phone"), 422, "response-invalid")
    problem(await service.submit(patient, CALM, key="from-the-phone", version="9.9.9"), 404, "unknown-questionnaire")
    problem(await service.submit(patient, CALM, key="from-the-phone", surprise=1), 422, "request-invalid")
    assert (await service.submit(patient, CALM, key="from-the-phone")).status_code == 201
    assert len(await database.responses(patient)) == 1


async def test_every_fault_of_the_answers_is_listed(service: Service) -> None:
    patient = await service.register()
    refused = await service.submit(
        patient,
        {
            "pain-frequency": 3,
            "fatigue-severity": "0",
            "fatigue-interference": "1",
            "quality-of-life": "7",
            "topics": ["pain", "none", "yes", "pain"],
            "topics-own-words": "x" * 1001,
            "symptoms": "0",
            MARK: "0",
        },
    )
    body = problem_without_mark(refused)
    assert {(issue["code"], issue["pointer"]) for issue in body["issues"]} == {
        ("wrong-type", "/answers/pain-frequency"),
        ("not-enabled", "/answers/fatigue-interference"),
        ("wrong-type", "/answers/quality-of-life"),
        ("not-an-option", "/answers/topics/2"),
        ("repeated-answer", "/answers/topics/3"),
        ("exclusive-option", "/answers/topics"),
        ("too-long", "/answers/topics-own-words"),
        ("not-a-question", "/answers/symptoms"),
        ("unknown-item", f"/answers/{MARK}"),
        ("required", "/answers/can-wait"),
    }


async def test_fifty_at_once_store_one_response(service: Service, database: Database) -> None:
    patient = await service.register()
    at = service.clock()

    async def send(number: int) -> httpx.Response:
        sent_at = (at + timedelta(seconds=number)).isoformat()
        return await service.submit(patient, SOON, key="from-the-phone", authored=at, sent_at=sent_at)

    answers = await at_once(50, send)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(await database.responses(patient)) == 1
    submitted = [e for e in await database.audited(service.centre_id) if e["operation"] == "submit_response"]
    assert len(submitted) == 50


@pytest.mark.parametrize("count", [2, 8])
async def test_concurrent_responses_each_see_one_before(service: Service, database: Database, count: int) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    answers = await at_once(count, lambda _: service.submit(patient, PAIN_WORST, authored=NOON))
    assert {answer.status_code for answer in answers} == {201}
    compared = await _compared_with(database, patient)
    assert len(compared) == count
    assert list(compared.values()).count(None) == 1
    for response_id in compared:
        seen = [response_id]
        while (before := compared[seen[-1]]) is not None:
            assert before not in seen
            seen.append(before)


async def test_two_concurrent_responses_of_two_patients_do_not_see_each_other(
    service: Service, database: Database
) -> None:
    patients = [await service.register() for _ in range(2)]
    await at_once(2, lambda number: service.submit(patients[number], CALM))
    for patient in patients:
        assert list((await _compared_with(database, patient)).values()) == [None]


async def test_a_response_of_an_unknown_patient_is_refused(service: Service, database: Database) -> None:
    before = await database.rows(service.centre_id)
    answer = await service.submit(str(new_id()), CALM, headers=service.as_(Role.NURSE))
    problem(answer, 404, "not-found")
    assert await database.rows(service.centre_id) == before


async def test_a_restart_gives_the_same_answer_to_the_same_key(service: Service, postgres: EmbeddedPostgres) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    first = await service.submit(patient, SOON, key="from-the-phone", authored=NOON)
    async with running_service(postgres.service_url, postgres.owner_url) as restarted:
        body = {
            "questionnaire": INSTRUMENT,
            "version": "1.0.0",
            "language": "fr",
            "answers": SOON,
            "authored": NOON.isoformat(),
        }
        again = await restarted.client.post(
            f"/v1/patients/{patient}/responses",
            json=body,
            headers=service.as_(Role.PATIENT, patient) | {"Idempotency-Key": "from-the-phone"},
        )
    assert again.content == first.content


def problem_without_mark(answer: httpx.Response) -> dict[str, Any]:
    """A refusal that names an unknown item: the one thing of the client's that an issue says, as a place."""
    assert answer.status_code == 422
    body: dict[str, Any] = answer.json()
    assert body["type"] == "/problems#response-invalid"
    return body


async def _compared_with(database: Database, patient: str) -> dict[str, str | None]:
    """Response id -> the id of the response that its rises were seen against."""
    sql = (
        "SELECT response_id::text, evaluation->'compared_with'->'previous'->>0 AS before FROM response"
        " WHERE patient_id = $1::text::uuid AND revision = 1"
    )
    return {row["response_id"]: row["before"] for row in await database.fetch(sql, patient)}
