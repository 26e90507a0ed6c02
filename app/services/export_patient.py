"""Patients as an EHR reads and finds them: the same as `/v1` gives out, spoken in FHIR."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.security.operations import Operation
from app.services.call import Call, opened
from app.services.installation import Installation
from app.services.patients import given_out
from app.store.centre import Centre, read_centre
from app.store.patient import Identifier, Patient, patients_with_values, read_patient, read_patients
from app.store.patient_link import Links, links_of
from app.store.transaction import Transaction
from fhir_export.encoding import Resource
from fhir_export.patient import ExportedPatient, PatientIdentifier, patient_resource


@dataclass(frozen=True, slots=True)
class AskedIdentifier:
    """An identifier that is searched for; `system` None: of whatever system."""

    system: str | None
    value: str

    def is_one_of(self, identifiers: Sequence[Identifier]) -> bool:
        """Whether one of these is meant."""
        return any(i.value == self.value and self.system in (None, i.system) for i in identifiers)


@dataclass(frozen=True, slots=True)
class PatientSearch:
    """What must hold of a patient: of each criterion one of its alternatives. At least one criterion."""

    ids: tuple[frozenset[UUID], ...]
    identifiers: tuple[tuple[AskedIdentifier, ...], ...]


async def read_patient_resource(installation: Installation, call: Call, patient_id: UUID) -> Resource:
    """One patient. Raises NotFound."""
    async with opened(installation, call, Operation.READ_PATIENT, patient_id) as tx:
        tx.audit.about(patient_id, patient_id)
        (found,) = await exported_patients(tx, installation, [await read_patient(tx, patient_id)])
    return found


async def find_patient_resources(installation: Installation, call: Call, asked: PatientSearch) -> list[Resource]:
    """The patients who are meant, in the order of their ids: as few as were named."""
    async with opened(installation, call, Operation.LIST_PATIENTS) as tx:
        candidates = frozenset.intersection(*asked.ids) if asked.ids else await _with_identifier(tx, asked)
        found = [patient for patient in await read_patients(tx, candidates) if _is_meant(patient, asked)]
        if len(found) == 1:
            tx.audit.about(found[0].patient_id, found[0].patient_id)
        return await exported_patients(tx, installation, found)


async def exported_patients(tx: Transaction, installation: Installation, patients: Sequence[Patient]) -> list[Resource]:
    """Patients of the transaction's centre as resources, with who replaced whom."""
    base = installation.knowledge.settings.canonical_base.rstrip("/")
    centre = await read_centre(tx)
    links = await links_of(tx, [patient.patient_id for patient in patients])
    return [patient_resource(_exported(patient, links, centre), base) for patient in patients]


async def _with_identifier(tx: Transaction, asked: PatientSearch) -> frozenset[UUID]:
    return await patients_with_values(tx, {identifier.value for identifier in asked.identifiers[0]})


def _is_meant(patient: Patient, asked: PatientSearch) -> bool:
    """By what is given out: an INS that is not validated finds nobody."""
    known = given_out(patient).identifiers
    return all(any(identifier.is_one_of(known) for identifier in criterion) for criterion in asked.identifiers)


def _exported(patient: Patient, links: Links, centre: Centre) -> ExportedPatient:
    assert patient.stored_at is not None, "it was read from its row"
    replaced_by = links.replaced_by(patient.patient_id)
    return ExportedPatient(
        id=str(patient.patient_id),
        centre_id=str(centre.centre_id),
        identifiers=tuple(PatientIdentifier(i.system, i.value) for i in patient.identifiers),
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        language=patient.language,
        identity_status=patient.identity_status,
        replaced_by=str(replaced_by) if replaced_by else None,
        replaces=tuple(str(other) for other in links.replaces(patient.patient_id)),
        stored_at=links.last_change(patient.patient_id, patient.stored_at),
        mode=centre.mode,
    )
