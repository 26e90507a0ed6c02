"""What decides whether a document has changed: everything that it says, in no language, as of no moment."""

import hashlib
from typing import Any

import orjson

from app.services.patients import given_out
from app.services.read_synthesis import SynthesisOfPatient
from app.store import jsonb
from fhir_export.answer_state import AnswerState, has_begun
from scoring.history import DID_NOT_HAPPEN


def content_digest(found: SynthesisOfPatient, state: AnswerState) -> bytes:
    """The sha256 of what a document says. It changes with any number, label, answer, evidence, name or identifier.

    That the visit has begun or fell through counts, not each word of the hospital's about it: a document is not amended
    because the patient has gone home.
    """
    synthesis = found.synthesis
    visit, previous = synthesis.consultation, synthesis.previous
    patient = given_out(found.patient)
    plain: dict[str, Any] = {
        "patient": [patient.family_name, patient.given_name, patient.birth_date, patient.identifiers],
        "centre": found.centre.name,
        "visit": [visit.start, visit.status if visit.status in DID_NOT_HAPPEN else has_begun(synthesis)],
        "previous": [previous.id, previous.start] if previous else None,
        "state": state,
        "mode": synthesis.mode,
        "points": synthesis.points,
        "topics": synthesis.topics,
        "lines": synthesis.lines,
        "responses": synthesis.responses,
        "not_answered": synthesis.not_answered,
        "used": synthesis.used,
        "treatment": [found.consultation.treatment_line, found.consultation.treatment_cycle],
        "identity": patient.identity_status,
        "other_records": [str(record) for record in found.other_records],
        "told_with": [
            [found.rows[one.response].recorded_by, found.rows[one.response].evaluation.get("advice")]
            for one in synthesis.responses
        ],
    }
    return hashlib.sha256(
        orjson.dumps(plain, default=jsonb.number, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    ).digest()
