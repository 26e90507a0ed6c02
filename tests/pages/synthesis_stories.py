"""Synthetic patients before a visit: each story is one case that a synthesis must get right."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from app.security.caller import Role
from tests.api.answers import PAIN_MILD
from tests.api.test_synthesis import BEFORE, BETWEEN, EVE, LAST_VISIT, NOW, VISIT
from tests.support.service import CALM, Service, days

MILD = CALM | PAIN_MILD | {"quality-of-life": 7}
WORSE = CALM | {"pain-frequency": "4", "pain-severity": "4", "pain-interference": "3", "quality-of-life": 3}


@dataclass(frozen=True)
class Told:
    """A story that was told: its patient, the visit ahead, the ids of the responses."""

    patient: str
    visit: str
    responses: tuple[str, ...] = ()


async def begun(service: Service, *, with_last_visit: bool = True, **who: Any) -> Told:
    service.clock.shown = EVE
    body = {"identifiers": [{"system": "urn:test:ipp", "value": "SYNTHETIC"}], **who}
    answer = await service.client.post("/v1/patients", json=body, headers=service.as_(Role.SYSTEM))
    patient = str(answer.json()["id"])
    if with_last_visit:
        await service.plan(patient, LAST_VISIT, status="finished")
    return Told(patient, await service.plan(patient, VISIT))


async def answered(service: Service, told: Told, *given: tuple[Any, dict[str, Any]], **fields: Any) -> Told:
    ids = []
    for authored, answers in given:
        sent = await service.submit(told.patient, answers, authored=authored, **fields)
        assert sent.status_code == 201, sent.text
        ids.append(str(sent.json()["id"]))
    return Told(told.patient, told.visit, (*told.responses, *ids))


async def whole_story(service: Service) -> Told:
    told = await begun(service)
    return await answered(service, told, (LAST_VISIT - days(1), BEFORE), (VISIT - days(10), BETWEEN), (EVE, NOW))


async def no_earlier_consultation(service: Service) -> Told:
    return await answered(service, await begun(service, with_last_visit=False), (VISIT - days(3), WORSE))


async def two_the_same_day(service: Service) -> Told:
    told = await begun(service)
    morning, evening = VISIT - days(2.1), VISIT - days(1.8)
    return await answered(service, told, (LAST_VISIT - days(1), MILD), (evening, MILD), (morning, WORSE))


async def nothing_answered_since(service: Service) -> Told:
    return await answered(service, await begun(service), (LAST_VISIT - days(1), WORSE))


async def only_a_draft(service: Service) -> Told:
    told = await nothing_answered_since(service)
    saved = await service.client.put(
        f"/v1/patients/{told.patient}/drafts/pre-consultation",
        json={"version": "1.0.0", "answers": WORSE},
        headers=service.as_(Role.PATIENT, told.patient) | {"If-None-Match": "*"},
    )
    assert saved.status_code == 200, saved.text
    return told


async def a_silent_patient(service: Service) -> Told:
    return await begun(service)


async def a_name_in_two_scripts(service: Service) -> Told:
    told = await begun(service, family_name="مريض تجريبي (Synthetic)", given_name="Patient", birth_date="1970-01-01")
    own = CALM | {"topics": ["eating"], "topics-own-words": "أريد أن أسأل عن Paracetamol \u202e123 <b>!"}
    return await answered(service, told, (VISIT - days(1), own))


async def a_consultation_cancelled(service: Service) -> Told:
    told = await begun(service)
    await service.plan(told.patient, VISIT - days(7), status="cancelled")
    return await answered(
        service, told, (LAST_VISIT - days(1), MILD), (VISIT - days(8), WORSE), (VISIT - days(1), MILD)
    )


async def corrected_after_printing(service: Service) -> Told:
    told = await answered(service, await begun(service), (LAST_VISIT - days(1), MILD), (VISIT - days(1), WORSE))
    page = await service.client.post(
        f"/pages/synthesis?consultation={told.visit}",
        data={"version": "1"},
        headers=service.as_(Role.CLINICIAN, name="Dr Synthetic"),
    )
    assert page.status_code == 303, page.text
    corrected = await service.client.put(
        f"/v1/responses/{told.responses[-1]}",
        json={"answers": WORSE | {"pain-severity": "1"}, "reason": "mistaken"},
        headers=service.as_(Role.NURSE) | {"If-Match": '"1"'},
    )
    assert corrected.status_code == 200, corrected.text
    return told


Story = Callable[[Service], Awaitable[Told]]
STORIES: dict[str, tuple[Story, tuple[str, ...]]] = {
    "whole-story": (whole_story, ("fr", "en", "ar")),
    "no-earlier-consultation": (no_earlier_consultation, ("en",)),
    "two-the-same-day": (two_the_same_day, ("en",)),
    "nothing-answered-since": (nothing_answered_since, ("en",)),
    "only-a-draft": (only_a_draft, ("en",)),
    "a-silent-patient": (a_silent_patient, ("fr",)),
    "a-name-in-two-scripts": (a_name_in_two_scripts, ("fr", "ar")),
    "a-consultation-cancelled": (a_consultation_cancelled, ("en",)),
    "corrected-after-printing": (corrected_after_printing, ("en",)),
}
"""Name -> who tells it, and the languages that it is read in."""
