"""The pages in a real browser: in three languages, on a small screen, on paper, and with nothing from elsewhere."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

from app.demo.seed import CENTRE_ID, DEMO_CENTRE, coming_consultations, seed
from app.security.caller import Role
from app.security.demo_issuer import DemoIssuer
from app.services.installation import Installation, load_knowledge
from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.centre import add_centre
from app.store.embedded import EmbeddedPostgres
from app.store.pool import Pool
from app.store.schema import migrate
from app.store.transaction import Scope, transaction
from app.wording import Wordings
from tests.browser.ensure_chromium import BROWSERS

PROJECT = Path(__file__).parents[2]
CHROMIUM = next((found for name in BROWSERS if (found := shutil.which(name))), None)
DATABASE = "browser"
LANGUAGES = {"fr": "ltr", "en": "ltr", "ar": "rtl"}
WEIGHT = 100_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here (as root: apt-get install chromium)"),
]


@dataclass(frozen=True)
class Demo:
    """A demonstration that is being served."""

    base: str
    consultations: list[str]
    staff: dict[str, str]

    def points(self, consultation: str) -> list[dict[str, object]]:
        """The points of vigilance of a synthesis, as the API gives them."""
        answer = httpx.get(f"{self.base}/v1/consultations/{consultation}/synthesis", headers=self.staff)
        answer.raise_for_status()
        found: list[dict[str, object]] = answer.json()["points"]
        return found


@dataclass
class Seen:
    """What a page did while it was looked at."""

    page: Page
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on(
            "console", lambda said: self.errors.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("response", self._keep)

    def _keep(self, response: Response) -> None:
        self.responses.append(response)
        if response.status >= 400:
            self.failed.append(response.url)

    @property
    def weight(self) -> int:
        """The bytes of the page and of all that it loaded, uncompressed."""
        return sum(int(response.headers["content-length"]) for response in self.responses if response.status == 200)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _seed(service_url: str, owner_url: str, settings: Settings) -> list[str]:
    owner = await Pool.open(owner_url, settings)
    async with transaction(owner, Scope(CENTRE_ID), AuditEntry("test", "operator", "add_centre", "test")) as tx:
        await add_centre(tx, DEMO_CENTRE)
    await owner.close()
    pool = await Pool.open(service_url, settings)
    installation, now = Installation(load_knowledge(settings), pool), datetime.now(UTC)
    await seed(installation, now, lambda _done, _total: None)
    found = [str(patient.consultation_id) for patient in await coming_consultations(installation, now)]
    await pool.close()
    return found


@pytest.fixture(scope="module")
def demo(postgres: EmbeddedPostgres) -> Iterator[Demo]:
    """A real server process, over a database of its own with the synthetic patients."""
    postgres.create_database(DATABASE)
    service_url, owner_url = postgres.url("vigie_service", DATABASE), postgres.url("vigie_owner", DATABASE)
    migrate(owner_url, service_url)
    folder = Path(tempfile.mkdtemp(prefix="vigie-test-"))
    settings = Settings.model_validate({"DATABASE_URL": service_url, "demo": True, "data_dir": folder})
    consultations = asyncio.run(_seed(service_url, owner_url, settings))
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": service_url, "VIGIE_DEMO": "true", "VIGIE_DATA_DIR": str(folder)}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "app.main:app_from_environment", "--factory", "--port", str(port)],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(base, server, folder / "log")
        token = DemoIssuer.open(settings, folder).mint(Role.CLINICIAN, CENTRE_ID)
        yield Demo(base, consultations, {"Authorization": f"Bearer {token}"})
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder)
        postgres.drop_database(DATABASE)


def _wait_until_ready(base: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(f"{base}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the service does not answer: {log.read_text()}")


@pytest.fixture(scope="module")
def browser(demo: Demo) -> Iterator[Browser]:
    """After the server: Playwright keeps an event loop running, in which nothing else may start one."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(locale="fr-FR")
    yield opened
    opened.close()


@pytest.fixture
def seen(context: BrowserContext, demo: Demo) -> Iterator[Seen]:
    """A page that is watched; whatever a test does, nothing may fail and nothing may come from elsewhere."""
    watched = Seen(context.new_page())
    watched.watch()
    yield watched
    assert watched.errors == []
    assert watched.failed == []
    assert watched.hosts <= {urlsplit(demo.base).netloc}


@pytest.fixture(scope="module")
def vigilant(demo: Demo) -> str:
    """A consultation whose synthesis has points of vigilance."""
    return next(consultation for consultation in demo.consultations if demo.points(consultation))


