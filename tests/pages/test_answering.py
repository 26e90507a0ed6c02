"""A patient answers by a personal link, in a browser that runs no script."""

import re
from datetime import timedelta
from typing import Any

import pytest

from app.security.caller import Role
from app.wording import Wordings
from tests.pages.linked_patient import NOON, VISIT, LinkedPatient, linked_patient, text_of
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio

WORDS = Wordings.load().by_language
ANSWERS: dict[str, Any] = {
    "pain-frequency": "3",
    "pain-severity": "3",
    "pain-interference": "2",
    "quality-of-life": "5",
    "topics": ["pain", "sleep"],
    "topics-own-words": "Could I sleep <b>better</b>? 🙂",
    "can-wait": "yes",
}


@pytest.fixture
async def linked(service: Service) -> LinkedPatient:
    return await linked_patient(service)


async def test_a_link_tells_nothing_of_its_patient(linked: LinkedPatient) -> None:
    prefix, _, token = linked.path.rpartition("/")
    assert prefix == "/q"
    assert re.fullmatch(r"[A-Za-z0-9_-]{86}", token)
    for known in (linked.id, str(linked.service.centre_id), linked.link_id):
        assert known.replace("-", "") not in token
    listed = await linked.service.client.get(f"/v1/patients/{linked.id}/links", headers=linked.service.as_(Role.NURSE))
    (only,) = listed.json()["links"]
    assert (only["id"], only["url"], only["closes_at"]) == (
        linked.link_id,
        None,
        VISIT.isoformat().replace("+00:00", "Z"),
    )


async def test_a_link_gives_out_its_questionnaire_and_nothing_of_the_patient(linked: LinkedPatient) -> None:
    page = await linked.open()
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "'unsafe-inline'" not in page.headers["content-security-policy"]
    said = text_of(page)
    assert "Before your visit" in said
    assert "15" in said, "whom to call"
    assert "Wednesday, March 11, 2026" in said or "Wednesday, 11 March 2026" in said
    assert linked.id not in page.text


async def test_answers_are_stored_once_and_the_patient_reads_what_becomes_of_them(linked: LinkedPatient) -> None:
    sent = await linked.send(ANSWERS)
    assert (sent.status_code, sent.headers["location"]) == (303, linked.path)
    again = await linked.send(ANSWERS)
    assert again.status_code == 303
    (stored,) = await linked.responses()
    assert stored["answers"] == ANSWERS | {"quality-of-life": 5}
    assert (stored["answered_by"], stored["recorded_by"]) == ("patient", "patient")
    assert stored["consultation_id"] == linked.consultation_id
    assert (stored["flags"], stored["authored_at"]) == ([], NOON.isoformat().replace("+00:00", "Z"))
    page = await linked.open()
    said = text_of(page)
    assert WORDS["en"].say("answer.thanks_title") in said
    assert WORDS["en"].say("feedback.not_watched_live") in said
    assert "11" in said
    assert 'name="answer.pain-severity"' not in page.text, "the form is not given out again"


async def test_other_answers_through_the_same_link_replace_nothing(linked: LinkedPatient) -> None:
    await linked.send(ANSWERS)
    linked.service.clock.shown = NOON + timedelta(hours=2)
    changed = {**ANSWERS, "pain-severity": "1"}
    for _ in range(2):
        assert (await linked.send(changed)).status_code == 303
    later, first = await linked.responses()
    assert (first["answers"]["pain-severity"], later["answers"]["pain-severity"]) == ("3", "1")
    assert first["revision"] == later["revision"] == 1


async def test_what_branching_hides_is_not_stored(linked: LinkedPatient) -> None:
    sent = await linked.send({**CALM, "pain-frequency": "0", "pain-severity": "3"})
    assert sent.status_code == 303
    (stored,) = await linked.responses()
    assert stored["answers"] == {**CALM, "pain-frequency": "0"}


async def test_a_carer_may_answer_for_the_patient(linked: LinkedPatient) -> None:
    await linked.send(CALM, answered_by="related-person")
    (stored,) = await linked.responses()
    assert stored["answered_by"] == "related-person"


async def test_what_needs_another_look_is_told_and_nothing_is_lost(linked: LinkedPatient) -> None:
    own_words = "x" * 1_000_000
    page = await linked.send({"quality-of-life": "77", "topics": ["none", "pain"], "topics-own-words": own_words})
    assert page.status_code == 422
    said = text_of(page)
    assert WORDS["en"].count("answer.issues", 4) in said
    assert WORDS["en"].say("answer.issue_range", low=0, high=10) in said
    assert WORDS["en"].say("answer.issue_alone") in said
    assert WORDS["en"].say("answer.issue_needed") in said
    assert own_words in page.text
    assert await linked.responses() == []


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
async def test_a_page_speaks_the_patients_language(linked: LinkedPatient, language: str) -> None:
    page = await linked.open(language)
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page.text
    assert WORDS[language].say("answer.send") in text_of(page)


