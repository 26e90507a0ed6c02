"""What the tests of the pages share: a demonstration that is served, and a real browser that is watched."""

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
from tests.browser.ensure_chromium import BROWSERS

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
