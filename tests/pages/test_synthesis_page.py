"""The synthesis as a page: who may open it for whom, who saw it, what changed since, and what it is made of."""

import gc
import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from app.security.caller import Role
from app.services.synthesis_in_words import SynthesisInWords
from app.wording import Wordings
from tests.api.database import Database
from tests.api.test_synthesis import EVE, VISIT
from tests.pages.linked_patient import text_of
from tests.pages.synthesis_stories import (
    Told,
    a_consultation_cancelled,
    a_name_in_two_scripts,
    answered,
    begun,
    whole_story,
)
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio

WORDS = Wordings.load().by_language["en"]
DOCTOR = "Dr Synthetic"


async def opened(service: Service, told: Told, **query: str) -> str:
    answer = await service.client.get(
        "/pages/synthesis",
        params={"consultation": told.visit, "lang": "en", **query},
        headers=service.as_(Role.CLINICIAN),
    )
    assert answer.status_code == 200, answer.text
    return answer.text


async def printed(service: Service, told: Told, version: int = 1, query: dict[str, str] | None = None) -> Any:
    return await service.client.post(
        "/pages/synthesis.pdf",
        params={"consultation": told.visit, "lang": "en", **(query or {})},
        data={"version": str(version)},
        headers=service.as_(Role.CLINICIAN, name=DOCTOR),
    )


async def answered_an_hour_later(service: Service, told: Told) -> str:
    service.clock.shown = EVE + timedelta(hours=1)
    return (await answered(service, told, (EVE + timedelta(hours=1), CALM))).responses[-1]


async def entered_in_error(service: Service, response: str) -> None:
    marked = await service.client.post(
        f"/v1/responses/{response}/entered-in-error",
        json={"reason": "another patient's"},
        headers=service.as_(Role.NURSE) | {"If-Match": '"1"'},
    )
    assert marked.status_code == 200


async def seen(service: Service, told: Told, version: int = 1, headers: dict[str, str] | None = None) -> Any:
    return await service.client.post(
        f"/pages/synthesis?consultation={told.visit}&lang=en",
        data={"version": str(version)},
        headers=service.as_(Role.CLINICIAN, name=DOCTOR) | (headers or {}),
    )


async def test_every_row_opens_the_answers_behind_it(service: Service) -> None:
    page = await opened(service, await whole_story(service))
    rows = re.findall(r"<tr class=.*?</tr>", page, re.DOTALL)
    pain = next(row for row in rows if "Pain" in row)
    assert "At the hardest moment, was the pain bad?" in pain
    assert "It was bad" in pain
    known = [row for row in rows if "level-" in row]
    assert known
    assert all("<details" in row for row in known)


async def test_a_severe_week_in_between_is_marked_as_severe(service: Service) -> None:
    page = await opened(service, await a_consultation_cancelled(service))
    (pain,) = re.findall(r"<li><span class=\"level-mark.*?</li>", page, re.DOTALL)
    assert "1 mild → 1 mild" in pain
    assert "at worst 3 severe" in pain
    assert "level-3" in pain


async def test_nothing_of_a_page_waits_for_a_garbage_collection(service: Service) -> None:
    told = await whole_story(service)
    gc.collect()
    gc.disable()
    try:
        await opened(service, told)
        assert [found for found in gc.get_objects() if isinstance(found, SynthesisInWords)] == []
    finally:
        gc.enable()


async def test_a_trend_says_in_words_what_it_draws(service: Service) -> None:
    page = await opened(service, await whole_story(service))
    trends = re.findall(r'<svg class="trend"[^>]*aria-label="([^"]*)"', page)
    assert "Mar 1: 1 mild; Mar 13: not scored; Mar 22: 3 severe" in trends


async def test_who_saw_which_version_stands_on_the_page(service: Service) -> None:
    told = await whole_story(service)
    assert (await seen(service, told)).status_code == 303
    said = text_of(
        await service.client.get(
            f"/pages/synthesis?consultation={told.visit}&lang=en", headers=service.as_(Role.CLINICIAN)
        )
    )
    assert f"Seen by {DOCTOR} on" in said
    assert "(version 1)" in said
    assert "Changed since" not in said


