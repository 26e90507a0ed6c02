"""The document of a consultation: the same synthesis as on the page and in `/v1`, with a version of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.security.operations import Operation, authorise
from app.services.call import Call, opened
from app.services.document_in_words import DocumentInWords
from app.services.errors import NoConsultation
from app.services.export_encounter import exported_encounter
from app.services.export_patient import exported_patients
from app.services.export_people import exported_centre, exported_recorder, exported_software
from app.services.exported_response import worded
from app.services.installation import Installation
from app.services.read_synthesis import Material, SynthesisOfPatient
from app.services.synthesis_in_words import SynthesisInWords
from app.services.versioned_synthesis import read_versioned
from app.store.centre import read_centre
from app.store.consultation import StoredConsultation, consultations_of, read_consultation, read_consultations
from app.store.patient import read_patient, read_patients
from app.store.patient_link import links_of
from app.store.transaction import Transaction
from fhir_export.citations import Citations
from fhir_export.composition import ExportedDocument, composition_resource
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
    versioned = await read_versioned(installation, call, tx, visit)
    material, found = versioned.material, versioned.found
    wording = installation.wordings.best(call.languages, found.centre.languages)
    past = (*material.past.responses, *([material.past.baseline] if material.past.baseline else []))
    citations = Citations(found.synthesis, past)
    view = SynthesisInWords(installation, found, wording)
    document = ExportedDocument(
        synthesis=found.synthesis,
        state=versioned.state,
        version=versioned.version,
        used=citations.used,
        patient_id=str(visit.patient_id),
        centre_id=str(found.centre.centre_id),
        author_id=SOFTWARE_ID,
        canonical_base=installation.knowledge.settings.canonical_base.rstrip("/"),
    )
    said = DocumentInWords(view, citations, versioned.state, versioned.version, versioned.opens_at).said()
    return _Drafted(composition_resource(document, said), citations.observed, material, found)


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
