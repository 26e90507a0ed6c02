"""One transaction a request: opened here only, bound to one centre, audited, committed before the answer leaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from app.store.audit import AuditEntry, write_audit
from app.store.errors import StoreBusy
from app.store.pool import Connection, Pool
from app.store.statements import Statement

# Said, because the lock rests on it: what is read after a wait must have a snapshot of its own.
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"

_DATABASE_IS_AWAY = (
    asyncpg.OperatorInterventionError,  # a time-out, a shutdown
    asyncpg.PostgresConnectionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.DeadlockDetectedError,
    ConnectionError,
    TimeoutError,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What row-level security lets a transaction see: one centre, or only the named patients of it."""

    centre_id: UUID
    patient_ids: frozenset[UUID] | None = None

    @property
    def sql(self) -> str:
        """The statement that sets the scope, until the end of the transaction.

        It is sent together with BEGIN, without parameters: its only parts are UUIDs of type UUID, no text.
        """
        reach = "centre" if self.patient_ids is None else "patients"
        patients = ",".join(str(patient_id) for patient_id in self.patient_ids or ())
        return (
            f"SELECT set_config('app.centre_id', '{self.centre_id}', true), "
            f"set_config('app.reach', '{reach}', true), set_config('app.patient_ids', '{patients}', true)"
        )


@dataclass(frozen=True, slots=True)
class PatientLock:
    """Transactions that store for one patient follow each other, so that each sees the one before.

    An advisory lock by the patient's id: a row lock would write to the row and its log, and needs a statement of its
    own. Two patients of one number would only wait for each other.
    """

    patient_id: UUID

    @property
    def sql(self) -> str:
        """The statement that waits for the lock, sent together with BEGIN. Its only part is a number."""
        key = int.from_bytes(self.patient_id.bytes[8:], signed=True)
        return f"SELECT pg_advisory_xact_lock({key})"


class Transaction:
    """An open transaction. The store's functions take it; only `transaction` makes one.

    `audit` is the event that is written with it, at the latest when it ends.
    """

    def __init__(self, connection: Connection, scope: Scope, audit: AuditEntry) -> None:
        self._connection = connection
        self.scope = scope
        self.audit = audit

    async def fetch(self, statement: Statement, **values: Any) -> list[asyncpg.Record]:
        """All rows of a statement."""
        arguments = statement.arguments(self._with_centre(values))
        rows: list[asyncpg.Record] = await self._connection.fetch(statement.sql, *arguments)
        return rows

    async def fetch_row(self, statement: Statement, **values: Any) -> asyncpg.Record | None:
        """The first row of a statement, or None."""
        return await self._connection.fetchrow(statement.sql, *statement.arguments(self._with_centre(values)))

    async def execute(self, statement: Statement, **values: Any) -> None:
        """Run a statement that gives no rows."""
        await self._connection.execute(statement.sql, *statement.arguments(self._with_centre(values)))

    async def lock(self, lock: PatientLock) -> None:
        """Wait for the lock of a patient who became known inside the transaction."""
        await self._connection.execute(lock.sql)

    def _with_centre(self, values: dict[str, Any]) -> dict[str, Any]:
        """Every statement is of the transaction's centre: no caller names it."""
        values["centre_id"] = self.scope.centre_id
        return values


@asynccontextmanager
async def transaction(
    pool: Pool, scope: Scope, audit: AuditEntry, lock: PatientLock | None = None
) -> AsyncIterator[Transaction]:
    """Open a transaction, run the block, write its audit event, commit. An exception rolls everything back.

    With a lock, the block begins when no other transaction holds it: it sees what those before it stored. The block
    may still fill in what the audit event is about. Raises StoreBusy when the database does not answer in time.
    """
    begin = (_BEGIN, scope.sql) if lock is None else (_BEGIN, scope.sql, lock.sql)
    async with pool.connection() as connection:
        opened = Transaction(connection, scope, audit)
        try:
            await connection.execute("; ".join(begin))
            yield opened
            if not audit.is_written:
                await write_audit(opened, audit)
            await connection.execute("COMMIT")
        except BaseException as error:
            is_away = isinstance(error, _DATABASE_IS_AWAY) or (
                # The driver's word for a lost connection, but also for a wrong use of it, which is a defect.
                isinstance(error, asyncpg.InterfaceError) and _is_lost(connection)
            )
            await _roll_back(connection)
            if is_away:
                raise StoreBusy("the database did not answer in time") from error
            raise


def _is_lost(connection: Connection) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:  # the pool has let it go already
        return True


async def _roll_back(connection: Connection) -> None:
    """Leave the connection clean for the next request, or closed where that is not possible any more."""
    try:
        await asyncio.shield(connection.execute("ROLLBACK"))
    except BaseException as error:
        with suppress(asyncpg.InterfaceError):
            connection.terminate()
        if not isinstance(error, (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            raise
