"""Every shipped instrument of another owner against its published formula, on any answers, under every policy."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.rulebook import Rulebook
from tests.support.naive_formulas import INSTRUMENTS, naive_scores
from tests.support.scoring import shipped
from tests.support.shipped_scores import offered_policies, rulebook, values
from tests.support.whole_answers import nearly_whole_answers

OTHERS = [family for family in shipped()[0].instruments.values() if family.is_restricted]
BOOKS = [rulebook(family.id, version) for family in OTHERS for version in family.versions]
CASES = [(book, policy) for book in BOOKS for policy in (None, *offered_policies(book))]
NONE: frozenset[str] = frozenset()

LAW = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


def name_of(case: tuple[Rulebook, str | None]) -> str:
    book, policy = case
    return f"{book.questionnaire.instrument}-{policy or 'as shipped'}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
@LAW
@given(st.data())
def test_the_published_formula_agrees(case: tuple[Rulebook, str | None], data: st.DataObject) -> None:
    book, policy = case
    asked = book.questionnaire
    answers = data.draw(nearly_whole_answers(asked))
    # None of these instruments branches. What was not answered may have been skipped, or a display did not show it.
    left_out = sorted(item.link_id for item in asked.questions if item.link_id not in answers)
    not_shown = data.draw(st.just(frozenset(left_out)) | st.frozensets(st.sampled_from(left_out))) if left_out else NONE
    used = rulebook(asked.instrument, asked.version, policy)
    assert values(used, answers, not_shown) == naive_scores(asked.instrument, answers, policy, not_shown)


def test_every_shipped_instrument_of_another_owner_has_a_formula() -> None:
    assert {family.id for family in OTHERS} <= INSTRUMENTS
