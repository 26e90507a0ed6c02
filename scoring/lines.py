"""The lines of a synthesis: one per concept and comparability group, with the evidence behind every value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scoring.change import ROSE, Label, badness, label_known
from scoring.comparability import NoComparisonReason, why_not_comparable
from scoring.history import PastResponse, Respondent, ResponseRef, recall_length
from scoring.missing import Reason
from scoring.rulebook import Rulebook
from scoring.rules import Direction, ScoreKind, ScoreRule
from scoring.score import NotScored, Number, Score


@dataclass(frozen=True, slots=True)
class ValueAt:
    """One known value: where it stands, when it was answered, by whom, and which follow-ups were imputed."""

    value: Number
    response: ResponseRef
    items: tuple[str, ...]
    imputed: tuple[str, ...]
    authored_at: datetime
    answered_by: Respondent


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One response that asked the concept, on the way from the reference period to now.

    `value` is None where it gave none that compares with the row's: a gap, which no line crosses.
    """

    response: ResponseRef
    authored_at: datetime
    answered_by: Respondent
    value: Number | None


@dataclass(frozen=True, slots=True)
class SubRow:
    """What one questionnaire says of the line's concept.

    `now` is None where nothing usable was answered since the last consultation; `absence` then says why, where the
    concept was asked, and `asked_in` which response left it open. `last_known` is an older value, for display only.
    `onset` is the first value of a rise that still lasts; `trend` holds every response that asked, oldest first.
    `worst_elsewhere` and `reference_elsewhere` are values on the same scale that do not compare, because another
    version asked or scored them: the worst since, and the latest before. They are told, and compared with nothing.
    """

    questionnaire: str
    score: str
    label: Label
    now: ValueAt | None
    reference: ValueAt | None
    baseline: ValueAt | None
    worst_since: ValueAt | None
    onset: ValueAt | None
    worst_elsewhere: ValueAt | None
    reference_elsewhere: ValueAt | None
    last_known: ValueAt | None
    absence: Reason | None
    asked_in: ResponseRef | None
    no_comparison: NoComparisonReason | None
    respondent_changed: bool
    recall_overlap: bool
    trend: tuple[TrendPoint, ...]

    @property
    def worst_of_all(self) -> ValueAt | None:
        """The worst value since the last consultation, whichever version asked: a severe week is never lost."""
        here, elsewhere = self.worst_since, self.worst_elsewhere
        if here and elsewhere:
            return elsewhere if elsewhere.value > here.value else here
        return here or elsewhere

    @property
    def rise(self) -> Number | None:
        """How much higher the value is than at the reference, where both are known and compare."""
        return self.now.value - self.reference.value if self.now and self.reference else None


@dataclass(frozen=True, slots=True)
class Line:
    """One concept on one scale over one recall period; the first sub-row is the one that places the line."""

    concept: str
    scale: str
    recall_period: str
    kind: ScoreKind
    range: tuple[Number, Number]
    higher_is: Direction
    rows: tuple[SubRow, ...]


@dataclass(frozen=True, slots=True)
class Periods:
    """The responses that a synthesis reads, oldest first, by the part that they play.

    `since` were answered since the last consultation, `reference` in the weeks up to it; `due` are the current
    rulebooks of the questionnaires that were due and have no eligible response.
    """

    since: Sequence[PastResponse]
    reference: Sequence[PastResponse]
    baseline: PastResponse | None
    due: Sequence[Rulebook]
    previous_start: datetime | None


