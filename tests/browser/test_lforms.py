"""Our Questionnaires in LHC-Forms, a form renderer that others wrote: shown as they are, answered as a person would,
and sent back to the service.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext

from app.store.ids import new_id
from tests.browser.conftest import NEEDS_CHROMIUM, Seen
from tests.browser.ensure_lforms import is_current
from tests.browser.renderer import Form, entries_of, entry_of, served_renderer
from tests.export.builders import parsed_answers
from tests.support.demonstration import Demo

pytestmark = [
    *NEEDS_CHROMIUM,
    pytest.mark.skipif(not is_current(), reason="LHC-Forms is not here (python tests/browser/ensure_lforms.py)"),
]

OWN = ("pre-consultation-1.0.0", "oral-therapy-weekly-1.0.0", "symptom-watch-1.0.0")
PRE_CONSULTATION = OWN[0]
TITLES = {
    "fr": "Avant votre consultation",
    "en": "Before your visit",
    "ar": "قبل موعد",
}


@pytest.fixture(scope="module")
def renderer() -> Iterator[str]:
    with served_renderer() as host:
        yield host


@pytest.fixture
def shown(context: BrowserContext, renderer: str) -> Iterator[Seen]:
    """A page that is watched: nothing may fail, and nothing may be asked of any other host."""
    watched = Seen(context.new_page())
    watched.watch()
    yield watched
    assert watched.errors == []
    assert watched.failed == []
    assert watched.hosts <= {renderer, ""}, "the page, and pictures that stand in its own styles"


def fetched(demo: Demo, resource_id: str, language: str = "fr") -> str:
    """The Questionnaire as the service gives it."""
    headers = {**demo.staff, "Accept-Language": language, "Accept": "application/fhir+json"}
    answer = httpx.get(f"{demo.base}/fhir/Questionnaire/{resource_id}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def opened(shown: Seen, renderer: str, demo: Demo, resource_id: str, language: str = "fr") -> Form:
    text = fetched(demo, resource_id, language)
    return Form.shown(shown.page, renderer, text, json.loads(text))


def registered(demo: Demo) -> str:
    body = {"identifiers": [{"system": "urn:test:ipp", "value": str(new_id())}]}
    answer = httpx.post(f"{demo.base}/v1/patients", headers=demo.staff, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def answers(response: dict[str, Any]) -> dict[str, list[Any]]:
    return {link_id: list(values) for link_id, values in parsed_answers(response.get("item", [])).items()}


def is_help(link_id: str) -> bool:
    return link_id.endswith(".help")


@pytest.mark.parametrize("resource_id", OWN)
def test_every_item_is_shown_in_its_words_once_its_lead_is_answered(
    shown: Seen, renderer: str, demo: Demo, resource_id: str
) -> None:
    form = opened(shown, renderer, demo, resource_id)
    asked = {entry["linkId"]: entry for entry in entries_of(form.questionnaire) if not is_help(entry["linkId"])}
    at_first = {link_id for link_id, entry in asked.items() if not entry.get("enableWhen")}
    assert form.link_ids() == at_first
    leads = {c["question"] for entry in asked.values() for c in entry.get("enableWhen", ())}
    # A follow-up may be a lead itself: in the order of the form each is there when its turn comes.
    for link_id in (link_id for link_id in asked if link_id in leads):
        if asked[link_id]["type"] == "choice":
            options = [option["valueCoding"]["code"] for option in asked[link_id]["answerOption"]]
            code = next(code for code in ("1", "yes", "gp") if code in options)
            form.choose(link_id, code)
        else:
            form.type(link_id, "70")
    assert form.link_ids() == set(asked)
    for link_id, entry in asked.items():
        assert form.words(link_id).startswith(entry["text"]), link_id
        for option in entry.get("answerOption", ()):
            assert form.option(link_id, option["valueCoding"]["code"]).is_visible(), link_id


@pytest.mark.parametrize("language", TITLES)
@pytest.mark.parametrize("resource_id", OWN)
def test_a_form_is_in_the_language_that_was_accepted(
    shown: Seen, renderer: str, demo: Demo, resource_id: str, language: str
) -> None:
    form = opened(shown, renderer, demo, resource_id, language)
    assert form.questionnaire["language"] == language
    assert form.title() == form.questionnaire["title"]
    assert form.words("can-wait").startswith(entry_of(form.questionnaire, "can-wait")["text"])
    assert form.option("can-wait", "yes").is_visible()
    if resource_id == PRE_CONSULTATION:
        assert form.title().startswith(TITLES[language])


def test_a_person_answers_and_the_service_stores_and_scores_the_same(shown: Seen, renderer: str, demo: Demo) -> None:
    form = opened(shown, renderer, demo, PRE_CONSULTATION)
    assert not form.item("pain-severity").is_visible()
    form.choose("pain-frequency", "4")
    form.choose("pain-severity", "3")
    form.choose("pain-interference", "2")
    # Somebody changes their mind: the follow-up that they had answered is hidden, and is not in what is sent.
    form.choose("nausea-frequency", "2")
    form.choose("nausea-severity", "4")
    form.choose("nausea-frequency", "0")
    assert not form.item("nausea-severity").is_visible()
    form.choose("anxiety-frequency", "prefer_not_to_answer")
    assert not form.item("anxiety-severity").is_visible()
    # The keyboard alone: into the group, to an option, chosen with the space bar.
    form.option("cough-severity", "2").locator("input").focus()
    shown.page.keyboard.press("Space")
    form.choose("cough-interference", "1")
    form.type("quality-of-life", "4")
    form.choose("topics", "pain", "work")
    form.type("topics-own-words", "Puis-je reprendre ?")
    form.choose("can-wait", "no")
    patient = registered(demo)
    given = form.response(patient)
    expected = {
        "pain-frequency": ["4"],
        "pain-severity": ["3"],
        "pain-interference": ["2"],
        "nausea-frequency": ["0"],
        "anxiety-frequency": ["prefer_not_to_answer"],
        "cough-severity": ["2"],
        "cough-interference": ["1"],
        "quality-of-life": [4],
        "topics": ["pain", "work"],
        "topics-own-words": ["Puis-je reprendre ?"],
        "can-wait": ["no"],
    }
    assert answers(given) == expected
    assert given["questionnaire"].endswith("/Questionnaire/pre-consultation|1.0.0")
    stored = sent(demo, given)
    assert stored.status_code == 201, stored.text
    response = httpx.get(f"{demo.base}/fhir/QuestionnaireResponse/{stored.json()['id']}", headers=demo.staff).json()
    assert answers(response) == expected
    assert response["subject"] == {"reference": f"Patient/{patient}"}
    scores = httpx.get(f"{demo.base}/v1/responses/{response['id']}", headers=demo.staff).json()["scores"]
    assert {name: scores[name]["value"] for name in ("pain_composite", "quality_of_life")} == {
        "pain_composite": 3,
        "quality_of_life": 4,
    }


def sent(demo: Demo, response: dict[str, Any]) -> httpx.Response:
    headers = {**demo.staff, "Content-Type": "application/fhir+json", "Accept-Language": "fr"}
    return httpx.post(f"{demo.base}/fhir/QuestionnaireResponse", headers=headers, content=json.dumps(response))


def test_an_answer_that_excludes_the_others_is_kept_alone_by_the_service(
    shown: Seen, renderer: str, demo: Demo
) -> None:
    """LHC-Forms knows no optionExclusive: what its boxes let through, the service refuses, and says where."""
    form = opened(shown, renderer, demo, PRE_CONSULTATION)
    form.choose("topics", "none", "pain")
    form.choose("can-wait", "yes")
    patient = registered(demo)
    refused = sent(demo, form.response(patient))
    assert refused.status_code == 422
    (issue,) = refused.json()["issue"]
    assert "excludes the others" in issue["details"]["text"]
    assert issue["expression"]
    form.choose("topics", "pain")
    assert answers(form.response(patient))["topics"] == ["none"]
    assert sent(demo, form.response(patient)).status_code == 201


def test_numbers_are_given_as_numbers_and_dates_as_dates(shown: Seen, renderer: str, demo: Demo) -> None:
    form = opened(shown, renderer, demo, "oral-therapy-weekly-1.0.0")
    form.choose("doses-due", "yes")
    form.type("doses-planned", "7")
    form.type("doses-missed", "2")
    form.choose("missed-reasons", "forgot", "side_effects")
    form.type("weight", "71.5")
    form.type("weight-baseline", "74")
    form.type("weight-baseline-on", "11/05/2026")
    form.choose("can-wait", "yes")
    patient = registered(demo)
    given = form.response(patient)
    assert answers(given) == {
        "doses-due": ["yes"],
        "doses-planned": [7],
        "doses-missed": [2],
        "missed-reasons": ["forgot", "side_effects"],
        "weight": [71.5],
        "weight-baseline": [74],
        "weight-baseline-on": ["2026-11-05"],
        "can-wait": ["yes"],
    }
    assert sent(demo, given).status_code == 201


def test_a_draft_that_populate_gave_is_shown_as_it_was_begun(shown: Seen, renderer: str, demo: Demo) -> None:
    patient = registered(demo)
    begun = {"pain-frequency": "2", "pain-severity": "1", "topics": ["work"], "quality-of-life": 6}
    saved = httpx.put(
        f"{demo.base}/v1/patients/{patient}/drafts/pre-consultation",
        headers={**demo.staff, "If-None-Match": "*"},
        json={"version": "1.0.0", "answers": begun},
    )
    assert saved.status_code in (200, 201), saved.text
    text = fetched(demo, PRE_CONSULTATION)
    populated = httpx.get(
        f"{demo.base}/fhir/Questionnaire/{PRE_CONSULTATION}/$populate",
        params={"subject": f"Patient/{patient}", "local": "true"},
        headers={**demo.staff, "Accept-Language": "fr"},
    )
    assert populated.status_code == 200, populated.text
    response = populated.json()["parameter"][0]["resource"]
    form = Form.shown(shown.page, renderer, text, json.loads(text), json.dumps(response))
    assert form.item("pain-severity").is_visible()
    assert not form.item("nausea-severity").is_visible()
    form.choose("can-wait", "yes")
    expected = {link_id: value if isinstance(value, list) else [value] for link_id, value in begun.items()}
    assert answers(form.response(patient)) == expected | {"can-wait": ["yes"]}
