"""The audit event of a transaction: said exactly, kept within reach, and waited for only where something changed."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from app.security.caller import Role
from app.settings import Settings
from app.store.audit import AuditEntry
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from app.store.pool import Pool
from app.store.schema import migrate
from app.store.transaction import PatientLock, Scope, transaction
from tests.store.test_isolation import ADDING, CHANGING, STATEMENTS
from tests.store.two_centres import connected, execute
from tests.support.service import CALM, INSTRUMENT, days, running_service

pytestmark = pytest.mark.anyio

_COLUMNS = ("subject", "role", "operation", "correlation_id", "patient_id", "resource_id", "revision")


@pytest.fixture
async def pool(postgres: EmbeddedPostgres) -> AsyncIterator[Pool]:
    opened = await Pool.open(postgres.service_url, Settings(DATABASE_URL=postgres.service_url))
    yield opened
    await opened.close()


async def audited(postgres: EmbeddedPostgres, scope: Scope) -> list[asyncpg.Record]:
    async with connected(postgres.url("postgres", "vigie")) as superuser:
        return list(await superuser.fetch("SELECT * FROM audit_event WHERE centre_id = $1", scope.centre_id))


@pytest.mark.parametrize(
    "subject",
    [
        "nurse-7",
        "o'hara",
        "'); DELETE FROM response; --",
        r"\'; COMMIT; --",
        "$1 || $$ %s {0} ?",
        "ممرضة, infirmière\n\t\x07",
        "",
    ],
)
async def test_a_subject_is_written_character_by_character(
    pool: Pool, postgres: EmbeddedPostgres, subject: str
) -> None:
    scope, patient_id, resource_id = Scope(new_id()), new_id(), new_id()
    entry = AuditEntry(subject, subject, subject, subject, patient_id)
    async with transaction(pool, scope, entry) as tx:
        tx.audit.about(resource_id, revision=3)
    (row,) = await audited(postgres, scope)
    said = (subject, subject, subject, subject, patient_id, str(resource_id), 3)
    assert tuple(row[name] for name in _COLUMNS) == said


async def test_what_is_not_known_is_null(pool: Pool, postgres: EmbeddedPostgres) -> None:
    scope = Scope(new_id())
    async with transaction(pool, scope, AuditEntry("a", "b", "c", "d")):
        pass
    (row,) = await audited(postgres, scope)
    assert (row["patient_id"], row["resource_id"], row["revision"]) == (None, None, None)
    assert row["recorded_at"] is not None


async def test_an_event_about_a_patient_out_of_reach_ends_nothing(pool: Pool, postgres: EmbeddedPostgres) -> None:
    own = new_id()
    scope = Scope(new_id(), frozenset({own}))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with transaction(pool, scope, AuditEntry("a", "b", "c", "d", patient_id=new_id())):
            pass
    assert await audited(postgres, scope) == []
    async with transaction(pool, scope, AuditEntry("a", "b", "c", "d", patient_id=own)):
        pass
    assert len(await audited(postgres, scope)) == 1, "the connection is clean again"


async def test_a_block_that_fails_leaves_no_event(pool: Pool, postgres: EmbeddedPostgres) -> None:
    scope = Scope(new_id())
    with pytest.raises(LookupError):
        async with transaction(pool, scope, AuditEntry("a", "b", "c", "d")):
            raise LookupError
    assert await audited(postgres, scope) == []


@pytest.mark.parametrize("name", sorted({*ADDING, *CHANGING}))
def test_a_statement_that_changes_something_is_not_taken_to_read(name: str) -> None:
    assert not STATEMENTS[name].only_reads


def test_the_statements_that_are_asked_most_are_taken_to_read() -> None:
    assert {name for name, statement in STATEMENTS.items() if statement.only_reads} >= {
        "response_reading._BETWEEN",
        "centre._READ",
        "patient._READ",
    }


async def test_a_lock_is_taken_to_change_something(pool: Pool) -> None:
    entry = AuditEntry("a", "b", "c", "d")
    async with transaction(pool, Scope(new_id()), entry, PatientLock(new_id())) as tx:
        assert not tx.only_reads
    async with transaction(pool, Scope(new_id()), AuditEntry("a", "b", "c", "d")) as tx:
        assert tx.only_reads
        await tx.lock(PatientLock(new_id()))
        assert not tx.only_reads


# --- what a commit waits for ------------------------------------------------------------------------------------

# A deferred trigger runs when the transaction commits, and sees the setting that it commits with.
_SEE_COMMIT = """
CREATE FUNCTION see_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO seen_at_commit VALUES (NEW.operation, current_setting('synchronous_commit'));
    RETURN NULL;
