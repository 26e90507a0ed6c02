"""Alerts over HTTP: under which circumstances they are raised, and with which evidence and words they are read."""

from typing import Any

import pytest

from app.security.caller import Role
from app.wording import Wordings
from scoring.synthesis import Mode
from tests.api.database import Database
from tests.api.problems import MARK, issues, problem
from tests.api.watched_patient import NOON, WatchedPatient, ref
from tests.support.service import Service, days

pytestmark = pytest.mark.anyio

EN = Wordings.load().by_language["en"]


@pytest.mark.parametrize(
    ("context", "raised"),
    [
        ({"context": {"on_treatment": True}}, True),
        ({"context": {"on_treatment": False}}, False),
        ({}, True),
        ({"context": None}, True),
        ({"context": {}}, True),
        ({"context": {"on_treatment": None}}, True),
    ],
)
async def test_a_rule_for_the_time_of_treatment_holds_unless_it_is_known_that_there_is_none(
    watched: WatchedPatient, context: dict[str, Any], raised: bool
) -> None:
    response_id = await watched.sent(0, answers={"temperature": 38.0}, **context)
    read = await watched.read(response_id)
    said = (context.get("context") or {}).get("on_treatment")
    assert read["context"] == {"on_treatment": said}
    reasons = [trigger["reason"] for alert in read["alerts"] for trigger in alert["triggers"]]
    not_known = " (a rule for the time of treatment; whether the patient is under treatment was not said)"
    assert reasons == ["Temperature: 38 °C, at 38 or more" + ("" if said else not_known)] * raised


@pytest.mark.parametrize(
    ("context", "where"),
    [
        ({"on_treatment": MARK}, ("bool_type", "/body/context/on_treatment")),
        ({"on_treatment": "true"}, ("bool_type", "/body/context/on_treatment")),
        ({"on_treatment": 1}, ("bool_type", "/body/context/on_treatment")),
        ({"on_treatement": True}, ("extra_forbidden", "/body/context/on_treatement")),
        ([True], ("model_attributes_type", "/body/context")),
    ],
)
async def test_a_wrong_context_is_refused_without_repeating_it(
    watched: WatchedPatient, context: object, where: tuple[str, str]
) -> None:
    refused = await watched.send(0, context=context)
    assert issues(refused, "request-invalid") == {where}


async def test_the_context_belongs_to_the_body_that_a_key_stands_for(
    watched: WatchedPatient, database: Database
) -> None:
    said: dict[str, Any] = {"context": {"on_treatment": True}}
    first = await watched.send(0, key="from-the-phone", **said)
    again = await watched.send(0, key="from-the-phone", **said)
    assert (again.status_code, again.content) == (201, first.content)
    others: list[dict[str, Any]] = [{}, {"context": {"on_treatment": False}}]
    for other in others:
        problem(await watched.send(0, key="from-the-phone", **other), 422, "idempotency-key-reused")
    problem(await watched.send(1, key="from-the-phone", **said), 422, "idempotency-key-reused")
    assert len(await database.responses(watched.id)) == 1
    # To say nothing in many words is still to say nothing.
    nothing = await watched.send(0, key="said-nothing-of-it")
    assert (await watched.send(0, key="said-nothing-of-it", context={})).content == nothing.content


async def test_a_combined_rule_names_all_that_it_saw(watched: WatchedPatient) -> None:
    answers = {"temperature": 38.5, "place": "home"}
    found = await watched.triggers(await watched.sent(3, answers=answers))
    assert found["together"]["and_seen"] == [
        {"on": "temperature", "value": 38.5},
        {"on": "burden", "value": 3},
        {"on": "place", "value": "home"},
    ]
    assert found["together"]["reason"] == (
        "Pain, severity: 3, at 3 or more, together with Temperature: 38.5 °C, Burden: 3, and Where are you? At home"
    )
    for lacks in ({"temperature": 37.9}, {"place": "hospital"}, {"temperature": None}):
        given = {name: value for name, value in (answers | lacks).items() if value is not None}
        assert "together" not in await watched.triggers(await watched.sent(3, answers=given))


async def test_reasons_are_in_the_callers_language(watched: WatchedPatient) -> None:
    await watched.sent(0, at=NOON - days(7))
    response_id = await watched.sent(4)
    said = {}
    for language in ("fr", "en", "ar", "de"):
        alerts = (await watched.read(response_id, language))["alerts"]
        said[language] = next(a["triggers"][0]["reason"] for a in alerts if a["concept"] == "first")
    assert said["fr"] == "Burden\u00a0: 4, en hausse de 4 depuis la valeur initiale (de 0 à 4)"
    assert said["en"] == said["de"] == "Burden: 4, rose by 4 since the baseline (0 to 4)"
    assert "منذ القيمة الأولية" in said["ar"]


