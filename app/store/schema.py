"""The database's side of a start: migrate as the owner, grant to the service, refuse a role that may do too much."""

import asyncio
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from app.store.errors import SchemaNotReady, StoreBusy, UnsafeRole
from app.store.tables import PRIVILEGES

_MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"
_OF_COLUMNS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
_EVERY_PRIVILEGE = (*_OF_COLUMNS, "DELETE", "TRUNCATE", "TRIGGER")


def migrate(migration_url: str, service_url: str) -> None:
    """Bring the schema to the newest revision and grant the service's role exactly its privileges. Idempotent."""
    command.upgrade(_config(migration_url), "head")
    asyncio.run(_grant(migration_url, make_url(service_url).username or ""))


def newest_revision() -> str:
    """The revision that this version of the service needs."""
    head = ScriptDirectory(str(_MIGRATIONS)).get_current_head()
    assert head is not None, "migrations/ has at least one revision"
    return head


async def check_schema(connection: asyncpg.Connection) -> None:
    """Raises SchemaNotReady where the schema is not at the newest revision.

    A newer schema than this version knows is accepted: migrations expand first, so that the previous image runs on
    the new schema while it is replaced.
    """
    try:
        revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError) as error:
        raise SchemaNotReady("the database has no Vigie schema: run `vigie migrate`") from error
    if revision is None:
        raise SchemaNotReady("the schema of the database was taken down: run `vigie migrate`")
    known = {script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}
    if revision in known and revision != newest_revision():
        raise SchemaNotReady(f"the schema is at {revision}, not at {newest_revision()}: run `vigie migrate`")


async def check_role(connection: asyncpg.Connection) -> None:
    """Raises UnsafeRole where the connected role could get around row-level security or change what is append-only."""
    name = await connection.fetchval("SELECT current_user")
    # The powers of every role that it may become (SET ROLE), which a plain look at its own attributes would miss.
    powerful = await connection.fetchval(
        "SELECT bool_or(rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication)"
        " FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')"
    )
    owned = await connection.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_roles r ON pg_has_role(current_user, r.oid, 'MEMBER')"
        " WHERE r.oid = c.relowner AND c.relname = ANY($1::text[])",
        list(PRIVILEGES),
    )
    unprotected = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relname = ANY($1::text[]) AND relnamespace = 'public'::regnamespace"
        " AND NOT (relrowsecurity AND relforcerowsecurity)",
        list(PRIVILEGES),
    )
    faults = []
    if powerful:
        faults.append("it is, or may become, a superuser or a role that bypasses row-level security or makes roles")
    if owned:
        faults.append(f"it owns {', '.join(sorted(row['relname'] for row in owned))}")
    if unprotected:
        faults.append(f"row-level security is not forced on {', '.join(sorted(row['relname'] for row in unprotected))}")
    for table, allowed in PRIVILEGES.items():
        held = {
            p for p in _EVERY_PRIVILEGE if await connection.fetchval("SELECT has_table_privilege($1, $2)", table, p)
        }
        in_part = {
            p for p in _OF_COLUMNS if await connection.fetchval("SELECT has_any_column_privilege($1, $2)", table, p)
        }
        if excess := (held | in_part) - allowed:
            faults.append(f"it has {', '.join(sorted(excess))} on {table}")
        if allowed - held:
            faults.append(f"it lacks {', '.join(sorted(allowed - held))} on {table}: run `vigie migrate`")
    if faults:
        advice = "DATABASE_URL must name an ordinary role, VIGIE_MIGRATION_URL the owner of the schema"
        raise UnsafeRole(f"the database role '{name}' is not safe: {'; '.join(faults)}. {advice}")


async def check_database(service_url: str) -> None:
    """Everything that must be true before the service answers. Raises SchemaNotReady, UnsafeRole or StoreBusy."""
    try:
        connection = await asyncpg.connect(service_url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise StoreBusy("the database is not to be reached") from error
    try:
        await check_schema(connection)
        await check_role(connection)
    finally:
        await connection.close()


async def _grant(migration_url: str, role: str) -> None:
    connection = await asyncpg.connect(migration_url)
    try:
        async with connection.transaction():
            # Two installations that start at once: PostgreSQL refuses to change the rights on one table twice at once.
            await connection.execute("SELECT pg_advisory_xact_lock(7023419)")
            name = await connection.fetchval("SELECT quote_ident($1)", role)
            await connection.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
            await connection.execute(f"GRANT SELECT ON alembic_version TO {name}")
            for table, allowed in PRIVILEGES.items():
                await connection.execute(f"REVOKE ALL ON {table} FROM {name}")
                await connection.execute(f"GRANT {', '.join(sorted(allowed))} ON {table} TO {name}")
    finally:
        await connection.close()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = make_url(url).set(drivername="postgresql+asyncpg")
    return config
