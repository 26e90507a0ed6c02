"""What the tests of the pages share: a demonstration that is served, and a real browser that is watched."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

from app.store.embedded import EmbeddedPostgres
from tests.browser.ensure_chromium import BROWSERS
from tests.support.demonstration import Demo, demonstration

PROJECT = Path(__file__).parents[2]
CHROMIUM = next((found for name in BROWSERS if (found := shutil.which(name))), None)
DATABASE = "browser"
LANGUAGES = {"fr": "ltr", "en": "ltr", "ar": "rtl"}
WEIGHT = 100_000

NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here (as root: apt-get install chromium)"),
]


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
        """The bytes of the page and of all that it loaded, uncompressed. What is taken again comes from the cache."""
        loaded = {found.url: int(found.headers["content-length"]) for found in self.responses if found.status == 200}
        return sum(loaded.values())


@pytest.fixture(scope="module")
def demo(postgres: EmbeddedPostgres) -> Iterator[Demo]:
    with demonstration(postgres) as served:
        yield served


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
