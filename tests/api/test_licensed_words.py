"""Licensed wording is loaded by the centre: until then a questionnaire is scored, and not shown."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from tests.api.database import Database
from tests.api.problems import problem
from tests.support.licensed import (
    ANSWERS,
    LICENSED,
    TITLE,
    WORDS,
    instruments_with_a_licensed_one,
    load_words,
)
from tests.support.service import CALM, INSTRUMENT, Service, running_service

pytestmark = pytest.mark.anyio

SHOWN = f"/v1/questionnaires/{LICENSED}"
VERSION = f"{SHOWN}/versions/1.0.0"
RESOURCE = f"/fhir/Questionnaire/{LICENSED}-1.0.0"


@pytest.fixture(scope="module")
async def started(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service that knows the licensed instrument."""
    root = instruments_with_a_licensed_one(tmp_path_factory.mktemp("licensed"))
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as service:
        yield service


@pytest.fixture
async def unlicensed(started: Service) -> Service:
    """A centre that has loaded nothing."""
    return await started.with_new_centre()


@pytest.fixture
async def licensed(started: Service) -> Service:
    """A centre that has loaded English words."""
    service = await started.with_new_centre()
    await load(service)
    return service


async def load(service: Service, words: str = WORDS, **how: Any) -> str:
    """Load words for the service's centre; gives their digest."""
    stored = await load_words(service.owner_url, service.settings, service.centre_id, words, **how)
    return stored.text.digest


