"""The network goes, comes back, and breaks in the middle: nothing is lost, and one response is stored."""

import pytest
from playwright.sync_api import BrowserContext, Route

from app.wording import Wordings
from tests.browser.conftest import NEEDS_CHROMIUM, Seen
from tests.browser.linked import Answering, linked
from tests.support.demonstration import Demo

pytestmark = NEEDS_CHROMIUM

EN = Wordings.load().by_language["en"]
CUT = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_CONNECTION_RESET", "503", "NetworkError", "TypeError")


@pytest.fixture
def answering(seen: Seen, demo: Demo) -> Answering:
    """A link that was opened once with a network."""
    answering = Answering(linked(demo), seen)
    answering.open(None)
    answering.page.get_by_role("button", name="English").click()
    answering.page.locator("html[lang='en'].ready").wait_for()
    answering.worker_is_ready()
    return answering


def test_answered_without_a_network_and_sent_once_when_it_returns(
    answering: Answering, context: BrowserContext
) -> None:
    page = answering.page
    policy = page.evaluate("document.getElementById('questions').dataset.policy")
    context.set_offline(True)
    answering.status(EN.say("answer.offline"))
    answering.answer(pain_frequency="2", pain_severity="3", can_wait="no")
    assert page.locator("#urgent").is_visible(), "an urgent answer says so without a network too"
    answering.send()
    answering.status(EN.say("answer.waiting"))
    assert answering.kept("outbox") == [answering.link.path]
    reloaded = page.reload()
    answering.settle()
    assert reloaded is not None
    assert reloaded.from_service_worker
    assert reloaded.headers["content-security-policy"] == policy
    assert answering.field("pain-severity", "3").is_checked()
    assert page.locator("#urgent").is_visible()
    answering.status(EN.say("answer.waiting"))
    page.close()
    answering.seen.page = context.new_page()
    answering.open(None)
    assert answering.page.locator("html").get_attribute("lang") == "en", "the language that was chosen"
    assert answering.field("pain-severity", "3").is_checked()
    assert answering.link.responses() == []
    context.set_offline(False)
    answering.wait_until_answered()
    (stored,) = answering.link.responses()
    assert stored["answers"] == {"pain-frequency": "2", "pain-severity": "3", "can-wait": "no"}
    assert (stored["language"], stored["flags"]) == ("en", [])
    answering.until("async () => (await caches.open('vigie')).match(location.pathname).then(f => !f)")
    assert answering.kept() == answering.kept("outbox") == []
    answering.forget_expected(*CUT)


def test_a_page_that_was_under_way_while_the_worker_began_opens_without_a_network(
    seen: Seen, demo: Demo, context: BrowserContext
) -> None:
    answering = Answering(linked(demo), seen)
    page = answering.page
    page.add_init_script(
        "const register = navigator.serviceWorker.register.bind(navigator.serviceWorker);"
        "navigator.serviceWorker.register = (...given) =>"
        "  new Promise((begin) => setTimeout(begin, 1500)).then(() => register(...given));"
    )

    def hold_until_the_worker_runs(route: Route) -> None:
        answer = route.fetch()
        while not context.service_workers:
            page.wait_for_timeout(20)
        page.wait_for_timeout(500)
        route.fulfill(response=answer)

    answering.open(None)
    page.route("**/q/*?lang=en", hold_until_the_worker_runs)
    page.get_by_role("button", name="English").click()
    page.locator("html[lang='en'].ready").wait_for()
    answering.worker_is_ready()
    assert page.evaluate("navigator.serviceWorker.controller === null"), "else this test shows nothing"
    context.set_offline(True)
    reloaded = page.reload()
    answering.settle()
    assert reloaded is not None
    assert reloaded.from_service_worker
    context.set_offline(False)
    answering.forget_expected(*CUT)


def test_a_connection_that_breaks_after_the_service_had_it_stores_once(answering: Answering) -> None:
    broken: list[int] = []

    def break_after(route: Route) -> None:
        if "action=send" in (route.request.post_data or "") and not broken:
            broken.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    answering.page.route("**/q/*", break_after)
    answering.answer(can_wait="yes")
    answering.send()
    answering.wait_until_answered()
    assert broken == [200]
    (stored,) = answering.link.responses()
    assert (stored["answers"], stored["revision"]) == ({"can-wait": "yes"}, 1)
    answering.forget_expected(*CUT)


@pytest.mark.parametrize("said", ["busy", "portal"])
def test_a_service_that_is_busy_and_a_portal_in_between_take_nothing_away(
    answering: Answering, context: BrowserContext, said: str
) -> None:
    """A portal: a train's or a hotel's network that answers every request itself, with its own page and a 200."""
    is_in_between = True

    def turn_away(route: Route) -> None:
        if route.request.method == "POST" and is_in_between:
            status = 503 if said == "busy" else 200
            route.fulfill(status=status, content_type="text/html", body="<h1>Welcome on board</h1>")
        else:
            route.continue_()

    context.route("**/q/*", turn_away)
    answering.answer(can_wait="yes")
    answering.send()
    status = answering.page.locator("#status")
    told = [status.filter(has_text=EN.say(f"answer.{key}")) for key in ("waiting", "again")]
    told[0].or_(told[1]).wait_for()
    assert answering.link.responses() == []
    assert answering.kept("outbox") == [answering.link.path]
    is_in_between = False
    answering.wait_until_answered()
    assert len(answering.link.responses()) == 1
    answering.forget_expected(*CUT)


