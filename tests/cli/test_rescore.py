"""`vigie rescore`: what another scoring version gives for stored responses, looked at, stored, and taken up again."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from app.cli.commands import app
from app.security.caller import Role
from app.services.installation import Installation, load_knowledge
from app.services.rescore import Decision, Rescoring, rescore, targets_of
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from app.store.pool import Pool
from app.store.transaction import PatientLock
from tests.api.answers import PAIN_WORST
from tests.api.database import Database
from tests.api.second_version import CHANGED, add_scoring, first_versions, with_second_version
from tests.support.service import CALM, Service, running_service

Vigie = Callable[..., Result]

DRY = CALM | {"dry-mouth-severity": "1"}
SIX = (DRY, DRY | {"taste-severity": "1"}, PAIN_WORST, CALM, DRY, CALM)
"""Answers of six patients. By scoring 1.1.0 a mild dry mouth (three times) and taste (once) count as 2, not 1."""

DECIDED = ("--apply", "--by", "Dr Example", "--reason", "the table was wrong")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Instruments in which scoring 1.1.0 was published after the responses came in."""
    folder = first_versions(tmp_path)
    add_scoring(folder)
    return folder


@pytest.fixture
def vigie(root: Path, postgres: EmbeddedPostgres) -> Vigie:
    environment = {"DATABASE_URL": postgres.service_url, "VIGIE_INSTRUMENTS_DIR": str(root)}
    return lambda *arguments, **more: CliRunner().invoke(app, ["rescore", *arguments], env={**environment, **more})


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Database:
    return Database(postgres.url("postgres"))


async def _answered(postgres: EmbeddedPostgres, *answers: dict[str, Any]) -> UUID:
    """A centre in which as many patients answered, by scoring 1.0.0; one more response was entered in error."""
    async with running_service(postgres.service_url, postgres.owner_url) as started:
        service: Service = await started.with_new_centre()
        for given in answers:
            assert (await service.submit(await service.register(), given)).status_code == 201
        mistaken = (await service.submit(await service.register(), DRY)).json()["id"]
        headers = service.as_(Role.NURSE) | {"If-Match": '"1"'}
        marked = await service.client.post(
            f"/v1/responses/{mistaken}/entered-in-error", json={"reason": "another's"}, headers=headers
        )
        assert marked.status_code == 200
    return service.centre_id


@pytest.fixture
def centre(postgres: EmbeddedPostgres) -> str:
    return str(asyncio.run(_answered(postgres, *SIX)))


def rows(database: Database, centre: str) -> list[dict[str, Any]]:
    """Every revision of every response of the centre."""
    sql = "SELECT * FROM response WHERE centre_id = $1 ORDER BY response_id, revision"
    return [dict(row) for row in asyncio.run(database.fetch(sql, UUID(centre)))]


def audited(database: Database, centre: str, operation: str) -> list[dict[str, Any]]:
    events = asyncio.run(database.audited(UUID(centre)))
    return [event for event in events if event["operation"] == operation]


def counted(said: Result) -> dict[str, Any]:
    """What `--json` printed."""
    assert said.exit_code == 0, said.output
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def test_looking_says_what_would_change_and_stores_nothing(vigie: Vigie, centre: str, database: Database) -> None:
    before = rows(database, centre)
    found = counted(vigie(CHANGED, "--centre", centre, "--json"))
    assert (found["patients"], found["responses"], found["applied"]) == (6, 6, False)
    assert (found["targets"], found["left_alone"]) == ({"1.0.0": "1.1.0"}, [])
    assert found["scores"]["dry_mouth_composite"] == {
        "unchanged": 3,
        "changed": 3,
        "newly_scored": 0,
        "no_longer_scored": 0,
        "changes": [{"before": "1", "after": "2", "responses": 3}],
        "other_changes": 0,
    }
    assert {name for name, score in found["scores"].items() if score["unchanged"] != 6} == {
        "dry_mouth_composite",
        "taste_composite",
    }
    assert rows(database, centre) == before
    assert audited(database, centre, "rescore") == []
    looked_at = audited(database, centre, "preview_rescore")
    assert {(event["subject"], event["role"]) for event in looked_at} == {("operator", "operator")}
    assert len({event["patient_id"] for event in looked_at} - {None}) == 6


def test_the_table_shows_the_same_and_says_how_to_store_it(vigie: Vigie, centre: str) -> None:
    said = vigie(CHANGED, "--centre", centre)
    assert said.exit_code == 0, said.output
    counts, values = (line for line in said.stdout.splitlines() if "dry_mouth_composite" in line)
    assert counts.split() == ["dry_mouth_composite", "3", "3", "0", "0"]
    assert values == "dry_mouth_composite: 1 -> 2 in 3 response(s)"
    assert "definition 1.0.0: by scoring 1.1.0" in said.stdout
    assert "6 response(s) of 6 patient(s) would be scored again. Nothing was stored" in said.stdout


