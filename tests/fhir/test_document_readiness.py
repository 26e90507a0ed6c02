"""Whether a document is ready: "not ready yet" is told apart from "nothing was answered"."""

from datetime import timedelta

import pytest

from app.security.caller import Role
from tests.api.test_synthesis import VISIT
from tests.fhir.reading_documents import Document, read_document, same_everywhere
from tests.fhir.visits import Visit
from tests.support.service import INSTRUMENT, Service, days

pytestmark = pytest.mark.anyio

LIST_EMPTY_REASON = "http://terminology.hl7.org/CodeSystem/list-empty-reason"


@pytest.fixture
async def visit(service: Service) -> Visit:
    return await Visit(service).planned()


def _empty(document: Document, code: str = "answers") -> dict[str, str]:
    """System -> code of why a section is empty."""
    return {coding["system"]: coding["code"] for coding in document.sections[code]["emptyReason"]["coding"]}


async def test_before_the_questionnaires_open_there_is_nothing_to_be_ready(visit: Visit) -> None:
    visit.service.clock.shown = VISIT - days(10)
    document = await visit.document()
    assert (document.state, document.composition["status"]) == ("not-open-yet", "preliminary")
    assert _empty(document)[LIST_EMPTY_REASON] == "notstarted"
    assert "Les questionnaires ouvrent le 16 mars 2026." in document.shown("answers").text


async def test_a_draft_is_the_patients_own_affair(visit: Visit) -> None:
    before = await visit.document("en")
    service = visit.service
    saved = await service.client.put(
        f"/v1/patients/{visit.patient}/drafts/{INSTRUMENT}",
        json={"version": "1.0.0", "answers": {"pain-frequency": "4"}},
        headers=service.as_(Role.PATIENT, visit.patient) | {"If-None-Match": "*"},
    )
    assert saved.status_code in (200, 201), saved.text
    document = await visit.document("en")
    assert (document.state, document.composition["status"]) == ("not-ready", "preliminary")
    assert _empty(document) == {
        LIST_EMPTY_REASON: "notstarted",
        "https://vigie.example/fhir/CodeSystem/vigie-answer-states": "not-ready",
    }
    assert "Not ready yet" in document.sections["answers"]["emptyReason"]["text"]
    assert document.bundle == before.bundle


async def test_a_visit_that_has_begun_with_nothing_answered_says_so(visit: Visit) -> None:
    visit.service.clock.shown = VISIT + timedelta(minutes=5)
    document = await visit.document("en")
    assert (document.state, document.composition["status"]) == ("nothing-answered", "final")
    assert _empty(document)[LIST_EMPTY_REASON] == "unavailable"
    said = document.shown("answers").text
    assert "Nothing was answered" in said
    assert "Not ready" not in said
    late = await visit.answered(at=VISIT + timedelta(minutes=4))
    after = await visit.document("en")
    assert (after.state, after.version) == ("nothing-answered", "1"), f"{late} was answered after the visit began"


async def test_an_answered_visit_is_ready(visit: Visit) -> None:
    await visit.answered()
    document = await visit.document("en")
    assert (document.state, document.composition["status"]) == ("answered", "preliminary")
    assert "emptyReason" not in document.sections["answers"]
    assert "Preliminary" in document.composition["text"]["div"]


@pytest.mark.parametrize(("status", "sentence"), [("cancelled", "did not take place"), ("noshow", "did not take")])
async def test_a_visit_that_was_called_off(visit: Visit, status: str, sentence: str) -> None:
    await visit.becomes(status)
    document = await visit.document("en")
    assert (document.state, _empty(document)[LIST_EMPTY_REASON]) == ("called-off", "closed")
    assert sentence in document.composition["text"]["div"]
    await visit.answered()
    assert (await visit.document("en")).state == "answered"


async def test_a_visit_that_was_entered_in_error(visit: Visit) -> None:
    await visit.becomes("entered-in-error")
    document = await visit.document("en")
    assert document.composition["status"] == "entered-in-error"
    assert "entered in error" in document.composition["text"]["div"]


async def test_a_visit_before_which_nothing_is_asked(visit: Visit) -> None:
    service = visit.service
    answer = await service.client.put(
        f"/v1/patients/{visit.patient}/consultations/nothing-asked",
        json={"start": (VISIT + days(1)).isoformat(), "instruments": []},
        headers=service.as_(Role.SYSTEM),
    )
    document = await read_document(service, answer.json()["id"])
    assert (document.state, _empty(document)[LIST_EMPTY_REASON]) == ("nothing-asked", "notasked")


async def test_one_of_two_questionnaires_is_a_part(visit: Visit) -> None:
    service = visit.service
    answer = await service.client.put(
        f"/v1/patients/{visit.patient}/consultations/{visit.visit_id}",
        json={"start": VISIT.isoformat(), "instruments": [INSTRUMENT, "phq-9"]},
        headers=service.as_(Role.SYSTEM),
    )
    assert answer.status_code == 200, answer.text
    await visit.answered()
    document = await same_everywhere(service, visit.id, "en")
    assert document.state == "partly-answered"
    assert "Asked for, not answered:" in document.shown("answers").text
