"""What is computed when answers are stored: scores, and in the mode `alert` what needs a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.services.history import checked_again, plain_alerts
from app.services.installation import Installation
from app.store.before_storing import PreviousResponse
from questionnaires.definition import Questionnaire
from questionnaires.response import CheckedResponse
from scoring.alerts import Alert, Circumstances, Earlier, evaluate_alerts
from scoring.engine import score
from scoring.history import ResponseRef
from scoring.rulebook import Rulebook
from scoring.rules import AlertSeverity, Since
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


def evaluate(
    installation: Installation,
    rulebook: Rulebook,
    response: CheckedResponse,
    *,
    mode: Mode,
    previous: PreviousResponse | None,
) -> Evaluation:
    """Score the answers; in the mode `alert`, compare them with the patient's latest earlier comparable response."""
    scores = score(rulebook, response)
    if mode is not Mode.ALERT:
        return Evaluation(mode, scores, (), None)
    earlier: dict[Since, Earlier] = {}
    if previous:
        before = _as_checked(installation, rulebook.questionnaire, previous)
        earlier[Since.PREVIOUS] = Earlier(before, {})
    alerts = evaluate_alerts(rulebook, response, scores, Circumstances(earlier))
    ref = ResponseRef(str(previous.response_id), previous.revision) if previous else None
    return Evaluation(mode, scores, alerts, ref)


def _as_checked(
    installation: Installation, questionnaire: Questionnaire, previous: PreviousResponse
) -> CheckedResponse:
    version = installation.catalogue.get(questionnaire.instrument, previous.version)
    return checked_again(version, previous.answers)
