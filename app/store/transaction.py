"""One transaction a request: opened here only, bound to one centre, audited, committed before the answer leaves."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from app.store import horizon
from app.store.audit import AuditEntry, audit_sql
from app.store.errors import StoreBusy
from app.store.pool import Connection, Pool
from app.store.statements import Statement

# Said, because the lock rests on it: what is read after a wait must have a snapshot of its own.
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
# Of a transaction that only read: nobody waits for the disk to have its audit event (docs/decisions/0024).
_NOT_AWAITED = "SET LOCAL synchronous_commit = off"

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
        """The statements that set the scope, until the end of the transaction.

        They are sent together with BEGIN, without parameters: their only parts are UUIDs of type UUID, no text.
        """
        reach = "centre" if self.patient_ids is None else "patients"
        patients = ",".join(str(patient_id) for patient_id in self.patient_ids or ())
        return (
            f"SET LOCAL app.centre_id = '{self.centre_id}'; "
            f"SET LOCAL app.reach = '{reach}'; SET LOCAL app.patient_ids = '{patients}'"
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

    `audit` is the event that is written with it, at the latest when it ends. `only_reads` until a statement may have
    changed something, or a lock was taken to do so.
    """

    def __init__(self, connection: Connection, scope: Scope, audit: AuditEntry) -> None:
        self._connection = connection
        self.scope = scope
        self.audit = audit
        self.only_reads = True

    async def fetch(self, statement: Statement, **values: Any) -> list[asyncpg.Record]:
        """All rows of a statement."""
        rows: list[asyncpg.Record] = await self._connection.fetch(*self._as_sent(statement, values))
        return rows

    async def fetch_row(self, statement: Statement, **values: Any) -> asyncpg.Record | None:
        """The first row of a statement, or None."""
        return await self._connection.fetchrow(*self._as_sent(statement, values))

    async def execute(self, statement: Statement, **values: Any) -> None:
        """Run a statement that gives no rows."""
        await self._connection.execute(*self._as_sent(statement, values))

    async def lock(self, lock: PatientLock) -> None:
        """Wait for the lock of a patient who became known inside the transaction."""
        self.only_reads = False
        await self._connection.execute(lock.sql)

    async def audit_next(self, operation: str) -> None:
        """Go on with an event of its own for what comes next, where a request does several things.

        Until something was named that it is about, an event is still that of the next thing.
        """
        done = self.audit
        if done.resource_id is None:
            done.operation = operation
            return
        if not done.is_written:
            await self._connection.execute(audit_sql(done, self.scope.centre_id))
            done.is_written = True
        self.audit = AuditEntry(done.subject, done.role, operation, done.correlation_id)

    async def audit_each(self, operation: str, things: Iterable[tuple[UUID, UUID]]) -> None:
        """Write an event of its own for each of several things that were read at once, as (resource id, patient id),
        in one message; the transaction's own event stays what it is.
        """
        own = self.audit
        events = [
            AuditEntry(own.subject, own.role, operation, own.correlation_id, patient_id, str(resource_id))
            for resource_id, patient_id in things
        ]
        if events:
            await self._connection.execute("; ".join(audit_sql(event, self.scope.centre_id) for event in events))

    def _as_sent(self, statement: Statement, values: dict[str, Any]) -> list[Any]:
        """A statement and its parameters. Every one is of the transaction's centre: no caller names it."""
        self.only_reads = self.only_reads and statement.only_reads
        values["centre_id"] = self.scope.centre_id
        return [statement.sql, *statement.arguments(values)]

    @property
    def ending(self) -> str:
        """What ends it, in one message: its audit event, where no statement wrote it already, and the commit."""
        steps = [_NOT_AWAITED] if self.only_reads else []
        if not self.audit.is_written:
            steps.append(audit_sql(self.audit, self.scope.centre_id))
        return "; ".join([*steps, "COMMIT"])


@asynccontextmanager
async def transaction(
    pool: Pool, scope: Scope, audit: AuditEntry, lock: PatientLock | None = None, *, with_horizon: bool = False
) -> AsyncIterator[Transaction]:
    """Open a transaction, run the block, write its audit event, commit. An exception rolls everything back.

    With a lock, the block begins when no other transaction holds it: it sees what those before it stored. With a
    horizon, it may read up to when nothing is missing (`app.store.horizon`). The block may still fill in what the audit
    event is about. Raises StoreBusy when the database does not answer in time.
    """
    begin = [_BEGIN, scope.sql]
    if lock is not None:
        begin.append(lock.sql)
    if with_horizon:
        begin.append(horizon.SQL)
    async with pool.connection() as connection:
        opened = Transaction(connection, scope, audit)
        opened.only_reads = lock is None
        try:
            await connection.execute("; ".join(begin))
            yield opened
            await connection.execute(opened.ending)
            audit.is_written = True
        except BaseException as error:
            is_away = isinstance(error, _DATABASE_IS_AWAY) or (
                # The driver's word for a lost connection, but also for a wrong use of it, which is a defect.
                isinstance(error, asyncpg.InterfaceError) and connection.is_closed()
            )
            await _roll_back(connection)
            if is_away:
                raise StoreBusy("the database did not answer in time") from error
            raise


async def _roll_back(connection: Connection) -> None:
    """Leave the connection clean for the next request, or closed where that is not possible any more."""
    try:
        await asyncio.shield(connection.execute("ROLLBACK"))
    except BaseException as error:
        connection.terminate()
        if not isinstance(error, (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            raise
