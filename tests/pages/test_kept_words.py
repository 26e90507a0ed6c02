"""What somebody wrote is never lost: wherever it cannot be stored, the page shows it again."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.store.embedded import EmbeddedPostgres
from app.store.errors import StoreBusy
from app.wording import Wordings
from tests.pages.diary import linked_diary, with_diary
from tests.pages.linked_patient import VISIT, LinkedPatient, linked_patient, text_of
from tests.support.service import CALM, Service, running_service

pytestmark = pytest.mark.anyio

EN = Wordings.load().by_language["en"]
OWN = "What I typed on the second device"
OLD_TAB = {"version": "1.0.0", "answer.can-wait": "yes", "answer.topics-own-words": OWN}


@pytest.fixture
async def linked(service: Service) -> LinkedPatient:
    return await linked_patient(service)


@pytest.fixture
async def diary(postgres: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[LinkedPatient]:
    async with running_service(
        postgres.service_url, postgres.owner_url, instruments_dir=with_diary(tmp_path)
    ) as started:
        yield await linked_diary(await started.with_new_centre())


@pytest.mark.parametrize("pressed", [{"action": "save"}, {"language": "fr"}])
async def test_an_old_tab_shows_what_was_typed_after_another_device_has_sent(
    linked: LinkedPatient, pressed: dict[str, str]
) -> None:
    await linked.send(CALM)
    page = await linked.post({**OLD_TAB, **pressed})
    assert page.status_code == 410
    said = text_of(page)
    assert EN.say("answer.already") in said
    assert EN.say("answer.written_title") in said
    assert OWN in said
    assert f'href="{linked.path}"' in page.text, "what became of the answers that arrived"


@pytest.mark.parametrize("end", ["over", "revoked"])
async def test_what_comes_after_the_end_of_an_answered_link_is_shown_again(linked: LinkedPatient, end: str) -> None:
    await linked.send(CALM)
    if end == "revoked":
        await linked.revoke()
    else:
        linked.service.clock.shown = VISIT + timedelta(days=8)
    page = await linked.send({**CALM, "topics-own-words": OWN})
    assert page.status_code == 410
    assert EN.say("answer.revoked" if end == "revoked" else "answer.closed") in text_of(page)
    assert OWN in text_of(page)
    assert f'href="{linked.path}"' not in page.text, "there is no page of the answers any more"


async def test_a_script_is_told_what_has_become_of_the_link(linked: LinkedPatient) -> None:
    await linked.send(CALM)
    answer = await linked.service.client.post(
        linked.path,
        data={"version": "1.0.0", "action": "save"},
        headers={"Accept": "application/json"},
    )
    assert (answer.status_code, answer.json()) == (410, {"state": "answered"})


async def test_topics_that_do_not_fit_come_back_as_they_were_written(linked: LinkedPatient) -> None:
    await linked.send({**CALM, "topics": ["pain"]})
    page = await linked.post({"answer.topics": ["none", "sleep"], "answer.topics-own-words": OWN}, "/topics")
    assert page.status_code == 422
    assert re.findall(r'name="answer.topics" value="([\w-]+)" checked', page.text) == ["none", "sleep"]
    assert OWN in page.text


async def test_topics_that_come_too_late_are_shown_beside_those_that_are_stored(linked: LinkedPatient) -> None:
    await linked.send({**CALM, "topics-own-words": "My first words"})
    linked.service.clock.shown = VISIT
    page = await linked.post({"answer.topics": ["sleep"], "answer.topics-own-words": OWN}, "/topics")
    assert page.status_code == 410
    said = text_of(page)
    assert EN.say("answer.topics_closed") in said
    assert said.index(EN.say("answer.written_title")) < said.index(OWN) < said.index("My first words")


async def test_a_faulty_form_of_an_older_version_comes_back_in_that_version(diary: LinkedPatient) -> None:
    page = await diary.send({"pain": "9", "words": OWN}, version="1.0.0")
    assert page.status_code == 422
    assert OWN in page.text
    assert 'name="version" value="1.0.0"' in page.text


async def test_a_date_and_time_comes_back_as_the_field_has_it(diary: LinkedPatient) -> None:
    page = await diary.post({"version": "1.1.0", "action": "save", "answer.seen-at": "2026-03-08T10:30"})
    assert 'name="answer.seen-at" value="2026-03-08T10:30:00"' in page.text
    again = await diary.open()
    assert 'name="answer.seen-at" value="2026-03-08T10:30:00"' in again.text


async def test_what_cannot_be_taken_just_now_is_sent_again_by_a_button(
    linked: LinkedPatient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise StoreBusy

    answers = {**CALM, "topics": ["pain", "sleep"], "topics-own-words": 'Two\nlines & "signs" <b>'}
    with monkeypatch.context() as patched:
        patched.setattr("app.pages.answer.send", busy)
        page = await linked.send(answers)
    assert page.status_code == 503
    said = text_of(page)
    assert EN.say("answer.busy_written") in said
    assert 'lines & "signs" <b>' in html.unescape(page.text)
    assert f'<form method="post" action="{linked.path}"' in page.text
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text):
        fields.setdefault(html.unescape(name), []).append(html.unescape(value))
    assert (await linked.post(fields)).status_code == 303
    (stored,) = await linked.responses()
    assert stored["answers"] == answers


async def test_a_version_that_is_not_here_shows_what_was_typed(linked: LinkedPatient) -> None:
    page = await linked.post({**OLD_TAB, "version": "0.9", "action": "send"})
    assert page.status_code == 404
    assert OWN in text_of(page)


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
async def test_no_page_promises_what_no_browser_keeps(linked: LinkedPatient, language: str) -> None:
    """A page that is stored nowhere, with a form that completes nothing, comes back empty from "back"."""
    wording = Wordings.load().by_language[language]
    going_back = {"fr": "page précédente", "en": "back one page", "ar": "الصفحة السابقة"}[language]
    assert not [key for key, said in wording.words.items() if key.startswith("answer.") and going_back in said]
    huge = await linked.post({"answer.topics-own-words": "x" * 8_000_001}, language=language)
    assert wording.say("answer.too_much") in text_of(huge)
