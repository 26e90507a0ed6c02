"""What was answered to version 1 says the same for ever, byte for byte, whatever is published after it.

Definition, scoring and text have versions apart: a response pins each.
"""

import json
import re
import shutil
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
BASE = "https://vigie.example/fhir/Questionnaire"
LANGUAGES = ("", "fr", "ar")
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
            found += [
                f"/fhir/QuestionnaireResponse?patient={patient}",
                f"/fhir/Observation?patient={patient}&_count=200",
            ]
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
    """Responses of every kind, to both instruments: before the last visit and since, urgent, corrected, in error."""
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
            found[path, language] = (answer.status_code, answer.headers.get("ETag"), _told(path, answer.content))
    return found


def _told(path: str, content: bytes) -> bytes:
    """What it says of responses: a FHIR search says besides up to which moment it looked, and where it goes on; a page
    says which version it is of all that was said since.
    """
    if path.startswith("/pages/synthesis"):
        named = rb'(Version|\xd8\xa7\xd9\x84\xd9\x86\xd8\xb3\xd8\xae\xd8\xa9) \d+[^<\n]*|name="version" value="\d+"'
        return re.sub(named, b"", content)
    if not (path.startswith("/fhir/") and "?" in path):
        return content
    bundle = re.sub(rb'"meta":\{"lastUpdated":"[^"]+"\},"type":"searchset"', b'"type":"searchset"', content, count=1)
    return re.sub(rb',\{"relation":"next","url":"[^"]+"\}', b"", bundle, count=1)


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


async def test_an_unanswered_visit_keeps_what_it_says_of_the_answers_before_it(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    async with _running(postgres, first_versions(tmp_path / "first")) as service:
        stored = await _store(service)
        path, page = Stored.syntheses(stored.silent_visit)
        today = await _outputs(service, [path, page])
        service.clock.shown = NOON + days(7)
        a_week_later = await _outputs(service, [f"{path}?as_of={(NOON + days(6)).isoformat()[:19]}Z", page])
    for published, write in PUBLISHED.items():
        async with _running(postgres, write(tmp_path / published), service) as later:
            now = await _outputs(later, [path, page])
            later.clock.shown = NOON + days(7)
            # The visit is past: what was published after it was not asked then.
            assert _differing(a_week_later, await _outputs(later, [asked for asked, _ in a_week_later])) == []
        before, after = (json.loads(outputs[path, "fr"][2]) for outputs in (today, now))
        due = (before.pop("not_answered"), after.pop("not_answered"))
        assert after == before
        version = "2.0.0" if "version" in published else "1.0.0"
        assert due == ([f"{BASE}/{CHANGED}|1.0.0"], [f"{BASE}/{CHANGED}|{version}"])
        if "version" not in published:
            assert _differing(today, now) == []


async def test_what_is_asked_from_now_on_is_the_new_version(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    async with _running(postgres, first_versions(tmp_path / "first")) as service:
        before = await _outputs(service, list(QUESTIONNAIRE))
    changed: dict[str, list[str]] = {}
    for published, write in PUBLISHED.items():
        async with _running(postgres, write(tmp_path / published), service) as later:
            differing = _differing(before, await _outputs(later, list(QUESTIONNAIRE)))
            changed[published] = sorted({path for path, _ in differing})
            shown = await later.client.get(f"/v1/questionnaires/{CHANGED}", headers=later.as_(Role.NURSE))
            assert shown.json()["version"] == ("2.0.0" if "version" in published else "1.0.0")
            assert (NEW_WORDS in shown.json()["title"]) == (published != "scoring")
    assert changed == {
        "a second version": [],
        "a second version, the first retired": sorted(QUESTIONNAIRE),
        "words": sorted(QUESTIONNAIRE),
        "scoring": [QUESTIONNAIRE[1]],
    }


async def test_sending_again_gives_the_first_receipt_whatever_was_published(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    async with _running(postgres, first_versions(tmp_path / "first")) as service:
        patient = await service.register()
        sent: dict[str, Any] = {"key": "the-same-key", "authored": NOON, "sent_at": NOON.isoformat()}
        first = await service.submit(patient, PAIN_WORST | URGENT, **sent)
    async with _running(postgres, with_the_first_retired(tmp_path / "later"), service) as later:
        later.clock.shown = NOON + days(30)
        again = await later.submit(patient, PAIN_WORST | URGENT, **sent)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["ETag"] == first.headers["ETag"] == '"1"'


async def test_a_new_response_has_the_new_words_and_a_correction_those_of_its_response(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    async with _running(postgres, first_versions(tmp_path / "first")) as service:
        patient = await service.register()
        old = await _submitted(service, patient, PAIN_MILD, 1)
    async with _running(postgres, with_words_of_the_first(tmp_path / "later"), service) as later:
        new = await _submitted(later, patient, PAIN_MILD, 0)
        change = {"answers": PAIN_WORST, "reason": "forgotten"}
        corrected = await later.client.put(
            f"/v1/responses/{old}", json=change, headers=later.as_(Role.NURSE) | {"If-Match": '"1"'}
        )
        assert corrected.status_code == 200
        for response, is_new in ((old, False), (new, True)):
            for language in ("fr", "en"):
                headers = later.as_(Role.NURSE) | {"Accept-Language": language}
                collection = await later.client.get(
                    f"/fhir/QuestionnaireResponse/{response}/$collection", headers=headers
                )
                trace = await later.client.get(f"/v1/responses/{response}/scores/pain_composite", headers=headers)
                assert (NEW_WORDS in collection.text) == is_new
                assert (NEW_WORDS in str(trace.json()["words"])) == is_new


async def test_a_language_that_comes_later_is_shown_to_who_asks_for_it(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    root = first_versions(tmp_path / "first")
    shutil.rmtree(root / CHANGED / "text" / "en")
    async with _running(postgres, root) as service:
        patient = await service.register()
        response = await _submitted(service, patient, PAIN_WORST, 1)
        path = f"/v1/responses/{response}/scores/pain_composite"
        before = await _outputs(service, [path])
        headers = service.as_(Role.NURSE) | {"Accept-Language": "en"}
        without = (await service.client.get(path, headers=headers)).json()["words"]
    async with _running(postgres, first_versions(tmp_path / "later"), service) as later:
        assert _differing(before, await _outputs(later, [path])) == []
        words = (await later.client.get(path, headers=headers)).json()["words"]
    assert without["language"] == words["language"] == "en"
    assert without["sentences"] != words["sentences"]
