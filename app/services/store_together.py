"""Patients and their responses, sent together and stored in one transaction: all of them, or none."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from app.security.errors import NotPermitted, PatientOutOfReach
from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.errors import ReferencesUnknown, ServiceError, SeveralMatch
from app.services.export_patient import exported_patients
from app.services.incoming_response import Incoming, Reference, Referred
from app.services.ins_check import check_identifiers
from app.services.installation import Installation
from app.services.patients import Registration, find_known, register_within
from app.services.receive_response import Condition, Received, store_incoming
from app.services.referred import patient_named
from app.store.errors import KeyReused, NotFound
from app.store.patient import Identifier, lock_identifiers, read_patient
from app.store.response_identifier import lock_response_identifiers
from app.store.transaction import PatientLock, Transaction
from fhir_export.encoding import Resource


@dataclass(frozen=True, slots=True)
class NewPatient:
    """Somebody to be registered. `stand_in`: the id by which the responses sent together with it name them.

    `condition`: identifiers; where somebody is known by one of them, nothing is registered or changed.
    """

    stand_in: UUID
    who: Registration
    condition: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class NewResponse:
    """A response that was read without a fault; its subject may be a stand-in."""

    incoming: Incoming
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class StoredPatient:
    """A patient as registered or found. `may_be_read`: whether the caller may be given the resource."""

    resource: Resource
    created: bool
    may_be_read: bool


class EntryNotStored(Exception):
    """What was sent together is not stored, because of the entry of that `number`; `cause` says why."""

    def __init__(self, number: int, cause: Exception) -> None:
        super().__init__(f"entry {number} is not stored")
        self.number = number
        self.cause = cause


async def store_together(
    installation: Installation, call: Call, entries: Sequence[NewPatient | NewResponse]
) -> list[StoredPatient | Received]:
    """Store everything, patients before responses; gives what became of each entry, in their order.

    Raises NotPermitted, EntryNotStored, StoreBusy.
    """
    for operation in operations_of(entries):
        authorise(call.caller, operation)
    operation = Operation.REGISTER_PATIENT if _patients(entries) else Operation.SUBMIT_RESPONSE
    async with opened(installation, call, operation) as tx:
        return await _Storing(tx, installation, call).store(entries)


def operations_of(entries: Sequence[NewPatient | NewResponse]) -> frozenset[Operation]:
    """What the caller must be allowed: a conditional create searches first (R4 http, 3.1.0.9.1)."""
    found: set[Operation] = set()
    for entry in entries:
        if isinstance(entry, NewPatient):
            found |= {Operation.REGISTER_PATIENT} | ({Operation.LIST_PATIENTS} if entry.condition else set())
        else:
            found |= {Operation.SUBMIT_RESPONSE} | ({Operation.LIST_RESPONSES} if entry.condition else set())
    return frozenset(found)


def _patients(entries: Sequence[NewPatient | NewResponse]) -> list[tuple[int, NewPatient]]:
    return [(number, entry) for number, entry in enumerate(entries) if isinstance(entry, NewPatient)]


def _responses(entries: Sequence[NewPatient | NewResponse]) -> list[tuple[int, NewResponse]]:
    return [(number, entry) for number, entry in enumerate(entries) if isinstance(entry, NewResponse)]


class _Storing:
    """One transaction. Locks are taken in one order, so that two such requests cannot wait for each other: of all
    identifiers of patients, of the patients, of all identifiers of responses.
    """

    def __init__(self, tx: Transaction, installation: Installation, call: Call) -> None:
        self.tx = tx
        self.installation = installation
        self.call = call
        self.known_as: dict[UUID, UUID] = {}

    async def store(self, entries: Sequence[NewPatient | NewResponse]) -> list[StoredPatient | Received]:
        patients, responses = _patients(entries), _responses(entries)
        named = {one for _, entry in patients for one in (*entry.who.identifiers, *entry.condition)}
        await lock_identifiers(self.tx, named)
        found: dict[int, StoredPatient | Received] = {}
        for number, patient in patients:
            async with self.entry(number, Operation.REGISTER_PATIENT):
                found[number] = await self.registered(patient)
        subjects: dict[int, UUID] = {}
        for number, response in responses:
            async with self.entry(number, Operation.SUBMIT_RESPONSE):
                subjects[number] = await self.subject(response.incoming.subject)
        for patient_id in sorted(set(subjects.values())):
            await self.tx.lock(PatientLock(patient_id))
        conditions = {response.condition.value for _, response in responses if response.condition is not None}
        await lock_response_identifiers(self.tx, conditions)
        for number, response in responses:
            async with self.entry(number, Operation.SUBMIT_RESPONSE):
                found[number] = await self.stored(response, subjects[number])
        return [found[number] for number in range(len(entries))]

    @asynccontextmanager
    async def entry(self, number: int, operation: Operation) -> AsyncIterator[None]:
        """One entry: its own audit event, and its number on what goes wrong."""
        await self.tx.audit_next(operation.value)
        try:
            yield
        except (ServiceError, NotFound, KeyReused) as error:
            raise EntryNotStored(number, error) from error

    async def registered(self, entry: NewPatient) -> StoredPatient:
        check_identifiers(self.installation.knowledge.settings, entry.who.identifiers)
        known = {one for stated in entry.condition if (one := await find_known(self.tx, stated)) is not None}
        if len(known) > 1:
            raise SeveralMatch
        if known:
            patient_id, created = known.pop(), False
            self.tx.audit.about(patient_id, patient_id)
        else:
            registered = await register_within(self.tx, entry.who)
            patient_id, created = registered.read.patient.patient_id, registered.created
        self.known_as[entry.stand_in] = patient_id
        (resource,) = await exported_patients(self.tx, self.installation, [await read_patient(self.tx, patient_id)])
        return StoredPatient(resource, created, may_be_read=created or self.may_read(patient_id))

    def may_read(self, patient_id: UUID) -> bool:
        """Somebody who was known already is told of to those who may read them; who registered them now, sent it."""
        try:
            authorise(self.call.caller, Operation.READ_PATIENT, patient_id)
        except NotPermitted:
            return False
        return True

    async def subject(self, named: Referred | None) -> UUID:
        """The patient whom a response is about. Raises ReferencesUnknown."""
        patient_id = await patient_named(self.tx, named) if named is not None else None
        if patient_id is None:
            raise ReferencesUnknown((Reference.SUBJECT,))
        patient_id = self.known_as.get(patient_id, patient_id)
        try:
            authorise(self.call.caller, Operation.SUBMIT_RESPONSE, patient_id)
            await read_patient(self.tx, patient_id)
        except (NotFound, PatientOutOfReach):
            raise ReferencesUnknown((Reference.SUBJECT,)) from None
        return patient_id

    async def stored(self, entry: NewResponse, patient_id: UUID) -> Received:
        condition = entry.condition
        if condition is not None and condition.patient_id is not None:
            condition = replace(condition, patient_id=self.known_as.get(condition.patient_id, condition.patient_id))
        try:
            return await store_incoming(self.tx, self.installation, self.call, patient_id, entry.incoming, condition)
        except NotFound:  # the patient is known: it is the visit
            raise ReferencesUnknown((Reference.ENCOUNTER,)) from None