def sub_row(instrument: str, concept: str, periods: Periods) -> tuple[ScoreRule, SubRow, Rulebook]:
    """What one instrument says of one concept, with the rule and the rulebook that it is read by."""
    since = _asking(instrument, concept, periods.since)
    reference = _asking(instrument, concept, periods.reference)
    due = [b for b in periods.due if b.questionnaire.instrument == instrument and concept in b.line_rules]
    # A row is read by the rulebook of the latest answer, else of the reference, else of what was due: what is published
    # after an answer takes nothing away from it.
    rulebook = [*(r.rulebook for r in reversed(since)), *(r.rulebook for r in reversed(reference)), *due][0]
    rule = rulebook.line_rules[concept]
    latest = since[-1] if since else None
    result = latest.scores.get(rule.name) if latest else None
    now = _value(rule, latest) if latest else None
    compared, why_not = _reference(rulebook, rule, reference[-1] if reference else None, periods)
    asked = [(past, _comparable_value(rulebook, rule, past)) for past in (*reference, *since)]
    elsewhere = [_value_elsewhere(rule, past) if value is None else None for past, value in asked]
    worst_elsewhere = [value for value in elsewhere[len(reference) :] if value]
    reference_elsewhere = [value for value in elsewhere[: len(reference)] if value]
    known_before = [value for _, value in asked[: len(reference)] if value]
    known_since = [value for _, value in asked[len(reference) :] if value]
    known = known_since or known_before
    label = _label(rule, latest, now, compared, due=bool(due))
    row = SubRow(
        questionnaire=rulebook.questionnaire.canonical,
        score=rule.name,
        label=label,
        now=now,
        reference=compared,
        baseline=_comparable_value(rulebook, rule, periods.baseline) if periods.baseline else None,
        worst_since=_worst(rule, known_since),
        worst_elsewhere=_worst(rule, worst_elsewhere),
        reference_elsewhere=reference_elsewhere[-1] if reference_elsewhere else None,
        onset=_onset(rule, compared, known_since) if compared and label in ROSE else None,
        last_known=known[-1] if known and not now else None,
        absence=result.reason if isinstance(result, NotScored) else None,
        asked_in=latest.ref if latest else None,
        no_comparison=why_not if now and not compared else None,
        respondent_changed=bool(now and compared and now.answered_by is not compared.answered_by),
        recall_overlap=bool(now and _overlaps(rulebook, now, periods.previous_start)),
        trend=tuple(
            TrendPoint(past.ref, past.authored_at, past.answered_by, value.value if value else None)
            for past, value in asked
        ),
    )
    return rule, row, rulebook


def _label(
    rule: ScoreRule, latest: PastResponse | None, now: ValueAt | None, reference: ValueAt | None, *, due: bool
) -> Label:
    if latest is None:
        return Label.NOT_ANSWERED if due else Label.NOT_ASKED
    if now is None:
        return Label.NOT_ANSWERED
    return label_known(rule, reference.value, now.value) if reference else Label.NO_COMPARISON


def _asking(instrument: str, concept: str, responses: Sequence[PastResponse]) -> list[PastResponse]:
    return [
        r for r in responses if r.rulebook.questionnaire.instrument == instrument and concept in r.rulebook.line_rules
    ]


def _value(rule: ScoreRule, past: PastResponse) -> ValueAt | None:
    result = past.scores.get(rule.name)
    if not isinstance(result, Score):
        return None
    return ValueAt(result.value, past.ref, rule.inputs, result.imputed, past.authored_at, past.answered_by)


def _worst(rule: ScoreRule, values: Sequence[ValueAt]) -> ValueAt | None:
    return max(values, key=lambda value: (badness(rule.higher_is, value.value), value.authored_at), default=None)


def _value_elsewhere(rule: ScoreRule, past: PastResponse) -> ValueAt | None:
    """What another version of the questionnaire says of the concept on the same scale."""
    theirs = past.rulebook.line_rules[rule.concept]
    return _value(theirs, past) if (theirs.kind, theirs.scale) == (rule.kind, rule.scale) else None


def _comparable_value(rulebook: Rulebook, rule: ScoreRule, past: PastResponse) -> ValueAt | None:
    if past.rulebook.questionnaire.instrument != rulebook.questionnaire.instrument:
        return None
    theirs = past.rulebook.line_rules.get(rule.concept)
    if theirs is None or why_not_comparable(rulebook, rule, past.rulebook, theirs) is not None:
        return None
    return _value(theirs, past)


def _reference(
    rulebook: Rulebook, rule: ScoreRule, past: PastResponse | None, periods: Periods
) -> tuple[ValueAt | None, NoComparisonReason | None]:
    if periods.previous_start is None:
        return None, NoComparisonReason.NO_PREVIOUS_CONSULTATION
    if past is None:
        return None, NoComparisonReason.NO_REFERENCE
    theirs = past.rulebook.line_rules[rule.concept]
    why_not = why_not_comparable(rulebook, rule, past.rulebook, theirs)
    if why_not:
        return None, why_not
    value = _value(theirs, past)
    return value, None if value else NoComparisonReason.NO_REFERENCE


def _onset(rule: ScoreRule, reference: ValueAt, known_since: Sequence[ValueAt]) -> ValueAt | None:
    """Since when it has been worse than at the reference: every value known from then on is.

    A response without a value in between does not end the run: nothing says that it was better then.
    """
    onset: ValueAt | None = None
    for value in reversed(known_since):
        if badness(rule.higher_is, value.value) <= badness(rule.higher_is, reference.value):
            break
        onset = value
    return onset


def _overlaps(rulebook: Rulebook, now: ValueAt, previous_start: datetime | None) -> bool:
    """Whether the answer looks back beyond the last consultation."""
    recall = recall_length(rulebook.questionnaire.recall_period)
    return previous_start is not None and now.authored_at - previous_start < recall
