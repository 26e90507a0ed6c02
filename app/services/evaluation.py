"""What is computed when answers are stored: scores, and in the mode `alert` what needs a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.services.history import checked_response, plain_alerts, rulebook_of
from app.services.installation import Installation
from app.store.response_reading import find_previous
from app.store.transaction import Transaction
from questionnaires.response import CheckedResponse
from scoring.alerts import Alert, evaluate_alerts
from scoring.engine import score
from scoring.history import ResponseRef
from scoring.rulebook import Rulebook
from scoring.rules import AlertSeverity
from scoring.score import Scores
from scoring.synthesis import Mode


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the answers mean on the day they are stored. `compared_with`: the response that rises were seen against."""

    mode: Mode
    scores: Scores
    alerts: tuple[Alert, ...]
    compared_with: ResponseRef | None

    @property
    def urgency(self) -> AlertSeverity | None:
        """The most severe alert's severity, or None where there is no alert."""
        return self.alerts[0].severity if self.alerts else None

    def plain(self, *, feedback: Mapping[str, Any], flags: Sequence[str]) -> dict[str, Any]:
        """The evaluation column: mode, alerts and their evidence, what the feedback rests on, flags of the clock."""
        return {
            "mode": self.mode.value,
            "alerts": plain_alerts(self.alerts),
            "compared_with": [self.compared_with.id, self.compared_with.revision] if self.compared_with else None,
            "feedback": feedback,
            "flags": list(flags),
        }


async def evaluate(
    installation: Installation,
    tx: Transaction,
    rulebook: Rulebook,
    response: CheckedResponse,
    *,
    mode: Mode,
    patient_id: UUID,
    response_id: UUID,
    authored_at: datetime,
) -> Evaluation:
    """Score the answers, and compare them with the patient's latest earlier comparable response.

    The caller holds the patient's lock, so that two responses at once each see the one before.
    """
    scores = score(rulebook, response)
    if mode is not Mode.ALERT:
        return Evaluation(mode, scores, (), None)
    stored = await find_previous(
        tx,
        patient_id,
        instrument=response.questionnaire.instrument,
        versions=sorted(rulebook.comparable),
        authored_at=authored_at,
        response_id=response_id,
    )
    previous = checked_response(rulebook_of(installation, stored), stored) if stored else None
    alerts = evaluate_alerts(rulebook, response, scores, previous)
    ref = ResponseRef(str(stored.response_id), stored.revision) if stored else None
    return Evaluation(mode, scores, alerts, ref)
