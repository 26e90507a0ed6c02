"""A patient's own page: what they are asked, and one button to the one page for answering."""

import asyncio
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest

from app.security.caller import Role
from app.security.operations import default_scopes
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from app.wording import Wordings
from tests.api.database import Database
from tests.pages.linked_patient import NOON, VISIT, text_of
from tests.support.service import CALM, INSTRUMENT, Service, running_service

pytestmark = pytest.mark.anyio

WORDS = Wordings.load().by_language
PATH = "/pages/me"
HERE = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}


class Me:
    """A synthetic patient with a visit ahead, and the page as their browser sees it: by the cookie alone."""

    def __init__(self, service: Service, patient_id: str, consultation_id: str) -> None:
        self.service, self.id, self.consultation_id = service, patient_id, consultation_id

    def session(self, **token: Any) -> dict[str, str]:
        return {"Cookie": f"vigie_session={self.service.token(Role.PATIENT, self.id, **token)}"}

    async def open(self, language: str = "en", **token: Any) -> httpx.Response:
        headers = {"Accept-Language": language, **self.session(**token)}
        return await self.service.client.get(PATH, headers=headers)

    async def press(
        self, headers: dict[str, str] | None = None, acts_for: tuple[str, ...] = (), form: dict[str, Any] | None = None
    ) -> httpx.Response:
        """Press the button; another page asks where `headers` say so."""
        fields = {"patient": self.id, "instrument": INSTRUMENT, "consultation": self.consultation_id, **(form or {})}
        sent = {"Content-Type": "application/x-www-form-urlencoded", **self.session(acts_for=acts_for)}
        body = urlencode({name: value for name, value in fields.items() if value is not None}, doseq=True)
        return await self.service.client.post(
            f"{PATH}/answer", content=body, headers=sent | (HERE if headers is None else headers)
        )


@pytest.fixture
async def me(service: Service) -> Me:
    service.clock.shown = NOON
    patient = await service.register()
    return Me(service, patient, await service.plan(patient, VISIT))


def buttons(page: httpx.Response) -> list[dict[str, str]]:
    """The fields of each form."""
    forms = re.findall(r"<form .*?</form>", page.text, flags=re.DOTALL)
    return [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in forms]


async def links_of(service: Service, patient_id: str) -> list[dict[str, Any]]:
    answer = await service.client.get(f"/v1/patients/{patient_id}/links", headers=service.as_(Role.NURSE))
    found: list[dict[str, Any]] = answer.json()["links"]
    return found


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
async def test_the_page_says_what_is_asked_and_for_which_visit(me: Me, language: str) -> None:
    page = await me.open(language)
    assert page.status_code == 200
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page.text
    said = text_of(page)
    assert WORDS[language].say("answer.to_do") in said
    assert WORDS[language].say("answer.to_do_open") in said
    assert "15" in said, "whom to call"
    assert buttons(page) == [{"patient": me.id, "instrument": INSTRUMENT, "consultation": me.consultation_id}]
    assert (page.headers["cache-control"], "'unsafe-inline'" in page.headers["content-security-policy"]) == (
        "no-store",
        False,
    )


async def test_what_opens_later_has_its_day_and_no_button(me: Me) -> None:
    await me.service.plan(me.id, NOON + timedelta(days=30))
    page = await me.open()
    assert [button["consultation"] for button in buttons(page)] == [me.consultation_id]
    assert "Opens on Wednesday, April 1, 2026" in text_of(page)


