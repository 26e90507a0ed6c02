"""The questionnaire of a personal link in a real browser, with its script and without."""

import pytest
from playwright.sync_api import Browser

from app.wording import Wordings
from tests.browser.conftest import LANGUAGES, NEEDS_CHROMIUM, WEIGHT, Seen
from tests.browser.linked import Answering, Linked, linked, with_filler_words
from tests.support.demonstration import HELPLINE, Demo

pytestmark = NEEDS_CHROMIUM

WORDS = Wordings.load().by_language

EN = WORDS["en"]


@pytest.fixture
def answering(seen: Seen, demo: Demo) -> Answering:
    return Answering(linked(demo), seen)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_way_in_three_languages(answering: Answering, language: str) -> None:
    page, wording = answering.page, WORDS[language]
    answering.open(language)
    html = page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("dir")) == (language, LANGUAGES[language])
    assert page.evaluate("getComputedStyle(document.querySelector('fieldset')).direction") == LANGUAGES[language]
    assert wording.say("answer.emergency") in page.locator("aside.emergency").inner_text()
    answering.answer(pain_frequency="2", pain_severity="3", can_wait="yes")
    answering.field("topics", "sleep").check()
    answering.field("topics-own-words").fill("Merci, شكرًا, thanks")
    answering.status(wording.say("answer.kept_here"))
    answering.send()
    answering.wait_until_answered()
    assert page.locator("html").get_attribute("lang") == language
    assert wording.say("answer.thanks_title") in page.locator("h1").inner_text()
    assert wording.say("feedback.not_watched_live") in page.locator("main").inner_text()
    (stored,) = answering.link.responses()
    assert stored["answers"] == {
        "pain-frequency": "2",
        "pain-severity": "3",
        "topics": ["sleep"],
        "topics-own-words": "Merci, شكرًا, thanks",
        "can-wait": "yes",
    }
    assert answering.kept() == [], "nothing of it stays on the phone"


def test_branching_follows_at_once_and_hidden_answers_wait_for_it(answering: Answering) -> None:
    answering.open()
    severity, interference = answering.question("pain-severity"), answering.question("pain-interference")
    assert not severity.is_visible()
    answering.answer(pain_frequency="2")
    assert severity.is_visible()
    assert interference.is_visible()
    answering.answer(pain_severity="4", pain_frequency="0")
    assert not severity.is_visible()
    assert answering.field("pain-severity", "4").is_disabled()
    answering.answer(pain_frequency="1")
    assert answering.field("pain-severity", "4").is_checked(), "kept in case it is asked again"
    answering.answer(pain_frequency="0", can_wait="yes")
    answering.send()
    answering.wait_until_answered()
    (stored,) = answering.link.responses()
    assert stored["answers"] == {"pain-frequency": "0", "can-wait": "yes"}


def test_one_question_at_a_time_with_the_keyboard_alone(answering: Answering) -> None:
    page = answering.page
    answering.open()
    switch = page.get_by_role("button", name=EN.say("answer.layout_one"))
    switch.focus()
    page.keyboard.press("Enter")
    assert switch.get_attribute("aria-pressed") == "true"
    assert page.get_by_role("button", name=EN.say("answer.layout_all")).get_attribute("aria-pressed") == "false"
    progress = page.locator(".steps p")
    assert page.locator("fieldset:visible, .field:visible").count() == 1
    first, total = progress.inner_text(), progress.inner_text().rpartition(" ")[2]
    assert first == EN.say("answer.progress", number=1, total=total)
    page.locator("[name='answered_by']:checked").focus()
    page.keyboard.press("Enter")
    assert progress.inner_text() == EN.say("answer.progress", number=2, total=total)
    assert page.evaluate("document.activeElement.tagName") == "LEGEND"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert answering.field("dry-mouth-severity", "1").is_checked()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert answering.field("mouth-sores-severity", "1").is_checked()
    assert progress.inner_text() == EN.say("answer.progress", number=3, total=int(total) + 1), "a follow-up opened"
    page.keyboard.press("Enter")
    assert answering.question("mouth-sores-interference").is_visible()
    page.get_by_role("button", name=EN.say("answer.previous")).press("Enter")
    assert answering.field("mouth-sores-severity", "1").is_visible()
    for _ in range(int(total)):
        if page.locator(".next").is_visible():
            page.locator(".next").press("Enter")
    assert answering.question("can-wait").is_visible()
    assert not page.locator(".next").is_visible()
    answering.field("can-wait", "yes").press("Space")
    answering.button("send").press("Enter")
    answering.wait_until_answered()
    (stored,) = answering.link.responses()
    assert stored["answers"]["dry-mouth-severity"] == "1"


