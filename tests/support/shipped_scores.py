"""A shipped instrument as a test of it sees it: answers in, published values, bands and alerts out."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import settings

from scoring.alerts import NOTHING_KNOWN, Circumstances, Earlier, evaluate_alerts
from scoring.engine import score
from scoring.rulebook import Rulebook
from scoring.rules import MissingPolicy, Since
from scoring.score import Score, State
from tests.support.naive_formulas import Published
from tests.support.scoring import checked, shipped

Answers = Mapping[str, object]
"""As a client sends them; an item that was not answered is not there."""

SEEDED = settings(deadline=None, max_examples=400, derandomize=True)
"""The same random answers at every run."""


def rulebook(instrument: str, version: str, policy: str | None = None) -> Rulebook:
    """The current rulebook of a shipped version, under a missing-data policy where one is named."""
    catalogue, rulebooks = shipped()
    book = rulebooks.current(catalogue.get(instrument, version))
    return book.under(MissingPolicy(policy)) if policy else book


def offered_policies(book: Rulebook) -> list[str]:
    """The missing-data policies that a caller may ask for by name."""
    return sorted({policy.missing.value for bound in book.rules.values() for policy in bound.rule.policies})


def codes(answers: Mapping[str, int]) -> dict[str, object]:
    """Codes as clients send them: texts."""
    return {link_id: str(code) for link_id, code in answers.items()}


def values(book: Rulebook, answers: Answers, not_shown: frozenset[str] = frozenset()) -> Published:
    """Every score of one response, as it is published. `not_shown`: items that a display is known to have left out."""
    response = checked(book, answers)
    found: Published = {}
    for name, result in score(book, replace(response, enabled=response.enabled - not_shown)).items():
        value = Decimal(result.value) if isinstance(result, Score) else None
        found[name] = result.code if isinstance(result, State) else value
    return found


def band(book: Rulebook, answers: Answers, name: str) -> str | None:
    """The band of one score of a response, or None where it has no value."""
    value = values(book, answers)[name]
    return book.rules[name].band_of(value) if isinstance(value, Decimal) else None


def alerts(book: Rulebook, answers: Answers, previous: Answers | None = None) -> dict[str, str]:
    """Concept -> severity of every alert of a response, compared with the previous one where it is given."""
    response = checked(book, answers)
    circumstances = NOTHING_KNOWN
    if previous is not None:
        before = checked(book, previous)
        circumstances = Circumstances({Since.PREVIOUS: Earlier(before, score(book, before))})
    raised = evaluate_alerts(book, response, score(book, response), circumstances)
    return {alert.concept: alert.severity.value for alert in raised}


def assert_published(found: Published, expected: Mapping[str, Fraction | None]) -> None:
    """The same scores, each the expected exact value as near as six decimals come."""
    assert found.keys() == expected.keys()
    for name, exact in expected.items():
        value = found[name]
        assert (value is None) == (exact is None), f"{name} is {value}, expected {exact}"
        if value is not None and exact is not None:
            assert abs(Fraction(value) - exact) <= Fraction(1, 2_000_000), f"{name} is {value}, expected {exact}"
