"""The synthesis of a consultation as an R4 Composition: sections in words, with the resources that they rest on.

Its sentences are made where the page's are, and handed over: the two cannot say different things.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from fhir_export import systems
from fhir_export.answer_state import AnswerState, DocumentStatus
from fhir_export.encoding import Resource, instant
from fhir_export.narrative import Block, Direction, narrative
from scoring.synthesis import Synthesis

RESOURCE_TYPE: Final = "Composition"
DOCUMENT_TYPE: Final = "pro-summary"

# R4 value set list-empty-reason. `nilknown` is a clinician's judgement: nothing here ever says it.
_EMPTY: Final[Mapping[AnswerState, tuple[str, str]]] = {
    AnswerState.NOT_OPEN_YET: ("notstarted", "Not Started"),
    AnswerState.NOT_READY: ("notstarted", "Not Started"),
    AnswerState.NOTHING_ANSWERED: ("unavailable", "Unavailable"),
    AnswerState.NOTHING_ASKED: ("notasked", "Not Asked"),
    AnswerState.CALLED_OFF: ("closed", "Closed"),
}


class SectionCode(StrEnum):
    """The sections, in their order. Which of them there are depends on the mode."""

    POINTS = "points-of-vigilance"
    TOPICS = "topics"
    SYMPTOMS = "symptoms"
    SCALES = "scales"
    ANSWERS = "answers"
    MODE = "mode"


@dataclass(frozen=True, slots=True)
class Section:
    """One section: what it says, and the references to what it rests on."""

    code: SectionCode
    title: str
    blocks: Sequence[Block]
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SaidDocument:
    """Everything that a document says, in one language.

    `type_words` is what kind of document this is; `state_words` say whether it is ready; `replaced_words` name the
    version before it, None for the first one.
    """

    language: str
    direction: Direction
    title: str
    type_words: str
    state_words: str
    replaced_words: str | None
    head: Sequence[Block]
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """One version of a document: `dated` is when it began to say what it says."""

    number: int
    status: DocumentStatus
    dated: datetime


@dataclass(frozen=True, slots=True)
class ExportedDocument:
    """What a document is about. The ids are the logical ids of FHIR resources on this server.

    `used` are references to every response that the synthesis read; `author_id` is the Device that assembled it.
    """

    synthesis: Synthesis
    state: AnswerState
    version: DocumentVersion
    used: tuple[str, ...]
    patient_id: str
    centre_id: str
    author_id: str
    canonical_base: str


def composition_resource(document: ExportedDocument, said: SaidDocument) -> Resource:
    """The document's first page. Its references are those of this server."""
    base, version = document.canonical_base, document.version
    consultation_id = document.synthesis.consultation.id
    resource: Resource = {
        "resourceType": RESOURCE_TYPE,
        "id": consultation_id,
        "meta": {
            "versionId": str(version.number),
            "lastUpdated": instant(version.dated),
            "tag": [{"system": systems.modes_under(base), "code": document.synthesis.mode.value}],
        },
        "language": said.language,
        "text": narrative(said.head, said.language, said.direction),
        "extension": [
            {"url": systems.DOCUMENT_VERSION, "valueString": str(version.number)},
            {"url": systems.answer_state(base), "valueCoding": _state(document)},
        ],
        "identifier": document_identifier(consultation_id, base),
        "status": version.status.value,
        "type": {
            "coding": [{"system": systems.document_types(base), "code": DOCUMENT_TYPE}],
            "text": said.type_words,
        },
        "subject": {"reference": f"Patient/{document.patient_id}"},
        "encounter": {"reference": f"Encounter/{consultation_id}"},
        "date": instant(version.dated),
        "author": [{"reference": f"Device/{document.author_id}"}],
        "title": said.title,
        "custodian": {"reference": f"Organization/{document.centre_id}"},
    }
    if said.replaced_words is not None:
        # A logical reference: all versions are known by the one identifier, and only the newest one is kept.
        before = {"type": RESOURCE_TYPE, "identifier": resource["identifier"], "display": said.replaced_words}
        resource["relatesTo"] = [{"code": "replaces", "targetReference": before}]
    resource["event"] = [_event(document)]
    resource["section"] = [_section(section, document, said) for section in said.sections]
    return resource


def document_identifier(consultation_id: str, canonical_base: str) -> Resource:
    """The one identifier that every version of a consultation's document has."""
    return {"system": systems.documents(canonical_base), "value": consultation_id}


def _state(document: ExportedDocument) -> Resource:
    return {"system": systems.answer_states(document.canonical_base), "code": document.state.value}


def _event(document: ExportedDocument) -> Resource:
    """The time that is summed up: from the last consultation to this one, as far as it has passed (per-1)."""
    previous, start = document.synthesis.previous, document.synthesis.consultation.start
    end = min(document.version.dated, start)
    period: Resource = {"start": instant(previous.start)} if previous else {}
    if previous is None or previous.start <= end:
        period["end"] = instant(end)
    event: Resource = {"period": period}
    return event | {"detail": [{"reference": used} for used in document.used]} if document.used else event


def _section(section: Section, document: ExportedDocument, said: SaidDocument) -> Resource:
    coding = {"system": systems.document_sections(document.canonical_base), "code": section.code.value}
    entry: Resource = {
        "title": section.title,
        "code": {"coding": [coding], "text": section.title},
        "text": narrative(section.blocks, said.language, said.direction),
    }
    if section.entries:
        return entry | {"entry": [{"reference": reference} for reference in section.entries]}
    empty = _EMPTY.get(document.state)
    if empty is None or section.code is SectionCode.MODE:  # it says something, and nothing is missing from it
        return entry
    code, display = empty
    standard = {"system": systems.LIST_EMPTY_REASON, "code": code, "display": display}
    return entry | {"emptyReason": {"coding": [standard, _state(document)], "text": said.state_words}}
