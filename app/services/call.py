"""One authenticated call: who asks, when, and the audited transaction that they get."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.security.caller import Caller, Role
from app.security.operations import Operation, authorise
from app.services.installation import Installation
from app.store.audit import AuditEntry
from app.store.transaction import PatientLock, Scope, Transaction, transaction


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, at what time it was received, and the id that logs and audit know it by."""

    caller: Caller
    received_at: datetime
    correlation_id: str
    languages: tuple[str, ...] = ()


@asynccontextmanager
async def opened(
    installation: Installation,
    call: Call,
    operation: Operation,
    patient_id: UUID | None = None,
    lock: PatientLock | None = None,
    *,
    with_horizon: bool = False,
) -> AsyncIterator[Transaction]:
    """The one way to the database: authorised first, then bound to what the caller may see, then audited.

    `audit` of the transaction may still be filled in until it ends. `with_horizon`: for searches.

    Raises NotPermitted, PatientOutOfReach, StoreBusy.
    """
    caller = call.caller
    authorise(caller, operation, patient_id)
    audit = AuditEntry(
        subject=caller.subject,
        role=caller.role.value,
        operation=operation.value,
        correlation_id=call.correlation_id,
        patient_id=patient_id or caller.patient_id,
    )
    async with transaction(installation.pool, _scope(caller, patient_id), audit, lock, with_horizon=with_horizon) as tx:
        yield tx


def _scope(caller: Caller, patient_id: UUID | None) -> Scope:
    """A patient's transaction sees that patient and those they act for; narrowed to one where one is named."""
    if caller.role is not Role.PATIENT:
        return Scope(caller.centre_id)
    if patient_id is not None:
        return Scope(caller.centre_id, frozenset({patient_id}))
    own = frozenset() if caller.patient_id is None else frozenset({caller.patient_id})
    return Scope(caller.centre_id, own | caller.acts_for)
