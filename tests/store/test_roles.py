"""The service refuses to start as a role that could get around what protects the patients, and says which and why."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store import schema
from app.store.embedded import EmbeddedPostgres
from app.store.errors import SchemaNotReady, StoreBusy, UnsafeRole
from app.store.schema import check_database, migrate, newest_revision
from tests.store.two_centres import execute

DATABASE = "roles"
ROLE = "vigie_probe"
POWERFUL = "vigie_powerful"


@pytest.fixture(scope="module")
def server(postgres: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """A database of these tests, because they damage it."""
    postgres.create_database(DATABASE)
    yield postgres
    postgres.drop_database(DATABASE)


@pytest.fixture
def superuser(server: EmbeddedPostgres) -> str:
    return server.url("postgres", DATABASE)


@pytest.fixture
def owner(server: EmbeddedPostgres) -> str:
    return server.url("vigie_owner", DATABASE)


@pytest.fixture
def probe(server: EmbeddedPostgres, superuser: str, owner: str) -> Iterator[str]:
    """An ordinary role with exactly what the service needs; each test gives it something more, or takes it away."""
    execute(superuser, f"CREATE ROLE {ROLE} LOGIN", f"GRANT CONNECT ON DATABASE {DATABASE} TO {ROLE}")
    url = server.url(ROLE, DATABASE)
    migrate(owner, url)
    yield url
    execute(superuser, f"DROP OWNED BY {ROLE} CASCADE", f"DROP ROLE {ROLE}")


def refusal(url: str) -> str:
    with pytest.raises(UnsafeRole) as refused:
        asyncio.run(check_database(url))
    return str(refused.value)


def test_an_ordinary_role_is_accepted(probe: str) -> None:
    asyncio.run(check_database(probe))


def test_a_superuser_is_refused(probe: str, superuser: str) -> None:
    assert "'postgres' is not safe: it is, or may become, a superuser" in refusal(superuser)


def test_the_owner_is_refused(probe: str, owner: str) -> None:
    assert (
        "it owns audit_event, centre, centre_look, centre_text, consultation, document_version, draft, patient, "
        "patient_identifier, patient_link, personal_link, received_resource, response, synthesis_mark" in refusal(owner)
    )


@pytest.mark.parametrize("attribute", ["SUPERUSER", "BYPASSRLS", "CREATEROLE", "REPLICATION"])
def test_an_attribute_that_gets_around_the_policies_is_refused(probe: str, superuser: str, attribute: str) -> None:
    execute(superuser, f"ALTER ROLE {ROLE} {attribute}")
    assert f"'{ROLE}' is not safe" in refusal(probe)


@pytest.mark.parametrize("attribute", ["SUPERUSER", "BYPASSRLS"])
def test_membership_in_a_role_that_gets_around_the_policies_is_refused(
    probe: str, superuser: str, attribute: str
) -> None:
    execute(superuser, f"CREATE ROLE {POWERFUL} {attribute}", f"GRANT {POWERFUL} TO {ROLE}")
    try:
        assert f"'{ROLE}' is not safe" in refusal(probe)
    finally:
        execute(superuser, f"DROP ROLE {POWERFUL}")


def test_a_member_of_the_owner_is_refused(probe: str, superuser: str) -> None:
    execute(superuser, f"GRANT vigie_owner TO {ROLE}")
    assert "it owns" in refusal(probe)


@pytest.mark.parametrize(
    ("grant", "fault"),
    [
        ("GRANT UPDATE ON response", "it has UPDATE on response"),
        ("GRANT DELETE ON response", "it has DELETE on response"),
        ("GRANT TRUNCATE ON patient", "it has TRUNCATE on patient"),
        ("GRANT SELECT ON audit_event", "it has SELECT on audit_event"),
        ("GRANT INSERT ON centre", "it has INSERT on centre"),
        ("GRANT TRIGGER, REFERENCES ON draft", "it has REFERENCES, TRIGGER on draft"),
        ("GRANT UPDATE (answers) ON response", "it has UPDATE on response"),
    ],
)
def test_a_right_that_the_service_does_not_need_is_refused(probe: str, owner: str, grant: str, fault: str) -> None:
    execute(owner, f"{grant} TO {ROLE}")
    assert fault in refusal(probe)


def test_a_right_that_everybody_has_is_refused(probe: str, owner: str) -> None:
    execute(owner, "GRANT UPDATE ON response TO PUBLIC")
    try:
        assert "it has UPDATE on response" in refusal(probe)
    finally:
        execute(owner, "REVOKE UPDATE ON response FROM PUBLIC")


def test_every_fault_is_named_at_once(probe: str, superuser: str, owner: str) -> None:
    execute(superuser, f"ALTER ROLE {ROLE} BYPASSRLS")
    execute(owner, f"GRANT UPDATE ON response TO {ROLE}", f"REVOKE SELECT ON draft FROM {ROLE}")
    said = refusal(probe)
    assert "row-level security" in said
    assert "it has UPDATE on response" in said
    assert "it lacks SELECT on draft: run `vigie migrate`" in said
    assert "VIGIE_MIGRATION_URL the owner of the schema" in said


@pytest.mark.parametrize("damage", ["NO FORCE", "DISABLE"])
def test_a_table_whose_policies_do_not_bind_everybody_is_refused(probe: str, owner: str, damage: str) -> None:
    repair = "FORCE" if damage == "NO FORCE" else "ENABLE"
    execute(owner, f"ALTER TABLE response {damage} ROW LEVEL SECURITY")
    try:
        assert "row-level security is not forced on response" in refusal(probe)
    finally:
        execute(owner, f"ALTER TABLE response {repair} ROW LEVEL SECURITY")


def test_migrating_takes_back_what_was_given_by_hand(probe: str, owner: str) -> None:
    execute(owner, f"GRANT ALL ON response TO {ROLE}", f"GRANT UPDATE (answers) ON response TO {ROLE}")
    migrate(owner, probe)
    asyncio.run(check_database(probe))


def test_an_empty_database_is_refused(server: EmbeddedPostgres) -> None:
    with pytest.raises(SchemaNotReady, match="run `vigie migrate`"):
        asyncio.run(check_database(server.url("postgres", "postgres")))


def test_a_database_whose_schema_was_taken_down_is_refused(probe: str, owner: str) -> None:
    execute(owner, "DELETE FROM alembic_version")
    try:
        with pytest.raises(SchemaNotReady, match="run `vigie migrate`"):
            asyncio.run(check_database(probe))
    finally:
        execute(owner, f"INSERT INTO alembic_version VALUES ('{newest_revision()}')")


def test_a_schema_that_is_older_than_this_version_is_refused(
    probe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = newest_revision(), "zzzz"
    shutil.copytree(schema._MIGRATIONS, tmp_path / "migrations")
    following = f'revision = "{newer}"\ndown_revision = "{older}"\n\n\ndef upgrade() -> None: ...\n'
    (tmp_path / "migrations" / "versions" / f"{newer}_more.py").write_text(following)
    monkeypatch.setattr(schema, "_MIGRATIONS", tmp_path / "migrations")
    with pytest.raises(SchemaNotReady, match=f"the schema is at {older}, not at {newer}: run `vigie migrate`"):
        asyncio.run(check_database(probe))


def test_a_schema_that_is_newer_than_this_version_is_accepted(probe: str, owner: str) -> None:
    execute(owner, "UPDATE alembic_version SET version_num = 'newer'")
    try:
        asyncio.run(check_database(probe))
    finally:
        execute(owner, f"UPDATE alembic_version SET version_num = '{newest_revision()}'")


def test_a_database_that_is_away_is_no_fault_of_the_role(tmp_path: Path) -> None:
    with pytest.raises(StoreBusy):
        asyncio.run(check_database(f"postgresql://nobody@/vigie?host={tmp_path}&port=5432"))
