"""Consultations as an EHR reads and finds them, by the hospital's visit id, spoken in FHIR."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.installation import Installation
from app.store.centre import Centre, read_centre
from app.store.consultation import (
    StoredConsultation,
    consultations_by_visit,
    consultations_of,
    read_consultation,
    read_consultations,
)
from app.store.transaction import Transaction
from fhir_export import systems
from fhir_export.encoding import Resource
from fhir_export.encounter import ExportedEncounter, encounter_resource, encounter_status


@dataclass(frozen=True, slots=True)
class AskedVisit:
    """A visit id that is searched for; `system` None: of whatever system."""

    system: str | None
    visit_id: str


@dataclass(frozen=True, slots=True)
class Span:
    """Moments from `start` up to, not including, `end`; None: without a limit. `outside`: all the others."""

    start: datetime | None
    end: datetime | None
    outside: bool = False

    def holds(self, moment: datetime) -> bool:
        """Whether the moment is meant."""
        inside = (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)
        return inside is not self.outside


@dataclass(frozen=True, slots=True)
class EncounterSearch:
    """What must hold of a visit: of each criterion one of its alternatives. `statuses` are R4's.

    At least one criterion of `ids`, `patients` or `visits`.
    """

    ids: tuple[frozenset[UUID], ...]
    patients: tuple[frozenset[UUID], ...]
    visits: tuple[tuple[AskedVisit, ...], ...]
    starts: tuple[tuple[Span, ...], ...]
    statuses: tuple[frozenset[str], ...]


async def read_encounter(installation: Installation, call: Call, consultation_id: UUID) -> Resource:
    """One visit. Raises NotFound."""
    async with opened(installation, call, Operation.READ_CONSULTATION) as tx:
        found = await read_consultation(tx, consultation_id)
        authorise(call.caller, Operation.READ_CONSULTATION, found.patient_id)
        tx.audit.about(consultation_id, found.patient_id)
        centre = await read_centre(tx)
    return exported_encounter(installation, found, centre)


async def find_encounters(installation: Installation, call: Call, asked: EncounterSearch) -> list[Resource]:
    """The visits that are meant, in the order of their ids: of the patients, or as few as were named."""
    async with opened(installation, call, Operation.LIST_CONSULTATIONS) as tx:
        centre = await read_centre(tx)
        system = systems.visits(_base(installation), str(centre.centre_id))
        candidates = {visit.consultation_id: visit for visit in await _candidates(tx, asked)}
        found = [visit for visit in candidates.values() if _is_meant(visit, asked, system)]
        patients = {visit.patient_id for visit in found}
        if len(patients) == 1:
            tx.audit.patient_id = patients.pop()
    in_order = sorted(found, key=lambda visit: visit.consultation_id)
    return [exported_encounter(installation, visit, centre) for visit in in_order]


def exported_encounter(installation: Installation, visit: StoredConsultation, centre: Centre) -> Resource:
    """A visit of the centre as a resource."""
    return encounter_resource(_exported(visit, centre), _base(installation))


async def _candidates(tx: Transaction, asked: EncounterSearch) -> list[StoredConsultation]:
    if asked.ids:
        return await read_consultations(tx, asked.ids[0])
    if asked.visits:
        return await consultations_by_visit(tx, {visit.visit_id for visit in asked.visits[0]})
    return [visit for patient_id in asked.patients[0] for visit in await consultations_of(tx, patient_id)]


def _is_meant(visit: StoredConsultation, asked: EncounterSearch, system: str) -> bool:
    return (
        all(visit.consultation_id in ids for ids in asked.ids)
        and all(visit.patient_id in ids for ids in asked.patients)
        and all(encounter_status(visit.status) in statuses for statuses in asked.statuses)
        and all(any(span.holds(visit.starts_at) for span in spans) for spans in asked.starts)
        and all(
            any(named.visit_id == visit.visit_id and named.system in (None, system) for named in names)
            for names in asked.visits
        )
    )


def _base(installation: Installation) -> str:
    return installation.knowledge.settings.canonical_base.rstrip("/")


def _exported(visit: StoredConsultation, centre: Centre) -> ExportedEncounter:
    assert visit.stored_at is not None, "it was read from its row"
    return ExportedEncounter(
        id=str(visit.consultation_id),
        centre_id=str(centre.centre_id),
        patient_id=str(visit.patient_id),
        visit_id=visit.visit_id,
        starts_at=visit.starts_at,
        status=visit.status,
        stored_at=visit.stored_at,
        mode=centre.mode,
    )
