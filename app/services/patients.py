"""Registering patients by the identifiers that hospitals know them by."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.security.operations import Operation
from app.services.call import Call, opened
from app.services.errors import IdentifierConflict
from app.services.installation import Installation
from app.store.ids import new_id
from app.store.patient import Identifier, Patient, add_identifiers, add_patient, find_patients, read_patient


@dataclass(frozen=True, slots=True)
class Registration:
    """Who is to be registered: at least one identifier, and what is known besides."""

    identifiers: tuple[Identifier, ...]
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Registered:
    """The patient, and whether this call made it."""

    patient: Patient
    created: bool


async def register(installation: Installation, call: Call, who: Registration) -> Registered:
    """Register a patient, or give the one that any of the identifiers is known for, with the new ones added.

    What is stored of a known patient is not changed by registering again. Raises IdentifierConflict where the
    identifiers belong to more than one patient.
    """
    async with opened(installation, call, Operation.REGISTER_PATIENT) as tx:
        known = await find_patients(tx, who.identifiers)
        owners = set(known.values())
        if len(owners) > 1:
            raise IdentifierConflict
        patient_id = owners.pop() if owners else new_id()
        created = not known
        if created:
            fresh = Patient(patient_id, (), who.family_name, who.given_name, who.birth_date, who.language)
            await add_patient(tx, fresh)
        await add_identifiers(tx, patient_id, tuple(i for i in who.identifiers if i not in known))
        patient = await read_patient(tx, patient_id)
        tx.audit.about(patient_id, patient_id)
    return Registered(patient, created)


async def read(installation: Installation, call: Call, patient_id: UUID) -> Patient:
    """One patient. Raises NotFound."""
    async with opened(installation, call, Operation.READ_PATIENT, patient_id) as tx:
        tx.audit.about(patient_id, patient_id)
        return await read_patient(tx, patient_id)
