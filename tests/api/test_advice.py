"""Advice that fits the answers: read with the receipt, in its language, the same at every replay, kept in the row."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.security.caller import Role
from app.services.installation import Installation
from fhir_export.encoding import encode
from guidance.advice import Advice, AdviceRef, AdviceWords
from guidance.library import AdviceLibrary
from scoring.synthesis import Mode
from tests.api.answers import SOON
from tests.api.database import Database
from tests.fhir.client import FHIR_JSON
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
NAUSEA = CALM | {"nausea-frequency": "1", "nausea-severity": "1"}
"""Nausea, rarely and mildly (composite 1): no alert."""

TITLES = {"fr": "Les nausées", "en": "Feeling sick", "ar": "الشعور بالغثيان"}
LIBRARY = AdviceLibrary.load()


def advice_in(answer: httpx.Response) -> list[dict[str, Any]]:
    """The pieces of advice in a receipt, which stand after everything else."""
    messages = answer.json()["feedback"]["messages"]
    found = [message for message in messages if message["kind"] == "advice"]
    assert messages[len(messages) - len(found) :] == found
    assert all(message["title"] is None for message in messages if message["kind"] != "advice")
    return found


async def kept(database: Database, patient: str) -> list[list[str] | None]:
    """What the evaluation of each revision says of advice; None where it says nothing."""
    return [json.loads(row["evaluation"]).get("advice") for row in await database.responses(patient)]


async def correct(service: Service, sent: httpx.Response, answers: dict[str, Any]) -> httpx.Response:
    return await service.client.put(
        f"/v1/responses/{sent.json()['id']}",
        json={"answers": answers, "reason": "a slip of the finger"},
        headers=service.as_(Role.NURSE) | {"If-Match": '"1"'},
    )


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
async def test_a_patient_with_nausea_reads_advice_in_their_language(
    service: Service, database: Database, language: str
) -> None:
    patient = await service.register()
    sent = await service.submit(patient, NAUSEA, language=language)
    words = LIBRARY.newest["nausea"].words[language]
    assert words.title == TITLES[language]
    assert advice_in(sent) == [{"kind": "advice", "title": words.title, "text": f"{words.text} {words.call_if}"}]
    assert await kept(database, patient) == [["nausea@1"]]


async def test_the_language_is_that_of_the_receipt(service: Service) -> None:
    patient = await service.register()
    sent = await service.submit(patient, NAUSEA, language="de")
    assert sent.json()["feedback"]["language"] == "fr"
    assert [advice["title"] for advice in advice_in(sent)] == [TITLES["fr"]]


async def test_the_highest_value_comes_first(service: Service, database: Database) -> None:
    patient = await service.register()
    sent = await service.submit(patient, NAUSEA | SOON | {"rash-presence": "1"}, language="en")
    assert [advice["title"] for advice in advice_in(sent)] == [
        "When you are tired",
        "Feeling sick",
        "A rash on the skin",
    ]
    assert await kept(database, patient) == [["fatigue@1", "nausea@1", "rash@1"]]


async def test_nobody_is_advised_on_what_they_did_not_answer_or_do_not_have(
    service: Service, database: Database
) -> None:
    patient = await service.register()
    sent = await service.submit(patient, CALM | {"nausea-frequency": "0", "quality-of-life": 0})
    assert advice_in(sent) == []
    assert await kept(database, patient) == [None]


@pytest.mark.parametrize(("mode", "count"), [(Mode.RECORD, 0), (Mode.SCORE, 1), (Mode.ALERT, 1)])
async def test_in_the_mode_record_there_is_no_advice(
    service: Service, database: Database, mode: Mode, count: int
) -> None:
    there = await service.with_new_centre(mode)
    patient = await there.register()
    sent = await there.submit(patient, NAUSEA)
    assert len(advice_in(sent)) == count
    assert await kept(database, patient) == [["nausea@1"] if count else None]
    corrected = await correct(there, sent, NAUSEA | SOON)
    assert len(advice_in(corrected)) == 2 * count


async def test_a_correction_is_advised_anew_and_each_revision_keeps_its_own(
    service: Service, database: Database
) -> None:
    patient = await service.register()
    sent = await service.submit(patient, NAUSEA, language="en", key="first-time")
    corrected = await correct(service, sent, SOON)
    assert [advice["title"] for advice in advice_in(corrected)] == ["When you are tired"]
    assert await kept(database, patient) == [["nausea@1"], ["fatigue@1"]]


async def test_a_replay_gives_the_advice_of_the_first_time_whatever_was_published_since(service: Service) -> None:
    service.clock.shown = NOON
    patient = await service.register()

    async def send(key: str) -> httpx.Response:
        return await service.submit(patient, NAUSEA, key=key, language="en", authored=NOON)

    first = await send("from-the-phone")
    await correct(service, first, CALM)
    installation: Installation = service.app.state.installation
    old = LIBRARY.newest["nausea"]
    newer = replace(
        old, ref=AdviceRef("nausea", 2), words=dict.fromkeys(old.words, AdviceWords("New", "New.", "Newer."))
    )
    try:
        service.app.state.installation = with_library(installation, old, newer)
        assert (await send("from-the-phone")).content == first.content
        assert [advice["title"] for advice in advice_in(await send("another-time"))] == ["New"]
        # A step back to a release that does not know version 2: what was stored is acknowledged all the same.
        service.app.state.installation = installation
        back = await send("another-time")
        assert (back.status_code, advice_in(back)) == (201, [])
    finally:
        service.app.state.installation = installation


def with_library(installation: Installation, *versions: Advice) -> Installation:
    """The same installation with other advice, the newest last."""
    library = AdviceLibrary({a.ref: a for a in versions}, {a.ref.concept: a for a in versions}, LIBRARY.references)
    return replace(installation, knowledge=replace(installation.knowledge, advice=library))


async def test_what_comes_or_is_corrected_by_fhir_tells_no_patient_anything(
    service: Service, database: Database
) -> None:
    headers = service.as_(Role.SYSTEM) | {"Content-Type": FHIR_JSON}
    patient, other = await service.register(), await service.register()
    sent = await service.submit(patient, NAUSEA)
    where = f"/fhir/QuestionnaireResponse/{sent.json()['id']}"
    found = (await service.client.get(where, headers=headers)).json()
    changed = await service.client.put(where, content=encode(found), headers=headers | {"If-Match": 'W/"1"'})
    assert changed.status_code == 200, changed.text
    # The second revision keeps what was read with the first.
    assert await kept(database, patient) == [["nausea@1"], ["nausea@1"]]
    del found["id"]
    named = found | {"subject": {"reference": f"Patient/{other}"}, "status": "completed"}
    named = {name: value for name, value in named.items() if name not in ("meta", "author", "source", "identifier")}
    created = await service.client.post("/fhir/QuestionnaireResponse", content=encode(named), headers=headers)
    assert created.status_code == 201, created.text
    assert await kept(database, other) == [None]