END $$
"""
_AT_COMMIT = """
CREATE CONSTRAINT TRIGGER see_commit AFTER INSERT ON audit_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION see_commit()
"""
_WATCHING = ("CREATE TABLE seen_at_commit (operation text, awaited text)", _SEE_COMMIT, _AT_COMMIT)


@pytest.fixture
def durable() -> Iterator[EmbeddedPostgres]:
    """A server with the settings of production, that notes how each audited transaction commits."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-test-", dir="/tmp"))
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "data") as server:
        migrate(server.owner_url, server.service_url)
        execute(server.url("postgres", "vigie"), *_WATCHING)
        yield server
    shutil.rmtree(folder)


async def test_whatever_changes_something_waits_for_the_disk_and_reading_does_not(durable: EmbeddedPostgres) -> None:
    async with running_service(durable.service_url, durable.owner_url) as starting:
        service = await starting.with_new_centre()
        nurse = service.as_(Role.NURSE)
        patient = await service.register()
        visit = await service.plan(patient, service.clock() + days(1))
        draft = f"/v1/patients/{patient}/drafts/{INSTRUMENT}"
        put = {"version": "1.0.0", "answers": CALM}
        first = await service.submit(patient, CALM, key="only-once")
        assert first.status_code == 201, first.text
        response = first.json()["id"]
        corrected = {"answers": CALM | {"quality-of-life": 5}, "reason": "read wrongly"}
        revision = nurse | {"If-Match": '"1"'}
        for method, path, body, headers, status in (
            ("PUT", draft, put, nurse | {"If-None-Match": "*"}, 200),
            ("GET", draft, None, nurse, 200),
            ("DELETE", draft, None, nurse | {"If-Match": '"1"'}, 204),
            ("PUT", f"/v1/responses/{response}", corrected, revision, 200),
            ("GET", f"/v1/responses/{response}", None, nurse, 200),
            ("GET", f"/v1/patients/{patient}/responses", None, nurse, 200),
            ("GET", f"/fhir/QuestionnaireResponse/{response}", None, nurse, 200),
            ("GET", f"/fhir/Observation/{response}.1", None, nurse, 200),
            ("GET", f"/v1/consultations/{visit}/synthesis", None, nurse, 200),
        ):
            answer = await service.client.request(method, path, json=body, headers=headers)
            assert answer.status_code == status, (path, answer.text)
        assert (await service.submit(patient, CALM, key="only-once")).status_code == 422
    async with connected(durable.url("postgres", "vigie")) as superuser:
        rows = await superuser.fetch("SELECT DISTINCT operation, awaited FROM seen_at_commit")
    awaited = {word: {row["operation"] for row in rows if row["awaited"] == word} for word in ("on", "off")}
    assert len(rows) == len(awaited["on"]) + len(awaited["off"])
    assert awaited["on"] == {
        "add_centre",
        "register_patient",
        "upsert_consultation",
        "submit_response",
        "correct_response",
        "save_draft",
        "discard_draft",
    }
    assert awaited["off"] == {"read_response", "list_responses", "read_scores", "read_synthesis", "read_draft"}
