"""What is computed when answers are stored: scores, advice, and in the mode `alert` what needs a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.services.comparison import Comparison
from app.services.history import plain_alerts, rulebook_of
from app.services.installation import Installation
from app.store.response import StoredResponse
from guidance.advice import AdviceRef
from guidance.choosing import fitting_advice
from guidance.library import AdviceLibrary
from questionnaires.response import CheckedResponse
from scoring.alerts import SELF_HARM, Alert, Circumstances, evaluate_alerts
from scoring.engine import score
from scoring.history import ResponseRef
from scoring.rulebook import Rulebook
from scoring.rules import AlertSeverity, Since
from scoring.score import Scores
from scoring.synthesis import Mode


@dataclass(frozen=True, slots=True)
class Basis:
    """What alerts were raised on, beside the answers: the rules, the earlier responses, what was said of treatment."""

    rulebook: Rulebook
    compared_with: Mapping[Since, ResponseRef]
    on_treatment: bool | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the answers mean on the day they are stored. `advice` is what their patient reads with the receipt.

    `is_of_self_harm`: thoughts of dying or of hurting oneself were named. That is known in every mode, also where
    there are no alerts: whoever has them reads whom to call.
    """

    mode: Mode
    scores: Scores
    alerts: tuple[Alert, ...]
    basis: Basis
    advice: tuple[AdviceRef, ...] = ()
    is_of_self_harm: bool = False

    @property
    def urgency(self) -> AlertSeverity | None:
        """The most severe alert's severity, or None where there is no alert."""
        return self.alerts[0].severity if self.alerts else None

    def plain(
        self,
        *,
        feedback: Mapping[str, Any],
        flags: Sequence[str],
        texts: Mapping[str, int],
        late_by_hours: int | None = None,
    ) -> dict[str, Any]:
        """The evaluation column: mode, alerts and their evidence, what the feedback rests on, what clocks said, and
        of each language the revision of the words that the response is shown in.

        `context`, `late_by_hours` and `advice` are there only where there is something to say.
        """
        plain: dict[str, Any] = {
            "mode": self.mode.value,
            "alerts": plain_alerts(self.alerts),
            "compared_with": {since.value: [ref.id, ref.revision] for since, ref in self.basis.compared_with.items()},
            "feedback": feedback,
            "flags": list(flags),
            "texts": dict(texts),
        }
        if self.basis.on_treatment is not None:
            plain["context"] = {"on_treatment": self.basis.on_treatment}
        if late_by_hours is not None:
            plain["late_by_hours"] = late_by_hours
        if self.advice:
            plain["advice"] = [str(ref) for ref in self.advice]
        return plain


def evaluate(
    rulebook: Rulebook,
    response: CheckedResponse,
    *,
    mode: Mode,
    comparison: Comparison,
    on_treatment: bool | None,
    library: AdviceLibrary | None,
) -> Evaluation:
    """Score the answers; in the mode `alert`, say what needs a person; but for the mode `record`, choose advice. In
    every mode, look for thoughts of self-harm.

    `library` None: no patient reads an answer to this, so there is no advice.
    """
    scores = score(rulebook, response)
    found: tuple[Alert, ...] = ()
    if mode is Mode.ALERT or SELF_HARM in rulebook.alert_concepts:
        circumstances = Circumstances(comparison.earlier, on_treatment)
        found = evaluate_alerts(rulebook, response, scores, circumstances)
    alerts = found if mode is Mode.ALERT else ()
    advice = () if library is None or mode is Mode.RECORD else fitting_advice(library, rulebook, scores)
    return Evaluation(
        mode=mode,
        scores=scores,
        alerts=alerts,
        basis=Basis(rulebook, comparison.refs, on_treatment),
        advice=advice,
        is_of_self_harm=any(alert.concept == SELF_HARM for alert in found),
    )


def basis_of(installation: Installation, stored: StoredResponse) -> Basis:
    """What the alerts of a stored response were raised on: where it was scored again since, the rules before that."""
    rulebook = rulebook_of(installation, stored)
    raised_by = stored.evaluation.get("alerts_scoring")
    if raised_by is not None:
        rulebook = installation.rulebooks.of(rulebook.questionnaire, raised_by)
    return Basis(rulebook, _compared_with(stored), on_treatment_of(stored))


def on_treatment_of(stored: StoredResponse) -> bool | None:
    """What was said of the patient's treatment with the response; None where nobody said."""
    said: bool | None = stored.evaluation.get("context", {}).get("on_treatment")
    return said


def late_by_hours_of(stored: StoredResponse) -> int | None:
    """How late the response was when it first arrived; None where it was not, or was stored before this was noted."""
    late: int | None = stored.evaluation.get("late_by_hours")
    return late


def advice_of(stored: StoredResponse) -> tuple[AdviceRef, ...]:
    """The advice that was given with the receipt of a response, in the order in which it was read."""
    return tuple(AdviceRef.parse(named) for named in stored.evaluation.get("advice", ()))


def _compared_with(stored: StoredResponse) -> dict[Since, ResponseRef]:
    """The earlier responses. Rows from before there were several have one response or null: the previous one."""
    plain = stored.evaluation["compared_with"] or {}
    if isinstance(plain, list):
        plain = {Since.PREVIOUS.value: plain}
    return {Since(since): ResponseRef(*ref) for since, ref in plain.items()}
