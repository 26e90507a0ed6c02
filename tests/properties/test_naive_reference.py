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
VERSIONS = [(family.id, version) for family in OTHERS for version in family.versions]
CASES = [
    pytest.param(rulebook(name, version, policy), policy, id=f"{name}-{version}-{policy or 'as shipped'}")
    for name, version in VERSIONS
    for policy in (None, *offered_policies(rulebook(name, version)))
]

LAW = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(("book", "policy"), CASES)
@LAW
@given(st.data())
def test_the_published_formula_agrees(book: Rulebook, policy: str | None, data: st.DataObject) -> None:
    asked = book.questionnaire
    answers = data.draw(nearly_whole_answers(asked))
    # None of these instruments branches. What was not answered may have been skipped, or a display did not show it.
    left_out = sorted(item.link_id for item in asked.questions if item.link_id not in answers)
    some = st.frozensets(st.sampled_from(left_out)) if left_out else st.nothing()
    not_shown = data.draw(st.just(frozenset(left_out)) | some)
    assert values(book, answers, not_shown) == naive_scores(asked.instrument, answers, policy, not_shown)


def test_every_shipped_instrument_of_another_owner_has_a_formula() -> None:
    assert {family.id for family in OTHERS} <= INSTRUMENTS
