"""What a phone keeps of a questionnaire: for another language, tab or device, until it is sent or cleared."""

import pytest
from playwright.sync_api import Browser, BrowserContext

from app.wording import Wordings
from tests.browser.conftest import NEEDS_CHROMIUM, Seen
from tests.browser.linked import Answering, linked, second_tab
from tests.support.demonstration import Demo

pytestmark = NEEDS_CHROMIUM

WORDS = Wordings.load().by_language

EN = WORDS["en"]


@pytest.fixture
def answering(seen: Seen, demo: Demo) -> Answering:
    return Answering(linked(demo), seen)


def test_the_layout_is_remembered_and_what_is_written_comes_back(answering: Answering) -> None:
    page = answering.page
    answering.open()
    page.locator("[data-layout='one']").click()
    page.locator(".next").click()
    answering.answer(dry_mouth_severity="2")
    answering.status(EN.say("answer.kept_here"))
    page.reload()
    answering.settle()
    assert page.locator("[data-layout='one']").get_attribute("aria-pressed") == "true"
    assert answering.field("dry-mouth-severity", "2").is_checked()


def test_what_is_saved_goes_on_another_device_and_the_newest_wins(answering: Answering, browser: Browser) -> None:
    answering.open()
    answering.answer(dry_mouth_severity="2")
    answering.answer(taste_severity="1")
    answering.button("save").click()
    answering.status(EN.say("answer.saved"))
    context = browser.new_context()
    other = Answering(answering.link, Seen(context.new_page()))
    other.open()
    assert other.field("dry-mouth-severity", "2").is_checked()
    other.answer(dry_mouth_severity="3")
    other.button("save").click()
    other.status(EN.say("answer.saved"))
    context.close()
    answering.page.reload()
    answering.settle()
    assert answering.field("dry-mouth-severity", "3").is_checked(), "the other device saved later"
    assert answering.field("taste-severity", "1").is_checked()


def test_another_language_keeps_what_was_written_and_is_remembered(answering: Answering) -> None:
    page = answering.page
    answering.open(None)
    assert page.locator("html").get_attribute("lang") == "fr"
    answering.answer(pain_frequency="1", pain_severity="2")
    page.get_by_role("button", name="العربية").click()
    page.locator("html[lang='ar'].ready").wait_for()
    assert answering.field("pain-severity", "2").is_checked()
    answering.open(None)
    page.locator("html[lang='ar'].ready").wait_for()
    assert answering.field("pain-severity", "2").is_checked()


def test_two_tabs_are_one_form_and_send_once(answering: Answering, context: BrowserContext) -> None:
    answering.open()
    other = second_tab(answering, context)
    answering.answer(pain_frequency="2")
    other.page.locator("[name='answer.pain-frequency'][value='2']:checked").wait_for()
    other.answer(pain_severity="3")
    answering.page.locator("[name='answer.pain-severity'][value='3']:checked").wait_for()
    answering.answer(can_wait="yes")
    other.page.locator("[name='answer.can-wait'][value='yes']:checked").wait_for()
    at_once = answering.page.evaluate("Date.now() + 1000")
    for tab in (answering, other):
        tab.button("send").evaluate("(button, at) => { setTimeout(() => button.click(), at - Date.now()); }", at_once)
    for tab in (answering, other):
        tab.wait_until_answered()
    (stored,) = answering.link.responses()
    assert stored["answers"] == {"pain-frequency": "2", "pain-severity": "3", "can-wait": "yes"}


def test_a_shared_phone_is_cleared(answering: Answering, context: BrowserContext) -> None:
    page = answering.page
    answering.open()
    answering.answer(pain_frequency="3")
    answering.button("save").click()
    answering.status(EN.say("answer.saved"))
    answering.worker_is_ready()
    page.locator("#clear").click()
    page.locator("dialog [value='no']").click()
    assert answering.field("pain-frequency", "3").is_checked()
    page.locator("#clear").click()
    assert EN.say("answer.clear_ask") in page.locator("dialog").inner_text()
    page.locator("dialog [value='yes']").click()
    page.locator("main[data-cleared]").wait_for()
    assert page.locator("h1").inner_text() == EN.say("answer.cleared")
    assert page.locator("form").count() == 0
    assert answering.kept() == []
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0
    answering.open()
    assert not answering.field("pain-frequency", "3").is_checked(), "the link in the browser's history tells nothing"


