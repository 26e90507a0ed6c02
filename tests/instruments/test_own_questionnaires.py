"""The questionnaires in our own words beside each other: what they share is the same, what differs stays apart."""

import itertools
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.translations import Text
from scoring.engine import score
from scoring.rulebook import Rulebook
from scoring.rules import ScoreKind
from scoring.score import Number, Score
from scoring.tables import Table
from tests.support.questionnaires import shipped
from tests.support.scoring import checked, pre_consultation, published_cell
from tests.support.shipped_scores import rulebook, values

WEEKLY = rulebook("oral-therapy-weekly", "1.0.0")
WATCH = rulebook("symptom-watch", "1.0.0")

DOSES = st.integers(1, 100)
WEIGHTS = st.decimals(20, 350, places=1)


def text_of(book: Rulebook, language: str) -> Text:
    found = shipped().instruments[book.questionnaire.instrument].text(book.questionnaire, language)
    assert found is not None
    return found


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_a_symptom_of_one_line_is_asked_in_the_same_words(language: str) -> None:
    ours, theirs = text_of(WEEKLY, language), text_of(pre_consultation(), language)
    shared = [i for i in WEEKLY.questionnaire.questions if pre_consultation().questionnaire.item(i.link_id)]
    assert len([item for item in shared if item.attribute]) == 21
    for item in shared:
        assert ours.items[item.link_id] == theirs.items[item.link_id]
        assert ours.helps.get(item.link_id) == theirs.helps.get(item.link_id)
        for option in item.options:
            assert ours.option(item, option.code) == theirs.option(item, option.code)


def test_every_cell_of_a_weekly_composite_is_the_published_one() -> None:
    tables = {t.name: t for rule in WEEKLY.rules.values() if isinstance(t := rule.operands.table, Table)}
    assert len(tables) == 5
    for name, table in tables.items():
        combinations = itertools.product(range(5), repeat=len(table.columns))
        assert table.cells == {codes: published_cell(name, codes) for codes in combinations}


def test_twelve_symptoms_keep_their_numbers() -> None:
    symptoms = [b.rule for b in WEEKLY.rules.values() if b.rule.kind in (ScoreKind.COMPOSITE_GRADE, ScoreKind.PRESENCE)]
    assert [rule.number for rule in symptoms] == list(range(1, 13))


def test_nothing_of_twelve_hours_stands_in_a_line_of_seven_days() -> None:
    rules = [bound.rule for bound in WATCH.rules.values()]
    assert {rule.recall_period for rule in rules} == {WATCH.questionnaire.recall_period} == {"PT12H"}
    assert ScoreKind.COMPOSITE_GRADE not in {rule.kind for rule in rules}
    of_seven_days = {bound.rule.scale for book in (WEEKLY, pre_consultation()) for bound in book.rules.values()}
    assert of_seven_days.isdisjoint(rule.scale for rule in rules)


@given(planned=DOSES, missed=st.integers(0, 100))
def test_adherence_is_the_share_of_planned_doses_that_was_taken(planned: int, missed: int) -> None:
    answers = {"doses-due": "yes", "doses-planned": planned, "doses-missed": missed, "can-wait": "yes"}
    taken = max(planned - missed, 0)
    # Within half a unit of the second decimal.
    found = values(WEEKLY, answers)["adherence_percent"]
    assert isinstance(found, Decimal)
    assert abs(Fraction(found) - Fraction(100 * taken, planned)) <= Fraction(5, 1000)


@given(now=WEIGHTS, before=WEIGHTS)
def test_a_weight_is_lost_or_gained_and_graded_before_rounding(now: Decimal, before: Decimal) -> None:
    answers = {"weight": now, "weight-baseline": before, "can-wait": "yes"}
    found = score(WEEKLY, checked(WEEKLY, answers))
    change = (Fraction(before) - Fraction(now)) / Fraction(before) * 100
    for name, exact in (("weight_loss", max(change, Fraction(0))), ("weight_gain", max(-change, Fraction(0)))):
        shown = found[f"{name}_percent"]
        assert isinstance(shown, Score)
        assert abs(Fraction(shown.value) - exact) <= Fraction(5, 1000)
        wanted = 3 if exact >= 20 else 2 if exact >= 10 else 1 if exact >= 5 else None
        for version in ("v5", "v6"):
            assert number(found[f"{name}_pre_grade_{version}"]) == wanted


def number(result: object) -> Number | None:
    return result.value if isinstance(result, Score) else None
