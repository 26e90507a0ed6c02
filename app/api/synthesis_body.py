"""The synthesis as JSON: the object of `scoring.synthesis`, field by field."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.api.alert_body import AlertOut, plain_alert
from app.api.fields import Documented, Plain, RefOut
from app.services.read_synthesis import SynthesisOfPatient
from app.store import jsonb
from app.wording import Wording
from scoring.change import Label
from scoring.history import Consultation, ConsultationStatus, Respondent
from scoring.rules import Direction, ScoreKind
from scoring.synthesis import Mode
from scoring.vigilance import Point


class ConsultationRef(Documented):
    """One visit."""

    id: UUID
    start: datetime
    status: ConsultationStatus


class ValueOut(Documented):
    """One known value with its evidence: response, items, what was imputed, when and by whom it was answered."""

    value: Plain
    response: RefOut
    items: list[str]
    imputed: list[str]
    authored_at: datetime
    answered_by: Respondent


class TrendPointOut(Documented):
    """One response that asked the concept. `value` null: it gave none that compares."""

    response: RefOut
    authored_at: datetime
    answered_by: Respondent
    value: Plain


class RowOut(Documented):
    """What one questionnaire says of the line's concept (`docs/synthesis.md` defines every label).

    `onset`: since when it has been worse than at the reference. `trend`: the way from the reference period to now.
    `worst_elsewhere`, `reference_elsewhere`: values of another version on the same scale, compared with nothing.
    """

    questionnaire: str
    score: str
    label: Label
    now: ValueOut | None
    reference: ValueOut | None
    baseline: ValueOut | None
    worst_since: ValueOut | None
    onset: ValueOut | None
    worst_elsewhere: ValueOut | None
    reference_elsewhere: ValueOut | None
    last_known: ValueOut | None
    absence: str | None
    asked_in: RefOut | None
    no_comparison: str | None
    respondent_changed: bool
    recall_overlap: bool
    trend: list[TrendPointOut]


class LineOut(Documented):
    """One concept on one scale over one recall period. The first row is the worse one and places the line."""

    concept: str
    scale: str
    recall_period: str
    kind: ScoreKind
    range: list[Plain]
    higher_is: Direction
    rows: list[RowOut]


class PointOut(Documented):
    """One point of vigilance. `tier` 1 is the most urgent."""

    tier: int
    concept: str
    label: Label | None
    now: Plain
    reference: Plain
    authored_at: datetime
    evidence: list[RefOut]
    alert: AlertOut | None


class TopicsOut(Documented):
    """What the patient wants to talk about, by item."""

    response: RefOut
    questionnaire: str
    authored_at: datetime
    answers: dict[str, Plain]


class AnsweredOut(Documented):
    """One response since the last consultation. `answers` only in the mode `record`."""

    response: RefOut
    questionnaire: str
    authored_at: datetime
    stored_at: datetime
    status: str
    answered_by: Respondent
    answered: int
    asked: int
    skipped: list[str]
    declined: list[str]
    answers: dict[str, Plain] | None


class SynthesisOut(Documented):
    """The synthesis of one consultation, as of a moment, with every response that it read."""

    patient_id: UUID
    consultation: ConsultationRef
    previous: ConsultationRef | None
    mode: Mode
    as_of: datetime
    points: list[PointOut]
    topics: list[TopicsOut]
    lines: list[LineOut]
    responses: list[AnsweredOut]
    not_answered: list[str]
    used: list[RefOut]


def synthesis_json(found: SynthesisOfPatient, wording: Wording) -> bytes:
    """The JSON of a synthesis: its own dataclasses, written as they are; the reasons of alerts in words of a language.

    `SynthesisOut` documents them, and a test holds the two together; building the 450 models of a page would cost more
    than making the synthesis.
    """
    synthesis = found.synthesis
    plain = {
        "patient_id": str(found.patient.patient_id),
        "consultation": _consultation(synthesis.consultation),
        "previous": _consultation(synthesis.previous) if synthesis.previous else None,
        "mode": synthesis.mode,
        "as_of": synthesis.as_of,
        "points": [_point(found, point, wording) for point in synthesis.points],
        "topics": synthesis.topics,
        "lines": synthesis.lines,
        "responses": synthesis.responses,
        "not_answered": synthesis.not_answered,
        "used": synthesis.used,
    }
    return orjson.dumps(plain, default=jsonb.number, option=orjson.OPT_UTC_Z)


def _consultation(consultation: Consultation) -> dict[str, Any]:
    return {"id": consultation.id, "start": consultation.start, "status": consultation.status}


def _point(found: SynthesisOfPatient, point: Point, wording: Wording) -> dict[str, Any]:
    row, alert = point.row, found.alert_of(point, wording)
    return {
        "tier": point.tier,
        "concept": point.concept,
        "label": row.label if row else None,
        "now": row.now.value if row and row.now else None,
        "reference": row.reference.value if row and row.reference else None,
        "authored_at": point.authored_at,
        "evidence": point.evidence,
        "alert": plain_alert(alert) if alert else None,
    }