def test_a_closed_link_keeps_what_was_written_until_it_is_cleared(answering: Answering) -> None:
    page = answering.page
    answering.open()
    answering.answer(can_wait="yes")
    answering.field("topics-own-words").fill("My words")
    answering.status(EN.say("answer.kept_here"))
    answering.link.revoke()
    answering.send()
    page.get_by_role("heading", name=EN.say("answer.revoked_title")).wait_for()
    assert "My words" in page.locator("main").inner_text()
    assert answering.kept() == [answering.link.path]
    page.locator("#clear").click()
    page.locator("dialog [value='yes']").click()
    page.locator("main[data-cleared]").wait_for()
    assert answering.kept() == []
    answering.forget_expected("410")
    assert answering.link.responses() == []


def test_a_browser_that_keeps_nothing_says_so_and_sends(answering: Answering) -> None:
    page = answering.page
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined });")
    answering.open()
    answering.answer(pain_frequency="1", pain_severity="2")
    answering.status(EN.say("answer.not_kept"))
    page.get_by_role("button", name="Français").click()
    page.locator("html[lang='fr'].ready").wait_for()
    assert answering.field("pain-severity", "2").is_checked(), "the service gave it back"
    answering.answer(can_wait="yes")
    answering.send()
    answering.wait_until_answered()
    (stored,) = answering.link.responses()
    assert stored["answers"] == {"pain-frequency": "1", "pain-severity": "2", "can-wait": "yes"}


def test_topics_change_places_at_once(answering: Answering) -> None:
    page = answering.page
    answering.open()
    for topic in ("pain", "sleep"):
        answering.field("topics", topic).check()
    answering.answer(can_wait="yes")
    answering.send()
    answering.wait_until_answered()
    page.wait_for_load_state("networkidle")  # its script looks first whether something still waits
    page.locator("[name='down'][value='pain']").click()
    chosen = page.locator(".ordered input").evaluate_all("inputs => inputs.map(input => input.value)")
    assert chosen == ["sleep", "pain"]
    assert page.evaluate("document.activeElement.name") == "up", "the button that can still be used"
    page.get_by_text(EN.say("answer.topics_saved")).wait_for()
    (stored,) = answering.link.responses()
    assert stored["answers"]["topics"] == ["sleep", "pain"]
    with page.expect_response("**/topics") as again:
        page.locator("[name='up'][value='pain']").click()
    assert again.value.status == 200, "it says which revision it changes now"
    (stored,) = answering.link.responses()
    assert (stored["answers"]["topics"], stored["revision"]) == (["pain", "sleep"], 3)


def test_topics_of_an_old_tab_come_back_with_what_was_written(answering: Answering, context: BrowserContext) -> None:
    fr = WORDS["fr"]
    answering.open("fr")
    answering.field("topics", "pain").check()
    answering.answer(can_wait="yes")
    answering.send()
    answering.wait_until_answered()
    other = context.new_page()
    other.goto(answering.link.url)
    other.locator("[name='answer.topics-own-words']").fill("Typed in the newer tab")
    other.locator(".topics .primary").click()
    other.get_by_text(fr.say("answer.topics_saved")).wait_for()
    answering.field("topics-own-words").fill("Typed in the old tab")
    answering.page.locator(".topics .primary").click()
    answering.page.get_by_text(fr.say("answer.topics_stale")).wait_for()
    assert answering.field("topics-own-words").input_value() == "Typed in the old tab"
    answering.page.locator(".topics .primary").click()
    answering.page.get_by_text(fr.say("answer.topics_saved")).wait_for()
    (stored,) = answering.link.responses()
    assert stored["answers"]["topics-own-words"] == "Typed in the old tab"
    answering.forget_expected("409")


def test_a_carer_stays_one_in_another_language(answering: Answering) -> None:
    page = answering.page
    page.goto(f"{answering.link.url}?by=related-person")
    answering.settle()
    assert page.locator("[name='answered_by'][value='related-person']").is_checked()
    page.get_by_role("button", name="العربية").click()
    page.locator("html[lang='ar'].ready").wait_for()
    assert page.locator("[name='answered_by'][value='related-person']").is_checked()
    answering.answer(can_wait="yes")
    answering.send()
    answering.wait_until_answered()
    (stored,) = answering.link.responses()
    assert stored["answered_by"] == "related-person"
