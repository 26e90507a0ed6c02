"""The clinician's path in a real browser: from the day to the page, its answers, its text, its paper, its mark."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext
from pypdf import PdfReader

from app.wording import Wordings
from tests.browser.conftest import LANGUAGES, NEEDS_CHROMIUM, Seen
from tests.browser.test_consultations import signed_in
from tests.support.demonstration import Demo

pytestmark = NEEDS_CHROMIUM

WORDS = Wordings.load().by_language
TWELVE = "Synthetic Patient 15"


@pytest.fixture
def twelve(demo: Demo, context: BrowserContext) -> str:
    """The address of the synthesis of the patient with twelve symptoms, for whoever is signed in."""
    signed_in(context, demo)
    return f"{demo.base}/pages/synthesis?consultation={demo.consultations[-1]}"


def test_from_the_day_to_a_page_that_was_seen(seen: Seen, demo: Demo, context: BrowserContext) -> None:
    signed_in(context, demo)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, say = seen.page, WORDS["en"].say
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    page.goto(f"{demo.base}/pages/consultations?day={tomorrow}&lang=en")
    page.get_by_role("link", name=TWELVE).first.click()
    page.wait_for_url("**/pages/synthesis?*")
    assert page.locator("h1").inner_text().startswith(TWELVE)
    assert page.locator(".points li").count() == 3
    # Every line opens the answers behind it, by keyboard too.
    name = page.locator(".rows summary").first
    name.focus()
    page.keyboard.press("Enter")
    assert page.locator(".rows .answers-behind dd").first.is_visible()
    page.get_by_role("button", name=say("synthesis.copy")).click()
    page.get_by_text(say("synthesis.copied")).wait_for()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert copied.startswith(TWELVE)
    assert say("synthesis.points") in copied
    page.get_by_role("button", name=say("synthesis.seen")).click()
    page.locator(".marks li").first.wait_for()
    assert "(version " in page.locator(".marks").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_twelve_symptoms_are_one_page_of_paper(seen: Seen, demo: Demo, twelve: str, language: str) -> None:
    seen.page.goto(f"{twelve}&lang={language}")
    assert seen.page.locator(".rows").first.locator("tbody tr").count() >= 12
    printed = PdfReader(BytesIO(seen.page.pdf(prefer_css_page_size=True)))
    assert len(printed.pages) == 1
    own = httpx.get(f"{twelve}&lang={language}".replace("synthesis?", "synthesis.pdf?"), headers=demo.staff)
    assert len(PdfReader(BytesIO(own.content)).pages) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found(seen: Seen, twelve: str, language: str, scheme: str) -> None:
    seen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for width in (1280, 320):
        seen.page.set_viewport_size({"width": width, "height": 800})
        seen.page.goto(f"{twelve}&lang={language}")
        seen.page.locator(".rows summary").first.click()
        found = Axe().run(seen.page)
        assert found.violations_count == 0, found.generate_report()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_time_runs_to_the_right_in_every_language(seen: Seen, twelve: str) -> None:
    drawn = []
    for language in LANGUAGES:
        seen.page.goto(f"{twelve}&lang={language}")
        line = seen.page.locator("svg.trend .line").first
        drawn.append(line.get_attribute("d"))
        first, last = line.evaluate(
            "l => [0, l.getTotalLength()].map(at => l.getPointAtLength(at).matrixTransform(l.getScreenCTM()).x)"
        )
        assert first < last
    assert len(set(drawn)) == 1


def test_large_letters_need_no_scrolling_sideways(seen: Seen, twelve: str) -> None:
    seen.page.set_viewport_size({"width": 640, "height": 800})
    seen.page.goto(f"{twelve}&lang=fr")
    seen.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 640


def test_a_wrong_patient_reads_why_and_nothing_else(seen: Seen, twelve: str, demo: Demo) -> None:
    answer = seen.page.goto(f"{twelve}&lang=fr&patient=00000000-0000-7000-8000-000000000000")
    assert answer is not None
    assert answer.status == 409
    assert WORDS["fr"].say("page.problem_patient_differs") in seen.page.locator("main").inner_text()
    assert "Synthetic" not in seen.page.content()
    # The browser says of a page that it failed; that is what this one is.
    seen.errors.clear()
    seen.failed.clear()
