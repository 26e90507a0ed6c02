"""`make screenshots`: pictures of every page, for the documents. A person looks at them before they are committed.

Synthetic patients only. Each picture has the width of what it is read on, and the height of what it shows.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from app.pages.caller import SESSION_COOKIE
from app.store.embedded import EmbeddedPostgres
from app.store.schema import migrate
from tests.browser.conftest import CHROMIUM
from tests.support.demonstration import Demo, demonstration

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
DESKTOP, PHONE, PAPER = (1100, 800), (390, 844), (794, 1123)
LOCALES = {"fr": "fr-FR", "en": "en-GB", "ar": "ar"}


@dataclass(frozen=True)
class Picture:
    """One picture: of which page, how it is reached, and what is done there before it is taken."""

    name: str
    language: str
    size: tuple[int, int]
    path: Callable[[Demo], str]
    act: Callable[[Page], None] = lambda _page: None
    scheme: str = "light"
    whole: bool = True
    media: str = "screen"


def synthesis(place: int) -> Callable[[Demo], str]:
    return lambda demo: f"/pages/synthesis?consultation={demo.consultations[place]}"


def day(_demo: Demo) -> str:
    return f"/pages/consultations?day={(datetime.now(UTC) + timedelta(days=1)).date().isoformat()}"


def link(place: int) -> Callable[[Demo], str]:
    """A personal link of the patient whose consultation stands there."""

    def made(demo: Demo) -> str:
        page = httpx.get(f"{demo.base}/demo").text
        door = re.findall(r"/demo/answer\?[^\"]+", page)[place].replace("&amp;", "&")
        return httpx.get(f"{demo.base}{door}").headers["location"]

    return made


def patient(demo: Demo, place: int) -> str:
    """The id of the patient who stands there in the list of the demonstration."""
    found: list[str] = re.findall(r"/demo/me\?patient=([0-9a-f-]{36})", httpx.get(f"{demo.base}/demo").text)
    return found[place]


def own_page(place: int) -> Callable[[Demo], str]:
    """The page of a patient who has signed in."""
    return lambda demo: f"/demo/me?patient={patient(demo, place)}"


def scores(place: int) -> Callable[[Demo], str]:
    return lambda demo: f"/pages/patients/{patient(demo, place)}/scores"


def of_nobody(_demo: Demo) -> str:
    """A link that was copied wrongly."""
    return f"/q/{'A' * 86}"


def one_at_a_time(page: Page) -> None:
    page.locator("[data-layout=one]").click()
    page.locator("button.next").click()


def say_that_it_cannot_wait(page: Page) -> None:
    page.locator('input[name="answer.can-wait"][value="no"]').check()
    page.locator("#urgent").scroll_into_view_if_needed()


def send_some(page: Page) -> None:
    for name, value in (("nausea-frequency", "2"), ("fatigue-severity", "2"), ("can-wait", "yes")):
        page.locator(f'input[name="answer.{name}"][value="{value}"]').check()
    for topic in ("eating", "sleep", "work"):
        page.locator(f'input[name="answer.topics"][value="{topic}"]').check()
    page.locator('button[value="send"]').click()
    page.locator("[data-answered]").wait_for()


PICTURES = (
    *(Picture(f"synthesis-{language}", language, DESKTOP, synthesis(14)) for language in LOCALES),
    Picture("synthesis-dark", "en", DESKTOP, synthesis(7), scheme="dark"),
    Picture("synthesis-phone", "fr", PHONE, synthesis(0)),
    Picture("synthesis-print", "fr", PAPER, synthesis(14), media="print"),
    Picture("consultations-fr", "fr", DESKTOP, day),
    Picture("consultations-ar-phone", "ar", PHONE, day, whole=False),
    *(Picture(f"questionnaire-{language}", language, PHONE, link(4), whole=False) for language in LOCALES),
    Picture("questionnaire-one", "fr", PHONE, link(5), one_at_a_time, whole=False),
    Picture("questionnaire-urgent", "fr", PHONE, link(6), say_that_it_cannot_wait, whole=False),
    Picture("questionnaire-dark", "en", PHONE, link(2), whole=False, scheme="dark"),
    Picture("answered-fr", "fr", PHONE, link(8), send_some),
    Picture("answered-ar", "ar", PHONE, link(9), send_some),
    Picture("scores-fr", "fr", DESKTOP, scores(1)),
    Picture("scores-ar", "ar", DESKTOP, scores(6)),
    Picture("my-questionnaires-fr", "fr", PHONE, own_page(3)),
    Picture("link-of-nobody-ar", "ar", PHONE, of_nobody),
)


def main() -> None:
    """Serve the demonstration, and take every picture."""
    folder = Path("/tmp") / "vigie-screenshots"
    folder.mkdir(mode=0o711, exist_ok=True)
    with EmbeddedPostgres(folder / "data", durable=False) as postgres:
        migrate(postgres.owner_url, postgres.service_url)
        with demonstration(postgres) as demo, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
            )
            for picture in PICTURES:
                take(browser, demo, picture)
                print(f"  {picture.name}", flush=True)
            browser.close()


def take(browser: Browser, demo: Demo, picture: Picture) -> None:
    """One picture, in a browser that knows nothing of the others."""
    width, height = picture.size
    context = browser.new_context(
        locale=LOCALES[picture.language],
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.scheme == "dark" else "light",
    )
    token = demo.staff["Authorization"].removeprefix("Bearer ")
    host = urlsplit(demo.base).hostname
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "domain": host, "path": "/pages"}])
    page = context.new_page()
    page.emulate_media(media="print" if picture.media == "print" else "screen")
    path = picture.path(demo)
    page.goto(f"{demo.base}{path}{'&' if '?' in path else '?'}lang={picture.language}")
    picture.act(page)
    page.screenshot(path=FOLDER / f"{picture.name}.png", full_page=picture.whole)
    context.close()


if __name__ == "__main__":
    main()
