"""The synthesis as JSON: the object of `scoring.synthesis`, field by field."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from app.api.fields import Plain
from app.services.history import plain_alerts
from app.services.read_synthesis import SynthesisOfPatient
from scoring.change import Label
from scoring.history import Consultation, ConsultationStatus, Respondent, ResponseRef
from scoring.lines import Line, SubRow, ValueAt
from scoring.rules import Direction, ScoreKind
from scoring.synthesis import Answered, Mode, Synthesis, Topics
from scoring.vigilance import Point


class RefOut(BaseModel):
    """One revision of one response."""

    id: UUID
    revision: int


class ConsultationRef(BaseModel):
    """One visit."""

    id: UUID
    start: datetime
    status: ConsultationStatus


class ValueOut(BaseModel):
    """One known value with its evidence: response, items, what was imputed, when and by whom it was answered."""

    value: Plain
    response: RefOut
    items: list[str]
    imputed: list[str]
    authored_at: datetime
    answered_by: Respondent


class RowOut(BaseModel):
    """What one questionnaire says of the line's concept (`docs/synthesis.md` defines every label)."""

    questionnaire: str
    score: str
    label: Label
    now: ValueOut | None
    reference: ValueOut | None
    baseline: ValueOut | None
    worst_since: ValueOut | None
    last_known: ValueOut | None
    absence: str | None
    asked_in: RefOut | None
    no_comparison: str | None
    respondent_changed: bool
    recall_overlap: bool


class LineOut(BaseModel):
    """One concept on one scale over one recall period. The first row is the worse one and places the line."""

    concept: str
    scale: str
    recall_period: str
    kind: ScoreKind
    range: list[Plain]
    higher_is: Direction
    rows: list[RowOut]


class PointOut(BaseModel):
    """One point of vigilance. `tier` 1 is the most urgent."""

    tier: int
    concept: str
    label: Label | None
    now: Plain
    reference: Plain
    authored_at: datetime
    evidence: list[RefOut]
    alert: Plain


class TopicsOut(BaseModel):
    """What the patient wants to talk about, by item."""

    response: RefOut
    questionnaire: str
    authored_at: datetime
    answers: dict[str, Plain]


class AnsweredOut(BaseModel):
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


class SynthesisOut(BaseModel):
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


def synthesis_body(found: SynthesisOfPatient) -> SynthesisOut:
    """The JSON body of a synthesis."""
    synthesis: Synthesis = found.synthesis
    return SynthesisOut(
        patient_id=found.patient.patient_id,
        consultation=_consultation(synthesis.consultation),
        previous=_consultation(synthesis.previous) if synthesis.previous else None,
        mode=synthesis.mode,
        as_of=synthesis.as_of,
        points=[_point(point) for point in synthesis.points],
        topics=[_topics(topics) for topics in synthesis.topics],
        lines=[_line(line) for line in synthesis.lines],
        responses=[_answered(answered) for answered in synthesis.responses],
        not_answered=list(synthesis.not_answered),
        used=[_ref(ref) for ref in synthesis.used],
    )


def _consultation(consultation: Consultation) -> ConsultationRef:
    return ConsultationRef(id=UUID(consultation.id), start=consultation.start, status=consultation.status)


def _ref(ref: ResponseRef) -> RefOut:
    return RefOut(id=UUID(ref.id), revision=ref.revision)


def _value(value: ValueAt | None) -> ValueOut | None:
    if value is None:
        return None
    return ValueOut(
        value=value.value,
        response=_ref(value.response),
        items=list(value.items),
        imputed=list(value.imputed),
        authored_at=value.authored_at,
        answered_by=value.answered_by,
    )


def _point(point: Point) -> PointOut:
    row = point.row
    return PointOut(
        tier=point.tier,
        concept=point.concept,
        label=row.label if row else None,
        now=row.now.value if row and row.now else None,
        reference=row.reference.value if row and row.reference else None,
        authored_at=point.authored_at,
        evidence=[_ref(ref) for ref in point.evidence],
        alert=plain_alerts([point.alert])[0] if point.alert else None,
    )


def _line(line: Line) -> LineOut:
    return LineOut(
        concept=line.concept,
        scale=line.scale,
        recall_period=line.recall_period,
        kind=line.kind,
        range=list(line.range),
        higher_is=line.higher_is,
        rows=[_row(row) for row in line.rows],
    )


def _row(row: SubRow) -> RowOut:
    return RowOut(
        questionnaire=row.questionnaire,
        score=row.score,
        label=row.label,
        now=_value(row.now),
        reference=_value(row.reference),
        baseline=_value(row.baseline),
        worst_since=_value(row.worst_since),
        last_known=_value(row.last_known),
        absence=row.absence.value if row.absence else None,
        asked_in=_ref(row.asked_in) if row.asked_in else None,
        no_comparison=row.no_comparison.value if row.no_comparison else None,
        respondent_changed=row.respondent_changed,
        recall_overlap=row.recall_overlap,
    )


def _topics(topics: Topics) -> TopicsOut:
    return TopicsOut(
        response=_ref(topics.response),
        questionnaire=topics.questionnaire,
        authored_at=topics.authored_at,
        answers={link_id: list(values) for link_id, values in topics.answers.items()},
    )


def _answered(answered: Answered) -> AnsweredOut:
    plain = None if answered.answers is None else {link_id: list(v) for link_id, v in answered.answers.items()}
    return AnsweredOut(
        response=_ref(answered.response),
        questionnaire=answered.questionnaire,
        authored_at=answered.authored_at,
        stored_at=answered.stored_at,
        status=answered.status,
        answered_by=answered.answered_by,
        answered=answered.answered,
        asked=answered.asked,
        skipped=list(answered.skipped),
        declined=list(answered.declined),
        answers=plain,
    )