async def test_an_urgent_point_of_the_synthesis_names_its_evidence(watched: WatchedPatient) -> None:
    visit = await watched.service.plan(watched.id, NOON + days(1))
    response_id = await watched.sent(0, answers={"temperature": 39})
    headers = watched.service.as_(Role.NURSE) | {"Accept-Language": "en"}
    answer = await watched.service.client.get(f"/v1/consultations/{visit}/synthesis", headers=headers)
    (point,) = answer.json()["points"]
    assert point["evidence"] == [ref(response_id)]
    assert {**point["alert"], "triggers": None} == {"concept": "temperature", "severity": "urgent", "triggers": None}
    (trigger,) = point["alert"]["triggers"]
    assert (trigger["rule"], trigger["value"], trigger["reference"]["doi"]) == ("fever", 39, "10.1000/trial")
    assert trigger["reason"].startswith("Temperature: 39 °C, at 38 or more")
    page = await watched.service.client.get(
        "/pages/synthesis", params={"consultation": visit, "lang": "fr"}, headers=headers
    )
    assert page.status_code == 200
    assert "Temperature\u00a0: 39 °C, soit 38 ou plus" in page.text


async def test_an_evaluation_from_before_there_were_several_to_compare_with_is_still_read(
    watched: WatchedPatient, database: Database
) -> None:
    first = await watched.sent(0, at=NOON - days(7))
    response_id = await watched.sent(4)
    await database.fetch(
        """UPDATE response SET evaluation = jsonb_set(evaluation - 'context' - 'late_by_hours', '{compared_with}', $2)
           || '{"alerts": [{"concept": "before", "severity": "soon",
                            "triggers": [{"rule": "gone", "on": "pain", "value": 4, "previous": 0}]}]}'
           WHERE response_id = $1::text::uuid""",
        response_id,
        f'["{first}", 1]',
    )
    read = await watched.read(response_id)
    (trigger,) = read["alerts"][0]["triggers"]
    assert (trigger["since"], trigger["compared_with"]) == ("previous", ref(first))
    assert (trigger["reference"], read["late_by_hours"], read["context"]) == (None, None, {"on_treatment": None})
    assert trigger["reason"] == "Pain, severity: 4, rose by 4 since the previous response (0 to 4)"
    await database.fetch(
        """UPDATE response SET evaluation = jsonb_set(evaluation, '{compared_with}', 'null')
           WHERE response_id = $1::text::uuid""",
        response_id,
    )
    (trigger,) = (await watched.read(response_id))["alerts"][0]["triggers"]
    assert trigger["compared_with"] is None


@pytest.mark.parametrize("mode", [Mode.RECORD, Mode.SCORE])
async def test_item_nine_of_the_phq_gives_the_helpline_first_where_there_are_no_alerts(
    service: Service, mode: Mode
) -> None:
    service = await service.with_new_centre(mode)
    service.clock.shown = NOON
    patient = await service.register()
    for code, kinds in (("0", []), ("1", ["act-now"])):
        sent = await service.submit(patient, {"PHQ9": code}, questionnaire="phq-9", version="1.0", language="en")
        messages = sent.json()["feedback"]["messages"]
        assert [message["kind"] for message in messages if message["kind"] == "act-now"] == kinds
        assert (messages[0]["text"] == EN.say("feedback.self_harm")) is (code == "1")
        headers = service.as_(Role.NURSE) | {"Accept-Language": "en"}
        read = (await service.client.get(f"/v1/responses/{sent.json()['id']}", headers=headers)).json()
        assert read["alerts"] == []


async def test_item_nine_of_the_phq_is_urgent_whatever_the_total(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    sent = await service.submit(patient, {"PHQ9": "1"}, questionnaire="phq-9", version="1.0", language="en")
    assert sent.status_code == 201, sent.text
    assert sent.json()["feedback"]["messages"][0]["kind"] == "act-now"
    headers = service.as_(Role.NURSE) | {"Accept-Language": "en"}
    read = (await service.client.get(f"/v1/responses/{sent.json()['id']}", headers=headers)).json()
    assert [(alert["concept"], alert["severity"]) for alert in read["alerts"]] == [("self-harm", "urgent")]
    (trigger,) = read["alerts"][0]["triggers"]
    # The centre has not loaded the owner's words: the item's name stands for them.
    assert trigger["reason"] == "PHQ9: 1, at 1 or more"
    assert trigger["reference"]["key"] == "vigie-own"
