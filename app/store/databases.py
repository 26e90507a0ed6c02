"""The two roles of the service and its databases, on a server where we are superuser (the embedded one)."""

from urllib.parse import quote, urlencode

import asyncpg

OWNER = "vigie_owner"
SERVICE = "vigie_service"
DATABASE = "vigie"

# The owner migrates; the service reads and writes under row-level security, which superusers and BYPASSRLS evade.
_ATTRIBUTES = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"


def socket_url(role: str, socket_folder: str, database: str = DATABASE) -> str:
    """The URL of a database on a unix socket, for asyncpg and for SQLAlchemy.

    The port is spelled out because asyncpg would otherwise read it from the environment (PGPORT).
    """
    return f"postgresql://{role}@/{quote(database)}?{urlencode({'host': socket_folder, 'port': 5432}, safe='/')}"


async def create_roles(superuser_url: str) -> None:
    """Create the owner's and the service's role, or give existing ones back the attributes they must have."""
    connection = await asyncpg.connect(superuser_url)
    try:
        for role in (OWNER, SERVICE):
            exists = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
            await connection.execute(f"{'ALTER' if exists else 'CREATE'} ROLE {role} {_ATTRIBUTES}")
    finally:
        await connection.close()


async def create_database(superuser_url: str, name: str) -> None:
    """Create a database that the owner owns and the service may connect to, unless it exists."""
    connection = await asyncpg.connect(superuser_url)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"CREATE DATABASE {_identifier(name)} OWNER {OWNER} TEMPLATE template0")
        # PostgreSQL lets everybody connect and create temporary tables; the service needs only the first.
        await connection.execute(f"REVOKE ALL ON DATABASE {_identifier(name)} FROM PUBLIC")
        await connection.execute(f"GRANT CONNECT ON DATABASE {_identifier(name)} TO {SERVICE}")
    finally:
        await connection.close()


async def drop_database(superuser_url: str, name: str) -> None:
    """Drop a database if it exists, closing the connections to it."""
    connection = await asyncpg.connect(superuser_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE)")
    finally:
        await connection.close()


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