async def test_the_button_leads_to_the_page_for_answering_and_answering_empties_the_list(me: Me) -> None:
    pressed = await me.press()
    assert pressed.status_code == 303
    path = pressed.headers["location"]
    assert re.fullmatch(r"/q/[A-Za-z0-9_-]{86}", path)
    form = await me.service.client.get(path, headers={"Accept-Language": "en"})
    assert WORDS["en"].say("answer.send") in text_of(form)
    fields = {"version": "1.0.0", "action": "send", "answer.can-wait": "yes"}
    sent = await me.service.client.post(
        path, content=urlencode(fields), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert sent.status_code == 303
    page = await me.open()
    assert WORDS["en"].say("answer.to_do_nothing") in text_of(page)
    assert buttons(page) == []


async def test_what_was_begun_is_gone_on_with(me: Me, database: Database) -> None:
    path = (await me.press()).headers["location"]
    fields = {"version": "1.0.0", "action": "save", "answer.quality-of-life": "4"}
    await me.service.client.post(
        path, content=urlencode(fields), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert WORDS["en"].say("answer.to_do_go_on") in text_of(await me.open())
    await database.fetch("UPDATE draft SET saved_at = $2 WHERE patient_id = $1", UUID(me.id), NOON - timedelta(days=30))
    assert WORDS["en"].say("answer.to_do_open") in text_of(await me.open()), "too old to fill the form in"


async def test_however_often_the_button_is_pressed_there_is_one_link(me: Me) -> None:
    pressed = await asyncio.gather(*(me.press() for _ in range(6)))
    assert {answer.status_code for answer in pressed} == {303}
    assert len({answer.headers["location"] for answer in pressed}) == 1
    assert len(await links_of(me.service, me.id)) == 1


async def test_the_link_that_the_team_sent_is_the_same_one(me: Me) -> None:
    made = await me.service.client.post(
        f"/v1/patients/{me.id}/links",
        json={"instrument": INSTRUMENT, "consultation_id": me.consultation_id},
        headers=me.service.as_(Role.NURSE),
    )
    assert made.json()["url"].endswith((await me.press()).headers["location"])


async def test_a_link_that_gives_out_nothing_any_more_is_not_used_again(me: Me) -> None:
    service = me.service
    first = (await me.press()).headers["location"]
    (only,) = await links_of(service, me.id)
    await service.client.post(f"/v1/links/{only['id']}/revoke", headers=service.as_(Role.NURSE))
    second = (await me.press()).headers["location"]
    assert second != first
    # Answered by the link, and then taken back: the link asks again.
    fields = {"version": "1.0.0", "action": "send", "answer.can-wait": "yes"}
    await service.client.post(
        second, content=urlencode(fields), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    nurse = service.as_(Role.NURSE)
    listed = await service.client.get(f"/v1/patients/{me.id}/responses", headers=nurse)
    (response,) = listed.json()["responses"]
    marked = await service.client.post(
        f"/v1/responses/{response['id']}/entered-in-error",
        json={"reason": "for another patient"},
        headers={**nurse, "If-Match": '"1"'},
    )
    assert marked.status_code == 200, marked.text
    assert len(buttons(await me.open())) == 1
    third = (await me.press()).headers["location"]
    assert third == second
    asked = await service.client.get(third, headers={"Accept-Language": "en"})
    assert WORDS["en"].say("answer.send") in text_of(asked)
    # A link for a time that is over, of the same visit.
    body = {"instrument": INSTRUMENT, "consultation_id": me.consultation_id}
    await service.client.post(
        f"/v1/patients/{me.id}/links",
        json={**body, "expires_at": (NOON + timedelta(hours=1)).isoformat()},
        headers=nurse,
    )
    for link in await links_of(service, me.id):
        if link["closes_at"] == VISIT.isoformat().replace("+00:00", "Z") and link["revoked_at"] is None:
            await service.client.post(f"/v1/links/{link['id']}/revoke", headers=nurse)
    service.clock.shown = NOON + timedelta(hours=2)
    fourth = (await me.press()).headers["location"]
    assert (await service.client.get(fourth)).status_code == 200


async def test_a_carer_sees_for_whom_each_is_and_can_answer_for_them(me: Me) -> None:
    service = me.service
    named = await service.client.post(
        "/v1/patients",
        json={"identifiers": [{"system": "urn:test:ipp", "value": f"of-{me.id}"}], "given_name": "Synthetic-One"},
        headers=service.as_(Role.SYSTEM),
    )
    mother, father = named.json()["id"], await service.register()
    for patient in (mother, father):
        await service.plan(patient, VISIT + timedelta(hours=1))
    page = await me.open(acts_for=(mother, father))
    said = text_of(page)
    assert WORDS["en"].say("answer.to_do_for", name="Synthetic-One") in said
    assert said.count(WORDS["en"].say("answer.to_do_for_somebody")) == 1
    assert buttons(page)[0]["patient"] == me.id
    assert {button["patient"] for button in buttons(page)} == {me.id, mother, father}
    theirs = next(button for button in buttons(page) if button["patient"] == mother)
    pressed = await me.press(acts_for=(mother, father), form=theirs)
    assert pressed.status_code == 303
    assert len(await links_of(service, mother)) == 1
    form = await service.client.get(pressed.headers["location"])
    assert re.findall(r'name="answered_by" value="([\w-]+)" checked', form.text) == ["related-person"]
    own = await service.client.get((await me.press(acts_for=(mother, father))).headers["location"])
    assert re.findall(r'name="answered_by" value="([\w-]+)" checked', own.text) == ["patient"]
    # Without the scope to read patients, nobody's name is told.
    without = " ".join(s for s in default_scopes(Role.PATIENT).split() if not s.startswith("patient/Patient"))
    assert "Synthetic-One" not in (await me.open(acts_for=(mother, father), scope=without)).text


async def test_nothing_of_a_stranger_is_shown_or_answered(me: Me, database: Database) -> None:
    service = me.service
    stranger = await service.register()
    visit = await service.plan(stranger, VISIT)
    assert stranger not in (await me.open()).text
    for fields in ({"patient": stranger, "consultation": visit}, {"consultation": visit}):
        assert (await me.press(form=fields)).status_code == 404
    assert await links_of(service, stranger) == await links_of(service, me.id) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"patient": None},
        {"consultation": "not-an-id"},
        {"consultation": None},
        {"instrument": None},
        {"instrument": [INSTRUMENT, INSTRUMENT]},
    ],
)
async def test_a_form_that_is_not_ours_is_refused(me: Me, fields: dict[str, Any]) -> None:
    assert (await me.press(form=fields)).status_code == 422
    assert await links_of(me.service, me.id) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PATIENT])
