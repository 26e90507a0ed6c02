"""The synthesis in a real browser: in three languages, on a small screen, on paper, and with nothing from elsewhere."""

import pytest
from playwright.sync_api import Browser, BrowserContext

from app.demo.seed import DEMO_CENTRE
from app.wording import Wordings
from tests.browser.conftest import LANGUAGES, NEEDS_CHROMIUM, WEIGHT, Seen
from tests.support.demonstration import Demo

pytestmark = NEEDS_CHROMIUM


def open_synthesis(seen: Seen, demo: Demo, consultation: str, language: str) -> None:
    seen.page.goto(f"{demo.base}/demo/open?consultation={consultation}")
    seen.responses.clear()
    seen.page.goto(f"{demo.base}/pages/synthesis?consultation={consultation}&lang={language}")


def test_from_the_list_of_patients_to_a_synthesis(seen: Seen, demo: Demo) -> None:
    seen.page.goto(f"{demo.base}/demo")
    rows = seen.page.locator("tbody tr")
    assert rows.count() == len(demo.consultations) >= 12
    rows.first.get_by_role("link", name=Wordings.load().by_language["fr"].say("demo.synthesis")).click()
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
