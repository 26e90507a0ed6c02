"""The patient's pages for everyone: axe, keyboard and screen reader, zoom, small screens, large targets, no motion."""

from itertools import pairwise
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.wording import Wordings
from tests.browser.conftest import LANGUAGES, NEEDS_CHROMIUM, Seen
from tests.browser.linked import Answering, linked, with_filler_words
from tests.support.demonstration import Demo

pytestmark = NEEDS_CHROMIUM

WORDS = Wordings.load().by_language
TOUCHED = 44
NARROW = 320

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@pytest.fixture
def answering(seen: Seen, demo: Demo) -> Answering:
    return Answering(linked(demo), seen)


def check_with_axe(page: Page, state: str) -> None:
    """Every rule that axe has, the experimental ones and those of good practice too."""
    found: dict[str, Any] = Axe().run(page).response
    told = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found["violations"]]
    assert told == [], state


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_any_state(answering: Answering, language: str, scheme: Scheme) -> None:
    page, words = answering.page, WORDS[language]
    # What is on its way from one colour to another is neither.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    answering.open(language)
    check_with_axe(page, "the form")
    answering.answer(pain_frequency="1", can_wait="no")
    check_with_axe(page, "an urgent answer")
    page.locator("[data-layout='one']").click()
    page.locator(".next").click()
    check_with_axe(page, "one question at a time")
    page.locator("[data-layout='all']").click()
    answering.field("topics-own-words").evaluate("field => field.removeAttribute('maxlength')")
    answering.field("topics-own-words").fill("x" * 2_000)
    answering.field("topics", "pain").check()
    answering.send()
    answering.status(words.say("answer.refused"))
    check_with_axe(page, "faults")
    answering.forget_expected("422")
    page.locator("#clear").click()
    check_with_axe(page, "the question before clearing")
    page.locator("dialog [value='no']").click()
    answering.field("topics-own-words").fill("x")
    answering.field("topics", "sleep").check()
    answering.send()
    answering.wait_until_answered()
    check_with_axe(page, "answered")
    page.locator("#clear").click()
    page.locator("dialog [value='yes']").click()
    page.locator("main[data-cleared]").wait_for()
    check_with_axe(page, "cleared")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_where_there_is_nothing_to_answer(
    answering: Answering, language: str, scheme: Scheme
) -> None:
    page = answering.page
    page.emulate_media(color_scheme=scheme)
    page.set_extra_http_headers({"Accept-Language": language})
    answering.link.revoke()
    page.goto(f"{answering.link.url}?lang={language}")
    assert page.locator("html").get_attribute("lang") == language
    check_with_axe(page, "revoked")
    page.goto(f"{answering.link.demo.base}/q/nothing?lang={language}")
    assert page.locator("h1").inner_text() == WORDS[language].say("answer.unknown_title")
    check_with_axe(page, "unknown")
    answering.forget_expected("410", "404")


@pytest.mark.parametrize("instrument", ["symptom-watch", "oral-therapy-weekly", "phq-9"])
def test_axe_finds_nothing_in_other_questionnaires(seen: Seen, demo: Demo, instrument: str) -> None:
    if instrument == "phq-9":
        with_filler_words(demo, instrument)
    answering = Answering(linked(demo, instrument), seen)
    answering.open("fr")
    check_with_axe(answering.page, instrument)
    answering.page.locator("[name^='answer.'][type=radio]").first.check()
    answering.send()
    answering.page.locator("#faults:visible, [data-answered]").wait_for()
    check_with_axe(answering.page, f"{instrument}, sent")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_on_a_small_phone_or_enlarged(answering: Answering, language: str) -> None:
    page = answering.page
    page.set_viewport_size({"width": NARROW, "height": 640})
    answering.open(language)
    answering.answer(can_wait="no")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    page.locator("[data-layout='one']").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    page.locator("[data-layout='all']").click()
    # Letters of twice the size, on a small phone and on a page that is zoomed to 200 %.
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in (390, 640):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    answering.answer(can_wait="yes")
    answering.field("topics", "treatment_decision").check()
    answering.send()
    answering.wait_until_answered()
    for width in (NARROW, 640):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


_TARGETS = """() => [...document.querySelectorAll("a, button, label:has(input), textarea, input[type=text]")]
    .filter((element) => element.checkVisibility() && !element.matches(".skip, .unseen"))
    .map((element) => [element.outerHTML.slice(0, 90), element.getBoundingClientRect()])
    .map(([html, { width, height }]) => [html, Math.round(width), Math.round(height)])"""


