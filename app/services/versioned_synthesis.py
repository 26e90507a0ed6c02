"""The synthesis with the number of what it says: pages, prints and FHIR documents of one content bear one version."""

from dataclasses import dataclass
from datetime import datetime

from app.security.operations import Operation, authorise
from app.services.call import Call
from app.services.document_content import content_digest
from app.services.installation import Installation
from app.services.me import OPENS_BEFORE
from app.services.read_synthesis import Material, SynthesisOfPatient, read_material
from app.store.consultation import StoredConsultation
from app.store.document_version import StoredDocumentVersion, add_document_version, find_newest_version
from app.store.transaction import PatientLock, Transaction
from fhir_export.answer_state import AnswerState, DocumentStatus, answer_state, document_status
from fhir_export.composition import DocumentVersion


@dataclass(frozen=True, slots=True)
class VersionedSynthesis:
    """A synthesis, what it was made of, how far it is answered, and its version. `opens_at`: when answering begins."""

    material: Material
    found: SynthesisOfPatient
    state: AnswerState
    opens_at: datetime
    version: DocumentVersion


async def read_versioned(
    installation: Installation, call: Call, tx: Transaction, visit: StoredConsultation
) -> VersionedSynthesis:
    """The synthesis of a visit as of now; with a new version where it says something new. Raises NotFound."""
    authorise(call.caller, Operation.READ_SYNTHESIS, visit.patient_id)
    # Those who read it at a time, and those who store for the patient, follow each other: one change makes one version,
    # and no version says less than the one before it.
    await tx.lock(PatientLock(visit.patient_id))
    newest = await find_newest_version(tx, visit.consultation_id)
    moment = max(call.received_at, newest.as_of) if newest else call.received_at
    material = await read_material(installation, call, tx, visit, moment)
    found = material.synthesis(installation)
    opens_at = material.visit.starts_at - OPENS_BEFORE
    state = answer_state(found.synthesis, opens_at)
    version = await _version(tx, found, state, newest)
    tx.audit.about(visit.consultation_id, visit.patient_id, version.number)
    return VersionedSynthesis(material, found, state, opens_at, version)


async def _version(
    tx: Transaction, found: SynthesisOfPatient, state: AnswerState, newest: StoredDocumentVersion | None
) -> DocumentVersion:
    """The newest version where the synthesis says what that one said; else a new one."""
    digest = content_digest(found, state)
    if newest is None or newest.content_sha256 != digest:
        before = DocumentStatus(newest.status) if newest else None
        newest = StoredDocumentVersion(
            consultation_id=found.consultation.consultation_id,
            version=newest.version + 1 if newest else 1,
            patient_id=found.patient.patient_id,
            content_sha256=digest,
            status=document_status(found.synthesis, before).value,
            as_of=found.synthesis.as_of,
        )
        await add_document_version(tx, newest)
    return DocumentVersion(newest.version, DocumentStatus(newest.status), newest.as_of)
