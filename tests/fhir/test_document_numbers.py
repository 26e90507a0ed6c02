"""The same synthesis in the document, on the page and in the JSON: every point, every line, every number."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.demo.courses import COURSES, WEEKS, Course
from app.demo.seed import answers_of
from app.security.caller import Role
from scoring.history import Respondent
from scoring.synthesis import Mode
from tests.api.test_synthesis import EVE, LAST_VISIT, VISIT, Story
from tests.fhir.reading_documents import Document, read_document, same_everywhere
from tests.support.service import CALM, INSTRUMENT, Service, days

pytestmark = pytest.mark.anyio

LANGUAGES = ("fr", "en", "ar")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_story_is_the_same_in_every_language(service: Service, language: str) -> None:
    story = await Story(service).told()
    document = await same_everywhere(service, story.visit, language)
    assert len(document.shown("points-of-vigilance").part("ranked")) == 4
    assert document.sections["points-of-vigilance"]["entry"]


@pytest.mark.parametrize("mode", [Mode.RECORD, Mode.SCORE])
async def test_the_other_modes_say_less_and_the_same_everywhere(service: Service, mode: Mode) -> None:
    story = await Story(await service.with_new_centre(mode)).told()
    document = await same_everywhere(story.service, story.visit, "en")
    sections = ["topics", "symptoms", "scales", "answers", "mode"]
    assert list(document.sections) == (sections if mode is Mode.SCORE else ["topics", "answers", "mode"])
    assert mode.value in document.shown("mode").text
    tags = [one["meta"]["tag"][0]["code"] for one in (document.bundle, document.composition)]
    assert tags == [mode.value] * 2
    said = " ".join(document.shown(code).text for code in document.sections)
    assert ("worse" in said) is (mode is Mode.SCORE)
    kinds = {one["resourceType"] for one in document.by_url.values()}
    assert ("Observation" in kinds) is (mode is Mode.SCORE)
    if mode is Mode.RECORD:
        shown = document.shown("answers").part("answers")
        assert "Could I go back to the garden?" in shown
        first, second = (one["authored"] for one in document.cited("answers"))
        assert first < second


async def _lived(service: Service, course: Course) -> str:
    """The last seven weeks of a course, between two consultations; gives the coming one."""
    service.clock.shown = EVE
    questionnaire = service.app.state.installation.catalogue.get(INSTRUMENT)
    patient, carer = await service.register(), await service.register()
    await service.plan(patient, EVE - days(30), "finished")
    visit = await service.plan(patient, EVE + days(1))
    for week in range(WEEKS - 7, WEEKS):
        answers = answers_of(questionnaire, course, week)
        if answers is not None:
            by_carer = course.answered_by(week) is Respondent.RELATED_PERSON
            headers = service.as_(Role.PATIENT, carer, acts_for=(patient,)) if by_carer else None
            at = EVE - days(7 * (WEEKS - 1 - week))
            sent = await service.submit(patient, answers, authored=at, language=course.language, headers=headers)
            assert sent.status_code == 201, sent.text
    return visit


@pytest.mark.parametrize("course", COURSES, ids=[course.story for course in COURSES])
async def test_every_course_of_the_demonstration_is_the_same_everywhere(service: Service, course: Course) -> None:
    await same_everywhere(service, await _lived(service, course), course.language)


async def test_a_carer_a_decline_and_an_answer_that_looks_back_are_told(service: Service) -> None:
    by_carer = await same_everywhere(service, await _lived(service, COURSES[9]), "en")
    assert "Answered by somebody else than at the last consultation." in by_carer.shown("symptoms").text
    declined = await same_everywhere(service, await _lived(service, COURSES[8]), "en")
    assert "2 declined" in declined.shown("answers").text


async def test_words_of_two_scripts_stand_each_in_its_direction(service: Service) -> None:
    document = await same_everywhere(service, await _lived(service, COURSES[10]), "ar")
    topics = document.sections["topics"]["text"]["div"]
    assert 'lang="ar" xml:lang="ar" dir="rtl"' in topics
    assert '<blockquote dir="rtl"><p>أريد أن أسأل عن الإمساك بعد كل جرعة من الدواء.</p>' in topics
    assert "غير جاهزة" not in document.shown("answers").text
    in_french = await read_document(service, document.composition["id"], "fr")
    assert '<blockquote dir="rtl"><p>أريد' in in_french.sections["topics"]["text"]["div"]
    head = in_french.composition["text"]["div"]
    assert 'lang="fr" xml:lang="fr" dir="ltr"' in head


HARMFUL = "<script>alert('x')</script> \u202egnp.exe\u202c & <b onclick=x>?\u2066\nseconde ligne"


async def test_what_a_patient_writes_does_nothing(service: Service) -> None:
    service.clock.shown = EVE
    patient = await service.register()
    visit = await service.plan(patient, VISIT)
    answers = CALM | {"topics": ["pain"], "topics-own-words": HARMFUL}
    sent = await service.submit(patient, answers, authored=EVE)
    assert sent.status_code == 201, sent.text
    document = await read_document(service, visit)
    (quoted,) = document.shown("topics").part("quoted")
    assert quoted == "<script>alert('x')</script> gnp.exe & <b onclick=x>? seconde ligne"
    div = document.sections["topics"]["text"]["div"]
    assert "<script" not in div
    assert not set(div) & set("\u202e\u202c\u2066")
    # Beside the words that are shown, the answer itself is as it was given.
    (response,) = document.cited("topics")
    assert HARMFUL.splitlines()[0] in json.dumps(response, ensure_ascii=False, default=str)


async def test_a_name_turned_round_does_nothing(service: Service) -> None:
    service.clock.shown = EVE
    body: dict[str, Any] = {"identifiers": [{"system": "urn:test:ipp", "value": "turned"}]}
    body |= {"family_name": "\u202eeromA <i>", "given_name": "ليلى"}
    registered = await service.client.post("/v1/patients", json=body, headers=service.as_(Role.SYSTEM))
    visit = await service.plan(registered.json()["id"], VISIT)
    head = (await read_document(service, visit)).composition["text"]["div"]
    assert '<strong><span dir="ltr">eromA &lt;i&gt; ليلى</span></strong>' in head


async def _story_with(service: Service, *responses: tuple[datetime, dict[str, Any]]) -> tuple[str, str]:
    service.clock.shown = EVE
    patient = await service.register()
    await service.plan(patient, LAST_VISIT, "finished")
    visit = await service.plan(patient, VISIT)
    for authored, answers in responses:
        sent = await service.submit(patient, answers, authored=authored)
        assert sent.status_code == 201, sent.text
    return patient, visit


async def test_a_symptom_that_was_left_open_is_an_observation_that_says_so(service: Service) -> None:
    severe = CALM | {"pain-frequency": "4", "pain-severity": "4", "pain-interference": "4"}
    _, visit = await _story_with(service, (EVE - days(9), severe), (EVE - days(1), CALM))
    document = await same_everywhere(service, visit, "en")
    assert "Pain" in document.shown("points-of-vigilance").part("ranked")[0]
    absent = [one for one in document.cited("points-of-vigilance") if "dataAbsentReason" in one]
    assert len(absent) == 1


async def test_a_first_visit_has_a_period_without_a_beginning(service: Service) -> None:
    service.clock.shown = EVE
    patient = await service.register()
    visit = await service.plan(patient, VISIT)
    await service.submit(patient, CALM | {"nausea-frequency": "2", "nausea-severity": "2"}, authored=EVE)
    document: Document = await same_everywhere(service, visit, "en")
    assert document.composition["event"][0]["period"] == {"end": "2026-03-22T18:00:00Z"}
    assert document.state == "answered"


async def test_the_last_consultation_is_the_beginning(service: Service) -> None:
    _, visit = await _story_with(service, (datetime(2026, 3, 1, 9, tzinfo=UTC), CALM))
    document = await same_everywhere(service, visit, "en")
    assert document.composition["event"][0]["period"]["start"] == "2026-03-02T09:00:00Z"
    assert document.state == "not-ready"
