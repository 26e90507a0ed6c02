"""The migrations make the schema that the code describes, on every PostgreSQL that we promise, and can be run again."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from app.store.embedded import EmbeddedPostgres
from app.store.postgres_binaries import bundled_binaries
from app.store.schema import _config, _grant, check_database, migrate
from app.store.tables import PRIVILEGES, every_table
from tests.store.two_centres import connected, execute

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
PROJECT = Path(__file__).parents[2]
VERSIONS = {18: bundled_binaries(18), 16: bundled_binaries(16), 15: DEBIAN_15}

# Everything that a migration can make, as PostgreSQL itself spells it: two schemas are equal when this is.
SNAPSHOT = """
SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
       || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '-')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'policy ' || concat_ws(' ', tablename, policyname, permissive, roles, cmd, qual, with_check)
FROM pg_policies WHERE schemaname = 'public'
UNION ALL
SELECT 'security ' || relname || ' ' || relrowsecurity || relforcerowsecurity || ' ' || coalesce(relacl::text, '-')
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
UNION ALL
SELECT 'extension ' || extname FROM pg_extension
"""

MIGRATE = """
import sys
from app.store.schema import migrate
migrate(sys.argv[1], sys.argv[2])
"""


@pytest.fixture(scope="module", params=VERSIONS)
def server(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    """An unmigrated server of one major version."""
    binaries = VERSIONS[request.param]
    if not (binaries / "postgres").exists():
        pytest.skip(f"no PostgreSQL {request.param} in {binaries}")
    folder = Path(tempfile.mkdtemp(prefix="vigie-test-", dir="/tmp"))
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "data", binaries=binaries, durable=False) as started:
        assert execute(started.superuser_url, "SHOW server_version_num")[:2] == str(request.param)
        yield started
    shutil.rmtree(folder)


@pytest.fixture
def database(server: EmbeddedPostgres) -> Iterator[tuple[str, str]]:
    """The owner's and the service's URL of an empty database."""
    name = "migrations"
    server.create_database(name)
    yield server.url("vigie_owner", name), server.url("vigie_service", name)
    server.drop_database(name)


def snapshot(url: str) -> list[str]:
    async def read() -> list[str]:
        async with connected(url) as connection:
            return sorted(row[0] for row in await connection.fetch(SNAPSHOT))

    return asyncio.run(read())


def test_the_migrated_schema_is_what_the_service_needs(database: tuple[str, str]) -> None:
    migrate(*database)
    asyncio.run(check_database(database[1]))
    made = snapshot(database[0])
    assert len([line for line in made if line.startswith("security ")]) == len(PRIVILEGES) + 1
    # What a hospital's PostgreSQL has without being asked for.
    assert [line for line in made if line.startswith("extension ")] == ["extension plpgsql"]


def test_the_migrated_schema_is_what_the_code_describes(database: tuple[str, str]) -> None:
    migrate(*database)

    def compare(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), every_table()))

    async def differences() -> list[Any]:
        engine = create_async_engine(make_url(database[0]).set(drivername="postgresql+asyncpg"))
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(compare)
        finally:
            await engine.dispose()

    assert asyncio.run(differences()) == []


def test_migrating_again_changes_nothing(database: tuple[str, str]) -> None:
    migrate(*database)
    first = snapshot(database[0])
    migrate(*database)
    assert snapshot(database[0]) == first


def test_down_and_up_again_gives_the_same_schema(database: tuple[str, str]) -> None:
    migrate(*database)
    first = snapshot(database[0])
    command.downgrade(_config(database[0]), "base")
    left = [line for line in snapshot(database[0]) if line.startswith("column ")]
    assert {line.split(".")[0] for line in left} == {"column alembic_version"}
    migrate(*database)
    assert snapshot(database[0]) == first


def test_what_is_stored_survives_migrating_again(database: tuple[str, str]) -> None:
    migrate(*database)
    scope = "SELECT set_config('app.centre_id', '00000000-0000-7000-8000-000000000001', false)"
    centre = "'00000000-0000-7000-8000-000000000001', 'x', 'alert', '{fr}', 'UTC', '[]', '{}'"
    execute(database[0], scope, f"INSERT INTO centre VALUES ({centre})")
    migrate(*database)
    assert execute(database[1], scope, "SELECT name FROM centre") == "x"


def test_several_at_once_do_not_collide(database: tuple[str, str]) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, *database],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], "\n".join(said)
    asyncio.run(check_database(database[1]))


def test_granting_several_times_at_once_does_not_collide(database: tuple[str, str]) -> None:
    migrate(*database)

    async def grant_at_once() -> None:
        await asyncio.gather(*(_grant(database[0], "vigie_service") for _ in range(8)))

    asyncio.run(grant_at_once())
    asyncio.run(check_database(database[1]))