async def test_what_came_after_it_was_seen_is_told(service: Service) -> None:
    told = await whole_story(service)
    await seen(service, told)
    await answered_an_hour_later(service, told)
    page = await opened(service, told)
    assert WORDS.say("synthesis.changed_title", version=1) in page
    assert "Version 2" in page
    # Nobody has seen what came while they were reading.
    outdated = await seen(service, told, version=1)
    assert outdated.status_code == 200
    assert WORDS.say("synthesis.outdated", version=2) in text_of(outdated)
    assert WORDS.say("synthesis.changed_title", version=1) in await opened(service, told)
    # Seen again, it is as everybody knows it.
    assert (await seen(service, told, version=2)).status_code == 303
    assert WORDS.say("synthesis.changed_title", version=1) not in await opened(service, told)


async def test_an_answer_that_should_never_have_been_is_told_as_withdrawn(service: Service) -> None:
    told = await whole_story(service)
    await seen(service, told)
    await entered_in_error(service, told.responses[-1])
    assert "withdrawn on" in await opened(service, told)


async def test_the_first_answer_of_all_is_told_as_withdrawn_too(service: Service) -> None:
    told = await whole_story(service)
    await seen(service, told)
    await entered_in_error(service, told.responses[0])
    assert "withdrawn on" in await opened(service, told)


async def test_what_came_and_was_withdrawn_since_is_not_told(service: Service) -> None:
    told = await whole_story(service)
    await seen(service, told)
    await entered_in_error(service, await answered_an_hour_later(service, told))
    page = await opened(service, told)
    assert "withdrawn on" not in page
    assert "New answers of" not in page


async def test_a_print_is_told_of_until_the_newer_version_is_printed(service: Service) -> None:
    told = await whole_story(service)
    await printed(service, told)
    await answered_an_hour_later(service, told)
    # Somebody saw the newer version; the older sheet lies about all the same.
    await seen(service, told, version=2)
    changed = WORDS.say("synthesis.changed_title", version=1)
    assert changed in await opened(service, told)
    paper = await printed(service, told, version=2)
    assert "Changed since version 1" in PdfReader(BytesIO(paper.content)).pages[0].extract_text()
    assert changed not in await opened(service, told)


async def test_what_changed_while_somebody_read_is_not_printed(service: Service) -> None:
    told = await whole_story(service)
    await opened(service, told)
    await answered_an_hour_later(service, told)
    outdated = await printed(service, told, version=1)
    assert WORDS.say("synthesis.outdated", version=2) in text_of(outdated)
    assert "Printed by" not in outdated.text


async def test_a_page_opened_for_another_patient_shows_nothing(service: Service) -> None:
    told, other = await a_name_in_two_scripts(service), await service.register()
    for query in (
        {"patient": other},
        {"identifier": "urn:test:ipp|another"},
        {"patient": told.patient, "identifier": "urn:x|SYNTHETIC"},
    ):
        answer = await service.client.get(
            "/pages/synthesis",
            params={"consultation": told.visit, "lang": "en", **query},
            headers=service.as_(Role.CLINICIAN),
        )
        assert answer.status_code == 409
        assert WORDS.say("page.problem_patient_differs") in text_of(answer)
        assert "Synthetic" not in answer.text
        paper = await service.client.get(
            "/pages/synthesis.pdf", params={"consultation": told.visit, **query}, headers=service.as_(Role.CLINICIAN)
        )
        assert paper.status_code == 409
        assert (await printed(service, told, query=query)).status_code == 409
        marked = await service.client.post(
            "/pages/synthesis",
            params={"consultation": told.visit, **query},
            data={"version": "1"},
            headers=service.as_(Role.CLINICIAN),
        )
        assert marked.status_code == 409
    assert f"patient={told.patient}" in (await opened(service, told, patient=told.patient)).split("<form")[1]
    assert "Seen by" not in await opened(service, told)
    assert "(Synthetic)" in await opened(service, told, patient=told.patient)
    assert "(Synthetic)" in await opened(service, told, identifier="urn:test:ipp|SYNTHETIC")


