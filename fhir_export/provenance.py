"""How one revision of a response came about, as an R4 Provenance: who answered, who recorded, what it replaced."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fhir_export import systems
from fhir_export.content_version import versioned
from fhir_export.encoding import Resource, instant
from fhir_export.people import recorder, respondent
from fhir_export.phrases import Phrase, say
from fhir_export.source import Recorder
from questionnaires.response import ResponseStatus
from scoring.history import Respondent
from scoring.synthesis import Mode

RESOURCE_TYPE: Final = "Provenance"
_ID: Final = re.compile(r"(.+)\.([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class ExportedRevision:
    """One revision of a response, without its answers. The ids are the logical ids of FHIR resources on this server.

    `reason`: why it was corrected, withdrawn or scored again. `was_received`: it came as a FHIR resource, and the
    original is kept. `is_rescored`: it has the answers of the one before it, scored again.
    """

    response_id: str
    revision: int
    patient_id: str
    status: ResponseStatus
    answered_by: Respondent
    recorded_by: Recorder
    recorder_id: str | None
    stored_at: datetime
    reason: str | None
    language: str
    is_deleted: bool
    is_rescored: bool
    was_received: bool
    mode: Mode


def provenance_id(response_id: str, revision: int) -> str:
    """`<response id>.<revision>`."""
    return f"{response_id}.{revision}"


def split_provenance_id(identifier: str) -> tuple[str, int] | None:
    """The response and the revision of a Provenance id, or None for what never was one."""
    found = _ID.fullmatch(identifier)
    return (found[1], int(found[2])) if found else None


def provenance_resource(revision: ExportedRevision, canonical_base: str) -> Resource:
    """The Provenance of one revision. What is said in words is in the response's language."""
    resource: Resource = {
        "resourceType": RESOURCE_TYPE,
        "id": provenance_id(revision.response_id, revision.revision),
        "language": revision.language,
        "target": [_version(revision.response_id, revision.revision)],
        "recorded": instant(revision.stored_at),
    }
    if revision.reason:
        resource["reason"] = [{"text": revision.reason}]
    resource["activity"] = {"coding": [{"system": systems.DATA_OPERATION, "code": _activity(revision)}]}
    resource["agent"] = _agents(revision)
    entities = _entities(revision)
    if entities:
        resource["entity"] = entities
    return versioned(resource, revision.mode, canonical_base, revision.stored_at)


def _activity(revision: ExportedRevision) -> str:
    if revision.is_deleted:
        return "DELETE"
    if revision.status is ResponseStatus.ENTERED_IN_ERROR:
        return "NULLIFY"
    return "CREATE" if revision.revision == 1 else "UPDATE"


def _agents(revision: ExportedRevision) -> list[Resource]:
    """Who answered, and who recorded it. Nobody did either of an answer that is scored again: the service did that."""
    if revision.is_rescored:
        software = {"type": "Device", "display": say(Phrase.RESCORING, revision.language)}
        return [_agent("assembler", software)]
    answered = respondent(revision.answered_by, revision.patient_id, revision.language)
    recorded = answered
    if revision.recorded_by is not Recorder.PATIENT:
        recorded = recorder(revision.recorded_by, revision.recorder_id, revision.language)
    return [_agent("author", answered), _agent("enterer", recorded)]


def _agent(participation: str, who: Resource) -> Resource:
    return {"type": {"coding": [{"system": systems.PARTICIPATION, "code": participation}]}, "who": who}


def _entities(revision: ExportedRevision) -> list[Resource]:
    """The revision before it, and the original where one is kept: that has no address of its own."""
    found: list[Resource] = []
    if revision.revision > 1:
        found.append({"role": "revision", "what": _version(revision.response_id, revision.revision - 1)})
    if revision.was_received:
        original = {"type": "QuestionnaireResponse", "display": say(Phrase.AS_RECEIVED, revision.language)}
        found.append({"role": "source", "what": original})
    return found


def _version(response_id: str, revision: int) -> Resource:
    return {"reference": f"QuestionnaireResponse/{response_id}/_history/{revision}"}
