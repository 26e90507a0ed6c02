"""A document as the service would have it made: two visits, a response before each, in fixed words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fhir_export.answer_state import AnswerState, DocumentStatus, answer_state
from fhir_export.citations import Citations
from fhir_export.composition import (
    DocumentVersion,
    ExportedDocument,
    SaidDocument,
    Section,
    SectionCode,
    composition_resource,
)
from fhir_export.device import SOFTWARE_ID, software_device
from fhir_export.document import document_bundle
from fhir_export.encounter import ExportedEncounter, encounter_resource
from fhir_export.narrative import Direction, Paragraph, Quotation, Words
from fhir_export.observation import observations
from fhir_export.organization import organization_resource
from fhir_export.patient import ExportedPatient, patient_resource
from fhir_export.questionnaire_response import questionnaire_response
from fhir_export.source import ExportedResponse
from scoring.history import Consultation, ConsultationStatus, ResponseRef
from scoring.synthesis import Mode, Past, Synthesis, synthesise
from tests.export.builders import BASE, ENCOUNTER_ID, FRENCH, PATIENT_ID, SERVICE, STORED_AT, exported

CENTRE_ID = "019aa000-0000-7000-8000-0000000000c0"
EARLIER_ID = "019aa000-0000-7000-8000-000000000002"
START = datetime(2026, 11, 23, 9, tzinfo=UTC)
BEFORE = datetime(2026, 11, 2, 9, tzinfo=UTC)
OPENS_AT = START - timedelta(days=7)
EVE = datetime(2026, 11, 22, 8, tzinfo=UTC)
VISIT = Consultation(ENCOUNTER_ID, START, ConsultationStatus.PLANNED, ("example",))
PREVIOUS = Consultation("019aa000-0000-7000-8000-0000000000ef", BEFORE, ConsultationStatus.FINISHED)
FIRST = DocumentVersion(1, DocumentStatus.PRELIMINARY, EVE)

NOW = exported()


def _earlier() -> ExportedResponse:
    mild = exported({"nausea-frequency": "1", "nausea-severity": "1", "pain-severity": 2}, encounter_id=None)
    at = BEFORE - timedelta(days=1)
    past = replace(mild.response, ref=ResponseRef(EARLIER_ID, 1), authored_at=at, stored_at=at)
    return replace(mild, response=past)


EARLIER = _earlier()


def synthesis(
    *responses: ExportedResponse, visit: Consultation = VISIT, mode: Mode = Mode.ALERT, as_of: datetime = EVE
) -> Synthesis:
    """The synthesis of the visit. Its one questionnaire is due unless it was answered."""
    past = Past((PREVIOUS, visit), [one.response for one in responses], None, (NOW.response.rulebook,))
    return synthesise(visit, past, mode=mode, as_of=as_of)


def composition(
    found: Synthesis,
    *responses: ExportedResponse,
    version: DocumentVersion = FIRST,
    state: AnswerState | None = None,
    language: str = "fr",
    direction: Direction = "ltr",
) -> dict[str, Any]:
    """The Composition, with every section and the fewest words."""
    cited = Citations(found, [one.response for one in responses])
    entries = {
        SectionCode.POINTS: cited.points,
        SectionCode.TOPICS: cited.topics,
        SectionCode.SYMPTOMS: cited.symptoms,
        SectionCode.SCALES: cited.scales,
        SectionCode.ANSWERS: cited.answered,
        SectionCode.MODE: (),
    }
    sections = [Section(code, f"<{code.value}>", _words(code.value), entries[code]) for code in SectionCode]
    said = SaidDocument(
        language=language,
        direction=direction,
        title="Une consultation",
        type_words="Synthèse",
        state_words="Où l’on en est",
        replaced_words=f"Version {version.number - 1}" if version.number > 1 else None,
        head=_words("La tête"),
        sections=sections,
    )
    document = ExportedDocument(
        synthesis=found,
        state=state or answer_state(found, OPENS_AT),
        version=version,
        used=cited.used,
        patient_id=PATIENT_ID,
        centre_id=CENTRE_ID,
        author_id=SOFTWARE_ID,
        canonical_base=BASE,
    )
    return composition_resource(document, said)


def resources(*responses: ExportedResponse) -> list[dict[str, Any]]:
    """Everything that a document may refer to."""
    patient = ExportedPatient(
        PATIENT_ID, CENTRE_ID, (), "Exemple", None, None, "fr", None, None, (), stored_at=STORED_AT, mode=Mode.ALERT
    )
    visit = ExportedEncounter(
        ENCOUNTER_ID, CENTRE_ID, PATIENT_ID, "v-17", START, ConsultationStatus.PLANNED, STORED_AT, Mode.ALERT
    )
    return [
        patient_resource(patient, BASE),
        encounter_resource(visit, BASE),
        organization_resource(CENTRE_ID, "Centre d’exemple", Mode.ALERT, BASE),
        software_device("0.1.0", CENTRE_ID, Mode.ALERT, BASE),
        *(questionnaire_response(one, FRENCH) for one in responses),
        *(observation for one in responses for observation in observations(one, FRENCH)),
    ]


def document(*responses: ExportedResponse, version: DocumentVersion = FIRST, mode: Mode = Mode.ALERT) -> dict[str, Any]:
    """The document Bundle of the visit, on its eve."""
    found = composition(synthesis(*responses, mode=mode), *responses, version=version)
    return document_bundle(found, resources(*responses), SERVICE, EVE)


def _words(text: str) -> Sequence[Paragraph | Quotation]:
    return (Paragraph([(Words(text),)]), Quotation("Ses mots", "Puis-je <reprendre> ?"))
