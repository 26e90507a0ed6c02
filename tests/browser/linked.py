"""A synthetic patient with a personal link, opened in a real browser."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import BrowserContext, Locator, Page

from app.demo.seed import CENTRE_ID
from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.centre_text import Provenance, add_text
from app.store.pool import Pool
from app.store.transaction import Scope, transaction
from tests.browser.conftest import Seen
from tests.support.demonstration import Demo
from tests.support.licensed import filler_file
from tests.support.questionnaires import shipped

INSTRUMENT = "pre-consultation"
_NUMBERS = count(1)


@dataclass(frozen=True)
class Linked:
    """One patient and their link."""

    demo: Demo
    patient_id: str
    url: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def responses(self) -> list[dict[str, Any]]:
        """Every response of the patient, newest first."""
        answer = httpx.get(f"{self.demo.base}/v1/patients/{self.patient_id}/responses", headers=self.demo.staff)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["responses"]
        return found

    def revoke(self) -> None:
        links = httpx.get(f"{self.demo.base}/v1/patients/{self.patient_id}/links", headers=self.demo.staff).json()
        (link,) = links["links"]
        httpx.post(f"{self.demo.base}/v1/links/{link['id']}/revoke", headers=self.demo.staff).raise_for_status()


def linked(demo: Demo, instrument: str = INSTRUMENT) -> Linked:
    """A patient whom no other test has, with a visit and a link for it."""
    number = next(_NUMBERS)
    with httpx.Client(base_url=demo.base, headers=demo.staff) as client:
        identifier = {"system": "urn:vigie:browser-tests", "value": f"{number}"}
        registered = client.post("/v1/patients", json={"identifiers": [identifier], "family_name": "SYNTHETIC"})
        registered.raise_for_status()
        patient = registered.json()["id"]
        start = (datetime.now(UTC) + timedelta(days=5)).isoformat()
        visit = client.put(f"/v1/patients/{patient}/consultations/browser-{number}", json={"start": start})
        visit.raise_for_status()
        body = {"instrument": instrument, "consultation_id": visit.json()["id"]}
        made = client.post(f"/v1/patients/{patient}/links", json=body)
        made.raise_for_status()
    return Linked(demo, patient, made.json()["url"])


async def load_filler_words(demo: Demo, instrument: str) -> None:
    """Give the demonstration words, invented ones, for an instrument whose own are its owner's."""
    file = filler_file(shipped().get(instrument), ())
    settings = Settings.model_validate({"demo": True, "data_dir": demo.folder})
    owner = await Pool.open(demo.owner_url, settings)
    async with transaction(owner, Scope(CENTRE_ID), AuditEntry("test", "operator", "import_text", "test")) as tx:
        await add_text(tx, file, Provenance("a permission for tests", b"0" * 32, "test"))
    await owner.close()


def with_filler_words(demo: Demo, instrument: str) -> None:
    """The same, in a thread of its own: the browser's event loop runs in this one."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, load_filler_words(demo, instrument)).result()


@dataclass(frozen=True)
class Answering:
    """A link as its patient sees it."""

    link: Linked
    seen: Seen

    @property
    def page(self) -> Page:
        return self.seen.page

    def open(self, language: str | None = "en") -> None:
        self.page.goto(self.link.url + (f"?lang={language}" if language else ""))
        self.settle()

    def settle(self) -> None:
        """Wait until the script has the page as it was left."""
        self.page.locator("html.ready").wait_for()

    def field(self, link_id: str, value: str | None = None) -> Locator:
        chosen = "" if value is None else f"[value='{value}']"
        return self.page.locator(f"[name='answer.{link_id}']{chosen}")

    def answer(self, **given: str) -> None:
        """Choose: `can_wait="yes"` is the answer to `can-wait`."""
        for name, value in given.items():
            self.field(name.replace("_", "-"), value).check()

    def question(self, link_id: str) -> Locator:
        return self.page.locator("fieldset, .field").filter(has=self.page.locator(f"[name='answer.{link_id}']"))

    def button(self, action: str) -> Locator:
        return self.page.locator(f".buttons [name='action'][value='{action}']")

    def send(self) -> None:
        self.button("send").click()

    def wait_until_answered(self) -> None:
        self.page.locator("[data-answered]").wait_for(timeout=15_000)

    def status(self, text: str) -> None:
        """Wait until the status line says so."""
        self.page.locator("#status").filter(has_text=text).wait_for(timeout=15_000)

    def until(self, true: str, argument: str | None = None) -> None:
        """Wait until an expression is true. Playwright's own waiting evaluates in the page, which the page forbids."""
        give_up = time.monotonic() + 15
        while not self.page.evaluate(true, argument):
            assert time.monotonic() < give_up, f"never true: {true}"
            self.page.wait_for_timeout(50)

    def worker_is_ready(self) -> None:
        """Wait until a service worker looks after the links, and the copy of this page is there.

        Not until it controls this page: one that was under way while the worker began is controlled only when it is
        loaded again (Service Workers, "claim()": clients that are not execution ready are left out).
        """
        self.until("async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'")
        self.until(
            "async () => { const cache = await caches.open('vigie');"
            " const copies = [location.pathname, '/pages/answer.css']"
            "   .map(url => cache.match(url, { ignoreSearch: true }));"
            " return (await Promise.all(copies)).every(Boolean); }"
        )

    def forget_expected(self, *expected: str) -> None:
        """What a cut network writes to the console was meant to happen; anything else was not."""
        assert all(any(text in said for text in expected) for said in self.seen.errors), self.seen.errors
        self.seen.errors.clear()
        self.seen.failed.clear()

    def kept(self, store: str = "answers") -> list[str]:
        """The paths of which this phone keeps something."""
        found: list[str] = self.page.evaluate(
            """store => new Promise((resolve) => {
                const request = indexedDB.open('vigie');
                request.onupgradeneeded = () => request.transaction.abort();
                request.onerror = () => resolve([]);
                request.onsuccess = () => {
                    const asked = request.result.transaction(store).objectStore(store).getAllKeys();
                    asked.onsuccess = () => { request.result.close(); resolve(asked.result); };
                };
            })""",
            store,
        )
        return found


def second_tab(answering: Answering, context: BrowserContext) -> Answering:
    """The same link once more in the same browser."""
    seen = Seen(context.new_page())
    seen.watch()
    tab = Answering(answering.link, seen)
    tab.open()
    return tab
