"""One score of one instrument in a patient's past: the values that compare, those left out, and their summaries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from scoring.comparability import NoComparisonReason, why_not_comparable
from scoring.history import PastResponse
from scoring.longitudinal import Point, Series, Summaries, Undefined, summarise
from scoring.rounding import exact_of
from scoring.rulebook import Rulebook
from scoring.rules import ScoreRule
from scoring.score import Exact, Score

_MICROSECONDS_OF_A_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A response whose value is never mixed with the others, and why."""

    past: PastResponse
    reason: NoComparisonReason


@dataclass(frozen=True, slots=True)
class ScoreHistory:
    """One score over time, oldest first, as `rulebook` reads it. Summaries are in days.

    `baseline` is the response that was meant, even where it could not be compared or was not scored.
    """

    rulebook: Rulebook
    rule: ScoreRule
    baseline: PastResponse | None
    compared: tuple[PastResponse, ...]
    left_out: tuple[LeftOut, ...]
    summaries: Summaries


def score_history(
    reader: Rulebook, name: str, responses: Sequence[PastResponse], baseline_at: int | None
) -> ScoreHistory:
    """One score of these responses of one instrument, oldest first; `baseline_at` is the place of the baseline.

    `reader` is the rulebook of the latest of them: its scale, recall period and comparable versions decide. A response
    whose rules do not give this score is no part of it. Raises KeyError for a score that `reader` does not have.
    """
    rule = reader.rules[name].rule
    compared: list[int] = []
    left_out: list[LeftOut] = []
    for place, past in enumerate(responses):
        theirs = past.rulebook.rules.get(name)
        reason = why_not_comparable(reader, rule, past.rulebook, theirs.rule) if theirs else None
        if reason is not None:
            left_out.append(LeftOut(past, reason))
        elif theirs is not None:
            compared.append(place)
    return ScoreHistory(
        rulebook=reader,
        rule=rule,
        baseline=None if baseline_at is None else responses[baseline_at],
        compared=tuple(responses[place] for place in compared),
        left_out=tuple(left_out),
        summaries=summarise(rule, _series(name, responses, compared, baseline_at)),
    )


def days_between(start: datetime, end: datetime) -> Exact:
    """How many days lie between two moments, exactly: to the microsecond that they are stored with."""
    days = Fraction((end - start) // timedelta(microseconds=1), _MICROSECONDS_OF_A_DAY)
    return days.numerator if days.denominator == 1 else days


def exact_value(past: PastResponse, name: str) -> Exact | None:
    """The value of one score of a response, where it is a number."""
    result = past.scores.get(name)
    return exact_of(result.value) if isinstance(result, Score) else None


def _series(name: str, responses: Sequence[PastResponse], compared: Sequence[int], baseline_at: int | None) -> Series:
    """The values at these places, in days since the baseline, or since the first response where there is none."""

    def point(place: int) -> Point:
        start = responses[baseline_at or 0].authored_at
        return Point(days_between(start, responses[place].authored_at), exact_value(responses[place], name))

    if baseline_at is None:
        return Series([point(place) for place in compared], Undefined.NO_BASELINE, ())
    return Series(
        before=[point(place) for place in compared if place < baseline_at],
        baseline=point(baseline_at) if baseline_at in compared else Undefined.BASELINE_NOT_COMPARABLE,
        after=[point(place) for place in compared if place > baseline_at],
    )
