"""Whether a document is ready: "not ready yet" is another thing than "nothing was answered"."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from scoring.history import DID_NOT_HAPPEN, ConsultationStatus
from scoring.synthesis import Synthesis

_UNDER_WAY: Final = frozenset({ConsultationStatus.IN_PROGRESS, ConsultationStatus.FINISHED})


class AnswerState(StrEnum):
    """What became of the questionnaires that were asked before a consultation."""

    NOT_OPEN_YET = "not-open-yet"
    """The consultation is ahead, its questionnaires do not open before a later day, and nothing was answered since."""
    NOT_READY = "not-ready"
    """The consultation is ahead, its questionnaires are open, and nothing was answered since."""
    PARTLY_ANSWERED = "partly-answered"
    ANSWERED = "answered"
    NOTHING_ANSWERED = "nothing-answered"
    """The consultation has begun, and what was asked before it was not answered."""
    NOTHING_ASKED = "nothing-asked"
    CALLED_OFF = "called-off"
    """The consultation did not take place, and nothing was answered before it."""


class DocumentStatus(StrEnum):
    """R4 value set composition-status."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered-in-error"


def answer_state(synthesis: Synthesis, opens_at: datetime) -> AnswerState:
    """The state as of the synthesis's moment. `opens_at`: when the questionnaires of the consultation open.

    A draft changes nothing: what was not handed in is the patient's own affair.
    """
    if synthesis.responses:
        return AnswerState.PARTLY_ANSWERED if synthesis.not_answered else AnswerState.ANSWERED
    if synthesis.consultation.status in DID_NOT_HAPPEN:
        return AnswerState.CALLED_OFF
    if not synthesis.not_answered:
        return AnswerState.NOTHING_ASKED
    if has_begun(synthesis):
        return AnswerState.NOTHING_ANSWERED
    return AnswerState.NOT_OPEN_YET if synthesis.as_of < opens_at else AnswerState.NOT_READY


def document_status(synthesis: Synthesis, before: DocumentStatus | None) -> DocumentStatus:
    """The status of a version. `before`: that of the version before it, None for the first one.

    R4: `preliminary` while more may come, `final` from the consultation on, `amended` where a final one has changed.
    """
    if synthesis.consultation.status is ConsultationStatus.ENTERED_IN_ERROR:
        return DocumentStatus.ENTERED_IN_ERROR
    if not has_begun(synthesis):
        return DocumentStatus.PRELIMINARY
    if before in (DocumentStatus.FINAL, DocumentStatus.AMENDED):
        return DocumentStatus.AMENDED
    return DocumentStatus.FINAL


def has_begun(synthesis: Synthesis) -> bool:
    """Whether the consultation has begun: by its hour, or because the hospital says so."""
    visit = synthesis.consultation
    return synthesis.as_of >= visit.start or visit.status in _UNDER_WAY