def test_storing_adds_a_revision_to_each_and_changes_none(vigie: Vigie, centre: str, database: Database) -> None:
    before = rows(database, centre)
    found = counted(vigie(CHANGED, "--centre", centre, *DECIDED, "--json"))
    assert (found["responses"], found["applied"]) == (6, True)
    after = rows(database, centre)
    assert [row for row in after if row in before] == before
    added = [row for row in after if row not in before]
    firsts = {row["response_id"]: row for row in before if row["status"] == "completed"}
    assert len(added) == 6
    same = {"patient_id", "version", "answers", "authored", "authored_at", "received_at", "status", "answered_by"}
    same |= {"recorded_by", "language", "text_digest", "definition_digest"}
    for row in added:
        first = firsts.pop(row["response_id"])
        assert {name: row[name] for name in same} == {name: first[name] for name in same}
        assert (row["revision"], row["scoring_version"], row["reason"]) == (2, "1.1.0", "the table was wrong")
        assert (row["idempotency_key"], row["body_sha256"]) == (None, None)
        kept, evaluation = json.loads(first["evaluation"]), json.loads(row["evaluation"])
        rescored = evaluation.pop("rescored")
        assert (rescored.pop("by"), rescored.pop("from_version")) == ("Dr Example", "1.0.0")
        assert datetime.fromisoformat(rescored.pop("at")) <= row["stored_at"]
        assert rescored == {}
        assert evaluation == kept | {"alerts_scoring": "1.0.0"}
    events = audited(database, centre, "rescore")
    assert [event["subject"] for event in events] == ["operator:Dr Example"] * 6
    assert {(event["resource_id"], event["revision"]) for event in events} == {
        (str(row["response_id"]), 2) for row in added
    }
    assert len({event["correlation_id"] for event in events}) == 1


def test_doing_it_again_does_nothing(vigie: Vigie, centre: str, database: Database) -> None:
    counted(vigie(CHANGED, "--centre", centre, *DECIDED, "--json"))
    before = rows(database, centre)
    assert counted(vigie(CHANGED, "--centre", centre, *DECIDED, "--json"))["responses"] == 0
    said = vigie(CHANGED, "--centre", centre)
    assert "there is nothing to do" in said.stdout
    assert rows(database, centre) == before


def test_it_goes_back_to_an_older_version_where_that_is_named(vigie: Vigie, centre: str, database: Database) -> None:
    counted(vigie(CHANGED, "--centre", centre, *DECIDED, "--json"))
    back = counted(vigie(CHANGED, "--centre", centre, "--to", "1.0.0", *DECIDED, "--json"))
    assert back["scores"]["dry_mouth_composite"]["changes"] == [{"before": "2", "after": "1", "responses": 3}]
    stored = {(row["response_id"], row["revision"]): row for row in rows(database, centre)}
    thirds = {response: row for (response, revision), row in stored.items() if revision == 3}
    assert len(thirds) == 6
    for response, row in thirds.items():
        assert row["scores"] == stored[response, 1]["scores"]
        said = json.loads(row["evaluation"])
        assert (said["rescored"]["from_version"], said["alerts_scoring"]) == ("1.1.0", "1.0.0")


def test_another_centre_is_not_touched(
    vigie: Vigie, centre: str, postgres: EmbeddedPostgres, database: Database
) -> None:
    other = str(asyncio.run(_answered(postgres, DRY)))
    before = rows(database, other)
    counted(vigie(CHANGED, "--centre", centre, *DECIDED, "--json"))
    assert rows(database, other) == before
    assert audited(database, other, "rescore") == audited(database, other, "preview_rescore") == []


class _Killed(BaseException):
    """The process ends here."""


def test_a_run_that_was_killed_is_taken_up_by_the_next(
    root: Path, vigie: Vigie, centre: str, postgres: EmbeddedPostgres, database: Database
) -> None:
    from app.settings import Settings

    def die_in_the_middle(done: int, of: int) -> None:
        assert of == 7
        if done == 3:
            raise _Killed

    async def run() -> None:
        settings = Settings.model_validate({"DATABASE_URL": postgres.service_url, "instruments_dir": root})
        knowledge = load_knowledge(settings)
        pool = await Pool.open(postgres.service_url, settings)
        targets = targets_of(knowledge, CHANGED, None)
        order = Rescoring(UUID(centre), targets, datetime.now(UTC), Decision("Dr Example", "the table was wrong"))
        try:
            with suppress(_Killed):
                await rescore(Installation(knowledge, pool), order, die_in_the_middle)
        finally:
            await pool.close()

    asyncio.run(run())
    assert sum(row["scoring_version"] == "1.1.0" for row in rows(database, centre)) == 3
    assert counted(vigie(CHANGED, "--centre", centre, *DECIDED, "--json"))["responses"] == 3
    stored = [row for row in rows(database, centre) if row["scoring_version"] == "1.1.0"]
    assert (len(stored), {row["revision"] for row in stored}) == (6, {2})


