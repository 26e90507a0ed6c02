"""A centre's look on its pages: its own and nobody else's, for patients and for the care team."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from app.security.caller import Role
from app.store.audit import AuditEntry
from app.store.centre_look import CentreLook, put_look
from app.store.pool import Pool
from app.store.transaction import Scope, transaction
from tests.api.database import Database
from tests.pages.linked_patient import NOON, VISIT, LinkedPatient, linked_patient
from tests.support.service import CALM, Service
from tests.unit.services.test_logo import png, svg

pytestmark = pytest.mark.anyio

DRAWING = svg('<path d="M0 0h9"/>')
LOOK = CentreLook("#7a1f5c", "#e0a0d0", DRAWING, "image/svg+xml")


async def give(service: Service, look: CentreLook) -> None:
    """Put a look on the service's centre, as its operator does."""
    owner = await Pool.open(service.owner_url, service.settings)
    async with transaction(
        owner, Scope(service.centre_id), AuditEntry("test", "operator", "change_look", "test")
    ) as tx:
        await put_look(tx, look)
    await owner.close()


@pytest.fixture
async def linked(service: Service) -> LinkedPatient:
    return await linked_patient(service)


async def pages_of(linked: LinkedPatient) -> dict[str, httpx.Response]:
    """Every page that says whose centre it is, by where its look is looked for."""
    client, nurse = linked.service.client, linked.service.as_(Role.NURSE)
    form = await linked.open()
    await linked.send(CALM)
    answered = await linked.open()
    synthesis = await client.get(f"/pages/synthesis?consultation={linked.consultation_id}", headers=nurse)
    scores = await client.get(f"/pages/patients/{linked.id}/scores", headers=nurse)
    day = await client.get("/pages/consultations", headers=nurse)
    mine = await client.get("/pages/me", headers=linked.service.as_(Role.PATIENT, linked.id))
    await linked.revoke()
    closed = await linked.open()
    found = {"form": form, "answered": answered, "closed": closed}
    return found | {"synthesis": synthesis, "scores": scores, "day": day, "mine": mine}


async def test_every_page_of_a_centre_wears_its_look(linked: LinkedPatient) -> None:
    await give(linked.service, LOOK)
    for name, page in (await pages_of(linked)).items():
        below = linked.path if name in ("form", "answered", "closed") else "/pages"
        assert f'<link rel="stylesheet" href="{below}/look.css">' in page.text, name
        assert re.search(rf'<img class="logo" src="{below}/logo" alt="" height="40">', page.text), name
        # What is linked last says the last word on the colour.
        assert re.findall(r'stylesheet" href="([^"]+)"', page.text)[-1] == f"{below}/look.css", name
        assert "style=" not in page.text, "nothing inline: the policy would not let it"


async def test_a_colour_alone_has_no_picture(linked: LinkedPatient) -> None:
    await give(linked.service, replace(LOOK, logo=None, logo_media_type=None))
    for name, page in (await pages_of(linked)).items():
        assert "/look.css" in page.text, name
        assert "<img" not in page.text, name
    assert (await linked.service.client.get(f"{linked.path}/logo")).status_code == 404


async def test_a_centre_without_a_look_has_nothing_of_it(linked: LinkedPatient) -> None:
    for name, page in (await pages_of(linked)).items():
        assert "look.css" not in page.text, name
        assert "<img" not in page.text, name
    nurse = linked.service.as_(Role.NURSE)
    for path, headers in ((linked.path, {}), ("/pages", nurse)):
        for what in ("look.css", "logo"):
            assert (await linked.service.client.get(f"{path}/{what}", headers=headers)).status_code == 404


@pytest.mark.parametrize(
    ("picture", "media_type"), [(DRAWING, "image/svg+xml"), (png(), "image/png")], ids=["svg", "png"]
)
async def test_colour_and_logo_are_served_as_they_were_given(
    linked: LinkedPatient, picture: bytes, media_type: str
) -> None:
    await give(linked.service, replace(LOOK, logo=picture, logo_media_type=media_type))
    for path, headers in ((linked.path, {}), ("/pages", linked.service.as_(Role.NURSE))):
        style = await linked.service.client.get(f"{path}/look.css", headers=headers)
        assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
        assert style.text == (
            ":root { --brand: #7a1f5c; }\n@media (prefers-color-scheme: dark) { :root { --brand: #e0a0d0; } }\n"
        )
        logo = await linked.service.client.get(f"{path}/logo", headers=headers)
        assert (logo.status_code, logo.content, logo.headers["content-type"]) == (200, picture, media_type)
        assert logo.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        for served in (style, logo):
            assert served.headers["x-content-type-options"] == "nosniff"
            assert served.headers["cache-control"] == "private, max-age=300"
            assert served.headers["vary"] == "Authorization, Cookie"
            known = {**headers, "If-None-Match": f'"of another day", {served.headers["etag"]}'}
            again = await linked.service.client.get(served.request.url.path, headers=known)
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", served.headers["etag"])
            old = {**headers, "If-None-Match": '"of another day"'}
            assert (await linked.service.client.get(served.request.url.path, headers=old)).status_code == 200


async def test_another_centres_look_is_never_served(linked: LinkedPatient) -> None:
    here = linked.service
    there = await here.with_new_centre()
    await give(there, LOOK)
    here.clock.shown = NOON
    for path, headers in ((linked.path, {}), ("/pages", here.as_(Role.NURSE)), ("/pages", here.as_(Role.SYSTEM))):
        for what in ("look.css", "logo"):
            assert (await here.client.get(f"{path}/{what}", headers=headers)).status_code == 404
    assert "look.css" not in (await linked.open()).text
    await give(here, replace(LOOK, colour="#204060", logo=png(), logo_media_type="image/png"))
    own = await here.client.get(f"{linked.path}/look.css")
    other = await there.client.get("/pages/look.css", headers=there.as_(Role.NURSE))
    assert ("#204060" in own.text, "#7a1f5c" in own.text) == (True, False)
    assert ("#204060" in other.text, "#7a1f5c" in other.text) == (False, True)


async def test_a_look_is_for_whoever_may_open_a_page_of_the_centre(linked: LinkedPatient) -> None:
    await give(linked.service, LOOK)
    client = linked.service.client
    for what in ("look.css", "logo"):
        assert (await client.get(f"/pages/{what}")).status_code == 401
        assert (await client.get(f"/q/{'A' * 86}/{what}")).status_code == 404
        cookie = {"Cookie": f"vigie_session={linked.service.token(Role.CLINICIAN)}"}
        assert (await client.get(f"/pages/{what}", headers=cookie)).status_code == 200
        # A token that lets its application do nothing still shows whose pages these are.
        nothing = linked.service.as_(Role.CLINICIAN, scope="")
        assert (await client.get(f"/pages/{what}", headers=nothing)).status_code == 200


async def test_the_look_costs_the_page_nothing_that_is_asked_of_the_database(
    linked: LinkedPatient, database: Database
) -> None:
    await give(linked.service, LOOK)
    before = await database.audited(linked.service.centre_id)
    linked.service.clock.shown = VISIT - timedelta(hours=1)
    await linked.open()
    new = (await database.audited(linked.service.centre_id))[len(before) :]
    assert [event["operation"] for event in new] == ["open_link"]
