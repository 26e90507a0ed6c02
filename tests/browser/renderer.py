"""LHC-Forms in the browser: a page that is served from here alone, and a form that a person fills in."""

import functools
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.ensure_lforms import BUNDLE

# The files that the README of lforms names, in its order.
_PAGE = b"""<!doctype html>
<html><head><meta charset="utf-8"><title>LHC-Forms</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/webcomponent/styles.css"></head>
<body><div id="form"></div>
<script src="/webcomponent/assets/lib/zone.min.js"></script>
<script src="/webcomponent/runtime.js" type="module"></script>
<script src="/webcomponent/polyfills.js" type="module"></script>
<script src="/webcomponent/main.js" type="module"></script>
<script src="/fhir/R4/lformsFHIR.min.js" type="module"></script>
</body></html>"""
_SHOW = """async ([questionnaire, response]) => {
    const definition = LForms.Util.convertFHIRQuestionnaireToLForms(JSON.parse(questionnaire), "R4");
    const data = response === null ? definition
        : LForms.Util.mergeFHIRDataIntoLForms("QuestionnaireResponse", JSON.parse(response), definition, "R4");
    await LForms.Util.addFormToPage(data, "form");
}"""
_GIVE = """patient => LForms.Util.getFormFHIRData(
    "QuestionnaireResponse", "R4", null, {subject: {resourceType: "Patient", id: patient}})"""


class _Files(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(_PAGE)))
        self.end_headers()
        self.wfile.write(_PAGE)
        return None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the library gives it
        """Say nothing: the tests watch the browser's side."""


@contextmanager
def served_renderer() -> Iterator[str]:
    """The renderer's page on loopback; gives its host and port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, directory=str(BUNDLE)))
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        serving.join(10)


@dataclass(frozen=True)
class Form:
    """One questionnaire as it is shown. What is done to it is done with the mouse and the keyboard."""

    page: Page
    questionnaire: dict[str, Any]

    @classmethod
    def shown(
        cls, page: Page, host: str, questionnaire: str, content: dict[str, Any], response: str | None = None
    ) -> "Form":
        """Open the page and give it the questionnaire as it came from the service, byte for byte."""
        page.goto(f"http://{host}/")
        page.wait_for_function("window.LForms?.Util && window.LForms?.FHIR?.R4")
        page.evaluate(_SHOW, [questionnaire, response])
        page.locator(".lhc-form-title").wait_for()
        return cls(page, content)

    def title(self) -> str:
        return self.page.locator(".lhc-form-title").first.inner_text().strip()

    def item(self, link_id: str) -> Locator:
        return self.page.locator(f'lhc-item[id^="item-{link_id}/"]')

    def link_ids(self) -> set[str]:
        """Those of the items that are in view now."""
        shown = self.page.locator("lhc-item:visible").evaluate_all("items => items.map(item => item.id)")
        return {found[1] for text in shown if (found := re.match(r"item-([^/]+)/", text))}

    def words(self, link_id: str) -> str:
        return self.page.locator(f'[id^="label-{link_id}/"]').first.inner_text().strip()

    def choose(self, link_id: str, *codes: str) -> None:
        """Click the words of options."""
        for code in codes:
            self.option(link_id, code).click()

    def option(self, link_id: str, code: str) -> Locator:
        return self.item(link_id).locator(f'label[id$="|{code}"]').filter(has_text=self.display(link_id, code))

    def display(self, link_id: str, code: str) -> str:
        codings = (option["valueCoding"] for option in entry_of(self.questionnaire, link_id)["answerOption"])
        return next(str(coding["display"]) for coding in codings if coding["code"] == code)

    def type(self, link_id: str, text: str) -> None:
        """Click into the field, type, and leave it with the tabulator."""
        self.item(link_id).locator("input:not([readonly]), textarea").first.click()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Tab")

    def response(self, patient_id: str) -> dict[str, Any]:
        """The QuestionnaireResponse that the renderer gives."""
        given: dict[str, Any] = self.page.evaluate(_GIVE, patient_id)
        return given


def entry_of(inside: dict[str, Any], link_id: str) -> dict[str, Any]:
    """The item of a Questionnaire, wherever it stands."""
    found = _find(inside, link_id)
    assert found is not None, link_id
    return found


def entries_of(inside: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every item of a Questionnaire, in its order."""
    for entry in inside.get("item", ()):
        yield entry
        yield from entries_of(entry)


def _find(inside: dict[str, Any], link_id: str) -> dict[str, Any] | None:
    return next((entry for entry in entries_of(inside) if entry["linkId"] == link_id), None)
