"""The bodies that responses leave in: as stored, as corrected, and the receipt of a submission."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, StrictBool

from app.api.alert_body import AlertOut, plain_alert
from app.api.fields import Body, ContactOut, Plain
from app.security.caller import Role
from app.services.correct_response import Corrected
from app.services.evaluation import late_by_hours_of, on_treatment_of
from app.services.feedback import Feedback, Receipt
from app.services.history import plain_scores, scores_from
from app.services.read_response import ResponseRead
from app.store.response import StoredResponse
from questionnaires.catalogue import Catalogue
from questionnaires.response import ResponseStatus
from scoring.history import Respondent


class Context(Body):
    """What was known of the patient when the questionnaire was answered.

    `on_treatment`: whether they are under treatment. Where that is not said, alert rules for the time of treatment
    hold, to be on the safe side.
    """

    on_treatment: StrictBool | None = None


class MessageOut(BaseModel):
    """Some sentences for the patient. `title` is that of a piece of advice (`kind` is `advice`), else null."""

    kind: str
    title: str | None
    text: str


class FeedbackOut(BaseModel):
    """What the patient reads after sending, in reading order: what to do now comes first."""

    language: str
    messages: list[MessageOut]
    contacts: list[ContactOut]


class SubmittedOut(BaseModel):
    """The receipt: the answers are stored."""

    id: UUID
    revision: int
    status: ResponseStatus
    questionnaire: str
    authored_at: datetime
    stored_at: datetime
    feedback: FeedbackOut


class Pins(BaseModel):
    """The artefacts that the response is pinned to, with their digests."""

    definition_digest: str
    scoring_version: str
    scoring_digest: str
    text_digest: str | None


class RescoredOut(BaseModel):
    """That this revision has the same answers, scored again by the scoring version of `pins`: who wanted it, when, the
    scoring version before it, and why. The alerts stay those that were raised when the answers came in.
    """

    by: str
    at: datetime
    from_version: str
    reason: str


class ResponseOut(BaseModel):
    """One revision of a stored response. `scores`, `alerts` and `rescored` are for staff and systems, and null for
    patients.

    `late_by_hours`: how old the answers were when they first arrived; null where that was a day or less.
    """

    id: UUID
    revision: int
    status: ResponseStatus
    patient_id: UUID
    questionnaire: str
    instrument: str
    version: str
    pins: Pins
    language: str
    answered_by: Respondent
    recorded_by: Role
    authored: datetime
    sent_at: datetime | None
    authored_at: datetime
    stored_at: datetime
    consultation_id: UUID | None
    late_by_hours: int | None
    flags: list[str]
    context: Context
    reason: str | None
    answers: dict[str, Plain]
    scores: dict[str, Plain] | None
    alerts: list[AlertOut] | None
    rescored: RescoredOut | None


class CorrectedOut(ResponseOut):
    """The corrected response, and what the patient must know now."""

    feedback: FeedbackOut


class ResponseList(BaseModel):
    """Responses, newest first. `next` is the cursor of the next page, null at the end."""

    responses: list[ResponseOut]
    next: str | None = None


class History(BaseModel):
    """Every revision of a response, first one first."""

    revisions: list[ResponseOut]


def submitted_body(catalogue: Catalogue, receipt: Receipt) -> SubmittedOut:
    """The receipt of a submission."""
    stored = receipt.response
    return SubmittedOut(
        id=stored.response_id,
        revision=stored.revision,
        status=stored.status,
        questionnaire=catalogue.get(stored.instrument, stored.version).canonical,
        authored_at=stored.authored_at,
        stored_at=stored.stored_at,
        feedback=_feedback(receipt.feedback),
    )


def corrected_body(catalogue: Catalogue, corrected: Corrected) -> CorrectedOut:
    """A correction: the revision that is stored now, and what the patient must know."""
    found = dict(response_body(catalogue, corrected.read))
    return CorrectedOut(**found, feedback=_feedback(corrected.feedback))


def response_body(catalogue: Catalogue, found: ResponseRead) -> ResponseOut:
    """One revision as its reader may see it."""
    stored, alerts = found.stored, found.alerts
    return ResponseOut(
        id=stored.response_id,
        revision=stored.revision,
        status=stored.status,
        patient_id=stored.patient_id,
        questionnaire=catalogue.get(stored.instrument, stored.version).canonical,
        instrument=stored.instrument,
        version=stored.version,
        pins=Pins(
            definition_digest=stored.definition_digest,
            scoring_version=stored.scoring_version,
            scoring_digest=stored.scoring_digest,
            text_digest=stored.text_digest,
        ),
        language=stored.language,
        answered_by=stored.answered_by,
        recorded_by=Role(stored.recorded_by),
        authored=stored.authored,
        sent_at=stored.sent_at,
        authored_at=stored.authored_at,
        stored_at=stored.stored_at,
        consultation_id=stored.consultation_id,
        late_by_hours=late_by_hours_of(stored),
        flags=stored.evaluation["flags"],
        context=Context(on_treatment=on_treatment_of(stored)),
        reason=stored.reason,
        answers=dict(stored.answers),
        scores=None if alerts is None else plain_scores(scores_from(stored.scores)),
        alerts=None if alerts is None else [AlertOut.model_validate(plain_alert(alert)) for alert in alerts],
        rescored=None if alerts is None else _rescored(stored),
    )


def _rescored(stored: StoredResponse) -> RescoredOut | None:
    said = stored.evaluation.get("rescored")
    return None if said is None else RescoredOut(**said, reason=stored.reason or "")


def _feedback(told: Feedback) -> FeedbackOut:
    return FeedbackOut(
        language=told.language,
        messages=[MessageOut(kind=m.kind, title=m.title, text=m.text) for m in told.messages],
        contacts=[ContactOut(number=c.number, name=c.name, kind=c.kind) for c in told.contacts],
    )
