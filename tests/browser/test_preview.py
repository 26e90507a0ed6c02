"""The preview of an instrument in a real browser: branching as one answers, and the server's judgement beside it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Locator, Page, sync_playwright

from app.services.new_instrument import new_instrument
from tests.browser.conftest import CHROMIUM, NEEDS_CHROMIUM, Seen
from tests.support.demonstration import free_port

VIGIE = Path(sys.executable).with_name("vigie")

pytestmark = NEEDS_CHROMIUM


@dataclass
class Shown:
    """The preview in a browser."""

    seen: Seen
    base: str
    folder: Path

    @property
    def page(self) -> Page:
        return self.seen.page

    def open(self, language: str) -> None:
        self.page.goto(f"{self.base}/?lang={language}")
        self.settle()

    def settle(self) -> None:
        """Wait until what is answered has been judged."""
        self.page.locator("aside[aria-busy='false']").wait_for()

    def answer(self, link_id: str, value: str) -> None:
        self.page.locator(f"input[name='{link_id}'][value='{value}']").check()
        self.settle()

    def write(self, link_id: str, text: str) -> None:
        self.page.locator(f"[name='{link_id}']").fill(text)
        self.settle()

    def item(self, link_id: str) -> Locator:
        return self.page.locator(f"[data-link-id='{link_id}']")

    def said(self, place: str) -> str:
        return self.page.locator(f"#{place}").inner_text()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The command itself, on a new instrument."""
    root, port = tmp_path_factory.mktemp("instruments"), free_port()
    new_instrument(root, "mine", "Mine", ("fr", "ar"), date(2026, 11, 22))
    command = [str(VIGIE), "preview", "mine", "--instruments", str(root), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        base = f"http://127.0.0.1:{port}"
        for _ in range(300):
            assert server.poll() is None, server.stdout.read() if server.stdout else ""
            try:
                httpx.get(base)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield base, root / "mine"
        server.terminate()
        server.wait(30)


@pytest.fixture
def shown(served: tuple[str, Path]) -> Iterator[Shown]:
    """A page that is watched; whatever a test does, nothing may fail and nothing may come from elsewhere."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        seen = Seen(browser.new_page())
        seen.watch()
        yield Shown(seen, *served)
        browser.close()
    assert (seen.errors, seen.failed) == ([], [])
    assert seen.hosts == {urlsplit(served[0]).netloc}


def test_branching_follows_the_answers(shown: Shown) -> None:
    shown.open("fr")
    days = shown.item("tiredness-days")
    assert not days.is_visible()
    shown.answer("tiredness-severity", "2")
    assert days.is_visible()
    shown.answer("tiredness-severity", "0")
    assert not days.is_visible()
    shown.page.locator("#show-closed").check()
    assert days.is_visible()


def test_the_servers_judgement_stands_beside_the_form(shown: Shown) -> None:
    shown.open("fr")
    assert "not scored: skipped" in shown.said("scores")
    shown.answer("tiredness-severity", "3")
    assert "Fatigue (0 à 3)" in shown.said("scores")
    assert shown.page.locator("[data-score='tiredness'] strong").inner_text() == "3"
    assert "soon tiredness" in shown.said("alerts")
    assert "none: it would be stored" in shown.said("issue-count")
    shown.write("tiredness-days", "8")
    assert "tiredness-days the number is outside the item's range (allowed: >= 0, <= 7)" in shown.said("issues")
    assert shown.page.locator("[data-link-id='tiredness-days'][data-fault]").count() == 1
    shown.page.locator(".clear").click()
    shown.settle()
    assert "not scored: skipped" in shown.said("scores")


def test_arabic_reads_from_the_right_and_keeps_the_answers(shown: Shown) -> None:
    shown.open("fr")
    shown.answer("tiredness-severity", "2")
    shown.write("own-words", "Merci")
    shown.page.get_by_role("link", name="ar").click()
    shown.settle()
    form = shown.page.locator("form")
    assert (form.get_attribute("lang"), form.get_attribute("dir")) == ("ar", "rtl")
    assert shown.page.evaluate("getComputedStyle(document.forms[0]).direction") == "rtl"
    assert "ما مدى تعبك في أسوأ لحظة؟" in form.inner_text()
    assert shown.page.locator("input[value='2']").is_checked()
    assert shown.page.locator("[name='own-words']").input_value() == "Merci"
    shown.page.locator("#start-again").click()
    shown.settle()
    assert not shown.page.locator("input[value='2']").is_checked()


def test_a_fault_and_a_help_are_tied_to_their_field(shown: Shown) -> None:
    shown.open("fr")
    severity = shown.page.locator("fieldset[data-item='tiredness-severity']")
    assert severity.get_attribute("aria-describedby") == "help-tiredness-severity"
    shown.answer("tiredness-severity", "3")
    days = shown.page.locator("#field-tiredness-days")
    assert (days.get_attribute("aria-describedby"), days.get_attribute("aria-invalid")) == (None, None)
    shown.write("tiredness-days", "8")
    assert days.get_attribute("aria-invalid") == "true"
    assert "outside the item's range" in shown.page.locator(f"#{days.get_attribute('aria-describedby')}").inner_text()
    shown.write("tiredness-days", "7")
    assert (days.get_attribute("aria-describedby"), days.get_attribute("aria-invalid")) == (None, None)
    assert severity.get_attribute("aria-describedby") == "help-tiredness-severity"


def test_what_is_read_out_is_not_written_again_where_it_stays_the_same(shown: Shown) -> None:
    shown.open("fr")
    shown.answer("tiredness-severity", "3")
    shown.page.evaluate(
        "globalThis.timesWritten = 0;"
        "const watcher = new MutationObserver((changes) => { globalThis.timesWritten += changes.length; });"
        "for (const id of ['issue-count', 'alerts'])"
        "  watcher.observe(document.getElementById(id), { childList: true, characterData: true, subtree: true });"
    )
    shown.write("own-words", "Merci")
    assert shown.page.evaluate("globalThis.timesWritten") == 0
    shown.answer("tiredness-severity", "0")
    assert shown.page.evaluate("globalThis.timesWritten") > 0
    assert shown.said("alerts") == "none"


def test_a_server_that_has_stopped_is_told_and_the_old_judgement_goes(shown: Shown) -> None:
    shown.open("fr")
    shown.answer("tiredness-severity", "3")
    shown.write("tiredness-days", "8")
    shown.page.route("**/answers*", lambda route: route.abort())
    shown.answer("tiredness-severity", "2")
    assert "The server does not answer" in shown.said("issue-count")
    assert [shown.said(place) for place in ("issues", "scores", "alerts", "answers")] == [""] * 4
    assert shown.page.locator("[data-fault], [aria-invalid]").count() == 0
    assert all("ERR_FAILED" in said for said in shown.seen.errors), shown.seen.errors
    shown.seen.errors.clear()
    shown.page.unroute("**/answers*")
    shown.answer("tiredness-severity", "1")
    assert shown.page.locator("[data-score='tiredness'] strong").inner_text() == "1"
    assert "The server does not answer" not in shown.said("issue-count")


def test_an_edited_file_shows_at_the_next_load(shown: Shown) -> None:
    shown.open("fr")
    shown.answer("tiredness-severity", "1")
    file = shown.folder / "text" / "fr" / "1.yaml"
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("Pas du tout", "Aucune fatigue"), encoding="utf-8")
    shown.page.reload()
    shown.settle()
    assert "Aucune fatigue" in shown.page.locator("form").inner_text()
    assert shown.page.locator("input[value='1']").is_checked()
    file.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_nothing_scrolls_sideways_on_a_small_screen(shown: Shown, language: str) -> None:
    shown.page.set_viewport_size({"width": 360, "height": 640})
    shown.open(language)
    shown.answer("tiredness-severity", "3")
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_keyboard_alone_is_enough(shown: Shown) -> None:
    shown.open("fr")
    shown.page.locator("input[name='tiredness-severity']").first.focus()
    shown.page.keyboard.press("ArrowDown")
    shown.settle()
    assert shown.page.locator("input[name='tiredness-severity'][value='1']").is_checked()
    assert shown.item("tiredness-days").is_visible()
