"""A patient's past as the synthesis reads it: stored responses and consultations, nothing computed yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from questionnaires.response import Answers, ResponseStatus
from scoring.alerts import Alert
from scoring.rulebook import Rulebook
from scoring.score import Scores


class Respondent(StrEnum):
    """Who gave the answers. A nurse who reads the questions aloud records the patient's own answers: `patient`."""

    PATIENT = "patient"
    RELATED_PERSON = "related-person"
    PRACTITIONER = "practitioner"


class ConsultationStatus(StrEnum):
    """R4 value set encounter-status as far as it is used, with the appointment code for a missed visit."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    IN_PROGRESS = "in-progress"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    NO_SHOW = "noshow"
    ENTERED_IN_ERROR = "entered-in-error"


DID_NOT_HAPPEN = frozenset(
    {ConsultationStatus.CANCELLED, ConsultationStatus.NO_SHOW, ConsultationStatus.ENTERED_IN_ERROR}
)


@dataclass(frozen=True, slots=True)
class Consultation:
    """One visit, and the instruments that the patient is asked to answer before it."""

    id: str
    start: datetime
    status: ConsultationStatus
    instruments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseRef:
    """One revision of one response: the evidence behind a line."""

    id: str
    revision: int


@dataclass(frozen=True, slots=True)
class PastResponse:
    """The latest revision of a stored response, with the scores and alerts that were stored with it."""

    ref: ResponseRef
    rulebook: Rulebook
    status: ResponseStatus
    authored_at: datetime
    stored_at: datetime
    answered_by: Respondent
    answers: Answers
    scores: Scores
    alerts: tuple[Alert, ...]

    @property
    def is_eligible(self) -> bool:
        """Whether a synthesis may read it: completed or amended, not entered in error."""
        return self.status is not ResponseStatus.ENTERED_IN_ERROR


def in_order(responses: Iterable[PastResponse]) -> list[PastResponse]:
    """The eligible responses, oldest first: by corrected time of authoring, then of storing, then id."""
    return sorted((r for r in responses if r.is_eligible), key=lambda r: (r.authored_at, r.stored_at, r.ref.id))


def last_consultation(of: Consultation, consultations: Iterable[Consultation]) -> Consultation | None:
    """The consultation that "since the last one" means: the latest that started before and did not fall through."""
    earlier = (c for c in consultations if c.start < of.start and c.status not in DID_NOT_HAPPEN)
    return max(earlier, key=lambda c: (c.start, c.id), default=None)


_RECALLS = {"D": timedelta(days=1), "W": timedelta(weeks=1), "H": timedelta(hours=1), "S": timedelta(seconds=1)}


def recall_length(recall_period: str) -> timedelta:
    """The length of an ISO 8601 recall period such as `P7D` or `PT12H` (the forms that a definition may use)."""
    digits = recall_period.lstrip("PT")
    return int(digits[:-1]) * _RECALLS[digits[-1]]
