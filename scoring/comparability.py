"""When two values of one score may be compared: same scale, same recall, comparable questions, same arithmetic."""

from enum import StrEnum
from typing import Any

from questionnaires.digests import canonical
from scoring.rulebook import Rulebook
from scoring.rules import ScoreRule


class NoComparisonReason(StrEnum):
    """Why a value that is known now has nothing to be compared with."""

    NO_PREVIOUS_CONSULTATION = "no_previous_consultation"
    NO_REFERENCE = "no_reference"
    VERSION_CHANGED = "version_changed"
    SCALE_CHANGED = "scale_changed"


_SAYS_NOTHING_OF_THE_VALUE = frozenset(
    {
        "number",
        "policies",
        "bands",
        "bands_reference",
        "meaningful_change",
        "ctcae_version",
        "loinc",
        "reference",
        "higher_is",
    }
)


def why_not_comparable(now: Rulebook, rule: ScoreRule, then: Rulebook, theirs: ScoreRule) -> NoComparisonReason | None:
    """Why a value that `theirs` gave cannot be compared with one of `rule`; None where it can.

    The definition versions are the same or declared comparable. A newer scoring version compares where it computes the
    score just as before: a change of the arithmetic must not look like a change of the patient.
    """
    if theirs.scale != rule.scale or then.questionnaire.recall_period != now.questionnaire.recall_period:
        return NoComparisonReason.SCALE_CHANGED
    if then.questionnaire.version not in now.comparable:
        return NoComparisonReason.VERSION_CHANGED
    if then.version == now.version or _arithmetic(now, rule.name) == _arithmetic(then, theirs.name):
        return None
    return NoComparisonReason.VERSION_CHANGED


def _arithmetic(rulebook: Rulebook, name: str) -> tuple[Any, ...]:
    """Everything of a rule that decides its value, with its table and the rules that it rests on."""
    bound = rulebook.rules[name]
    own = canonical(bound.rule, without=_SAYS_NOTHING_OF_THE_VALUE)
    table = bound.operands.table.digest_form if bound.operands.table else None
    return own, table, [_arithmetic(rulebook, i.name) for i in bound.inputs if i.item is None]
