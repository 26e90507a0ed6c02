from dataclasses import replace

import pytest

from scoring.rules import Direction, MissingPolicy, ScoreKind
from tests.support.scoring import WEEKLY, Measure, pre_consultation, small_rulebook

BOOK = pre_consultation()


def test_leads_are_those_of_the_policy_that_needs_them() -> None:
    assert BOOK.leads["nausea-severity"] == "nausea-frequency"
    assert BOOK.leads["pain-interference"] == BOOK.leads["pain-severity"] == "pain-frequency"
    assert "nausea-frequency" not in BOOK.leads
    assert len(BOOK.leads) == sum(len(b.items) - 1 for b in BOOK.rules.values() if len(b.items) > 1) == 26


def test_watched_items_are_named_once_without_those_of_an_option_code() -> None:
    watched = [item.link_id for item in BOOK.watched_items]
    assert len(watched) == len(set(watched)) == 55
    assert not {"can-wait", "rash-presence", "quality-of-life"} & set(watched)


def test_comparable_versions_are_in_order() -> None:
    book = small_rulebook(version="2.0.0", comparable=("1.1.0", "1.0.0"))
    assert book.comparable_versions == ("1.0.0", "1.1.0", "2.0.0")


def test_a_concept_is_shown_by_its_composite_else_presence_else_severity_else_scale() -> None:
    kinds = [ScoreKind.SCALE, ScoreKind.SEVERITY, ScoreKind.PRESENCE, ScoreKind.COMPOSITE_GRADE]
    for left in range(len(kinds)):
        measures = [Measure("pain", kind, f"s{n}", Direction.WORSE) for n, kind in enumerate(kinds[: left + 1])]
        for order in (measures, measures[::-1]):
            rules = small_rulebook(*order).line_rules
            assert {concept: rule.kind for concept, rule in rules.items()} == {"pain": kinds[left]}


def test_of_two_scores_of_one_kind_the_first_stands_for_the_concept() -> None:
    rules = {scale: Measure("pain", scale=scale).bound(number) for number, scale in enumerate(("one", "two"), start=1)}
    assert replace(WEEKLY, rules=rules).line_rules["pain"].scale == "one"


def test_a_policy_that_no_rule_offers_gives_no_rulebook() -> None:
    with pytest.raises(KeyError, match="half"):
        WEEKLY.under(MissingPolicy.HALF)


def test_symptoms_stand_in_the_order_in_which_they_are_asked_whatever_the_order_of_the_rules() -> None:
    book = small_rulebook(Measure("nausea"), Measure("rash", ScoreKind.PRESENCE), Measure("fever", ScoreKind.SEVERITY))
    turned = replace(book, rules=dict(reversed(list(book.rules.items()))))
    assert [rule.concept for rule in turned.symptom_rules] == ["nausea", "rash", "fever"]


def test_a_scale_and_what_is_better_when_higher_are_no_symptoms() -> None:
    relief = Measure("relief", ScoreKind.SEVERITY, "relief-0-3", Direction.BETTER)
    book = small_rulebook(Measure("pain"), Measure("well", ScoreKind.SCALE), relief)
    assert [rule.concept for rule in book.symptom_rules] == ["pain"]
    assert len(BOOK.symptom_rules) == 31
