"""Two values of one score -> the word for what changed between them."""

from enum import StrEnum

from scoring.rules import Direction, ScoreKind, ScoreRule
from scoring.score import Number


class Label(StrEnum):
    """The change words of the synthesis. The first whose condition holds is the label of a line."""

    NOT_ASKED = "not_asked"
    NOT_ANSWERED = "not_answered"
    NO_COMPARISON = "no_comparison"
    ABSENT = "absent"
    NEW = "new"
    WORSE = "worse"
    UNCHANGED = "unchanged"
    BETTER = "better"
    RESOLVED = "resolved"
    NOT_RATED = "not_rated"


ROSE = (Label.NEW, Label.WORSE)
"""The labels of what is worse than at the reference."""


def badness(higher_is: Direction, value: Number) -> Number:
    """A value turned so that larger is worse for the patient."""
    return value if higher_is is Direction.WORSE else -value


def label_known(rule: ScoreRule, reference: Number, now: Number) -> Label:
    """The label of a score that is known now and at the reference, both on the rule's scale."""
    return _label_scale(rule, reference, now) if rule.kind is ScoreKind.SCALE else _label_symptom(reference, now)


def _label_symptom(reference: Number, now: Number) -> Label:
    if reference == 0:
        return Label.ABSENT if now == 0 else Label.NEW
    if now > reference:
        return Label.WORSE
    if now == reference:
        return Label.UNCHANGED
    return Label.RESOLVED if now == 0 else Label.BETTER


def _label_scale(rule: ScoreRule, reference: Number, now: Number) -> Label:
    """By the published meaningful-change threshold in the score's own direction; without one, numbers only."""
    threshold = rule.meaningful_change
    if threshold is None:
        return Label.NOT_RATED
    gain = badness(rule.higher_is, reference) - badness(rule.higher_is, now)
    if gain >= threshold.improved:
        return Label.BETTER
    return Label.WORSE if -gain >= threshold.worsened else Label.UNCHANGED
