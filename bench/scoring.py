"""What one response costs in the pure packages: no database, no HTTP."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.services.installation import Knowledge
from bench.forms import INSTRUMENT, full_answers
from questionnaires.response import CheckedResponse
from questionnaires.validation import validate
from scoring.alerts import Circumstances, Earlier, evaluate_alerts
from scoring.engine import score
from scoring.rules import Since


@dataclass(frozen=True)
class ScoringCost:
    """Median microseconds of one response, and how much there is in it."""

    answers: int
    scores: int
    validate_us: float
    score_us: float
    alerts_us: float


def run(knowledge: Knowledge, times: int) -> ScoringCost:
    """Validate, score, and compare with an earlier response."""
    questionnaire = knowledge.catalogue.get(INSTRUMENT)
    rulebook = knowledge.rulebooks.current(questionnaire)
    raw = full_answers(questionnaire, 1)
    now, before = validate(questionnaire, raw), validate(questionnaire, full_answers(questionnaire, 2))
    assert isinstance(now, CheckedResponse)
    assert isinstance(before, CheckedResponse)
    scores = score(rulebook, now)
    circumstances = Circumstances({Since.PREVIOUS: Earlier(before, score(rulebook, before))})
    return ScoringCost(
        answers=len(raw),
        scores=len(scores),
        validate_us=_median_us(lambda: validate(questionnaire, raw), times),
        score_us=_median_us(lambda: score(rulebook, now), times),
        alerts_us=_median_us(lambda: evaluate_alerts(rulebook, now, scores, circumstances), times),
    )


def _median_us(work: Callable[[], object], times: int) -> float:
    taken: list[float] = []
    for _ in range(times):
        start = time.perf_counter_ns()
        work()
        taken.append((time.perf_counter_ns() - start) / 1e3)
    return statistics.median(taken)
