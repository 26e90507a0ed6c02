"""The synthesis of a small story, from the answers over HTTP to the JSON that a clinician reads."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.api.synthesis_body import SynthesisOut
from app.security.caller import Role
from scoring.synthesis import Mode
from tests.api.answers import PAIN_MILD, URGENT
from tests.api.problems import problem
from tests.support.service import CALM, Service, days

pytestmark = pytest.mark.anyio

LAST_VISIT = datetime(2026, 3, 2, 9, tzinfo=UTC)
VISIT = datetime(2026, 3, 23, 9, tzinfo=UTC)
EVE = datetime(2026, 3, 22, 18, tzinfo=UTC)

BEFORE = PAIN_MILD | {"nausea-frequency": "2", "nausea-severity": "2", "fatigue-severity": "0", "quality-of-life": 7}
BETWEEN = CALM | {"diarrhea-frequency": "4", "pain-frequency": "3"}
NOW = URGENT | {
    "pain-frequency": "3",
    "pain-severity": "3",
    "pain-interference": "3",
    "nausea-frequency": "0",
    "fatigue-severity": "2",
    "fatigue-interference": "2",
    "diarrhea-frequency": "1",
    "sadness-frequency": "prefer_not_to_answer",
    "quality-of-life": 4,
    "topics": ["pain", "work"],
    "topics-own-words": "Could I go back to the garden?",
}


class Story:
    """Two visits; a response before the first, two since: what is new, worse, resolved, and cannot wait."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.patient = self.visit = self.previous = ""
        self.refs: list[dict[str, Any]] = []

    async def told(self) -> "Story":
        """Tell it."""
        service = self.service
        service.clock.shown = EVE
        self.patient = await service.register()
        self.previous = await service.plan(self.patient, LAST_VISIT, status="finished")
        await service.plan(self.patient, LAST_VISIT + days(7), status="cancelled")
        self.visit = await service.plan(self.patient, VISIT)
        for authored, answers in ((LAST_VISIT - days(1), BEFORE), (VISIT - days(10), BETWEEN), (EVE, NOW)):
            sent = await service.submit(self.patient, answers, authored=authored)
            assert sent.status_code == 201, sent.text
            self.refs.append({"id": sent.json()["id"], "revision": 1})
        return self

    async def synthesis(self, **query: str) -> dict[str, Any]:
        """The synthesis of the coming visit."""
        path = f"/v1/consultations/{self.visit}/synthesis"
        answer = await self.service.client.get(path, params=query, headers=self.service.as_(Role.CLINICIAN))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


