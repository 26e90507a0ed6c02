"""The charts of scores over time in a real browser: in three languages, on a small screen, and legible."""

import pytest

from app.wording import Wordings
from tests.browser.conftest import LANGUAGES, NEEDS_CHROMIUM, WEIGHT, Seen
from tests.support.demonstration import Demo

pytestmark = NEEDS_CHROMIUM


def open_scores(seen: Seen, demo: Demo, consultation: str, language: str) -> None:
    """By the link of the synthesis."""
    seen.page.goto(f"{demo.base}/demo/open?consultation={consultation}")
    seen.page.goto(f"{demo.base}/pages/synthesis?consultation={consultation}&lang={language}")
    seen.responses.clear()
    seen.page.locator("nav a[href*='/scores']").click()
    seen.page.wait_for_url("**/pages/patients/*/scores?*")
    seen.page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_charts_speak_the_language_in_its_direction(seen: Seen, demo: Demo, vigilant: str, language: str) -> None:
    open_scores(seen, demo, vigilant, language)
    page, wording = seen.page, Wordings.load().by_language[language]
    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate("getComputedStyle(document.body).direction") == LANGUAGES[language]
    assert wording.say("scores.title") in page.title()
    assert [name.inner_text() for name in page.locator("nav a").all()] == ["العربية", "English", "Français"]
    cards = page.locator(".card").all()
    assert cards
    for card in cards:
        assert card.locator("h2").inner_text().strip()
        assert card.get_by_role("img").get_attribute("aria-label")
        directions = {wording.say("scores.higher_is_worse"), wording.say("scores.higher_is_better")}
        assert any(direction in card.locator(".direction").inner_text() for direction in directions)
        assert card.locator(".summaries dd").count() == 6
    assert "None" not in page.locator("main").inner_text()
    assert seen.weight < WEIGHT


@pytest.mark.parametrize("language", LANGUAGES)
def test_time_runs_to_the_right_and_higher_stands_higher_in_every_language(
    seen: Seen, demo: Demo, vigilant: str, language: str
) -> None:
    open_scores(seen, demo, vigilant, language)
    chart = seen.page.locator(".card .chart").first
    assert chart.evaluate("chart => getComputedStyle(chart).direction") == "ltr"
    ticks = [tick.bounding_box() for tick in chart.locator(".value-tick").all()]
    heights = [box["y"] for box in ticks if box]
    assert len(heights) == len(ticks) > 1
    assert heights == sorted(heights, reverse=True)
    places = [box["x"] for tick in chart.locator(".day-tick").all() if (box := tick.bounding_box())]
    assert places == sorted(places)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_and_words_stay_legible_on_a_small_phone(
    seen: Seen, demo: Demo, vigilant: str, language: str
) -> None:
    seen.page.set_viewport_size({"width": 320, "height": 640})
    open_scores(seen, demo, vigilant, language)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320
    chart = seen.page.locator(".card .chart").first
    box = chart.bounding_box()
    assert box is not None
    for tick in chart.locator("text").all():
        words = tick.bounding_box()
        assert words is not None
        assert words["height"] >= 8
        assert box["x"] <= words["x"], "nothing is cut off at the left"
        assert words["x"] + words["width"] <= box["x"] + box["width"] + 1, "nor at the right"


def test_the_numbers_are_a_table_under_each_chart(seen: Seen, demo: Demo, vigilant: str) -> None:
    open_scores(seen, demo, vigilant, "en")
    card = seen.page.locator(".card").first
    assert not card.locator("table").is_visible()
    card.locator("summary").click()
    assert card.locator("table").is_visible()
    dots = card.locator(".chart .dot, .chart .gap").count()
    assert card.locator("tbody tr").count() == dots > 0


def test_every_demonstration_patient_has_scores_to_look_at(seen: Seen, demo: Demo) -> None:
    for consultation in demo.consultations:
        open_scores(seen, demo, consultation, "en")
        assert seen.page.locator(".card").count() >= 1


def test_the_charts_can_be_printed(seen: Seen, demo: Demo, vigilant: str) -> None:
    open_scores(seen, demo, vigilant, "fr")
    assert seen.page.pdf(format="A4").startswith(b"%PDF-")
    seen.page.emulate_media(media="print")
    assert not any(nav.is_visible() for nav in seen.page.locator("nav").all())
    assert seen.page.locator(".card .chart").first.is_visible()
