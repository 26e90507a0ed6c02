"""The scores of a shipped instrument, for tests that compute them a second time from the published formulas."""

from collections.abc import Mapping
from fractions import Fraction

from hypothesis import settings

from scoring.engine import score
from scoring.rulebook import Rulebook
from scoring.score import NotScored, Number, Score
from tests.support.scoring import checked, shipped

SEEDED = settings(deadline=None, max_examples=400, derandomize=True)
"""The same random answers at every run."""


def rulebook_of(instrument: str, version: str) -> Rulebook:
    """The current rulebook of one version of a shipped instrument."""
    catalogue, rulebooks = shipped()
    return rulebooks.current(catalogue.get(instrument, version))


def codes(answers: Mapping[str, int]) -> dict[str, object]:
    """Codes as clients send them: texts."""
    return {link_id: str(code) for link_id, code in answers.items()}


def numbers_of(rulebook: Rulebook, answers: Mapping[str, int]) -> dict[str, Number | None]:
    """Every score that is a number, by name; None where there is none. `answers`: link id -> code, all choices."""
    results = score(rulebook, checked(rulebook, codes(answers)))
    return {
        name: result.value if isinstance(result, Score) else None
        for name, result in results.items()
        if isinstance(result, (Score, NotScored))
    }


def assert_published(found: Mapping[str, Number | None], expected: Mapping[str, Fraction | None]) -> None:
    """The same scores, each the expected exact value as near as six decimals come."""
    assert found.keys() == expected.keys()
    for name, exact in expected.items():
        value = found[name]
        assert (value is None) == (exact is None), f"{name} is {value}, expected {exact}"
        if value is not None and exact is not None:
            assert abs(Fraction(value) - exact) <= Fraction(1, 2_000_000), f"{name} is {value}, expected {exact}"
