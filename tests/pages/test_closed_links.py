"""Links that open nothing any more, and what is sent through them all the same: a page that a patient understands."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from app.security.caller import Role
from app.security.personal_links import LinkClaim, LinkSealer
from app.store.ids import new_id
from app.wording import Wordings
from tests.api.database import Database
from tests.pages.linked_patient import NOON, VISIT, LinkedPatient, linked_patient, text_of
from tests.support.service import CALM, INSTRUMENT, LINK_KEY, Service

pytestmark = pytest.mark.anyio

WORDS = Wordings.load().by_language


@pytest.fixture
async def linked(service: Service) -> LinkedPatient:
    return await linked_patient(service)


async def test_an_expired_link_says_so(linked: LinkedPatient) -> None:
    linked.service.clock.shown = VISIT
    page = await linked.open()
    assert page.status_code == 410
    assert WORDS["en"].say("answer.closed") in text_of(page)
    assert 'href="tel:15"' in page.text


async def test_a_link_moves_with_its_visit(linked: LinkedPatient) -> None:
    await linked.service.plan(linked.id, VISIT + timedelta(days=7), visit_id="moved")
    body = {"start": (VISIT + timedelta(days=7)).isoformat()}
    visits = await linked.service.client.get(
        f"/v1/patients/{linked.id}/consultations", headers=linked.service.as_(Role.NURSE)
    )
    visit_id = next(v["visit_id"] for v in visits.json()["consultations"] if v["id"] == linked.consultation_id)
    await linked.service.client.put(
        f"/v1/patients/{linked.id}/consultations/{visit_id}", json=body, headers=linked.service.as_(Role.SYSTEM)
    )
    linked.service.clock.shown = VISIT + timedelta(days=1)
    assert (await linked.open()).status_code == 200


async def test_topics_are_open_until_the_visit_whenever_the_link_ends(service: Service) -> None:
    late = await linked_patient(service, expires_at=(VISIT + timedelta(days=20)).isoformat())
    early = await linked_patient(service, expires_at=(VISIT - timedelta(days=1)).isoformat())
    for one in (late, early):
        assert (await one.send(CALM)).status_code == 303
    service.clock.shown = VISIT - timedelta(hours=1)
    assert (await early.change_topics({"answer.topics": ["pain"]})).status_code == 303
    service.clock.shown = VISIT
    page = await late.change_topics({"answer.topics": ["pain"]})
    assert page.status_code == 410
    assert WORDS["en"].say("answer.topics_closed") in text_of(page)
    assert [response["revision"] for response in await late.responses()] == [1]


async def test_nothing_is_said_of_a_visit_that_was_cancelled_and_nothing_is_asked_for_it(
    linked: LinkedPatient,
) -> None:
    service = linked.service
    visits = await service.client.get(f"/v1/patients/{linked.id}/consultations", headers=service.as_(Role.NURSE))
    (visit_id,) = (visit["visit_id"] for visit in visits.json()["consultations"])
    await service.plan(linked.id, VISIT, "cancelled", visit_id)
    said = text_of(await linked.open())
    assert "For your visit of" not in said
    assert "You can answer until" in said
    pressed = await service.client.post(
        "/pages/me/answer",
        data={"patient": linked.id, "instrument": INSTRUMENT, "consultation": linked.consultation_id},
        headers={**service.as_(Role.PATIENT, linked.id), "Accept-Language": "en"},
    )
    assert pressed.status_code == 410
    assert WORDS["en"].say("answer.closed") in text_of(pressed)


async def test_answers_that_waited_without_a_network_are_taken_after_the_end(linked: LinkedPatient) -> None:
    linked.service.clock.shown = VISIT + timedelta(days=3)
    sent = await linked.send(
        CALM, authored=(VISIT - timedelta(hours=1)).isoformat(), sent_at=linked.service.clock().isoformat()
    )
    assert sent.status_code == 303
    (stored,) = await linked.responses()
    assert stored["authored_at"] == (VISIT - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert stored["late_by_hours"] == 73
    assert WORDS["en"].say("answer.thanks_title") in text_of(await linked.open())


async def test_what_comes_too_late_is_shown_again_to_be_read_out(linked: LinkedPatient) -> None:
    linked.service.clock.shown = VISIT + timedelta(days=8)
    page = await linked.send({"pain-frequency": "3", "topics-own-words": "<script>alert(1)</script>", **CALM})
    assert page.status_code == 410
    said = text_of(page)
    assert WORDS["en"].say("answer.written") in said
    assert "Nearly every day" in said
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert await linked.responses() == []


async def test_a_revoked_link_opens_nothing_and_takes_nothing(linked: LinkedPatient) -> None:
    await linked.revoke()
    for page in (await linked.open(), await linked.send(CALM)):
        assert page.status_code == 410
        assert WORDS["en"].say("answer.revoked") in text_of(page)
    assert await linked.responses() == []


async def test_a_revoked_link_shows_nothing_of_what_was_answered(linked: LinkedPatient) -> None:
    await linked.send({**CALM, "topics-own-words": "only for my doctor"})
    await linked.revoke()
    for page in (await linked.open(), await linked.post({}, "/topics")):
        assert page.status_code == 410
        assert WORDS["en"].say("answer.revoked") in text_of(page)
        assert "only for my doctor" not in page.text


async def test_an_answered_link_shows_nothing_any_more_a_week_after_its_end(linked: LinkedPatient) -> None:
    await linked.send({**CALM, "topics-own-words": "only for my doctor"})
    linked.service.clock.shown = VISIT + timedelta(days=7) - timedelta(seconds=1)
    assert "only for my doctor" in (await linked.open()).text
    linked.service.clock.shown = VISIT + timedelta(days=7)
    for page in (await linked.open(), await linked.post({}, "/topics")):
        assert page.status_code == 410
        assert WORDS["en"].say("answer.closed") in text_of(page)
        assert "only for my doctor" not in page.text


@pytest.mark.parametrize("change", ["cut", "turned", "another key", "nonsense"])
async def test_a_link_that_was_changed_opens_nothing(linked: LinkedPatient, change: str) -> None:
    token = linked.path.rpartition("/")[2]
    claim = LinkSealer(LINK_KEY).open(token)
    changed = {
        "cut": token[:-3],
        "turned": token[:40] + ("A" if token[40] != "A" else "B") + token[41:],
        "another key": LinkSealer("another key").seal(claim),
        "nonsense": "%00%ff..",
    }[change]
    page = await linked.service.client.get(f"/q/{changed}", headers={"Accept-Language": "ar"})
    assert page.status_code == 404
    assert WORDS["ar"].say("answer.unknown") in text_of(page)


async def test_a_link_of_one_patient_opens_nothing_of_another(linked: LinkedPatient) -> None:
    other = await linked_patient(linked.service)
    sealer = LinkSealer(LINK_KEY)
    mine, theirs = (sealer.open(one.path.rpartition("/")[2]) for one in (linked, other))
    mixed = sealer.seal(LinkClaim(mine.centre_id, mine.patient_id, theirs.link_id))
    assert (await linked.service.client.get(f"/q/{mixed}")).status_code == 404


async def test_a_link_is_no_token(linked: LinkedPatient) -> None:
    token = linked.path.rpartition("/")[2]
    answer = await linked.service.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_fields_that_the_page_does_not_have_are_left_alone(linked: LinkedPatient) -> None:
    sent = await linked.send({**CALM, "unheard-of": "x", "symptoms": "y"}, extension="z")
    assert sent.status_code == 303
    (stored,) = await linked.responses()
    assert stored["answers"] == CALM


async def test_a_body_that_is_no_form_gets_a_page(linked: LinkedPatient) -> None:
    answer = await linked.service.client.post(
        linked.path, content=b"answer.x=%ff%fe", headers={"Accept-Language": "fr"}
    )
    assert answer.status_code == 400
    assert WORDS["fr"].say("answer.busy") in text_of(answer)


async def test_more_than_a_page_can_hold_gets_a_page(linked: LinkedPatient) -> None:
    answer = await linked.post({"answer.topics-own-words": "x" * 8_000_001})
    assert answer.status_code == 413
    assert WORDS["en"].say("answer.too_much") in text_of(answer)


async def test_who_opened_a_link_is_in_the_trail(linked: LinkedPatient, database: Database) -> None:
    await linked.open()
    rows = await database.fetch(
        "SELECT operation, subject, resource_id FROM audit_event WHERE centre_id = $1 AND operation = 'open_link'",
        linked.service.centre_id,
    )
    assert [tuple(row) for row in rows] == [("open_link", f"link|{linked.link_id}", linked.link_id)]


async def test_a_link_ends_within_a_season(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()
    for days in (-1, 93):
        answer = await service.client.post(
            f"/v1/patients/{patient}/links",
            json={"instrument": INSTRUMENT, "expires_at": (NOON + timedelta(days=days)).isoformat()},
            headers=service.as_(Role.NURSE),
        )
        assert (answer.status_code, answer.json()["issues"][0]["pointer"]) == (422, "/body/expires_at")


async def test_licensed_words_that_were_not_loaded_make_no_link(service: Service) -> None:
    patient = await service.register()
    answer = await service.client.post(
        f"/v1/patients/{patient}/links", json={"instrument": "phq-9"}, headers=service.as_(Role.NURSE)
    )
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems#licence-restricted")


@pytest.mark.parametrize("table", ["personal_link", "synthesis_mark"])
async def test_the_store_lets_nothing_of_one_patient_name_anothers_visit(
    linked: LinkedPatient, database: Database, table: str
) -> None:
    other = await linked_patient(linked.service)
    columns = {
        "personal_link": "link_id, instrument) VALUES ($1, $2, $3, $4, 'pre-consultation')",
        "synthesis_mark": "mark_id, kind, document_version, role) VALUES ($1, $2, $3, $4, 'seen', 1, 'clinician')",
    }[table]
    assert linked.consultation_id is not None
    assert other.consultation_id is not None
    for visit in (linked.consultation_id, other.consultation_id):
        add = database.fetch(
            f"INSERT INTO {table} (centre_id, patient_id, consultation_id, {columns}",
            linked.service.centre_id,
            UUID(linked.id),
            UUID(visit),
            new_id(),
        )
        if visit == linked.consultation_id:
            await add
        else:
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await add
