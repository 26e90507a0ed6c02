"""The document of a consultation: the same synthesis as on the page and in `/v1`, with a version of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.document_content import content_digest
from app.services.document_in_words import DocumentInWords
from app.services.errors import NoConsultation
from app.services.export_encounter import exported_encounter
from app.services.export_patient import exported_patients
from app.services.export_people import exported_centre, exported_recorder, exported_software
from app.services.exported_response import worded
from app.services.installation import Installation
from app.services.me import OPENS_BEFORE
from app.services.read_synthesis import Material, SynthesisOfPatient, read_material
from app.services.synthesis_in_words import SynthesisInWords
from app.store.centre import read_centre
from app.store.consultation import StoredConsultation, consultations_of, read_consultation, read_consultations
from app.store.document_version import StoredDocumentVersion, add_document_version, find_newest_version
from app.store.patient import read_patient, read_patients
from app.store.patient_link import links_of
from app.store.transaction import PatientLock, Transaction
from fhir_export.answer_state import AnswerState, DocumentStatus, answer_state, document_status
from fhir_export.citations import Citations
from fhir_export.composition import DocumentVersion, ExportedDocument, composition_resource
from fhir_export.device import SOFTWARE_ID
from fhir_export.document import document_bundle
from fhir_export.encoding import Resource
from scoring.history import DID_NOT_HAPPEN, ConsultationStatus

# A document holds whole resources of these kinds: whoever may read it may read each of them.
_INSIDE: Final = (
    Operation.READ_PATIENT,
    Operation.READ_CONSULTATION,
    Operation.READ_RESPONSE,
    Operation.READ_SCORES,
)


@dataclass(frozen=True, slots=True)
class _Drafted:
    """A composition, and what was read for it. `observed`: the ids of the responses whose Observations it cites."""

    composition: Resource
    observed: frozenset[str]
    material: Material
    synthesis: SynthesisOfPatient


async def read_composition(installation: Installation, call: Call, consultation_id: UUID) -> Resource:
    """The Composition of a consultation, as of now, in words for the caller. Raises NotFound."""
    async with opened(installation, call, Operation.READ_SYNTHESIS) as tx:
        visit = await read_consultation(tx, consultation_id)
        return (await _drafted(installation, call, tx, visit)).composition


async def read_document(installation: Installation, call: Call, consultation_id: UUID, service_base: str) -> Resource:
    """The document of a consultation, as of now, in words for the caller. Raises NotFound."""
    async with opened(installation, call, Operation.READ_SYNTHESIS) as tx:
        visit = await read_consultation(tx, consultation_id)
        return await _document(installation, call, tx, visit, service_base)


async def read_summary(installation: Installation, call: Call, patient_id: UUID, service_base: str) -> Resource:
    """The document of the patient's next consultation; of the last one, where none is ahead.

    Raises NotFound, NoConsultation.
    """
    async with opened(installation, call, Operation.READ_SYNTHESIS, patient_id) as tx:
        await read_patient(tx, patient_id)
        zone = ZoneInfo((await read_centre(tx)).time_zone)
        today = datetime.combine(call.received_at.astimezone(zone).date(), time(), zone)
        visit = _next_or_last(await consultations_of(tx, patient_id), today, call.received_at)
        return await _document(installation, call, tx, visit, service_base)


def _next_or_last(visits: Sequence[StoredConsultation], today: datetime, now: datetime) -> StoredConsultation:
    """A visit of today that is not over comes before those ahead: it is the one that is being prepared or held."""
    held = [visit for visit in visits if visit.status not in DID_NOT_HAPPEN]
    next_ones = [
        visit
        for visit in held
        if visit.starts_at > now or (visit.starts_at >= today and visit.status is not ConsultationStatus.FINISHED)
    ]
    if not held:
        raise NoConsultation("the patient has no consultation that took place or is ahead")
    return next_ones[0] if next_ones else held[-1]


async def _document(
    installation: Installation, call: Call, tx: Transaction, visit: StoredConsultation, service_base: str
) -> Resource:
    for operation in _INSIDE:
        authorise(call.caller, operation, visit.patient_id)
    drafted = await _drafted(installation, call, tx, visit)
    resources = await _resources(installation, call, tx, drafted)
    return document_bundle(drafted.composition, resources, service_base, call.received_at)


async def _drafted(installation: Installation, call: Call, tx: Transaction, visit: StoredConsultation) -> _Drafted:
    authorise(call.caller, Operation.READ_SYNTHESIS, visit.patient_id)
    # Those who read the document at a time, and those who store for the patient, follow each other: one change makes
    # one version, and no version says less than the one before it.
    await tx.lock(PatientLock(visit.patient_id))
    newest = await find_newest_version(tx, visit.consultation_id)
    moment = max(call.received_at, newest.as_of) if newest else call.received_at
    material = await read_material(installation, call, tx, await read_consultation(tx, visit.consultation_id), moment)
    found = material.synthesis(installation)
    opens_at = material.visit.starts_at - OPENS_BEFORE
    state = answer_state(found.synthesis, opens_at)
    version = await _version(tx, found, state, newest)
    tx.audit.about(visit.consultation_id, visit.patient_id, version.number)
    wording = installation.wordings.best(call.languages, found.centre.languages)
    past = (*material.past.responses, *([material.past.baseline] if material.past.baseline else []))
    citations = Citations(found.synthesis, past)
    view = SynthesisInWords(installation, found, wording)
    document = ExportedDocument(
        synthesis=found.synthesis,
        state=state,
        version=version,
        used=citations.used,
        patient_id=str(visit.patient_id),
        centre_id=str(found.centre.centre_id),
        author_id=SOFTWARE_ID,
        canonical_base=installation.knowledge.settings.canonical_base.rstrip("/"),
    )
    said = DocumentInWords(view, citations, state, version, opens_at).said()
    return _Drafted(composition_resource(document, said), citations.observed, material, found)


async def _version(
    tx: Transaction, found: SynthesisOfPatient, state: AnswerState, newest: StoredDocumentVersion | None
) -> DocumentVersion:
    """The newest version where the document says what that one said; else a new one."""
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


async def _resources(installation: Installation, call: Call, tx: Transaction, drafted: _Drafted) -> list[Resource]:
    """Everything that the document may refer to, in its language."""
    material, language = drafted.material, drafted.composition["language"]
    centre, patient_id = material.centre, material.patient.patient_id
    rows = material.of(drafted.synthesis.synthesis.used)
    visit_ids = {material.visit.consultation_id, *(row.consultation_id for row in rows if row.consultation_id)}
    responses = await worded(tx, installation, rows)
    observed = [one for one in responses if one.exported.response.ref.id in drafted.observed]
    reader = replace(call, languages=(language,))
    recorders = {(one.exported.recorded_by, one.exported.recorder_id) for one in responses}
    return [
        *await exported_patients(tx, installation, await read_patients(tx, await _same_person(tx, patient_id))),
        *(exported_encounter(installation, visit, centre) for visit in await read_consultations(tx, visit_ids)),
        exported_centre(installation, centre),
        exported_software(installation, centre),
        *(response.as_response() for response in responses),
        *(observation for response in observed for observation in response.as_observations(reader)),
        *(exported_recorder(installation, centre, by, who, language) for by, who in recorders if who is not None),
    ]


async def _same_person(tx: Transaction, patient_id: UUID) -> set[UUID]:
    """The patient, and whoever turned out to be the same: a Patient refers to them."""
    found = {patient_id}
    while True:
        links = (await links_of(tx, found)).links
        linked = found.union(*({link.patient_id, link.replaced_by} for link in links))
        if linked == found:
            return found
        found = linked
