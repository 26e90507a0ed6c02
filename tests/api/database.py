"""Looking at the rows behind the service: as the superuser, whom row-level security does not stop."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from app.store.tables import PRIVILEGES


@dataclass(frozen=True)
class Database:
    """The database behind the service under test."""

    url: str

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """The rows of a query."""
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

    async def rows(self, centre_id: UUID) -> dict[str, int]:
        """How many rows each table has of one centre."""
        return {
            table: (await self.fetch(f"SELECT count(*) FROM {table} WHERE centre_id = $1", centre_id))[0][0]
            for table in PRIVILEGES
        }

    async def audited(self, centre_id: UUID) -> list[dict[str, Any]]:
        """The centre's audit events, in their order."""
        rows = await self.fetch("SELECT * FROM audit_event WHERE centre_id = $1 ORDER BY recorded_at", centre_id)
        return [dict(row) for row in rows if row["operation"] != "add_centre"]

    async def responses(self, patient_id: str) -> list[dict[str, Any]]:
        """Every revision of every response of a patient, in the order of storing."""
        sql = "SELECT * FROM response WHERE patient_id = $1 ORDER BY stored_at, revision"
        return [dict(row) for row in await self.fetch(sql, UUID(patient_id))]
