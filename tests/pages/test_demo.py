"""The demonstration's door: every page of it, as the care team and as each synthetic patient."""

import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlencode

import httpx
import pytest

from app.demo.courses import COURSES
from app.demo.seed import CENTRE_ID, DEMO_CENTRE
from app.security.caller import Role
from app.security.demo_issuer import DemoIssuer
from app.store.audit import AuditEntry
from app.store.centre import add_centre
from app.store.embedded import EmbeddedPostgres
from app.store.pool import Pool
from app.store.schema import migrate
from app.store.transaction import Scope, transaction
from app.wording import Wordings
from tests.pages.linked_patient import text_of
from tests.support.service import Service, running_service

pytestmark = pytest.mark.anyio

WORDS = Wordings.load().by_language
DATABASE = "demo_door"


@pytest.fixture(scope="module")
def urls(postgres: EmbeddedPostgres) -> Iterator[tuple[str, str]]:
    """A database of its own, as the service and as the owner."""
    postgres.create_database(DATABASE)
    service_url, owner_url = postgres.url("vigie_service", DATABASE), postgres.url("vigie_owner", DATABASE)
    migrate(owner_url, service_url)
    yield service_url, owner_url
    postgres.drop_database(DATABASE)


@pytest.fixture(scope="module")
async def demo(urls: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """The application in demo mode: patients and visits, without their months of answers."""
    service_url, owner_url = urls
    folder = tmp_path_factory.mktemp("demo")
    async with running_service(service_url, owner_url, demo=True, data_dir=folder, link_key=None) as service:
        owner = await Pool.open(owner_url, service.settings)
        async with transaction(owner, Scope(CENTRE_ID), AuditEntry("test", "operator", "add_centre", "test")) as tx:
            await add_centre(tx, DEMO_CENTRE)
        await owner.close()
        yield service


def doors(page: httpx.Response) -> list[list[str]]:
    """The addresses in each patient's row."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.text.partition("<tbody>")[2], flags=re.DOTALL)
    return [[found.replace("&amp;", "&") for found in re.findall(r'href="([^"]+)"', row)] for row in rows]


def cookie(answer: httpx.Response) -> dict[str, str]:
    """What the browser sends from now on. The client's own jar is not used: each request says who asks."""
    said = answer.headers["set-cookie"]
    assert re.search(r"HttpOnly; Max-Age=28800; Path=/pages; SameSite=strict", said), said
    return {"Cookie": said.partition(";")[0]}


@pytest.mark.parametrize("language", WORDS)
async def test_the_list_speaks_three_languages(demo: Service, language: str) -> None:
    accepted = await demo.client.get("/demo", headers={"Accept-Language": language})
    asked = await demo.client.get(f"/demo?lang={language}", headers={"Accept-Language": "xx"})
    say = WORDS[language].say
    for page in (accepted, asked):
        assert f'<html lang="{language}" dir="{WORDS[language].direction}">' in page.text
        said = text_of(page)
        for key in ("title", "synthetic", "patient", "see", "doors", "day"):
            assert say(f"demo.{key}") in said
        for course in COURSES:
            assert say(f"demo.story.{course.story}") in said
        for key in ("synthesis", "answer", "mine"):
            assert said.count(say(f"demo.{key}")) >= len(COURSES)


def test_every_story_is_told_and_none_without_a_course() -> None:
    stories = [course.story for course in COURSES]
    assert len(set(stories)) == len(COURSES)
    assert {key.removeprefix("demo.story.") for key in WORDS["en"].words if key.startswith("demo.story.")} == set(
        stories
    )


async def test_each_patient_has_three_doors(demo: Service) -> None:
    rows = doors(await demo.client.get("/demo"))
    assert len(rows) == len(COURSES)
    for row in rows:
        assert [re.sub(r"=[0-9a-f-]{36}", "=", door) for door in row] == [
            "/demo/open?consultation=",
            "/demo/answer?patient=&consultation=",
            "/demo/me?patient=",
        ]


async def test_a_synthetic_patient_answers_by_one_link(demo: Service) -> None:
    door = doors(await demo.client.get("/demo"))[2][1]
    first, again = await demo.client.get(door), await demo.client.get(door)
    assert (first.status_code, "set-cookie" in first.headers) == (303, False)
    assert first.headers["location"] == again.headers["location"]
    path = first.headers["location"]
    form = await demo.client.get(path, headers={"Accept-Language": "en"})
    assert form.status_code == 200
    assert 'href="tel:3114"' in form.text
    answers = urlencode({"version": "1.0.0", "action": "send", "answer.can-wait": "yes"})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await demo.client.post(path, content=answers, headers=headers)).status_code == 303
    assert (await demo.client.get(door)).headers["location"] != path, "answered: the next one is a new one"


async def test_a_synthetic_patients_own_page_leads_to_answering(demo: Service) -> None:
    row = doors(await demo.client.get("/demo"))[4]
    opened = await demo.client.get(row[2])
    assert (opened.status_code, opened.headers["location"]) == (303, "/pages/me")
    session = cookie(opened)
    page = await demo.client.get("/pages/me", headers={**session, "Accept-Language": "en"})
    assert page.status_code == 200
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    pressed = await demo.client.post(
        "/pages/me/answer",
        content=urlencode(fields),
        headers={**session, "Content-Type": "application/x-www-form-urlencoded", "Origin": "http://testserver"},
    )
    assert pressed.headers["location"] == (await demo.client.get(row[1])).headers["location"]


async def test_the_list_of_the_day_is_opened_as_a_clinician(demo: Service) -> None:
    opened = await demo.client.get("/demo/day")
    assert (opened.status_code, opened.headers["location"]) == (303, "/pages/consultations")
    bearer = {"Authorization": f"Bearer {cookie(opened)['Cookie'].removeprefix('vigie_session=')}"}
    assert (await demo.client.get("/v1/me", headers=bearer)).json()["role"] == "clinician"


async def test_visits_have_their_line_and_cycle(demo: Service) -> None:
    rows = doors(await demo.client.get("/demo"))
    assert demo.settings.data_dir is not None
    token = DemoIssuer.open(demo.settings, demo.settings.data_dir).mint(Role.NURSE, CENTRE_ID)
    found = []
    for row in rows:
        patient = row[2].partition("=")[2]
        answer = await demo.client.get(
            f"/v1/patients/{patient}/consultations", headers={"Authorization": f"Bearer {token}"}
        )
        found += [(visit["treatment_line"], visit["treatment_cycle"]) for visit in answer.json()["consultations"]]
    assert found == [(course.treatment_line, 1) for course in COURSES]
    assert {line for line, _ in found} == {1, 2, 3}


@pytest.mark.parametrize("path", ["/demo/open", "/demo/me", "/demo/answer", "/demo/me?patient=nobody"])
async def test_a_door_without_an_id_is_refused(demo: Service, path: str) -> None:
    assert (await demo.client.get(path)).status_code == 422


async def test_without_demo_mode_there_is_no_door(service: Service) -> None:
    for path in ("/demo", "/demo/day", "/demo/me", "/demo/answer", "/demo/open"):
        assert (await service.client.get(path)).status_code == 404