def test_what_can_be_sent_and_declined_is_always_in_view(answering: Answering) -> None:
    answering.open()
    answering.page.locator("[data-layout='one']").click()
    answering.page.locator(".next").click()
    assert answering.button("send").is_visible()
    assert answering.page.locator("aside.emergency").is_visible()
    assert answering.page.get_by_text(EN.say("answer.decline")).locator("visible=true").count() == 1


def test_a_declined_question_is_answered_and_stays_so(answering: Answering) -> None:
    answering.open()
    answered = answering.page.locator("#answered")
    total = answered.inner_text().rpartition(" ")[2]
    assert answered.inner_text() == EN.say("answer.answered_of", number=0, total=total)
    answering.answer(dry_mouth_severity="")
    assert answered.inner_text() == EN.say("answer.answered_of", number=1, total=total)
    answering.status(EN.say("answer.kept_here"))
    answering.page.reload()
    answering.settle()
    assert answering.field("dry-mouth-severity", "").is_checked()


def test_an_answer_that_cannot_wait_says_at_once_what_to_do(answering: Answering) -> None:
    answering.open()
    box = answering.page.locator("#urgent")
    assert not box.is_visible()
    answering.answer(can_wait="no")
    assert box.is_visible()
    assert box.get_attribute("role") == "alert"
    assert EN.say("feedback.urgent") in box.inner_text()
    assert EN.say("feedback.self_harm") not in box.inner_text()
    assert answering.page.locator("fieldset:has([name='answer.can-wait']) + #urgent").count() == 1, "near the answer"
    answering.answer(can_wait="yes")
    assert not box.is_visible()


@pytest.mark.parametrize("typed", ["38,5", "٣٨٫٥", "38.5"])
def test_fever_fires_however_its_number_is_typed(seen: Seen, demo: Demo, typed: str) -> None:
    answering = Answering(linked(demo, "symptom-watch"), seen)
    answering.open()
    answering.field("temperature").fill("37")
    assert not answering.page.locator("#urgent").is_visible()
    answering.field("temperature").fill(typed)
    assert answering.page.locator("#urgent").is_visible()
    answering.field("temperature").fill("385")
    assert not answering.page.locator("#urgent").is_visible(), "no temperature"
    answering.answer(can_wait="yes")
    answering.send()
    fault = answering.page.locator(".fault")
    assert fault.inner_text() == EN.say("answer.issue_range", low="30.0", high="45.0")
    assert answering.field("temperature").get_attribute("aria-describedby") == fault.get_attribute("id")


def test_thoughts_of_dying_show_the_helpline_first(seen: Seen, demo: Demo) -> None:
    with_filler_words(demo, "phq-9")
    answering = Answering(linked(demo, "phq-9"), seen)
    answering.open("fr")
    answering.answer(PHQ9="1")
    box = answering.page.locator("#urgent")
    said = box.inner_text()
    fr = WORDS["fr"]
    helpline, number = fr.say("feedback.self_harm"), HELPLINE.number
    assert said.index(helpline) < said.index(number) < said.index(fr.say("feedback.urgent"))
    assert said.index(number) < said.index("15")


def test_an_answer_that_excludes_the_others_takes_their_place(answering: Answering) -> None:
    answering.open()
    for topic in ("pain", "sleep"):
        answering.field("topics", topic).check()
    answering.field("topics", "none").check()
    assert not answering.field("topics", "pain").is_checked()
    answering.field("topics", "work").check()
    assert not answering.field("topics", "none").is_checked()