@pytest.mark.parametrize("width", [NARROW, 1280])
def test_what_can_be_touched_is_large(answering: Answering, width: int) -> None:
    page = answering.page
    page.set_viewport_size({"width": width, "height": 800})
    answering.open("fr")
    answering.send()
    answering.answer(pain_frequency="1", can_wait="no")
    answering.field("topics", "pain").check()
    answering.field("topics", "sleep").check()
    check_targets(page)
    page.locator("[data-layout='one']").click()
    page.locator(".next").click()
    check_targets(page)
    page.locator("#clear").click()
    check_targets(page)
    page.locator("dialog [value='no']").click()
    answering.send()
    answering.wait_until_answered()
    check_targets(page)


def check_targets(page: Page) -> None:
    targets = page.evaluate(_TARGETS)
    assert len(targets) > 5
    assert [target for target in targets if min(target[1:]) < TOUCHED] == []


def test_numbers_that_stand_side_by_side_are_large_too(seen: Seen, demo: Demo) -> None:
    answering = Answering(linked(demo), seen)
    answering.page.set_viewport_size({"width": NARROW, "height": 640})
    answering.open("fr")
    row = answering.question("quality-of-life")
    boxes = [label.bounding_box() for label in row.locator("label").all()]
    assert len(boxes) == 12
    assert all(box and box["width"] >= TOUCHED and box["height"] >= TOUCHED for box in boxes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_screen_reader_hears_the_page_in_its_order(answering: Answering, language: str) -> None:
    page, words = answering.page, WORDS[language]
    answering.open(language)
    heard = page.locator("body").aria_snapshot()
    order = [
        words.say("page.skip"),
        words.say("answer.emergency").rstrip(":").strip(),
        words.say("answer.layout_one"),
        words.say("answer.who"),
        words.say("answer.decline"),
        words.say("answer.send_hint"),
        words.say("answer.send"),
        words.say("answer.clear"),
    ]
    # A snapshot has one kind of space.
    places = [heard.index(" ".join(text.split())) for text in order]
    assert places == sorted(places)
    assert words.say("answer.follow_up") not in heard, "branching hides what is not asked"
    assert words.say("feedback.urgent") not in heard
    question = answering.question("can-wait").locator("legend").inner_text().splitlines()[0]
    needed = page.get_by_role("radiogroup", name=question)
    assert needed.get_attribute("aria-required") == "true"
    assert needed.get_by_role("radio").count() == 2
    topics = page.get_by_role("group", name=words.say("answer.several"))
    assert topics.get_by_role("checkbox").count() == 15
    assert page.get_by_role("main").count() == page.get_by_role("banner").count() == 1


def test_the_keyboard_goes_through_the_page_from_top_to_bottom(answering: Answering) -> None:
    page = answering.page
    answering.open("en")
    assert page.locator("[tabindex]:not([tabindex='-1'])").count() == 0
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == WORDS["en"].say("page.skip")
    box = skip.bounding_box()
    assert box is not None
    assert box["width"] > TOUCHED, "in view while it has the focus"
    places = []
    for _ in range(60):
        page.keyboard.press("Tab")
        places.append(page.evaluate("document.activeElement.getBoundingClientRect().top + scrollY"))
        focused = page.locator("label:has(:focus-visible), :not(label > *):focus-visible").first
        outline = focused.evaluate("element => getComputedStyle(element).outlineWidth")
        assert outline == "3px", "the focus is seen"
    assert all(later >= earlier - 1 for earlier, later in pairwise(places))


def test_a_text_has_the_direction_of_its_own_letters(answering: Answering) -> None:
    answering.open("fr")
    field = answering.field("topics-own-words")
    field.fill("أنا متعب")
    assert field.evaluate("field => getComputedStyle(field).direction") == "rtl"
    answering.open("ar")
    field.fill("Je suis fatigué")
    assert field.evaluate("field => getComputedStyle(field).direction") == "ltr"
    assert answering.page.locator(".numbers b").first.get_attribute("dir") == "ltr"


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_whoever_wants_no_motion(
    answering: Answering, motion: Literal["reduce", "no-preference"]
) -> None:
    answering.page.emulate_media(reduced_motion=motion)
    answering.open("fr")
    moving = answering.page.evaluate(
        """[...document.querySelectorAll("*")].filter((element) => {
            const { transitionDuration, animationName } = getComputedStyle(element);
            return transitionDuration !== "0s" || animationName !== "none";
        }).length"""
    )
    assert (moving == 0) is (motion == "reduce")


def test_paper_has_the_questions_and_nothing_to_press(answering: Answering) -> None:
    answering.open("fr")
    answering.page.emulate_media(media="print")
    assert answering.question("can-wait").is_visible()
    assert answering.page.locator("button:visible").count() == 0
