"""One score of a patient over time, with its longitudinal summaries and the responses that they rest on."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from app.api.fields import Day, InstrumentId, Moment, Plain, RefOut
from app.http.dependencies import PROBLEM_RESPONSES, Authenticated, Installed
from app.http.strict_json import StrictRoute
from app.services.history import plain_score
from app.services.read_longitudinal import read_longitudinal
from scoring.comparability import NoComparisonReason
from scoring.history import PastResponse, Respondent
from scoring.longitudinal import SUMMARY_DECIMALS, Summary, Undefined
from scoring.rounding import published
from scoring.rules import Direction
from scoring.score import Exact
from scoring.score_history import ScoreHistory, days_between

router = APIRouter(prefix="/v1", tags=["scores"], route_class=StrictRoute, responses=PROBLEM_RESPONSES)


class DefinedOut(BaseModel):
    """A summary: rounded half away from zero to six decimals, only here."""

    value: Plain


class UndefinedOut(BaseModel):
    """A summary that is not defined, and why."""

    not_defined: Undefined


SummaryOut = DefinedOut | UndefinedOut


class SummariesOut(BaseModel):
    """`docs/longitudinal.md` defines each. The areas are in the score's unit times days.

    `observed_days`: from the baseline to the last known value after it, the base of both areas.
    """

    max: SummaryOut
    max_post_bl: SummaryOut
    bl_adjusted: SummaryOut
    toxicity_index: SummaryOut
    auc_worsening: SummaryOut
    auc_improvement: SummaryOut
    observed_days: SummaryOut


class LongitudinalPoint(BaseModel):
    """The score in one response. `day` counts from the baseline; null where there is none."""

    authored_at: datetime
    day: Plain
    response: RefOut
    questionnaire: str
    scoring_version: str
    answered_by: Respondent
    result: Plain


class LeftOutPoint(LongitudinalPoint):
    """A value that is never mixed with the others, and why."""

    reason: NoComparisonReason


class LongitudinalOut(BaseModel):
    """One score over time. Per patient, the areas are our adaptation of a published reference that takes them per arm.

    `questionnaire` is the version whose scale, recall period and comparable versions decide what is compared.
    """

    patient_id: UUID
    questionnaire: str
    score: str
    concept: str
    scale: str
    recall_period: str
    range: list[Plain]
    higher_is: Direction
    unit_of_time: Literal["day"]
    baseline: LongitudinalPoint | None
    summaries: SummariesOut
    points: list[LongitudinalPoint]
    left_out: list[LeftOutPoint]


@router.get("/patients/{patient_id}/scores/{name}/longitudinal")
async def read_score_longitudinally(
    installed: Installed,
    call: Authenticated,
    patient_id: UUID,
    name: Annotated[str, Path(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")],
    instrument: Annotated[InstrumentId, Query(description="The instrument that gives the score.")],
    baseline: Annotated[
        UUID | Day | None,
        Query(
            description="The response that is the baseline, inside the period or not; or a day in the centre's time "
            "zone: the first response on it or after it. By default the first response of the period."
        ),
    ] = None,
    since: Annotated[Moment | None, Query(description="By default from the patient's first response on.")] = None,
    until: Annotated[Moment | None, Query(description="By default now.")] = None,
) -> LongitudinalOut:
    """The longitudinal summaries of one score of a patient, with the values that they rest on."""
    found = await read_longitudinal(
        installed,
        call,
        patient_id,
        instrument=instrument,
        name=name,
        baseline=baseline,
        since=since,
        until=until,
    )
    rule = found.rule
    return LongitudinalOut(
        patient_id=patient_id,
        questionnaire=found.rulebook.questionnaire.canonical,
        score=rule.name,
        concept=rule.concept,
        scale=rule.scale,
        recall_period=found.rulebook.questionnaire.recall_period,
        range=list(rule.range),
        higher_is=rule.higher_is,
        unit_of_time="day",
        baseline=_point(found, found.baseline) if found.baseline else None,
        summaries=_summaries(found),
        points=[_point(found, past) for past in found.compared],
        left_out=[LeftOutPoint(**dict(_point(found, left.past)), reason=left.reason) for left in found.left_out],
    )


def _summaries(found: ScoreHistory) -> SummariesOut:
    summaries = found.summaries
    return SummariesOut(
        max=_summary(summaries.max),
        max_post_bl=_summary(summaries.max_post_bl),
        bl_adjusted=_summary(summaries.bl_adjusted),
        toxicity_index=_summary(summaries.toxicity_index),
        auc_worsening=_summary(summaries.auc_worsening),
        auc_improvement=_summary(summaries.auc_improvement),
        observed_days=_summary(summaries.observed),
    )


def _summary(summary: Summary) -> SummaryOut:
    if isinstance(summary, Undefined):
        return UndefinedOut(not_defined=summary)
    return DefinedOut(value=published(summary, SUMMARY_DECIMALS))


def _point(found: ScoreHistory, past: PastResponse) -> LongitudinalPoint:
    day: Exact | None = days_between(found.baseline.authored_at, past.authored_at) if found.baseline else None
    return LongitudinalPoint(
        authored_at=past.authored_at,
        day=None if day is None else published(day, SUMMARY_DECIMALS),
        response=RefOut(id=UUID(past.ref.id), revision=past.ref.revision),
        questionnaire=past.rulebook.questionnaire.canonical,
        scoring_version=past.rulebook.version,
        answered_by=past.answered_by,
        result=_result(past, found.rule.name),
    )


def _result(past: PastResponse, name: str) -> dict[str, object] | None:
    """The score as every answer writes it; null where the response's rules do not give it."""
    result = past.scores.get(name)
    return plain_score(result) if result is not None else None