def test_what_is_needed_is_asked_before_anything_is_sent(answering: Answering) -> None:
    page = answering.page
    answering.open()
    answering.send()
    summary = page.locator("#faults")
    assert summary.is_visible()
    assert page.evaluate("document.activeElement.id") == "faults"
    assert summary.locator("h2").inner_text() == EN.count("answer.issues", 1)
    question = answering.question("can-wait")
    assert question.locator(".fault").inner_text() == EN.say("answer.issue_needed")
    assert (question.get_attribute("aria-invalid"), question.get_attribute("aria-describedby")) == (
        "true",
        question.locator(".fault").get_attribute("id"),
    )
    summary.get_by_role("link").click()
    assert page.evaluate("document.activeElement.closest('fieldset').querySelector('input').name") == "answer.can-wait"
    answering.answer(can_wait="yes")
    assert page.locator(".fault").count() == 0
    answering.send()
    answering.wait_until_answered()


def test_what_the_service_refuses_is_shown_at_its_question(answering: Answering) -> None:
    answering.open()
    answering.field("topics-own-words").evaluate("field => field.removeAttribute('maxlength')")
    answering.field("topics-own-words").fill("x" * 5_000)
    answering.answer(can_wait="yes")
    answering.send()
    answering.status(EN.say("answer.refused"))
    assert answering.question("topics-own-words").locator(".fault").inner_text() == EN.say(
        "answer.issue_long", limit=1_000
    )
    assert answering.kept("outbox") == []
    answering.field("topics-own-words").fill("shorter")
    answering.send()
    answering.wait_until_answered()
    answering.forget_expected("422")
    assert len(answering.link.responses()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_light(answering: Answering, demo: Demo, language: str) -> None:
    answering.open(language)
    answering.page.wait_for_load_state("networkidle")
    names = {response.url.rpartition("/")[2] for response in answering.seen.responses}
    assert {"answer.js", "rules.js", "kept.js", "answer.css", "tokens.css"} <= names
    worker = len(answering.page.request.get(f"{demo.base}/q/worker.js").body())
    assert 50_000 < answering.seen.weight + worker < WEIGHT


def test_the_policy_allows_no_script_but_ours(answering: Answering) -> None:
    answer = answering.page.goto(answering.link.url)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answering.page.locator("script:not([src]), [style], [onclick]").count() == 0


def test_nothing_is_sent_where_nothing_is_answered(seen: Seen, demo: Demo) -> None:
    with_filler_words(demo, "phq-9")
    answering = Answering(linked(demo, "phq-9"), seen)
    answering.open("fr")
    answering.send()
    answering.status(WORDS["fr"].say("answer.nothing_written"))
    assert answering.kept("outbox") == []
    assert answering.link.responses() == []


def test_the_page_works_without_scripts(browser: Browser, demo: Demo) -> None:
    link: Linked = linked(demo)
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(link.url)
    assert not page.locator(".layout").is_visible()
    assert not page.locator(".clear").is_visible()
    assert page.locator("[name='answer.pain-severity']").first.is_visible(), "every question is there"
    assert page.get_by_text(EN.say("answer.follow_up")).first.is_visible()
    page.locator("[name='answer.pain-frequency'][value='1']").check()
    page.locator("[name='answer.topics-own-words']").fill("No script")
    page.locator(".buttons [value='send']").click()
    page.locator("#faults").wait_for()
    page.locator("[name='answer.can-wait'][value='yes']").check()
    page.locator(".buttons [value='send']").click()
    page.get_by_role("heading", name=EN.say("answer.thanks_title")).wait_for()
    context.close()
    (stored,) = link.responses()
    assert stored["answers"] == {"pain-frequency": "1", "topics-own-words": "No script", "can-wait": "yes"}


def test_enter_in_a_field_sends_nothing_without_scripts(browser: Browser, demo: Demo) -> None:
    link = linked(demo, "symptom-watch")
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(link.url)
    page.locator("[name='answer.temperature']").fill("37")
    page.keyboard.press("Enter")
    page.locator(".notice").filter(has_text=EN.say("answer.saved")).wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("[name='answer.temperature']").input_value() == "37"
    context.close()
    assert link.responses() == []
