"""How each revision of a response came about, as an EHR asks it, spoken in FHIR."""

from dataclasses import dataclass
from uuid import UUID

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.installation import Installation
from app.store.centre import Centre, read_centre
from app.store.errors import NotFound
from app.store.revision import (
    RevisionPlace,
    StoredRevision,
    count_revisions,
    read_revisions_of_patient,
    revisions_of,
)
from app.store.transaction import Transaction
from fhir_export.encoding import Resource
from fhir_export.provenance import ExportedRevision, provenance_resource
from fhir_export.source import Recorder


@dataclass(frozen=True, slots=True)
class AskedRevision:
    """A response that is asked about; `revision` None: all of its revisions."""

    response_id: UUID
    revision: int | None = None

    def is_meant_by(self, stored: StoredRevision) -> bool:
        """Whether that revision is asked about."""
        return stored.response_id == self.response_id and self.revision in (None, stored.revision)


@dataclass(frozen=True, slots=True)
class ProvenanceSearch:
    """What must hold of a revision: of each criterion one of its alternatives, and one patient where one is named.

    `revisions` are criteria; without any, a patient is named.
    """

    revisions: tuple[tuple[AskedRevision, ...], ...]
    patient_id: UUID | None


@dataclass(frozen=True, slots=True)
class FoundProvenances:
    """Some Provenances, where the next page begins, and how many there are of all pages, where that was asked."""

    resources: tuple[Resource, ...]
    next: RevisionPlace | None
    total: int | None


async def read_provenance(installation: Installation, call: Call, response_id: UUID, revision: int) -> Resource:
    """The Provenance of one revision. Raises NotFound."""
    async with opened(installation, call, Operation.READ_PROVENANCE) as tx:
        for stored in await revisions_of(tx, [response_id]):
            if stored.revision == revision:
                authorise(call.caller, Operation.READ_PROVENANCE, stored.patient_id)
                tx.audit.about(response_id, stored.patient_id, revision)
                return _resource(installation, await read_centre(tx), stored)
        raise NotFound


async def find_provenances(
    installation: Installation,
    call: Call,
    asked: ProvenanceSearch,
    *,
    after: RevisionPlace,
    count: int,
    with_total: bool,
) -> FoundProvenances:
    """A page of the Provenances that are meant, in the order in which their revisions were stored."""
    async with opened(installation, call, Operation.LIST_PROVENANCE) as tx:
        if asked.revisions:
            every = await _named(tx, asked)
            total, rest = len(every), [stored for stored in every if stored.place > after]
        else:
            assert asked.patient_id is not None, "a search without revisions names a patient"
            total = await count_revisions(tx, asked.patient_id) if with_total else 0
            rest = await read_revisions_of_patient(tx, asked.patient_id, after=after, count=count + 1)
        patients = {stored.patient_id for stored in rest}
        if len(patients) == 1:
            tx.audit.patient_id = patients.pop()
        centre = await read_centre(tx)
    page = rest[:count]
    resources = tuple(_resource(installation, centre, stored) for stored in page)
    return FoundProvenances(resources, page[-1].place if len(rest) > count else None, total if with_total else None)


async def _named(tx: Transaction, asked: ProvenanceSearch) -> list[StoredRevision]:
    stored = await revisions_of(tx, {named.response_id for named in asked.revisions[0]})
    return [
        one
        for one in stored
        if asked.patient_id in (None, one.patient_id)
        and all(any(named.is_meant_by(one) for named in criterion) for criterion in asked.revisions)
    ]


def _resource(installation: Installation, centre: Centre, stored: StoredRevision) -> Resource:
    exported = ExportedRevision(
        response_id=str(stored.response_id),
        revision=stored.revision,
        patient_id=str(stored.patient_id),
        status=stored.status,
        answered_by=stored.answered_by,
        recorded_by=Recorder(stored.recorded_by),
        recorder_id=str(stored.recorder_id) if stored.recorder_id else None,
        stored_at=stored.stored_at,
        reason=stored.reason,
        language=stored.language,
        is_deleted=stored.is_deleted,
        is_rescored=stored.is_rescored,
        was_received=stored.was_received,
        mode=centre.mode,
    )
    return provenance_resource(exported, installation.knowledge.settings.canonical_base.rstrip("/"))