@pytest.mark.parametrize("role", [Role.PATIENT, Role.ADMIN])
async def test_a_role_that_does_not_open_it_reads_why(service: Service, role: Role) -> None:
    told = await whole_story(service)
    headers = service.as_(role, told.patient if role is Role.PATIENT else None)
    answer = await service.client.get(f"/pages/synthesis?consultation={told.visit}&lang=en", headers=headers)
    assert answer.status_code == 403
    assert WORDS.say("page.problem_not_permitted") in text_of(answer)


async def test_another_centres_synthesis_is_not_there(service: Service) -> None:
    told = await whole_story(service)
    elsewhere = await service.with_new_centre()
    answer = await elsewhere.client.get(
        f"/pages/synthesis?consultation={told.visit}&lang=ar", headers=elsewhere.as_(Role.CLINICIAN)
    )
    assert answer.status_code == 404
    assert Wordings.load().by_language["ar"].say("page.problem_not_found") in text_of(answer)


async def test_a_mark_from_another_site_is_refused(service: Service, database: Database) -> None:
    told = await whole_story(service)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert (await seen(service, told, headers=headers)).status_code == 403
    assert await database.fetch("SELECT 1 FROM synthesis_mark WHERE centre_id = $1", service.centre_id) == []


async def test_treatment_identity_and_age_stand_at_the_head(service: Service) -> None:
    told = await begun(service, identity_status="VALI")
    await service.client.put(
        f"/v1/patients/{told.patient}/consultations/{(visit_id := 'with-treatment')}",
        json={"start": VISIT.isoformat(), "treatment_line": 2, "treatment_cycle": 4},
        headers=service.as_(Role.SYSTEM),
    )
    visits = await service.client.get(f"/v1/patients/{told.patient}/consultations", headers=service.as_(Role.NURSE))
    visit = next(v["id"] for v in visits.json()["consultations"] if v["visit_id"] == visit_id)
    told = await answered(service, Told(told.patient, visit), (EVE - timedelta(days=3), CALM))
    page = await opened(service, told)
    assert "line 2 and cycle 4" in page
    assert "Identity validated" in page
    assert "(4 days before the consultation)" in page


async def test_printing_is_kept_and_reading_the_paper_is_not(service: Service) -> None:
    told = await whole_story(service)
    path = f"/pages/synthesis.pdf?consultation={told.visit}&lang=en"
    read = await service.client.get(path, headers=service.as_(Role.SYSTEM))
    assert (read.status_code, read.headers["content-type"]) == (200, "application/pdf")
    assert "Printed by" not in await opened(service, told)
    assert (await printed(service, told)).content.startswith(b"%PDF-")
    assert f"Printed by {DOCTOR} on" in await opened(service, told)


async def test_a_patient_with_another_record_is_told_apart(service: Service) -> None:
    told, other = await whole_story(service), await service.register()
    merged = await service.client.post(
        f"/v1/patients/{other}/replaced-by", json={"patient_id": told.patient}, headers=service.as_(Role.NURSE)
    )
    assert merged.status_code == 200, merged.text
    assert WORDS.count("synthesis.other_records", 1) in await opened(service, told)


async def test_who_looked_at_whom_is_in_the_trail(service: Service, database: Database) -> None:
    told = await whole_story(service)
    await opened(service, told)
    await seen(service, told)
    rows = await database.fetch(
        "SELECT operation, patient_id::text, resource_id, revision FROM audit_event"
        " WHERE centre_id = $1 AND operation IN ('read_synthesis', 'mark_synthesis') ORDER BY audit_id",
        service.centre_id,
    )
    assert [tuple(row) for row in rows] == [
        ("read_synthesis", told.patient, told.visit, 1),
        ("mark_synthesis", told.patient, told.visit, 1),
    ]