async def read(service: Service, path: str, language: str = "en") -> Any:
    answer = await service.client.get(path, headers=service.as_(Role.NURSE) | {"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def submitted(service: Service, **fields: Any) -> tuple[str, Any]:
    """A patient's response to the licensed instrument: its id, and what is stored of it."""
    patient = await service.register()
    sent = await service.submit(patient, ANSWERS, questionnaire=LICENSED, **{"language": "en", **fields})
    assert sent.status_code == 201, sent.text
    response_id = sent.json()["id"]
    return response_id, await read(service, f"/v1/responses/{response_id}")


async def title_in_list(service: Service, language: str = "en") -> dict[str, Any]:
    listed = (await read(service, "/v1/questionnaires", language))["questionnaires"]
    return next(entry for entry in listed if entry["instrument"] == LICENSED)


# --- nothing is loaded -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SHOWN, VERSION])
async def test_what_was_not_loaded_is_not_shown_and_the_problem_says_how_to_load_it(
    unlicensed: Service, path: str
) -> None:
    refused = problem(await unlicensed.client.get(path, headers=unlicensed.as_(Role.NURSE)), 403, "licence-restricted")
    assert f"vigie text import {LICENSED} LANGUAGE FILE" in refused["detail"]
    assert "1.0.0" in refused["detail"]


async def test_fhir_refuses_it_as_an_outcome(unlicensed: Service) -> None:
    answer = await unlicensed.client.get(RESOURCE, headers=unlicensed.as_(Role.SYSTEM))
    assert answer.status_code == 403
    (issue,) = answer.json()["issue"]
    assert issue["code"] == "suppressed"
    assert issue["details"]["coding"][0]["code"] == "licence-restricted"


async def test_the_list_names_it_without_any_words(unlicensed: Service) -> None:
    entry = await title_in_list(unlicensed)
    assert entry["title"] == "Night watch (wording not shipped)"
    assert (entry["languages"], entry["digests"]["text"]) == ([], None)


async def test_it_is_scored_all_the_same(unlicensed: Service) -> None:
    body = {"questionnaire": LICENSED, "answers": ANSWERS}
    answer = await unlicensed.client.post("/v1/score", json=body, headers=unlicensed.as_(Role.SYSTEM))
    assert answer.status_code == 200, answer.text
    assert answer.json()["scores"] == {"owls_heard": {"value": 1}, "bats_heard": {"value": 0}}


async def test_a_response_is_stored_and_says_that_its_words_are_unknown(unlicensed: Service) -> None:
    _, stored = await submitted(unlicensed)
    assert stored["scores"]["owls_heard"] == {"value": 1}
    assert (stored["pins"]["text_digest"], stored["flags"]) == (None, ["text-unknown"])


async def test_everything_else_that_reads_it_gets_along_without_words(unlicensed: Service) -> None:
    response_id, _ = await submitted(unlicensed)
    response = await read(unlicensed, f"/fhir/QuestionnaireResponse/{response_id}")
    assert [item.get("text") for item in response["item"]] == [None]
    observation = await read(unlicensed, f"/fhir/Observation/{response_id}.1")
    assert "text" not in observation["code"]
    assert len((await read(unlicensed, f"/fhir/QuestionnaireResponse/{response_id}/$collection"))["entry"]) == 3


# --- words are loaded --------------------------------------------------------------------------------------------


async def test_loaded_words_are_shown_with_their_status(licensed: Service) -> None:
    shown = await read(licensed, SHOWN)
    assert (shown["title"], shown["language"], shown["languages"]) == (TITLE, "en", ["en"])
    assert (shown["text_status"], shown["text_revision"]) == ("validated", 1)
    night = shown["items"][0]
    assert (night["text"], night["items"][0]["help"]) == ("Last night", "Any owl counts.")
    assert [option["text"] for option in night["items"][1]["options"]] == ["Not once", "All the time"]
    entry = await title_in_list(licensed)
    assert (entry["title"], entry["digests"]) == (TITLE, shown["digests"])


async def test_patients_read_them_too(licensed: Service) -> None:
    patient = await licensed.register()
    answer = await licensed.client.get(SHOWN, headers=licensed.as_(Role.PATIENT, patient))
    assert answer.json()["title"] == TITLE


async def test_fhir_shows_them_with_their_status(licensed: Service) -> None:
    resource = await read(licensed, RESOURCE)
    assert (resource["title"], resource["item"][0]["text"]) == (TITLE, "Last night")
    parts = resource["extension"][0]["extension"]
    (text,) = [{p["url"]: p for p in part["extension"]} for part in parts if part["url"] == "text"]
    assert text["status"]["valueCode"] == "validated"


async def test_another_centre_sees_nothing_of_them(licensed: Service, started: Service) -> None:
    other = await started.with_new_centre()
    problem(await other.client.get(SHOWN, headers=other.as_(Role.NURSE)), 403, "licence-restricted")
    assert (await title_in_list(other))["languages"] == []
    digest = (await read(licensed, SHOWN))["digests"]["text"]
    _, stored = await submitted(other, text_digest=digest)
    assert stored["pins"]["text_digest"] is None


async def test_a_response_pins_the_words_and_keeps_them_when_others_are_loaded(licensed: Service) -> None:
    first = (await read(licensed, SHOWN))["digests"]["text"]
    response_id, stored = await submitted(licensed)
    assert (stored["pins"]["text_digest"], stored["flags"]) == (first, [])
    second = await load(licensed, WORDS.replace("Did the owls call?", "Were there owls?"))
    shown = await read(licensed, SHOWN)
    assert (shown["digests"]["text"], shown["text_revision"]) == (second, 2)
    resource = await read(licensed, f"/fhir/QuestionnaireResponse/{response_id}")
    assert resource["item"][0]["item"][0]["text"] == "Did the owls call?"
    _, offline = await submitted(licensed, text_digest=first)
    assert offline["pins"]["text_digest"] == first


async def test_each_language_has_revisions_of_its_own(licensed: Service) -> None:
    await load(licensed, WORDS.replace(TITLE, "La ronde de nuit"), language="fr", status="local")
    french = await read(licensed, SHOWN, "fr")
    assert (french["title"], french["text_revision"], french["text_status"]) == ("La ronde de nuit", 1, "local")
    assert french["languages"] == ["en", "fr"]
    assert (await read(licensed, SHOWN, "en"))["title"] == TITLE
    title = (await read(licensed, RESOURCE, "en"))["_title"]["extension"][0]["extension"]
    assert {"url": "content", "valueString": "La ronde de nuit"} in title


@pytest.mark.parametrize("role", Role)
async def test_reading_licensed_words_leaves_an_event_and_reading_shipped_ones_none(
    licensed: Service, database: Database, role: Role
) -> None:
    headers = licensed.as_(role, str(licensed.centre_id) if role is Role.PATIENT else None)
    before = len(await database.audited(licensed.centre_id))
    shipped = await licensed.client.get("/v1/questionnaires/pre-consultation", headers=headers)
    assert shipped.status_code == 200
    assert len(await database.audited(licensed.centre_id)) == before
    assert (await licensed.client.get(SHOWN, headers=headers)).status_code == 200
    (event,) = (await database.audited(licensed.centre_id))[before:]
    assert (event["operation"], event["role"]) == ("read_questionnaire", role.value)


# --- drafts ------------------------------------------------------------------------------------------------------

DRAFT = "\n".join(line for line in WORDS.splitlines() if "bats" not in line and "amount,1" not in line)
"""Words of everything but one question and one option."""


async def test_a_draft_is_not_served(unlicensed: Service) -> None:
    digest = await load(unlicensed, DRAFT, status="draft")
    problem(await unlicensed.client.get(SHOWN, headers=unlicensed.as_(Role.NURSE)), 403, "licence-restricted")
    assert (await unlicensed.client.get(RESOURCE, headers=unlicensed.as_(Role.NURSE))).status_code == 403
    assert (await title_in_list(unlicensed))["languages"] == []
    # A client that names it is believed; its words are not shown for that.
    response_id, stored = await submitted(unlicensed, text_digest=digest)
    assert stored["pins"]["text_digest"] == digest
    response = await read(unlicensed, f"/fhir/QuestionnaireResponse/{response_id}")
    assert "Last night" not in str(response)


async def test_a_draft_takes_nothing_from_what_is_served(licensed: Service) -> None:
    await load(licensed, DRAFT.replace(TITLE, "Unfinished"), status="draft")
    assert (await read(licensed, SHOWN))["title"] == TITLE


async def test_a_draft_is_served_in_demo_mode_with_its_gaps(
    unlicensed: Service, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    await load(unlicensed, DRAFT, status="draft")
    root = unlicensed.settings.instruments_dir
    settings: dict[str, Any] = {"instruments_dir": root, "demo": True, "data_dir": tmp_path}
    async with running_service(postgres.service_url, postgres.owner_url, **settings) as demo:
        headers = unlicensed.as_(Role.NURSE)
        shown = (await demo.client.get(SHOWN, headers=headers)).json()
        resource = await demo.client.get(RESOURCE, headers=headers)
    assert shown["text_status"] == "draft"
    owls, bats, _ = shown["items"][0]["items"]
    assert (owls["text"], bats["text"]) == ("Did the owls call?", "bats")
    assert [option["text"] for option in owls["options"]] == ["Not once", "1"]
    assert resource.status_code == 200


# --- the synthesis -----------------------------------------------------------------------------------------------


async def synthesis_page(service: Service) -> str:
    """The page of a visit that follows one response to each instrument, with the licensed one asked once more."""
    patient = await service.register()
    now = service.clock()
    for instrument, answers in ((LICENSED, ANSWERS), (INSTRUMENT, CALM)):
        sent = await service.submit(patient, answers, authored=now - timedelta(hours=1), questionnaire=instrument)
        assert sent.status_code == 201, sent.text
    visit = await service.client.put(
        f"/v1/patients/{patient}/consultations/visit-{UUID(patient)}",
        json={"start": (now + timedelta(days=1)).isoformat(), "instruments": [LICENSED, INSTRUMENT]},
        headers=service.as_(Role.SYSTEM),
    )
    path = f"/pages/synthesis?consultation={visit.json()['id']}&lang=en"
    page = await service.client.get(path, headers=service.as_(Role.CLINICIAN))
    assert page.status_code == 200, page.text
    return page.text


async def test_the_page_names_what_it_has_no_words_for(unlicensed: Service) -> None:
    page = await synthesis_page(unlicensed)
    assert "<bdi>owls</bdi>" in page
    assert "Night watch (wording not shipped)" in page


async def test_the_page_speaks_the_centres_words_and_names_what_they_leave_out(licensed: Service) -> None:
    page = await synthesis_page(licensed)
    assert "<bdi>Calling owls</bdi>" in page
    assert TITLE in page
    assert "bats" in page
