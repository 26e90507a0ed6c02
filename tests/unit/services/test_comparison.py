"""What storing a response must read: more than the previous one's answers only where a rule asks for it."""

import pytest

from app.services.comparison import compares_scores
from scoring.rules import Since
from tests.support.scoring import shipped

CATALOGUE, RULEBOOKS = shipped()


@pytest.mark.parametrize("instrument", sorted(CATALOGUE.instruments))
def test_no_shipped_instrument_needs_a_second_query_before_it_is_stored(instrument: str) -> None:
    assert RULEBOOKS.current(CATALOGUE.get(instrument)).compares_since <= {Since.PREVIOUS}


@pytest.mark.parametrize(("instrument", "compares"), [("pre-consultation", False), ("ecog-pro", True)])
def test_earlier_scores_are_read_where_a_rule_is_on_the_change_of_one(instrument: str, compares: bool) -> None:
    assert compares_scores(RULEBOOKS.current(CATALOGUE.get(instrument))) is compares