def open_synthesis(seen: Seen, demo: Demo, consultation: str, language: str) -> None:
    seen.page.goto(f"{demo.base}/demo/open?consultation={consultation}")
    seen.responses.clear()
    seen.page.goto(f"{demo.base}/pages/synthesis?consultation={consultation}&lang={language}")


def test_from_the_list_of_patients_to_a_synthesis(seen: Seen, demo: Demo) -> None:
    seen.page.goto(f"{demo.base}/demo")
    rows = seen.page.locator("tbody tr")
    assert rows.count() == len(demo.consultations) >= 12
    rows.first.get_by_role("link").click()
    seen.page.wait_for_url("**/pages/synthesis?*")
    assert seen.page.locator("html").get_attribute("lang") == "fr", "the browser's language"
    assert seen.page.locator("h1").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_synthesis_speaks_the_language_in_its_direction(seen: Seen, demo: Demo, vigilant: str, language: str) -> None:
    open_synthesis(seen, demo, vigilant, language)
    page, wording = seen.page, Wordings.load().by_language[language]
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("html").get_attribute("dir") == LANGUAGES[language]
    assert page.evaluate("getComputedStyle(document.body).direction") == LANGUAGES[language]
    assert wording.say("synthesis.title") in page.title()
    headings = page.locator("h2").all_inner_texts()
    assert headings[0] == wording.say("synthesis.points")
    assert wording.say("synthesis.topics") in headings
    points = page.locator(".points li")
    assert 1 <= points.count() <= len(demo.points(vigilant))
    assert all(text.strip() for text in points.all_inner_texts())
    assert points.first.is_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_synthesis_is_light(seen: Seen, demo: Demo, vigilant: str, language: str) -> None:
    open_synthesis(seen, demo, vigilant, language)
    seen.page.wait_for_load_state("networkidle")
    assert any(response.url.endswith(".css") for response in seen.responses)
    assert 2_000 < seen.weight < WEIGHT


def test_every_synthesis_of_the_demonstration_opens(seen: Seen, demo: Demo) -> None:
    for consultation in demo.consultations:
        open_synthesis(seen, demo, consultation, "en")
        assert seen.page.locator("h1").inner_text().strip()
        assert seen.weight < WEIGHT
        assert "None" not in seen.page.locator("main").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_on_a_small_phone(seen: Seen, demo: Demo, vigilant: str, language: str) -> None:
    seen.page.set_viewport_size({"width": 320, "height": 640})
    open_synthesis(seen, demo, vigilant, language)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert seen.page.locator(".points li").first.is_visible()
    for other in ("/demo", "/problems"):
        seen.page.goto(f"{demo.base}{other}")
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320, other


def test_points_come_before_anything_that_needs_scrolling(seen: Seen, demo: Demo, vigilant: str) -> None:
    seen.page.set_viewport_size({"width": 1280, "height": 800})
    open_synthesis(seen, demo, vigilant, "fr")
    box = seen.page.locator(".points").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 800


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_synthesis_can_be_printed(seen: Seen, demo: Demo, vigilant: str, language: str) -> None:
    open_synthesis(seen, demo, vigilant, language)
    paper = seen.page.pdf(format="A4")
    assert paper.startswith(b"%PDF-")
    assert len(paper) > 5_000
    seen.page.emulate_media(media="print")
    assert not seen.page.locator("nav").is_visible()
    assert seen.page.locator(".points li").first.is_visible()


def test_a_page_works_without_scripts(browser: Browser, demo: Demo, vigilant: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo.base}/demo/open?consultation={vigilant}")
    assert page.locator(".points li").count() >= 1
    context.close()


def test_the_session_is_no_secret_of_a_script_and_stays_on_the_pages(
    seen: Seen, context: BrowserContext, demo: Demo, vigilant: str
) -> None:
    open_synthesis(seen, demo, vigilant, "fr")
    (cookie,) = context.cookies(f"{demo.base}/pages/")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert seen.page.evaluate("document.cookie") == ""
    assert context.cookies(f"{demo.base}/v1/me") == []


def test_without_a_session_a_synthesis_is_not_shown(context: BrowserContext, demo: Demo, vigilant: str) -> None:
    answer = context.new_page().goto(f"{demo.base}/pages/synthesis?consultation={vigilant}")
    assert answer is not None
    assert answer.status == 401
    assert DEMO_CENTRE.name not in answer.text()


def test_the_documentation_of_the_api_needs_no_network(seen: Seen, demo: Demo) -> None:
    seen.page.goto(f"{demo.base}/docs")
    seen.page.get_by_text("/v1/me", exact=True).first.wait_for(timeout=20_000)
    assert seen.page.locator(".opblock").count() > 20
