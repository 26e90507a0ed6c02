"""What was answered to version 1 says the same for ever, byte for byte, whatever is published after it.

Definition, scoring and text have versions apart: a response pins each.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from tests.api.answers import PAIN_MILD, PAIN_WORST, URGENT
from tests.api.second_version import (
    CHANGED,
    FIRST,
    NEW_WORDS,
    first_versions,
    with_scoring_of_the_first,
    with_second_version,
    with_the_first_retired,
    with_words_of_the_first,
)
from tests.support.service import CALM, Service, days, running_service

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
DRY = {"dry-mouth-severity": "1", "nausea-frequency": "3", "nausea-severity": "4", "topics": ["work", "future"]}
FEVER = {"temperature": 38.4, "diarrhea-frequency": "2", "can-wait": "yes"}
LANGUAGES = ("", "fr", "en", "ar")
PUBLISHED: dict[str, Callable[[Path], Path]] = {
    "a second version": with_second_version,
    "a second version, the first retired": with_the_first_retired,
    "words": with_words_of_the_first,
    "scoring": with_scoring_of_the_first,
}
QUESTIONNAIRE = (f"/fhir/Questionnaire/{CHANGED}-1.0.0", f"/v1/questionnaires/{CHANGED}/versions/1.0.0")

Outputs = dict[tuple[str, str], tuple[int, str | None, bytes]]
"""What was asked for, in which language -> status, ETag and body."""


@dataclass(frozen=True)
class Stored:
    """What one centre holds of version 1: a patient who answered, and one who has not answered since the last visit."""

    patient: str
    visit: str
    silent: str
    silent_visit: str
    responses: tuple[str, ...]
    key: str

    @property
    def paths(self) -> list[str]:
        """Everything that says something of the responses."""
        found: list[str] = []
        for response in self.responses:
            own, fhir = f"/v1/responses/{response}", f"/fhir/QuestionnaireResponse/{response}"
            found += [own, f"{own}/revisions", f"{own}/revisions/1", fhir, f"{fhir}/$collection"]
            found += [f"/fhir/Observation/{response}.1", f"{own}/scores/nausea_composite"]
        for patient in (self.patient, self.silent):
            found += [f"/v1/patients/{patient}/responses", f"/v1/patients/{patient}/scores"]
            found += [f"/v1/patients/{patient}/scores/nausea_composite/longitudinal?instrument={CHANGED}"]
            found += [f"/fhir/QuestionnaireResponse?patient={patient}", f"/fhir/Observation?patient={patient}"]
            found += [f"/pages/patients/{patient}/scores"]
        return [*found, *self.syntheses(self.visit)]

    @staticmethod
    def syntheses(visit: str) -> list[str]:
        """The synthesis of one visit, as JSON and as a page."""
        return [f"/v1/consultations/{visit}/synthesis", f"/pages/synthesis?consultation={visit}"]


@asynccontextmanager
async def _running(postgres: EmbeddedPostgres, root: Path, centre: Service | None = None) -> AsyncIterator[Service]:
    """A service over a folder of instruments, at noon; for a new centre, or for one that is there."""
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as started:
        seen = replace(started, centre_id=centre.centre_id) if centre else await started.with_new_centre()
        seen.clock.shown = NOON
        yield seen


async def _submitted(service: Service, patient: str, answers: dict[str, Any], ago: float, **how: Any) -> str:
    sent = await service.submit(patient, answers, authored=NOON - days(ago), **how)
    assert sent.status_code == 201, sent.text
    return str(sent.json()["id"])


async def _store(service: Service) -> Stored:
    """Responses of every kind: before the last visit and since, with alerts, corrected, in error, of two instruments."""
    patient, silent = await service.register(), await service.register()
    visits = [await service.plan(who, NOON + days(1)) for who in (patient, silent)]
    for who in (patient, silent):
        await service.plan(who, NOON - days(10), "finished")
    before = await _submitted(service, patient, PAIN_MILD | DRY, 14)
    mistaken = await _submitted(service, patient, PAIN_WORST, 5)
    urgent = await _submitted(service, patient, PAIN_WORST | DRY | URGENT, 2, key="key-of-the-urgent-one")
    weekly = await _submitted(service, patient, FEVER, 1, questionnaire=FIRST[1])
    corrected = await _submitted(service, patient, CALM, 0.5, language="en")
    await _submitted(service, silent, PAIN_WORST | DRY, 12)
    nurse = service.as_(Role.NURSE) | {"If-Match": '"1"'}
    change = {"answers": PAIN_MILD | DRY, "reason": "forgotten"}
    sent = [
        await service.client.put(f"/v1/responses/{corrected}", json=change, headers=nurse),
        await service.client.post(
            f"/v1/responses/{mistaken}/entered-in-error", json={"reason": "another's"}, headers=nurse
        ),
    ]
    assert [answer.status_code for answer in sent] == [200, 200]
    return Stored(
        patient, visits[0], silent, visits[1], (before, mistaken, urgent, weekly, corrected), "key-of-the-urgent-one"
    )


async def _outputs(service: Service, paths: list[str]) -> Outputs:
    found: Outputs = {}
    for path in paths:
        for language in LANGUAGES:
            wanted = {"Accept-Language": language} if language else {}
            answer = await service.client.get(path, headers=service.as_(Role.CLINICIAN) | wanted)
            found[path, language] = (answer.status_code, answer.headers.get("ETag"), answer.content)
    return found


def _differing(before: Outputs, after: Outputs) -> list[tuple[str, str]]:
    """What is not the same byte for byte: a list of names says more than two bodies."""
    return [asked for asked, output in before.items() if after[asked] != output]


@pytest.mark.parametrize("published", PUBLISHED)
async def test_every_output_of_a_response_to_version_1_stays_byte_identical(
    postgres: EmbeddedPostgres, tmp_path: Path, published: str
) -> None:
    async with _running(postgres, first_versions(tmp_path / "first")) as service:
        stored = await _store(service)
        before = await _outputs(service, stored.paths)
        assert {status for status, _, _ in before.values()} == {200}
    async with _running(postgres, PUBLISHED[published](tmp_path / "later"), service) as later:
        assert (len(before), _differing(before, await _outputs(later, stored.paths))) == (len(before), [])
