"""Rows of two centres, written around row-level security: what the tests of isolation look at."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Boolean, Date, DateTime, Integer, LargeBinary, Text, Uuid

from app.store.ids import new_id
from app.store.response import RESPONSE
from app.store.tables import every_table

_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)

# By type, so that the rows of a table that does not exist yet are made too.
_FILLERS: dict[type, Callable[[str], Any]] = {
    JSONB: lambda mark: f'{{"mark": "{mark}"}}',
    ARRAY: lambda mark: [mark],
    Uuid: lambda _: new_id(),
    Text: lambda mark: mark,
    Integer: lambda _: 1,
    Boolean: lambda _: False,
    DateTime: lambda _: _AT,
    Date: lambda _: date(1970, 1, 1),
    LargeBinary: lambda mark: mark.encode(),
}


def filler(column: Column[Any], mark: str) -> Any:
    """A value that the column takes; texts, arrays and JSON hold the mark."""
    return next(make(mark) for kind, make in _FILLERS.items() if isinstance(column.type, kind))


# Everything else is the same for everybody, so that a filter on anything but centre and patient hides nobody.
_UNIQUE = ("value", "visit_id", "idempotency_key", "identifier_value")


@dataclass(frozen=True, eq=False)
class PatientRows:
    """One patient of one centre, and the row of each table that is about them."""

    centre_id: UUID
    patient_id: UUID
    rows: "Rows"

    @property
    def ids(self) -> set[UUID]:
        """Every id that is this patient's alone."""
        values = (value for row in self.rows.values() for value in row.values())
        return {value for value in values if isinstance(value, UUID)} - {self.centre_id}


Rows = dict[str, dict[str, Any]]
"""Table -> a row of it."""


def row_of(table: Table, centre_id: UUID, patient_id: UUID, others: Rows | None = None) -> dict[str, Any]:
    """One complete row of a table, with foreign keys to the other rows."""
    keys = (key for constraint in table.foreign_key_constraints for key in constraint.elements)
    known = {
        key.parent.name: others[key.column.table.name][key.column.name]
        for key in keys
        if others and key.column.table.name in others
    } | {"centre_id": centre_id, "patient_id": patient_id}
    known.pop("replaced_by", None)  # by another patient than this one, who is nobody here
    return {
        c.name: known[c.name] if c.name in known else filler(c, str(new_id()) if c.name in _UNIQUE else "same")
        for c in table.columns
    }


def insertion(table: str, row: dict[str, Any]) -> tuple[str, list[Any]]:
    """The statement that inserts a row, and its arguments."""
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values())


async def add_patient(connection: asyncpg.Connection, centre_id: UUID) -> PatientRows:
    """A patient with a row in every table (two responses); the centre's own row is added where it is missing."""
    patient_id = new_id()
    rows: Rows = {}
    for table in every_table().sorted_tables:
        rows[table.name] = row_of(table, centre_id, patient_id, rows)
    # Whom a patient is replaced by is nobody here: foreign keys are not what is looked at.
    await connection.execute("SET session_replication_role = replica")
    earlier = row_of(RESPONSE, centre_id, patient_id, rows)
    for name, row in (*rows.items(), (RESPONSE.name, earlier)):
        statement, values = insertion(name, row)
        await connection.execute(f"{statement} ON CONFLICT DO NOTHING", *values)
    return PatientRows(centre_id, patient_id, rows)


def centre_scope(centre_id: UUID) -> str:
    """What the service sends for staff."""
    return _scope(str(centre_id), "centre", "")


def patient_scope(centre_id: UUID, *patient_ids: UUID) -> str:
    """What the service sends for a patient, and for those they act for."""
    return _scope(str(centre_id), "patients", ",".join(str(patient_id) for patient_id in patient_ids))


def _scope(centre: str, reach: str, patients: str) -> str:
    return (
        f"SELECT set_config('app.centre_id', '{centre}', true), set_config('app.reach', '{reach}', true), "
        f"set_config('app.patient_ids', '{patients}', true)"
    )


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of one's own, closed whatever happens."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


def execute(url: str, *statements: str) -> Any:
    """Run statements on a connection of their own; gives the first value of the last one."""

    async def on_one_connection() -> Any:
        async with connected(url) as connection:
            for statement in statements:
                value = await connection.fetchval(statement)
            return value

    return asyncio.run(on_one_connection())