async def test_the_page_is_for_patients(me: Me, role: Role) -> None:
    page = await me.service.client.get(PATH, headers=me.service.as_(role))
    assert page.status_code == 403
    assert (await me.service.client.get(PATH)).status_code == 401


async def test_the_page_speaks_the_patients_own_language_unless_another_is_asked_for(me: Me) -> None:
    service = me.service
    body = {"identifiers": [{"system": "urn:test:ipp", "value": f"ar-{me.id}"}], "language": "ar"}
    patient = (await service.client.post("/v1/patients", json=body, headers=service.as_(Role.SYSTEM))).json()["id"]
    theirs = {"Accept-Language": "fr", **service.as_(Role.PATIENT, patient)}
    assert '<html lang="ar"' in (await service.client.get(PATH, headers=theirs)).text
    assert '<html lang="en"' in (await service.client.get(f"{PATH}?lang=en", headers=theirs)).text


# --- who may press the button --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://testserver"},
        {"Origin": "https://testserver"},  # a proxy ends TLS
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {},
    ],
)
async def test_our_own_page_may_ask(me: Me, headers: dict[str, str]) -> None:
    assert (await me.press(headers)).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://testserver.elsewhere.example"},
        {"Origin": "http://testserver:8443"},
        {"Origin": "http://[broken"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "none"},
        {"Origin": ""},
    ],
)
async def test_another_sites_page_may_not(me: Me, headers: dict[str, str]) -> None:
    refused = await me.press({**headers, "Accept-Language": "en"})
    assert refused.status_code == 403
    assert WORDS["en"].say("page.problem_cross_site") in text_of(refused)
    assert await links_of(me.service, me.id) == []
    told = await me.press({**headers, "Accept": "application/json"})
    assert told.json()["type"] == "/problems#cross-site"


async def test_behind_a_proxy_the_address_of_the_pages_is_ours(postgres: EmbeddedPostgres) -> None:
    base = "https://vigie.hospital.example"
    async with running_service(postgres.service_url, postgres.owner_url, pages_base=f"{base}/") as started:
        service = await started.with_new_centre()
        service.clock.shown = NOON
        patient = await service.register()
        me = Me(service, patient, await service.plan(patient, VISIT))
        assert (await me.press({"Origin": base})).status_code == 303
        assert (await me.press({"Origin": "https://hospital.example"})).status_code == 403


async def test_nothing_is_done_by_looking(me: Me) -> None:
    where = f"{PATH}/answer?{urlencode({'patient': me.id, 'instrument': INSTRUMENT})}"
    assert (await me.service.client.get(where, headers=me.session())).status_code == 405
    await me.open()
    assert await links_of(me.service, me.id) == []


async def test_what_was_answered_elsewhere_is_not_asked_again(me: Me) -> None:
    await me.service.submit(me.id, CALM)
    assert buttons(await me.open()) == []


# --- what a patient reads where it does not work -------------------------------------------------------------------


async def test_a_visit_that_has_begun_is_a_link_that_has_ended(me: Me) -> None:
    me.service.clock.shown = VISIT + timedelta(minutes=1)
    page = await me.press({**HERE, "Accept-Language": "en"})
    assert page.status_code == 410
    said = text_of(page)
    assert WORDS["en"].say("answer.closed_title") in said
    assert WORDS["en"].say("answer.closed") in said


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
async def test_whoever_is_not_signed_in_reads_a_patients_sentence(me: Me, language: str) -> None:
    page = await me.service.client.get(PATH, headers={"Accept-Language": language})
    assert page.status_code == 401
    assert WORDS[language].say("answer.me_signed_out") in text_of(page)
    assert WORDS[language].say("answer.emergency_alone") in text_of(page)


@pytest.mark.parametrize("fields", [{"instrument": "nothing"}, {"consultation": None}, {"patient": str(new_id())}])
async def test_what_cannot_be_opened_leads_back_in_a_patients_words(me: Me, fields: dict[str, Any]) -> None:
    page = await me.press({**HERE, "Accept-Language": "en"}, form=fields)
    assert page.status_code >= 400
    assert WORDS["en"].say("answer.me_unknown") in text_of(page)
