"""The list of the day in a real browser: by keyboard, in three languages, small, on paper, without scripts."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from app.pages.caller import SESSION_COOKIE
from app.wording import Wordings
from tests.browser.conftest import LANGUAGES, NEEDS_CHROMIUM, WEIGHT, Seen
from tests.support.demonstration import Demo

pytestmark = NEEDS_CHROMIUM

WORDS = Wordings.load().by_language
ROW = ".visits a.open"


def signed_in(context: BrowserContext, demo: Demo) -> None:
    token = demo.staff["Authorization"].removeprefix("Bearer ")
    context.add_cookies(
        [{"name": SESSION_COOKIE, "value": token, "url": f"{demo.base}/pages/", "httpOnly": True, "sameSite": "Strict"}]
    )


@pytest.fixture
def busy(context: BrowserContext, demo: Demo) -> str:
    """The address of the day on which the demonstration's patients come, for whoever is signed in."""
    signed_in(context, demo)
    return f"{demo.base}/pages/consultations?day={(datetime.now(UTC) + timedelta(days=1)).date().isoformat()}"


def focused(page: Page) -> str:
    """The text or the name of what has the focus."""
    return str(page.evaluate("document.activeElement.innerText || document.activeElement.name"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_speaks_the_language_in_its_direction(seen: Seen, demo: Demo, busy: str, language: str) -> None:
    seen.page.goto(f"{busy}&lang={language}")
    page, say = seen.page, WORDS[language].say
    assert page.locator("html").get_attribute("dir") == LANGUAGES[language]
    assert page.evaluate("getComputedStyle(document.body).direction") == LANGUAGES[language]
    assert page.locator(ROW).count() == len(demo.consultations)
    headings = page.locator("thead th").all_inner_texts()
    assert headings == [say("day.time"), say("day.patient"), say("synthesis.points"), say("day.answers")]
    assert "None" not in page.locator("main").inner_text()
    page.wait_for_load_state("networkidle")
    assert 2_000 < seen.weight < WEIGHT


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found(seen: Seen, busy: str, language: str, scheme: str) -> None:
    seen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for width in (1280, 320):
        seen.page.set_viewport_size({"width": width, "height": 800})
        seen.page.goto(f"{busy}&lang={language}")
        found = Axe().run(seen.page)
        assert found.violations_count == 0, found.generate_report()
    # The names of the columns are still read where they are not seen.
    tree = seen.page.locator("main").aria_snapshot()
    assert "table" in tree
    assert tree.count("columnheader") == 4


def test_what_is_searched_and_what_is_empty_have_no_barrier(seen: Seen, busy: str) -> None:
    seen.page.goto(busy)
    seen.page.locator("#search").fill("nobody of this name")
    with seen.page.expect_navigation():
        seen.page.keyboard.press("Enter")
    assert seen.page.locator(ROW).count() == 0
    assert seen.page.locator(".empty").is_visible()
    found = Axe().run(seen.page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_on_a_small_phone(seen: Seen, busy: str, language: str) -> None:
    seen.page.set_viewport_size({"width": 320, "height": 640})
    seen.page.goto(f"{busy}&lang={language}")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320
    for link in seen.page.locator(".choices a, .choices button").all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 44


def test_everything_is_reached_with_the_tab_key_in_the_order_of_reading(seen: Seen, busy: str) -> None:
    seen.page.goto(f"{busy}&lang=en")
    page, say = seen.page, WORDS["en"].say
    page.keyboard.press("Tab")
    assert focused(page) == say("page.skip")
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["x"] >= 0, "it is seen where it has the focus"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == page.locator(ROW).first.inner_text(), "past the choices, to the first row"
    page.goto(f"{busy}&lang=en")
    order = []
    for _ in range(60):
        page.keyboard.press("Tab")
        order.append(focused(page))
        if page.evaluate(f"document.activeElement.matches('{ROW}')"):
            break
    places = [
        next(place for place, text in enumerate(order) if text.startswith(wanted))
        for wanted in (
            *("العربية", "English", "Français", say("day.previous"), say("day.today"), say("day.next"), "day"),
            *(say("day.go"), "q", say("day.search_go"), say("day.show_all"), say("day.show_points")),
            *(say("day.show_unanswered"), say("day.team"), say("day.mine"), "Synthetic Patient 01"),
        )
    ]
    assert places == sorted(places)


def test_keys_move_within_the_list_and_do_nothing_elsewhere(seen: Seen, busy: str) -> None:
    seen.page.goto(f"{busy}&lang=en")
    page = seen.page
    rows = page.locator(ROW)
    assert page.locator("#keys").is_visible()
    for key in ("j", "k", "/", "ArrowDown"):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement === document.body"), f"{key} without a row"
    rows.first.focus()
    last = rows.count() - 1
    for key, place in (("ArrowDown", 1), ("j", 2), ("k", 1), ("ArrowUp", 0), ("k", 0), ("End", last), ("j", last)):
        page.keyboard.press(key)
        assert rows.nth(place).evaluate("row => row === document.activeElement"), key
    page.keyboard.press("Home")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("j/k")
    assert page.locator("#search").input_value() == "j/k"


def test_from_a_row_to_its_synthesis_by_keyboard(context: BrowserContext, demo: Demo, busy: str) -> None:
    page = context.new_page()
    page.goto(f"{busy}&lang=en")
    first = page.locator(ROW).first
    name = page.get_by_role("link", name=WORDS["en"].say("day.synthesis", time=""))
    assert name.count() == len(demo.consultations), "each link says where it leads"
    first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert urlsplit(page.url).path == "/pages/synthesis"


def test_filters_and_search_need_no_script(browser: Browser, demo: Demo, busy: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    signed_in(context, demo)
    page = context.new_page()
    page.goto(busy)
    every = page.locator(ROW).count()
    with_points = sum(bool(demo.points(consultation)) for consultation in demo.consultations)
    with page.expect_navigation():
        page.locator(".filters a", has_text=WORDS["en"].say("day.show_points")).click()
    assert page.locator(ROW).count() == with_points < every
    page.locator("#search").fill("PATIENT Demo-12")
    with page.expect_navigation():
        page.locator("[role=search] button").click()
    assert page.locator(ROW).count() == 1
    assert urlsplit(page.url).query == f"{urlsplit(busy).query}&show=points", "not in the address"
    with page.expect_navigation():
        page.locator(".filters button", has_text=WORDS["en"].say("day.show_unanswered")).click()
    assert page.locator(ROW).count() == 0
    assert page.locator("#search").input_value() == "PATIENT Demo-12", "a choice keeps the search"
    with page.expect_navigation():
        page.get_by_text(WORDS["en"].say("day.search_end")).click()
    assert page.locator("#search").input_value() == ""
    assert not page.locator("#keys").is_visible(), "nothing is promised that needs a script"
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_prints_as_one_clean_list(seen: Seen, busy: str, language: str) -> None:
    seen.page.goto(f"{busy}&lang={language}")
    paper = seen.page.pdf(format="A4")
    assert paper.startswith(b"%PDF-")
    seen.page.emulate_media(media="print")
    for hidden in (".choices", "nav", "#keys"):
        assert not seen.page.locator(hidden).first.is_visible()
    assert seen.page.locator(ROW).last.is_visible()
    assert seen.page.locator(".matters li").first.is_visible()