def test_a_patient_who_is_being_stored_for_is_waited_for(
    vigie: Vigie, centre: str, postgres: EmbeddedPostgres, database: Database
) -> None:
    """As long as somebody holds the lock nothing is stored; a wait that is too long ends the run with a sentence."""
    patient = rows(database, centre)[0]["patient_id"]

    async def meanwhile() -> Result:
        import asyncpg

        connection = await asyncpg.connect(postgres.service_url)
        async with connection.transaction():
            await connection.execute(PatientLock(patient).sql)
            waited = await asyncio.to_thread(
                vigie, CHANGED, "--centre", centre, *DECIDED, VIGIE_STATEMENT_TIMEOUT_MS="300"
            )
        await connection.close()
        return waited

    waited = asyncio.run(meanwhile())
    assert waited.exit_code == 1
    assert "did not answer in time: what is stored stays, and the same command does the rest" in waited.stderr
    assert {row["revision"] for row in rows(database, centre) if row["patient_id"] == patient} == {1}
    assert counted(vigie(CHANGED, "--centre", centre, *DECIDED, "--json"))["responses"] >= 1


def test_a_version_that_does_not_score_a_definition_leaves_its_responses_alone(
    tmp_path: Path, centre: str, postgres: EmbeddedPostgres
) -> None:
    environment = {
        "DATABASE_URL": postgres.service_url,
        "VIGIE_INSTRUMENTS_DIR": str(with_second_version(tmp_path / "two")),
    }
    said = CliRunner().invoke(app, ["rescore", CHANGED, "--centre", centre, "--to", "2.0.0", "--json"], env=environment)
    found = counted(said)
    assert (found["targets"], found["left_alone"], found["responses"]) == ({"2.0.0": "2.0.0"}, ["1.0.0"], 0)
    told = CliRunner().invoke(app, ["rescore", CHANGED, "--centre", centre, "--to", "2.0.0"], env=environment)
    assert "definition 1.0.0: not scored by that version, left as it is" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--apply"], "--apply needs --by"),
        (["--apply", "--by", "x"], "--apply needs --reason"),
        (["--apply", "--by", " ", "--reason", "y"], "--apply needs --by"),
        (["--apply", "--by", "x\ny", "--reason", "y"], "--by is one line of up to 200 characters"),
        (["--by", "x"], "--by and --reason go with --apply"),
        (["--to", "9.9.9"], "pre-consultation has no scoring 9.9.9; it has: 1.0.0, 1.1.0"),
    ],
)
def test_what_is_asked_for_wrongly_is_said(vigie: Vigie, arguments: list[str], sentence: str) -> None:
    said = vigie(CHANGED, "--centre", str(new_id()), *arguments)
    assert said.exit_code == 1
    assert sentence in said.stderr


def test_an_unknown_instrument_and_an_unknown_centre_are_said(vigie: Vigie) -> None:
    nobody = str(new_id())
    assert "there is no instrument sleep-diary; there is: oral-therapy-weekly, pre-consultation" in (
        vigie("sleep-diary", "--centre", nobody).stderr
    )
    refused = vigie(CHANGED, "--centre", nobody)
    assert (refused.exit_code, f"there is no centre {nobody}" in refused.stderr) == (1, True)
    assert vigie(CHANGED, "--centre", "not-an-id").exit_code == 2


def test_the_progress_is_shown_on_a_terminal_and_not_in_the_output(
    vigie: Vigie, centre: str, root: Path, postgres: EmbeddedPostgres
) -> None:
    settings = {"DATABASE_URL": postgres.service_url, "VIGIE_INSTRUMENTS_DIR": str(root)}
    terminal = {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "1", "TERM": "xterm"}
    watched = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", "rescore", CHANGED, "--centre", centre, "--json"],
        env={**os.environ, **settings, **terminal},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "patients" in watched.stderr
    assert "7/7" in watched.stderr
    assert "7/7" not in watched.stdout
    assert vigie(CHANGED, "--centre", centre, "--json").stderr == ""
