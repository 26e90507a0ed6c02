"""What is read of a response that was scored again: in `/v1`, in the synthesis and in FHIR."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.security.caller import Role
from app.services.installation import Installation
from app.services.rescore import Decision, Rescoring, rescore, targets_of
from app.services.score_changes import MOST_PAIRS, Changes, ScoreChanges
from app.store.embedded import EmbeddedPostgres
from questionnaires.response import Absence
from scoring.score import NotScored, Score, State
from tests.api.answers import PAIN_MILD
from tests.api.database import Database
from tests.api.problems import problem
from tests.api.second_version import CHANGED, add_scoring, first_versions
from tests.api.sending import at_once
from tests.support.service import CALM, Service, days, running_service

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
DRY = CALM | {"dry-mouth-severity": "1", "nausea-frequency": "3", "nausea-severity": "1"}
"""A dry mouth that scoring 1.1.0 counts as 2, and nausea that only scoring 1.0.0 has an alert for."""


@dataclass(frozen=True)
class Later:
    """The service after scoring 1.1.0 was published, and a patient whose response was scored by 1.0.0."""

    service: Service
    patient: str
    response: str
    first: dict[str, Any]

    async def rescore(self) -> Changes:
        """Score the centre's responses again."""
        installation: Installation = self.service.app.state.installation
        targets = targets_of(installation.knowledge, CHANGED, None)
        decision = Decision("Dr Example", "the table was wrong")
        order = Rescoring(self.service.centre_id, targets, NOON, decision)
        return await rescore(installation, order, lambda done, of: None)

    async def read(self, path: str = "", role: Role = Role.NURSE) -> Any:
        """A body of the response."""
        headers = self.service.as_(role, self.patient if role is Role.PATIENT else None)
        answer = await self.service.client.get(f"/v1/responses/{self.response}{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fhir(self, path: str) -> httpx.Response:
        """A FHIR resource."""
        return await self.service.client.get(f"/fhir/{path}", headers=self.service.as_(Role.CLINICIAN))

    async def correct(self, seen: int, answers: dict[str, Any] = PAIN_MILD) -> httpx.Response:
        """Correct the response."""
        return await self.service.client.put(
            f"/v1/responses/{self.response}",
            json={"answers": answers, "reason": "a slip of the finger"},
            headers=self.service.as_(Role.NURSE) | {"If-Match": f'"{seen}"'},
        )


@pytest.fixture
async def later(postgres: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[Later]:
    async with running_service(
        postgres.service_url, postgres.owner_url, instruments_dir=first_versions(tmp_path / "first")
    ) as started:
        first = await started.with_new_centre()
        first.clock.shown = NOON
        patient = await first.register()
        sent = await first.submit(patient, DRY, authored=NOON - days(12), key="key-of-the-first")
        response = sent.json()["id"]
        stored = await first.client.get(f"/v1/responses/{response}", headers=first.as_(Role.NURSE))
    root = first_versions(tmp_path / "later")
    add_scoring(root)
    async with running_service(postgres.service_url, postgres.owner_url, instruments_dir=root) as started:
        service = replace(started, centre_id=first.centre_id)
        service.clock.shown = NOON
        yield Later(service, patient, response, stored.json())


async def test_both_results_stay_readable_and_the_new_one_says_how_it_came_about(later: Later) -> None:
    assert later.first["rescored"] is None
    await later.rescore()
    second = await later.read()
    rescored = {
        "by": "Dr Example",
        "at": "2026-11-29T12:00:00Z",
        "from_version": "1.0.0",
        "reason": "the table was wrong",
    }
    pins = later.first["pins"]
    assert (second["rescored"], second["reason"]) == (rescored, "the table was wrong")
    assert second["pins"] == pins | {
        "scoring_version": "1.1.0",
        "scoring_digest": second["pins"]["scoring_digest"],
    }
    assert second["pins"]["scoring_digest"] != pins["scoring_digest"]
    assert second["scores"] == later.first["scores"] | {"dry_mouth_composite": {"value": 2}}
    changed = ("revision", "stored_at", "pins", "reason", "scores", "rescored")
    assert {k: v for k, v in second.items() if k not in changed} == {
        k: v for k, v in later.first.items() if k not in changed
    }
    assert await later.read("/revisions") == {"revisions": [later.first, second]}
    assert await later.read("/revisions/1") == later.first


async def test_a_patient_reads_nothing_of_scoring(later: Later) -> None:
    await later.rescore()
    own = await later.read(role=Role.PATIENT)
    assert (own["scores"], own["alerts"], own["rescored"]) == (None, None, None)


async def test_the_alerts_are_those_that_were_raised_and_keep_their_rule(later: Later) -> None:
    """Scoring 1.1.0 has no such rule: the alert is explained by the version that raised it."""
    assert [alert["concept"] for alert in later.first["alerts"]] == ["nausea"]
    await later.rescore()
    second = await later.read()
    assert second["alerts"] == later.first["alerts"]
    assert second["alerts"][0]["triggers"][0]["reference"] is not None


async def test_sending_again_gives_the_receipt_of_the_first_revision(later: Later) -> None:
    await later.rescore()
    again = await later.service.submit(later.patient, DRY, authored=NOON - days(12), key="key-of-the-first")
    assert (again.status_code, again.json()["id"], again.json()["revision"]) == (201, later.response, 1)
    assert again.json()["stored_at"] == later.first["stored_at"]


async def test_the_trace_is_of_the_rules_that_scored_last(later: Later) -> None:
    await later.rescore()
    trace = await later.read("/scores/dry_mouth_composite")
    assert (trace["scoring_version"], trace["result"]) == ("1.1.0", {"value": 2})


async def test_fhir_shows_the_next_version_of_the_same_resources(later: Later) -> None:
    paths = (f"QuestionnaireResponse/{later.response}", f"Observation/{later.response}.1")
    before = [(await later.fhir(path)).json() for path in paths]
    await later.rescore()
    answers = [await later.fhir(path) for path in paths]
    assert [answer.headers["ETag"] for answer in answers] == ['W/"2"', 'W/"2"']
    after = [answer.json() for answer in answers]
    assert [resource["meta"]["versionId"] for resource in after] == ["2", "2"]
    # The answers are as they were given; the Observation was final and has changed.
    assert [(a["status"], b["status"]) for a, b in zip(before, after, strict=True)] == [
        ("completed", "completed"),
        ("final", "amended"),
    ]
    assert [resource["valueQuantity"]["value"] for resource in (before[1], after[1])] == [1, 2]
    assert {k: v for k, v in after[0].items() if k != "meta"} == {k: v for k, v in before[0].items() if k != "meta"}


async def test_values_of_two_scoring_versions_compare_again_after_scoring_again(later: Later) -> None:
    service = later.service
    await service.plan(later.patient, NOON - days(10), "finished")
    visit = await service.plan(later.patient, NOON + days(1))
    await service.submit(later.patient, DRY, authored=NOON - days(1))

    async def labels() -> dict[str, tuple[str, str | None]]:
        path = f"/v1/consultations/{visit}/synthesis"
        found = (await service.client.get(path, headers=service.as_(Role.CLINICIAN))).json()
        rows = {line["concept"]: line["rows"][0] for line in found["lines"]}
        return {name: (rows[name]["label"], rows[name]["no_comparison"]) for name in ("dry-mouth", "nausea")}

    # The table of dry mouth is another one; that of nausea is the same in both versions.
    assert await labels() == {"dry-mouth": ("no_comparison", "version_changed"), "nausea": ("unchanged", None)}
    await later.rescore()
    assert await labels() == {"dry-mouth": ("unchanged", None), "nausea": ("unchanged", None)}


async def test_a_correction_goes_on_from_the_version_that_scored_last(later: Later) -> None:
    await later.rescore()
    problem(await later.correct(1), 412, "precondition-failed")
    corrected = await later.correct(2, DRY | {"quality-of-life": 3})
    assert corrected.status_code == 200, corrected.text
    body = corrected.json()
    assert (body["revision"], body["status"], body["rescored"]) == (3, "amended", None)
    assert (body["pins"]["scoring_version"], body["scores"]["dry_mouth_composite"]) == ("1.1.0", {"value": 2})
    assert body["alerts"] == []  # corrected answers are looked at anew, by the rules of that version
    assert (await later.rescore()).responses == 0


async def test_what_is_marked_in_error_later_keeps_its_alerts_explained(later: Later) -> None:
    await later.rescore()
    marked = await later.service.client.post(
        f"/v1/responses/{later.response}/entered-in-error",
        json={"reason": "another's"},
        headers=later.service.as_(Role.NURSE) | {"If-Match": '"2"'},
    )
    assert marked.status_code == 200
    assert (marked.json()["rescored"], marked.json()["alerts"]) == (None, later.first["alerts"])


async def test_a_correction_at_the_same_time_is_stored_before_or_refused(later: Later, database: Database) -> None:
    """Ten times both at once: the revisions follow each other, and none is lost."""

    async def one(number: int) -> int:
        if number == 0:
            return (await later.rescore()).responses
        return (await later.correct(1, DRY | {"quality-of-life": number})).status_code

    rescored, *corrections = await at_once(10, one)
    stored = await database.responses(later.patient)
    assert [row["revision"] for row in stored] == list(range(1, len(stored) + 1))
    assert rescored == 1
    assert corrections.count(200) <= 1
    assert set(corrections) <= {200, 412}
    assert len(stored) == 2 + corrections.count(200)
    assert (stored[-1]["scoring_version"], (await later.rescore()).responses) == ("1.1.0", 0)


def test_changes_are_counted_by_what_becomes_of_the_value() -> None:
    nothing = NotScored(Absence.SKIPPED, ("a",))
    changes = Changes()
    changes.add({"same": Score(1), "gone": Score(1), "state": State("11"), "old": Score(3)}, {"same": Score(1, ("b",))})
    changes.add({"new": nothing, "none": nothing}, {"new": Score(2), "none": nothing, "state": State("12")})
    found = {name: (c.unchanged, c.changed, c.newly_scored, c.no_longer_scored) for name, c in changes.scores.items()}
    assert found == {
        "same": (1, 0, 0, 0),
        "gone": (0, 0, 0, 1),
        "state": (0, 0, 1, 1),
        "old": (0, 0, 0, 1),
        "new": (0, 0, 1, 0),
        "none": (1, 0, 0, 0),
    }


def test_the_memory_for_changes_of_value_does_not_grow_without_end() -> None:
    counted = ScoreChanges()
    for number in range(MOST_PAIRS + 100):
        counted.add(str(number), "x")
        counted.add("0", "x")
    assert len(counted.pairs) == MOST_PAIRS
    assert (counted.changed, counted.other_pairs) == (2 * (MOST_PAIRS + 100), 100)
    assert counted.pairs["0", "x"] == MOST_PAIRS + 101


async def test_a_provenance_says_that_nobody_answered_what_was_scored_again(later: Later) -> None:
    await later.rescore()
    first = (await later.fhir(f"Provenance/{later.response}.1")).json()
    again = await later.fhir(f"Provenance/{later.response}.2")
    assert [agent["type"]["coding"][0]["code"] for agent in first["agent"]] == ["author", "enterer"]
    assert [agent["type"]["coding"][0]["code"] for agent in again.json()["agent"]] == ["assembler"]
    assert again.json()["reason"] == [{"text": "the table was wrong"}]
    assert "Dr Example" not in again.text
