"""Registering patients by the identifiers that hospitals know them by."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.errors import IdentifierConflict
from app.services.ins_check import check_identifiers
from app.services.installation import Installation
from app.store.ids import new_id
from app.store.patient import (
    Identifier,
    Patient,
    add_identifiers,
    add_patient,
    change_patient,
    find_patient,
    find_patients,
    lock_identifiers,
    read_patient,
)
from app.store.patient_link import find_replacement
from app.store.transaction import Transaction
from fhir_export.ins import IdentityStatus, may_be_given_out


@dataclass(frozen=True, slots=True)
class Registration:
    """Who is to be registered: at least one identifier, and what is known besides."""

    identifiers: tuple[Identifier, ...]
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    language: str | None
    identity_status: IdentityStatus | None = None


@dataclass(frozen=True, slots=True)
class PatientRead:
    """A patient as callers may know them, and whom they turned out to be."""

    patient: Patient
    replaced_by: UUID | None


@dataclass(frozen=True, slots=True)
class Registered:
    """The patient, and whether this call made it."""

    read: PatientRead
    created: bool

    @property
    def patient(self) -> Patient:
        """The patient as callers may know them."""
        return self.read.patient


async def register(installation: Installation, call: Call, who: Registration) -> Registered:
    """Register a patient, or give the one that any of the identifiers is known for, with the new ones added.

    Of a known patient, registering again changes the status of the identity, where one is given, and nothing else.
    Raises IdentifierInvalid, and IdentifierConflict where the identifiers belong to more than one patient.
    """
    authorise(call.caller, Operation.REGISTER_PATIENT)
    check_identifiers(installation.knowledge.settings, who.identifiers)
    async with opened(installation, call, Operation.REGISTER_PATIENT) as tx:
        await lock_identifiers(tx, who.identifiers)
        return await register_within(tx, who)


async def register_within(tx: Transaction, who: Registration) -> Registered:
    """The same in a transaction, of identifiers that were checked and locked. Raises IdentifierConflict.

    An identifier is one person's, given out or not: registering by it is no way to a second patient.
    """
    known = await find_patients(tx, who.identifiers)
    owners = set(known.values())
    if len(owners) > 1:
        raise IdentifierConflict
    patient_id = owners.pop() if owners else new_id()
    unknown = tuple(identifier for identifier in who.identifiers if identifier not in known)
    status = who.identity_status.value if who.identity_status else None
    if not known:
        fresh = Patient(patient_id, (), who.family_name, who.given_name, who.birth_date, who.language, status)
        await add_patient(tx, fresh)
    elif unknown or status not in (None, (await read_patient(tx, patient_id)).identity_status):
        await change_patient(tx, patient_id, status)
    await add_identifiers(tx, patient_id, unknown)
    tx.audit.about(patient_id, patient_id)
    return Registered(await read_within(tx, patient_id), created=not known)


async def read(installation: Installation, call: Call, patient_id: UUID) -> PatientRead:
    """One patient. Raises NotFound."""
    async with opened(installation, call, Operation.READ_PATIENT, patient_id) as tx:
        tx.audit.about(patient_id, patient_id)
        return await read_within(tx, patient_id)


async def read_within(tx: Transaction, patient_id: UUID) -> PatientRead:
    """One patient, in a transaction. Raises NotFound."""
    patient = await read_patient(tx, patient_id)
    return PatientRead(given_out(patient), await find_replacement(tx, patient_id))


async def find_known(tx: Transaction, identifier: Identifier) -> UUID | None:
    """Whom the centre knows by an identifier that is given out: by an INS that is not validated, nobody."""
    patient_id = await find_patient(tx, identifier)
    if patient_id is None or identifier not in given_out(await read_patient(tx, patient_id)).identifiers:
        return None
    return patient_id


def given_out(patient: Patient) -> Patient:
    """The patient without an INS that is not validated: nobody reads it, and nobody finds the patient by it."""
    shown = (i for i in patient.identifiers if may_be_given_out(i.system, patient.identity_status))
    return replace(patient, identifiers=tuple(shown))
