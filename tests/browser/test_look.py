"""A centre's look and a patient's own page in a real browser: the computed colour, and a button of our own."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

from app.demo.seed import CENTRE_ID
from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.centre_look import CentreLook, put_look
from app.store.pool import Pool
from app.store.transaction import Scope, transaction
from app.wording import Wordings
from tests.browser.conftest import NEEDS_CHROMIUM, Seen
from tests.support.demonstration import Demo
from tests.unit.services.test_logo import svg

pytestmark = NEEDS_CHROMIUM

LOOK = CentreLook("#7a1f5c", "#e0a0d0", svg('<rect width="9" height="9" fill="#7a1f5c"/>'), "image/svg+xml")
COLOURS = {"light": "rgb(122, 31, 92)", "dark": "rgb(224, 160, 208)"}
VIGIES_OWN = "rgb(11, 92, 116)"
FRENCH = Wordings.load().by_language["fr"]


async def _give(demo: Demo) -> None:
    settings = Settings(DATABASE_URL=demo.owner_url)
    owner = await Pool.open(demo.owner_url, settings)
    async with transaction(owner, Scope(CENTRE_ID), AuditEntry("test", "operator", "change_look", "test")) as tx:
        await put_look(tx, LOOK)
    await owner.close()


@pytest.fixture(scope="module")
def demo(demo: Demo) -> Demo:
    """The demonstration with a look. Before the browser: Playwright keeps an event loop running."""
    asyncio.run(_give(demo))
    return demo


def colour_of(page: Page) -> str:
    """The computed colour of the centre's name."""
    found: str = page.evaluate("getComputedStyle(document.querySelector('.centre')).color")
    return found


def is_drawn(page: Page) -> bool:
    """Whether the logo has arrived and can be shown: an image that is refused has no size of its own."""
    drawn = "const logo = document.querySelector('.logo'); await logo.decode(); return logo.naturalHeight > 0;"
    found: bool = page.evaluate(f"(async () => {{ {drawn} }})()")
    return found


@pytest.mark.parametrize("scheme", COLOURS)
def test_pages_have_the_centres_colour_on_light_and_on_dark(seen: Seen, demo: Demo, scheme: str) -> None:
    seen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    seen.page.goto(f"{demo.base}/demo")
    row = seen.page.locator("tbody tr").nth(2)
    doors = [row.get_by_role("link").nth(place).get_attribute("href") for place in range(3)]
    for door in ("/demo/day", *doors):
        seen.page.goto(f"{demo.base}{door}")
        assert colour_of(seen.page) == COLOURS[scheme], door
        assert is_drawn(seen.page), door
    seen.page.goto(f"{demo.base}/demo?lang=en")
    assert colour_of(seen.page) not in COLOURS.values(), "the demonstration's own door is nobody's"


def test_the_logo_by_itself_is_harmless(seen: Seen, demo: Demo) -> None:
    seen.page.goto(f"{demo.base}/demo/open?consultation={demo.consultations[0]}")
    answer = seen.page.goto(f"{demo.base}/pages/logo")
    assert answer is not None
    assert answer.headers["content-security-policy"].endswith("sandbox")
    assert seen.page.evaluate("window.origin") == "null", "a document without an origin: no cookie, no page of ours"


def open_own_page(page: Page, demo: Demo, place: int) -> None:
    page.goto(f"{demo.base}/demo")
    page.locator("tbody tr").nth(place).get_by_role("link", name=FRENCH.say("demo.mine")).click()
    page.wait_for_url("**/pages/me")


def test_from_the_own_page_to_answering_with_the_keyboard_alone(seen: Seen, demo: Demo) -> None:
    open_own_page(seen.page, demo, 4)
    button = seen.page.get_by_role("button", name=FRENCH.say("answer.to_do_open"))
    asked: list[dict[str, str]] = []
    seen.page.on("request", lambda request: asked.append(request.all_headers()) if request.method == "POST" else None)
    button.focus()
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(re.compile(r"/q/[A-Za-z0-9_-]{86}$"))
    assert seen.page.get_by_role("button", name=FRENCH.say("answer.send")).count() >= 1
    (headers,) = asked
    # The page says where it is to its own host, for browsers that send no Sec-Fetch-Site.
    assert headers["origin"] == demo.base


def test_the_own_page_fits_a_small_phone_and_needs_no_script(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ar", viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{demo.base}/demo")
    page.locator("tbody tr").nth(3).locator('a[href^="/demo/me"]').click()
    page.wait_for_url("**/pages/me")
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    page.locator("main form button").click()
    page.wait_for_url("**/q/*")
    context.close()


class _Stranger(BaseHTTPRequestHandler):
    """Another site: a page whose only form is for ours."""

    target = ""

    def do_GET(self) -> None:
        page = f'<form method="post" action="{self.target}"><button>Win a prize</button></form>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the library gives it
        """Say nothing: the tests watch the browser's side."""


@contextmanager
def stranger(target: str) -> Iterator[str]:
    """Another site on loopback; gives its address."""
    handler = type("Stranger", (_Stranger,), {"target": target})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        serving.join(10)


def test_another_sites_page_cannot_press_the_button(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    open_own_page(page, demo, 7)
    # However the cookie was set by what stands in front of Vigie: here so that the browser sends it along.
    (session,) = context.cookies(f"{demo.base}/pages/me")
    context.add_cookies([{"name": session["name"], "value": session["value"], "domain": "127.0.0.1", "path": "/pages"}])
    with stranger(f"{demo.base}/pages/me/answer") as elsewhere:
        page.goto(elsewhere)
        with page.expect_response("**/pages/me/answer") as answered:
            page.get_by_role("button").click()
    assert answered.value.status == 403
    assert FRENCH.say("page.problem_cross_site") in page.locator("main").inner_text()
    context.close()
