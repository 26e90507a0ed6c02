"""What is saved on the way: by several devices at once, beside a sending, and how long it is gone on from."""

import asyncio
import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from app.security.caller import Role
from tests.api.database import Database
from tests.pages.linked_patient import NOON, LinkedPatient, linked_patient
from tests.support.service import CALM, INSTRUMENT, Service

pytestmark = pytest.mark.anyio

SAVE = {"version": "1.0.0", "action": "save"}


@pytest.fixture
async def linked(service: Service) -> LinkedPatient:
    return await linked_patient(service)


async def another_link(linked: LinkedPatient) -> LinkedPatient:
    """The same patient is sent another link."""
    answer = await linked.service.client.post(
        f"/v1/patients/{linked.id}/links", json={"instrument": INSTRUMENT}, headers=linked.service.as_(Role.NURSE)
    )
    made = answer.json()
    return LinkedPatient(linked.service, linked.id, None, made["id"], urlsplit(made["url"]).path)


def filled(page_text: str) -> dict[str, str]:
    return dict(re.findall(r'name="answer\.(quality-of-life|can-wait)" value="(\w+)" checked', page_text))


async def saved_days_ago(linked: LinkedPatient, database: Database, days: int) -> None:
    await database.fetch(
        "UPDATE draft SET saved_at = $2 WHERE patient_id = $1", UUID(linked.id), NOON - timedelta(days=days)
    )


async def test_devices_that_save_at_once_are_all_taken(linked: LinkedPatient) -> None:
    await linked.post({**SAVE, "answer.can-wait": "no"})
    fields = ({**SAVE, "draft": "1", "answer.topics-own-words": f"text {n}"} for n in range(12))
    pages = await asyncio.gather(*(linked.post(one) for one in fields))
    assert [page.status_code for page in pages] == [200] * 12


async def test_a_save_on_its_way_while_answers_are_sent_leaves_no_draft(
    linked: LinkedPatient, database: Database
) -> None:
    for _ in range(6):
        one = await linked_patient(linked.service)
        await one.post({**SAVE, "answer.quality-of-life": "3"})
        saving = {**SAVE, "draft": "1", "answer.quality-of-life": "4"}
        await asyncio.gather(one.send(CALM), *(one.post(saving) for _ in range(4)))
        assert await database.fetch("SELECT 1 FROM draft WHERE patient_id = $1", UUID(one.id)) == []


async def test_an_old_draft_fills_nothing_in_and_is_no_part_of_what_is_saved_now(
    linked: LinkedPatient, database: Database
) -> None:
    await linked.post({**SAVE, "answer.quality-of-life": "3"})
    await saved_days_ago(linked, database, days=8)
    later = await another_link(linked)
    assert filled((await later.open()).text) == {}
    assert len(await database.fetch("SELECT 1 FROM draft WHERE patient_id = $1", UUID(linked.id))) == 1
    await later.post({**SAVE, "answer.can-wait": "no"})
    assert filled((await later.open()).text) == {"can-wait": "no"}


async def test_a_draft_of_a_version_that_is_not_here_any_more_fills_nothing_in(
    linked: LinkedPatient, database: Database
) -> None:
    """After a step back to an older release, the questionnaire is asked anew, and not refused."""
    await linked.post({**SAVE, "answer.quality-of-life": "3"})
    await database.fetch("UPDATE draft SET version = '9.9.9' WHERE patient_id = $1", UUID(linked.id))
    page = await linked.open()
    assert (page.status_code, filled(page.text)) == (200, {})
    assert (await linked.send(CALM)).status_code == 303


async def test_a_draft_of_the_days_that_are_asked_about_is_gone_on_from(
    linked: LinkedPatient, database: Database
) -> None:
    await linked.post({**SAVE, "answer.quality-of-life": "3"})
    await saved_days_ago(linked, database, days=7)
    assert filled((await (await another_link(linked)).open()).text) == {"quality-of-life": "3"}


async def test_what_was_saved_since_the_link_was_made_is_gone_on_from_until_its_end(
    linked: LinkedPatient, database: Database
) -> None:
    await linked.post({**SAVE, "answer.quality-of-life": "3"})
    await saved_days_ago(linked, database, days=30)
    await database.fetch(
        "UPDATE personal_link SET made_at = $2 WHERE patient_id = $1", UUID(linked.id), NOON - timedelta(days=31)
    )
    assert filled((await linked.open()).text) == {"quality-of-life": "3"}
