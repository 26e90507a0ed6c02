"""One synthesis, several renderings: what the page says of each line stands on paper and in the text for a note too.

The document of FHIR is compared with page and JSON in `tests/fhir/test_document_numbers.py`.
"""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.security.caller import Role
from scoring.synthesis import Mode
from tests.api.test_synthesis import EVE
from tests.fhir.reading_documents import Shown
from tests.pages.synthesis_stories import STORIES, Told, answered, whole_story
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio

_CONTROLS = re.compile("[\u200e\u200f\u2066-\u2069]")


def plain(text: str) -> str:
    """Words alone: an extraction breaks lines where the paper does."""
    return re.sub(r"\s+", "", _CONTROLS.sub("", text))


async def read(service: Service, told: Told, path: str, language: str) -> bytes:
    answer = await service.client.get(
        path, params={"consultation": told.visit, "lang": language}, headers=service.as_(Role.CLINICIAN)
    )
    assert answer.status_code == 200, answer.text
    return answer.content


async def renderings(service: Service, told: Told, language: str) -> tuple[Shown, str, str]:
    """The page, its text for a note, and the words of the PDF."""
    page = (await read(service, told, "/pages/synthesis", language)).decode()
    body, _, rest = page.split('<main id="content">')[1].partition('<details class="as-text">')
    pdf = PdfReader(BytesIO(await read(service, told, "/pages/synthesis.pdf", language)))
    assert pdf.metadata is not None
    return Shown(body), rest, " ".join(found.extract_text() for found in pdf.pages)


@pytest.mark.parametrize("name", STORIES)
async def test_every_row_point_and_topic_is_everywhere(service: Service, name: str) -> None:
    told = await STORIES[name][0](service)
    page, text, paper = await renderings(service, told, "en")
    said = [*page.part("ranked"), *page.part("quoted")[1::2]]
    for cells in page.rows:
        said += [cell for cell in cells[:-1] if cell != "–"]
    assert said or name in ("nothing-answered-since", "only-a-draft", "a-silent-patient")
    for words in said:
        for part in re.split(r"\s{2,}", words):
            assert plain(part.replace("<", "&lt;")) in plain(text) or _every_word(part, text), part
            assert _every_word(part, paper), part


def _every_word(words: str, text: str) -> bool:
    """Whether every word stands there: a sign that no font has stands on paper as its own sign."""
    return all(plain(word) in plain(text) for word in words.split() if word.isascii() and word.isalnum())


@pytest.mark.parametrize("mode", list(Mode))
async def test_the_mode_and_the_warning_stand_in_every_output(service: Service, mode: Mode) -> None:
    service = await service.with_new_centre(mode)
    page, text, paper = await renderings(service, await whole_story(service), "fr")
    wording = service.app.state.installation.wordings.by_language["fr"]
    for sentence in (wording.say(f"synthesis.mode_{mode.value}"), wording.say("synthesis.emergency")):
        assert plain(sentence) in plain(text)
        assert plain(sentence) in plain(paper)
    has_points = wording.say("synthesis.points") in page.text
    assert has_points is (plain(wording.say("synthesis.points")) in plain(paper)) is (mode is Mode.ALERT)


async def test_an_old_print_is_known_by_its_version(service: Service) -> None:
    told = await whole_story(service)
    first = await read(service, told, "/pages/synthesis.pdf", "en")
    assert "Version 1" in PdfReader(BytesIO(first)).pages[0].extract_text()
    await answered(service, told, (EVE, CALM))
    second = await read(service, told, "/pages/synthesis.pdf", "en")
    assert "Version 2" in PdfReader(BytesIO(second)).pages[0].extract_text()