def test_what_is_changed_while_it_waits_goes_in_its_place(answering: Answering, context: BrowserContext) -> None:
    context.set_offline(True)
    answering.answer(pain_frequency="2", can_wait="yes")
    answering.send()
    answering.status(EN.say("answer.waiting"))
    answering.answer(pain_frequency="4")
    answering.until(
        """() => new Promise((resolve) => { indexedDB.open('vigie').onsuccess = ({ target }) => {
            const asked = target.result.transaction('outbox').objectStore('outbox').getAll();
            asked.onsuccess = () => { target.result.close(); resolve(asked.result[0].body.includes('frequency=4')); };
        }; })"""
    )
    context.set_offline(False)
    answering.wait_until_answered()
    (stored,) = answering.link.responses()
    assert stored["answers"]["pain-frequency"] == "4"
    answering.forget_expected(*CUT)


def test_the_worker_sends_what_waits_when_no_page_is_open(answering: Answering, context: BrowserContext) -> None:
    context.set_offline(True)
    answering.answer(can_wait="yes")
    answering.send()
    answering.status(EN.say("answer.waiting"))
    worker = context.service_workers[0]
    answering.page.goto("about:blank")
    context.set_offline(False)
    # The browser tells the worker when the network is back; here the test does, with the browser's own event.
    worker.evaluate(
        """() => new Promise((resolve) => {
            const event = new ExtendableEvent('sync');
            event.waitUntil = (work) => resolve(work.then(() => 'done'));
            self.dispatchEvent(event);
        })"""
    )
    assert len(answering.link.responses()) == 1
    answering.page.goto(answering.link.url)
    answering.wait_until_answered()
    assert answering.kept("outbox") == []
    answering.forget_expected(*CUT)


def test_a_language_that_was_never_opened_is_not_there_without_a_network(
    answering: Answering, context: BrowserContext
) -> None:
    page = answering.page
    context.set_offline(True)
    answering.answer(pain_frequency="2")
    page.get_by_role("button", name="العربية").click()
    answering.status(EN.say("answer.no_other_language"))
    page.get_by_role("button", name="Français").click()
    page.locator("html[lang='fr'].ready").wait_for()
    assert answering.field("pain-frequency", "2").is_checked()
    context.set_offline(False)
    answering.forget_expected(*CUT)


def test_online_the_page_is_never_the_copy(answering: Answering) -> None:
    answering.page.evaluate(
        "async () => { const cache = await caches.open('vigie');"
        " for (const key of await cache.keys()) await cache.put(key, new Response('stale')); }"
    )
    answering.open()
    assert answering.page.locator("form").count() == 1
    answering.link.revoke()
    answer = answering.page.goto(answering.link.url)
    assert answer is not None
    assert answer.status == 410
    answering.page.wait_for_load_state("networkidle")
    kept = answering.page.evaluate(
        "async path => { const cache = await caches.open('vigie');"
        " return (await cache.match(path, { ignoreSearch: true }))?.text(); }",
        answering.link.path,
    )
    assert EN.say("answer.revoked_title") not in (kept or ""), "no copy of a page that says why not"
    answering.forget_expected("410")


def test_two_tabs_without_a_network_send_once(answering: Answering, context: BrowserContext) -> None:
    seen = Seen(context.new_page())
    other = Answering(answering.link, seen)
    other.open()
    context.set_offline(True)
    answering.answer(pain_frequency="2")
    other.page.locator("[name='answer.pain-frequency'][value='2']:checked").wait_for()
    other.answer(can_wait="yes")
    answering.page.locator("[name='answer.can-wait'][value='yes']:checked").wait_for()
    for tab in (answering, other):
        tab.send()
        tab.status(EN.say("answer.waiting"))
    context.set_offline(False)
    for tab in (answering, other):
        tab.wait_until_answered()
    assert len(answering.link.responses()) == 1
    answering.forget_expected(*CUT)


def test_answers_that_wait_are_sent_although_another_device_was_first(
    answering: Answering, context: BrowserContext
) -> None:
    context.set_offline(True)
    answering.answer(pain_frequency="2", can_wait="yes")
    answering.send()
    answering.status(EN.say("answer.waiting"))
    answering.page.goto("about:blank")
    first = answering.page.request.post(
        answering.link.url, form={"version": "1.0.0", "action": "send", "answer.can-wait": "yes"}
    )
    assert first.ok
    context.set_offline(False)
    answering.page.goto(answering.link.url)
    answering.until("path => caches.match(path, { ignoreSearch: true }).then(f => !f)", answering.link.path)
    given = [stored["answers"].get("pain-frequency") for stored in answering.link.responses()]
    assert sorted(given, key=str) == ["2", None], "neither replaces the other"
    answering.forget_expected(*CUT)