def rows(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Concept -> the row that places its line."""
    return {line["concept"]: line["rows"][0] for line in body["lines"]}


async def test_what_changed_since_the_last_visit_is_labelled_with_its_evidence(service: Service) -> None:
    story = await Story(service).told()
    body = await story.synthesis()
    assert body["patient_id"] == story.patient
    assert body["consultation"] == {"id": story.visit, "start": "2026-03-23T09:00:00Z", "status": "planned"}
    assert body["previous"] == {"id": story.previous, "start": "2026-03-02T09:00:00Z", "status": "finished"}
    assert (body["mode"], body["as_of"]) == ("alert", "2026-03-22T18:00:00Z")
    by_concept = rows(body)
    labels = {concept: row["label"] for concept, row in by_concept.items()}
    assert labels["pain"] == "worse"
    assert labels["nausea"] == "resolved"
    assert labels["fatigue"] == "new"
    assert labels["diarrhea"] == "no_comparison"
    assert labels["sadness"] == labels["vomiting"] == "not_answered"
    assert labels["quality_of_life"] == "not_rated"
    pain = by_concept["pain"]
    assert (pain["now"]["value"], pain["now"]["response"]) == (3, story.refs[2])
    assert (pain["reference"]["value"], pain["reference"]["response"]) == (1, story.refs[0])
    assert pain["now"]["items"] == ["pain-frequency", "pain-severity", "pain-interference"]
    assert by_concept["nausea"]["now"]["imputed"] == ["nausea-severity"]
    assert (by_concept["quality_of_life"]["now"]["value"], by_concept["quality_of_life"]["reference"]["value"]) == (
        4,
        7,
    )
    assert by_concept["sadness"]["absence"] == "declined"


async def test_points_of_vigilance_are_in_the_order_of_urgency(service: Service) -> None:
    story = await Story(service).told()
    points = (await story.synthesis())["points"]
    assert [(p["tier"], p["concept"], p["label"], p["now"], p["reference"]) for p in points] == [
        (1, "can_wait", None, None, None),
        (2, "pain", "worse", 3, 1),
        (3, "diarrhea", "no_comparison", 1, None),
        (4, "fatigue", "new", 2, 0),
    ]
    assert points[0]["alert"]["severity"] == "urgent"
    assert [p["evidence"] for p in points] == [
        [story.refs[2]],
        [story.refs[2]],
        [story.refs[1]],
        [story.refs[2]],
    ]


async def test_topics_completeness_and_what_was_used_are_named(service: Service) -> None:
    story = await Story(service).told()
    body = await story.synthesis()
    assert [(t["response"], t["answers"]) for t in body["topics"]] == [
        (
            story.refs[2],
            {"topics": ["pain", "work"], "topics-own-words": ["Could I go back to the garden?"]},
        )
    ]
    between, now = body["responses"]
    assert (between["response"], now["response"]) == (story.refs[1], story.refs[2])
    assert now["declined"] == ["sadness-frequency"]
    assert now["answered"] + len(now["skipped"]) + len(now["declined"]) == now["asked"]
    assert "pain-severity" in between["skipped"]
    assert between["answers"] is None
    assert {ref["id"] for ref in body["used"]} == {ref["id"] for ref in story.refs}
    assert body["not_answered"] == []


async def test_a_synthesis_of_the_past_does_not_know_what_came_later(service: Service) -> None:
    story = await Story(service).told()
    body = await story.synthesis(as_of="2026-03-15T12:00:00Z")
    assert body["as_of"] == "2026-03-15T12:00:00Z"
    assert [r["response"] for r in body["responses"]] == [story.refs[1]]
    assert rows(body)["diarrhea"]["now"]["value"] == 3
    assert "can_wait" not in {point["concept"] for point in body["points"]}


async def test_without_an_answer_since_the_last_visit_the_questionnaire_is_not_answered(service: Service) -> None:
    service.clock.shown = EVE
    patient = await service.register()
    visit = await service.plan(patient, VISIT)
    path = f"/v1/consultations/{visit}/synthesis"
    body = (await service.client.get(path, headers=service.as_(Role.NURSE))).json()
    assert body["not_answered"] == ["https://vigie.example/fhir/Questionnaire/pre-consultation|1.0.0"]
    assert (body["previous"], body["responses"], body["points"], body["topics"]) == (None, [], [], [])
    assert {row["label"] for row in rows(body).values()} == {"not_answered"}


async def test_the_first_visit_compares_with_nothing(service: Service) -> None:
    service.clock.shown = EVE
    patient = await service.register()
    visit = await service.plan(patient, VISIT)
    await service.submit(patient, PAIN_MILD, authored=EVE)
    path = f"/v1/consultations/{visit}/synthesis"
    body = (await service.client.get(path, headers=service.as_(Role.NURSE))).json()
    assert rows(body)["pain"]["label"] == "no_comparison"


async def test_a_carers_answer_is_compared_and_flagged(service: Service) -> None:
    service.clock.shown = EVE
    patient, carer = await service.register(), await service.register()
    await service.plan(patient, LAST_VISIT, status="finished")
    visit = await service.plan(patient, VISIT)
    await service.submit(patient, PAIN_MILD, authored=LAST_VISIT - days(1))
    await service.submit(patient, PAIN_MILD, headers=service.as_(Role.PATIENT, carer, acts_for=(patient,)))
    path = f"/v1/consultations/{visit}/synthesis"
    body = (await service.client.get(path, headers=service.as_(Role.NURSE))).json()
    assert (rows(body)["pain"]["label"], rows(body)["pain"]["respondent_changed"]) == ("unchanged", True)


async def test_the_mode_record_gives_answers_in_order_and_no_ranking(service: Service) -> None:
    story = await Story(await service.with_new_centre(Mode.RECORD)).told()
    body = await story.synthesis()
    assert (body["mode"], body["points"], body["lines"]) == ("record", [], [])
    assert [(r["response"], r["answers"].get("pain-frequency")) for r in body["responses"]] == [
        (story.refs[1], ["3"]),
        (story.refs[2], ["3"]),
    ]
    assert body["topics"]


async def test_the_mode_score_gives_scores_and_change_and_no_urgency(service: Service) -> None:
    story = await Story(await service.with_new_centre(Mode.SCORE)).told()
    body = await story.synthesis()
    assert (body["mode"], body["points"]) == ("score", [])
    assert rows(body)["pain"]["label"] == "worse"
    assert {response["answers"] for response in body["responses"]} == {None}


@pytest.mark.parametrize("mode", Mode)
async def test_who_i_am_states_the_mode(service: Service, mode: Mode) -> None:
    centre = await service.with_new_centre(mode)
    me = await centre.client.get("/v1/me", headers=centre.as_(Role.NURSE))
    assert me.json()["centre"]["mode"] == mode.value


async def test_visits_are_listed_earliest_first_and_known_by_the_hospitals_id(service: Service) -> None:
    patient, other = await service.register(), await service.register()
    second = await service.plan(patient, VISIT, visit_id="visit-2")
    first = await service.plan(patient, LAST_VISIT, "finished", visit_id="visit-1")
    moved = await service.plan(patient, VISIT + days(1), visit_id="visit-2")
    assert moved == second
    path = f"/v1/patients/{patient}/consultations"
    for headers in (service.as_(Role.NURSE), service.as_(Role.PATIENT, patient)):
        listed = (await service.client.get(path, headers=headers)).json()["consultations"]
        assert [(c["id"], c["visit_id"], c["start"], c["status"]) for c in listed] == [
            (first, "visit-1", "2026-03-02T09:00:00Z", "finished"),
            (second, "visit-2", "2026-03-24T09:00:00Z", "planned"),
        ]
    taken = await service.client.put(
        f"/v1/patients/{other}/consultations/visit-2",
        json={"start": VISIT.isoformat()},
        headers=service.as_(Role.SYSTEM),
    )
    problem(taken, 404, "not-found")
    unknown = await service.client.put(
        f"/v1/patients/{patient}/consultations/visit-3",
        json={"start": VISIT.isoformat(), "instruments": ["nothing-of-ours"]},
        headers=service.as_(Role.SYSTEM),
    )
    problem(unknown, 404, "unknown-questionnaire")


async def test_the_json_is_what_the_documentation_says_field_by_field(service: Service) -> None:
    patient = await service.register()
    visit = await service.plan(patient, service.clock() + days(1))
    await service.submit(patient, CALM | {"pain-frequency": "4", "pain-severity": "4", "can-wait": "no"})
    answer = await service.client.get(f"/v1/consultations/{visit}/synthesis", headers=service.as_(Role.CLINICIAN))
    documented = SynthesisOut.model_validate_json(answer.content)
    assert documented.points[0].alert is not None
    assert set(SynthesisOut.model_fields) == set(answer.json())
