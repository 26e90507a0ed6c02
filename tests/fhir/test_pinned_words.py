"""A response keeps the words that it was answered to, whatever is published after it."""

from pathlib import Path
from typing import Any

import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from tests.api.published_since import with_newer_words
from tests.support.service import CALM, Service, running_service

pytestmark = pytest.mark.anyio

DOORS = ("/v1/responses", "/fhir/QuestionnaireResponse")


async def _read(service: Service, path: str) -> Any:
    answer = await service.client.get(path, headers=service.as_(Role.NURSE))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_words_published_later_change_nothing_of_a_stored_response(
    service: Service, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    patient = await service.register()
    response_id = (await service.submit(patient, CALM)).json()["id"]
    before = [await _read(service, f"{door}/{response_id}") for door in DOORS]
    root = with_newer_words(tmp_path)
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as started:
        newer = await started.with_new_centre()
        shown = await newer.client.get("/v1/questionnaires/pre-consultation", headers=newer.as_(Role.NURSE))
        assert shown.json()["text_revision"] in (1, 2)
        after = [
            (await newer.client.get(f"{door}/{response_id}", headers=service.as_(Role.NURSE))).json() for door in DOORS
        ]
    assert after == before


async def test_a_response_pins_the_words_that_the_client_names(
    service: Service, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    old = (await _read(service, "/v1/questionnaires/pre-consultation/versions/1.0.0"))["digests"]["text"]
    french = await service.client.get(
        "/v1/questionnaires/pre-consultation", headers=service.as_(Role.NURSE) | {"Accept-Language": "fr"}
    )
    shown = french.json()["digests"]["text"]
    assert shown != old  # without a wish, the words are English
    root = with_newer_words(tmp_path)
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as started:
        newer = await started.with_new_centre()
        patient = await newer.register()
        offline = (await newer.submit(patient, CALM, text_digest=shown)).json()["id"]
        today = (await newer.submit(patient, CALM)).json()["id"]
        canadian = (await newer.submit(patient, CALM, language="fr-CA")).json()["id"]
        unknown = (await newer.submit(patient, CALM, language="de")).json()["id"]
        pins = {
            name: (await _read(newer, f"/v1/responses/{response_id}"))
            for name, response_id in (("offline", offline), ("today", today), ("ca", canadian), ("de", unknown))
        }
    assert pins["offline"]["pins"]["text_digest"] == shown
    assert pins["today"]["pins"]["text_digest"] not in (shown, None)
    assert pins["ca"]["pins"]["text_digest"] == pins["today"]["pins"]["text_digest"]
    assert (pins["de"]["pins"]["text_digest"], pins["de"]["flags"]) == (None, ["text-unknown"])