async def test_a_browser_in_an_unknown_language_gets_the_centres(linked: LinkedPatient) -> None:
    assert WORDS["fr"].say("answer.send") in text_of(await linked.open("xx-YY"))
    assert WORDS["fr"].say("answer.send") in text_of(await linked.open(None))


async def test_changing_the_language_keeps_what_was_written(linked: LinkedPatient) -> None:
    page = await linked.post(
        {"version": "1.0.0", "language": "ar", "answer.pain-severity": "2", "answer.pain-frequency": "1"}
    )
    assert page.status_code == 200
    assert '<html lang="ar" dir="rtl">' in page.text
    assert re.search(r'name="answer.pain-severity" value="2" checked', page.text)


async def test_what_is_saved_comes_back_on_another_device(linked: LinkedPatient) -> None:
    saved = await linked.post({"version": "1.0.0", "action": "save", "answer.quality-of-life": "4"})
    assert WORDS["en"].say("answer.saved") in text_of(saved)
    page = await linked.open()
    assert re.search(r'name="answer.quality-of-life" value="4" checked', page.text)
    # A second device that knows nothing of the first adds to it.
    await linked.post({"version": "1.0.0", "action": "save", "answer.can-wait": "no"})
    page = await linked.open()
    assert re.search(r'name="answer.quality-of-life" value="4" checked', page.text)
    assert re.search(r'name="answer.can-wait" value="no" checked', page.text)


async def test_an_urgent_answer_says_first_what_to_do(linked: LinkedPatient) -> None:
    await linked.send({"can-wait": "no"})
    page = await linked.open()
    said = text_of(page)
    assert said.index(WORDS["en"].say("feedback.urgent")) < said.index(WORDS["en"].say("answer.thanks_title"))
    assert 'href="tel:15"' in page.text


async def test_topics_can_be_put_in_order_and_completed_until_the_visit(linked: LinkedPatient) -> None:
    await linked.send(ANSWERS)
    fields = {"answer.topics": ["pain", "sleep", "work"], "answer.topics-own-words": "And my job?", "down": "pain"}
    kept = await linked.change_topics(fields)
    assert kept.status_code == 303
    (stored,) = await linked.responses()
    assert stored["answers"]["topics"] == ["sleep", "pain", "work"]
    assert stored["answers"]["topics-own-words"] == "And my job?"
    assert stored["answers"]["pain-severity"] == "3"
    assert (stored["revision"], stored["status"]) == (2, "amended")
    assert stored["authored_at"] == NOON.isoformat().replace("+00:00", "Z"), "the answers are as old as before"
    same = await linked.change_topics(
        {"answer.topics": ["sleep", "pain", "work"], "answer.topics-own-words": "And my job?"}
    )
    assert same.status_code == 303
    assert (await linked.responses())[0]["revision"] == 2, "nothing changed, nothing is stored"
    linked.service.clock.shown = VISIT
    late = await linked.change_topics(fields)
    assert WORDS["en"].say("answer.topics_closed") in text_of(late)
    assert (await linked.responses())[0]["revision"] == 2


async def test_topics_from_a_page_that_is_not_the_newest_replace_nothing(linked: LinkedPatient) -> None:
    await linked.send({**ANSWERS, "topics-own-words": ""})
    first = await linked.seen()
    await linked.change_topics({"answer.topics": ["pain"], "answer.topics-own-words": "Typed on the phone"})
    fields = {"answer.topics": ["pain", "sleep"], "answer.topics-own-words": "Typed in an old tab"}
    stale = await linked.post({**first, **fields}, "/topics")
    assert stale.status_code == 409
    assert WORDS["en"].say("answer.topics_stale") in text_of(stale)
    assert "Typed in an old tab" in text_of(stale)
    assert (await linked.responses())[0]["answers"]["topics-own-words"] == "Typed on the phone"
    shown = dict(re.findall(r'<input type="hidden" name="(response|revision)" value="([^"]*)">', stale.text))
    assert (await linked.post({**shown, **fields}, "/topics")).status_code == 303, "who has seen it may keep it"
    assert (await linked.responses())[0]["answers"]["topics-own-words"] == "Typed in an old tab"


async def test_a_script_is_told_which_revision_it_has_made(linked: LinkedPatient) -> None:
    await linked.send(ANSWERS)
    seen, wants = await linked.seen(), {"Accept": "application/json"}
    for revision, topic in enumerate(("pain", "sleep", "work"), start=2):
        answer = await linked.service.client.post(
            f"{linked.path}/topics", data={**seen, "answer.topics": [topic]}, headers=wants
        )
        assert answer.status_code == 200
        seen = answer.json()
        assert seen == {"response": seen["response"], "revision": revision}
    late = await linked.service.client.post(f"{linked.path}/topics", data={"answer.topics": ["pain"]}, headers=wants)
    assert (late.status_code, (await linked.responses())[0]["revision"]) == (409, 4)


async def test_enter_in_a_field_saves_and_changes_no_language(linked: LinkedPatient) -> None:
    page = (await linked.open()).text
    first = re.search(r"<button[^>]*>", page[page.index("<form") :])
    assert first is not None
    assert 'name="action" value="save"' in first.group(0)
