"""Sending again through a link: what is the same once more, what is meant anew, and by whose clock."""

from datetime import timedelta
from typing import Any

import pytest

from app.security.caller import Role
from app.wording import Wordings
from tests.api.database import Database
from tests.pages.linked_patient import NOON, LinkedPatient, linked_patient, text_of
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio

EN = Wordings.load().by_language["en"]
PAIN, SLEEP = {**CALM, "topics": ["pain"]}, {**CALM, "topics": ["sleep"]}


@pytest.fixture
async def linked(service: Service) -> LinkedPatient:
    return await linked_patient(service)


async def topics(linked: LinkedPatient) -> list[Any]:
    """Of each response, newest first."""
    return [response["answers"]["topics"] for response in await linked.responses()]


async def withdraw(linked: LinkedPatient) -> None:
    """Staff say that the latest response should never have been."""
    latest = (await linked.responses())[0]
    answer = await linked.service.client.post(
        f"/v1/responses/{latest['id']}/entered-in-error",
        json={"reason": "for another patient"},
        headers={**linked.service.as_(Role.NURSE), "If-Match": f'"{latest["revision"]}"'},
    )
    assert answer.status_code == 200, answer.text


async def test_whoever_goes_back_to_earlier_answers_means_them_now(linked: LinkedPatient) -> None:
    for hour, answers in enumerate((PAIN, SLEEP, PAIN, PAIN)):
        linked.service.clock.shown = NOON + timedelta(hours=hour)
        assert (await linked.send(answers)).status_code == 303
    assert await topics(linked) == [["pain"], ["sleep"], ["pain"]]


async def test_a_phone_that_waited_with_earlier_answers_stores_nothing_more(linked: LinkedPatient) -> None:
    times = {"authored": NOON.isoformat(), "sent_at": NOON.isoformat()}
    await linked.send(PAIN, **times)
    linked.service.clock.shown = NOON + timedelta(hours=1)
    await linked.send(SLEEP)
    linked.service.clock.shown = NOON + timedelta(hours=2)
    assert (await linked.send(PAIN, **times | {"sent_at": (NOON + timedelta(hours=2)).isoformat()})).status_code == 303
    assert await topics(linked) == [["sleep"], ["pain"]]


async def test_a_link_whose_answers_were_entered_in_error_asks_again(linked: LinkedPatient) -> None:
    await linked.send(PAIN)
    await withdraw(linked)
    page = await linked.open()
    assert (page.status_code, EN.say("answer.send") in text_of(page)) == (200, True)
    linked.service.clock.shown = NOON + timedelta(hours=1)
    await linked.send(PAIN)
    assert [response["status"] for response in await linked.responses()] == ["completed", "entered-in-error"]
    assert EN.say("answer.thanks_title") in text_of(await linked.open())


async def test_of_several_responses_the_latest_that_holds_is_what_was_answered(linked: LinkedPatient) -> None:
    await linked.send(PAIN)
    linked.service.clock.shown = NOON + timedelta(hours=1)
    await linked.send(SLEEP)
    await withdraw(linked)
    page = await linked.open()
    assert 'name="answer.topics" value="pain" checked' in page.text
    assert 'name="answer.topics" value="sleep" checked' not in page.text


async def test_when_the_form_was_opened_is_by_our_clock_whatever_the_phones_is_wrong_by(
    linked: LinkedPatient, database: Database
) -> None:
    behind = timedelta(hours=-2)
    linked.service.clock.shown = NOON + timedelta(minutes=10)
    await linked.send(
        CALM,
        begun_at=NOON.isoformat(),
        authored=(NOON + timedelta(minutes=9) + behind).isoformat(),
        sent_at=(NOON + timedelta(minutes=10) + behind).isoformat(),
    )
    (stored,) = await database.responses(linked.id)
    assert (stored["begun_at"], stored["authored_at"]) == (NOON, NOON + timedelta(minutes=9))


@pytest.mark.parametrize("alone", ["authored", "sent_at"])
async def test_one_time_of_a_phone_alone_says_nothing(linked: LinkedPatient, database: Database, alone: str) -> None:
    await linked.send(CALM, **{alone: (NOON - timedelta(days=40)).isoformat()})
    (stored,) = await database.responses(linked.id)
    assert (stored["authored_at"], stored["sent_at"]) == (NOON, NOON)
