"""What the audit trail says of a link: what was stored is named as that, everything else as looking."""

import pytest

from app.security.caller import Role
from tests.api.database import Database
from tests.pages.linked_patient import VISIT, LinkedPatient, linked_patient
from tests.support.service import CALM, INSTRUMENT, Service

pytestmark = pytest.mark.anyio


@pytest.fixture
async def linked(service: Service) -> LinkedPatient:
    return await linked_patient(service)


async def trail(linked: LinkedPatient, database: Database, since: int) -> list[tuple[str, str | None, str | None]]:
    """Operation, resource and patient of the events of the link's holder after the first so many of the centre."""
    events = await database.audited(linked.service.centre_id)
    return [
        (event["operation"], event["resource_id"], str(event["patient_id"]))
        for event in events[since:]
        if event["subject"].startswith("link|") or event["operation"] in ("make_link", "open_link")
    ]


async def count(linked: LinkedPatient, database: Database) -> int:
    return len(await database.audited(linked.service.centre_id))


async def test_a_form_that_does_not_fit_is_a_look_at_the_link(linked: LinkedPatient, database: Database) -> None:
    before = await count(linked, database)
    await linked.post({"version": "1.0.0", "action": "send"})
    assert set(await trail(linked, database, before)) == {("open_link", linked.link_id, linked.id)}


async def test_what_is_saved_names_its_link(linked: LinkedPatient, database: Database) -> None:
    before = await count(linked, database)
    await linked.post({"version": "1.0.0", "action": "save", "answer.can-wait": "yes"})
    assert (await trail(linked, database, before))[0] == ("save_draft", linked.link_id, linked.id)


@pytest.mark.parametrize("chosen", [["pain"], ["none", "pain"], ["sleep"]])
async def test_topics_that_change_nothing_are_a_look_at_the_link(
    linked: LinkedPatient, database: Database, chosen: list[str]
) -> None:
    await linked.send({**CALM, "topics": ["pain"]})
    seen = {} if chosen == ["sleep"] else await linked.seen()
    before = await count(linked, database)
    await linked.post({**seen, "answer.topics": chosen}, "/topics")
    assert await trail(linked, database, before) == [("open_link", linked.link_id, linked.id)]


async def test_a_link_that_was_there_is_not_made_again(linked: LinkedPatient, database: Database) -> None:
    before = await count(linked, database)
    fields = {"patient": linked.id, "instrument": INSTRUMENT, "consultation": linked.consultation_id}
    pressed = await linked.service.client.post(
        "/pages/me/answer", data=fields, headers=linked.service.as_(Role.PATIENT, linked.id)
    )
    assert pressed.headers["location"] == linked.path
    assert await trail(linked, database, before) == [("open_link", linked.link_id, linked.id)]


async def test_what_comes_too_late_is_a_look_at_the_link(linked: LinkedPatient, database: Database) -> None:
    await linked.send(CALM)
    linked.service.clock.shown = VISIT
    before = await count(linked, database)
    await linked.post({"answer.topics": ["pain"]}, "/topics")
    assert await trail(linked, database, before) == [("open_link", linked.link_id, linked.id)]
