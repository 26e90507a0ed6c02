"""Scores of answers that are not stored, of a patient over time, and of one response explained."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from app.api.fields import Answers, Body, InstrumentId, Moment, Plain, RefOut, Version
from app.api.trace_body import TraceOut, trace_body
from app.http.dependencies import PROBLEM_RESPONSES, Authenticated, Installed
from app.http.strict_json import StrictRoute
from app.services.history import plain_score, plain_scores
from app.services.read_scores import explain_score, read_trends, score_answers
from scoring.history import Respondent

TREND_LENGTH = timedelta(days=366)

router = APIRouter(prefix="/v1", tags=["scores"], route_class=StrictRoute, responses=PROBLEM_RESPONSES)


class ScoreBody(Body):
    """Answers to be scored. Nothing is stored."""

    questionnaire: InstrumentId
    version: Version | None = None
    answers: Answers


class ScoresOut(BaseModel):
    """Score name -> `{"value": ...}` or `{"not_scored": reason, "missing": [link ids]}`; traces with `explain=true`."""

    questionnaire: str
    scoring_version: str
    scores: dict[str, Plain]
    traces: list[TraceOut] | None = None


class TrendPoint(BaseModel):
    """One score of one response."""

    authored_at: datetime
    response: RefOut
    questionnaire: str
    scoring_version: str
    answered_by: Respondent
    result: Plain


class TrendsOut(BaseModel):
    """Score name -> its values over time, oldest first. A gap is a response in which it was not scored."""

    patient_id: UUID
    since: datetime
    until: datetime
    trends: dict[str, list[TrendPoint]]


@router.post("/score")
async def score(
    installed: Installed,
    call: Authenticated,
    body: ScoreBody,
    explain: Annotated[bool, Query(description="Add a trace to every score.")] = False,
) -> ScoresOut:
    """Score answers without storing them."""
    found = await score_answers(
        installed,
        call,
        instrument=body.questionnaire,
        version=body.version,
        answers=body.answers,
        explained=explain,
    )
    return ScoresOut(
        questionnaire=found.rulebook.questionnaire.canonical,
        scoring_version=found.rulebook.version,
        scores=plain_scores(found.scores),
        traces=[trace_body(one) for one in found.explained] if explain else None,
    )


@router.get("/patients/{patient_id}/scores")
async def read_patient_scores(
    installed: Installed,
    call: Authenticated,
    patient_id: UUID,
    since: Annotated[Moment | None, Query(description="By default a year before `until`.")] = None,
    until: Annotated[Moment | None, Query(description="By default now.")] = None,
    name: Annotated[list[str] | None, Query(description="Only these scores.")] = None,
) -> TrendsOut:
    """A patient's scores over time."""
    end = until or call.received_at
    start = since or end - TREND_LENGTH
    past = await read_trends(installed, call, patient_id, since=start, until=end)
    trends: dict[str, list[TrendPoint]] = {}
    for response in past:
        book = response.rulebook
        for score_name, result in response.scores.items():
            if name is None or score_name in name:
                trends.setdefault(score_name, []).append(
                    TrendPoint(
                        authored_at=response.authored_at,
                        response=RefOut(id=UUID(response.ref.id), revision=response.ref.revision),
                        questionnaire=book.questionnaire.canonical,
                        scoring_version=book.version,
                        answered_by=response.answered_by,
                        result=plain_score(result),
                    )
                )
    return TrendsOut(patient_id=patient_id, since=start, until=end, trends=trends)


@router.get("/responses/{response_id}/scores/{name}")
async def read_trace(
    installed: Installed,
    call: Authenticated,
    response_id: UUID,
    name: Annotated[str, Path(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")],
) -> TraceOut:
    """How one score of a stored response came about: inputs, rule, policy, versions, digests, source; and in words, in
    the language of `Accept-Language`.
    """
    return trace_body(await explain_score(installed, call, response_id, name))
