"""The same scores before and after, counted over many responses: what stays, what changes, what comes and goes."""

from collections import Counter
from dataclasses import dataclass, field

from scoring.score import NotScored, Result, Score, Scores, State

MOST_PAIRS = 500
"""So many different changes of one score are counted apart; all others are counted together, so that the memory for
them does not grow with the number of responses.
"""

Pair = tuple[str, str]
"""The value before and after, as text."""


@dataclass(slots=True)
class ScoreChanges:
    """One score over the responses: in how many it stays, has another value, is scored for the first time or no more.

    `pairs` counts the changes of value; `other_pairs` those beyond `MOST_PAIRS`.
    """

    unchanged: int = 0
    changed: int = 0
    newly_scored: int = 0
    no_longer_scored: int = 0
    pairs: Counter[Pair] = field(default_factory=Counter)
    other_pairs: int = 0

    def add(self, before: str | None, after: str | None) -> None:
        """Count one response; None where the score has no value."""
        if before == after:
            self.unchanged += 1
        elif before is None:
            self.newly_scored += 1
        elif after is None:
            self.no_longer_scored += 1
        else:
            self.changed += 1
            if (before, after) in self.pairs or len(self.pairs) < MOST_PAIRS:
                self.pairs[before, after] += 1
            else:
                self.other_pairs += 1


@dataclass(slots=True)
class Changes:
    """Every score, by name, over the patients and responses that were counted."""

    patients: int = 0
    responses: int = 0
    scores: dict[str, ScoreChanges] = field(default_factory=dict)

    def add(self, before: Scores, after: Scores) -> None:
        """Count one response. A score that only one of the two rulebooks has is without a value in the other."""
        self.responses += 1
        for name in dict.fromkeys((*after, *before)):
            counted = self.scores.setdefault(name, ScoreChanges())
            counted.add(_value(before.get(name)), _value(after.get(name)))


def _value(result: Result | None) -> str | None:
    """The value as text, written in one way: 50 and 50.00 are the same number."""
    if result is None or isinstance(result, NotScored):
        return None
    if isinstance(result, State):
        return result.code
    assert isinstance(result, Score), "a result is a score, a state or the reason why there is none"
    return f"{result.value.normalize():f}" if not isinstance(result.value, int) else str(result.value)
