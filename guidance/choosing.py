"""Which advice fits the answers of one response."""

from typing import Final

from guidance.advice import AdviceRef
from guidance.library import AdviceLibrary
from scoring.rulebook import Rulebook
from scoring.score import Number, Score, Scores

MOST_ADVICE: Final = 5
"""No patient reads more than this after sending."""


def fitting_advice(library: AdviceLibrary, rulebook: Rulebook, scores: Scores) -> tuple[AdviceRef, ...]:
    """The newest advice on the symptoms whose score reaches the value that it begins at.

    The highest value comes first, then what the questionnaire asks first. What is not scored gives none: a missing
    answer is never a value. Neither does a scale: its numbers say nothing about one symptom.
    """
    found: list[tuple[Number, AdviceRef]] = []
    for rule in rulebook.symptom_rules:
        advice = library.newest.get(rule.concept)
        result = scores.get(rule.name)
        if advice is not None and isinstance(result, Score) and result.value >= advice.at_least:
            found.append((result.value, advice.ref))
    found.sort(key=_value, reverse=True)  # keeps the questionnaire's order among equals
    return tuple([ref for _, ref in found[:MOST_ADVICE]])


def _value(entry: tuple[Number, AdviceRef]) -> Number:
    return entry[0]
