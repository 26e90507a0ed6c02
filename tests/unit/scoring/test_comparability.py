"""Values compare where the questions and the arithmetic are the same; a better rule is no change of the patient."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scoring.comparability import NoComparisonReason, why_not_comparable
from scoring.inputs import Input
from scoring.rulebook import BoundRule, Rulebook
from scoring.rules import Band, MissingPolicy, Policy, ScoreKind, ScoreRule
from scoring.tables import CutPoint, CutPoints
from tests.support.scoring import WEEKLY, Measure, small_rulebook

WELL = "well_scale"


def changed(rulebook: Rulebook, name: str, bound: BoundRule, version: str = "1.1.0") -> Rulebook:
    """The same definition under a newer scoring version in which one rule is another."""
    return replace(rulebook, version=version, rules={**rulebook.rules, name: bound})


def with_rule(**keys: object) -> Rulebook:
    bound = WEEKLY.rules[WELL]
    rule: ScoreRule = bound.rule.model_copy(update=keys)
    return changed(WEEKLY, WELL, replace(bound, rule=rule))


def why_not(now: Rulebook, then: Rulebook, name: str = WELL) -> NoComparisonReason | None:
    return why_not_comparable(now, now.rules[name].rule, then, then.rules[name].rule)


def test_one_scoring_version_compares_with_itself() -> None:
    assert why_not(WEEKLY, WEEKLY) is None


@pytest.mark.parametrize(
    "keys",
    [
        {"bands": (Band(at_least=Decimal(0), band="low"),), "bands_reference": "own"},
        {"number": 77},
        {"reference": "other"},
        {"loinc": "44261-6"},
        {"policies": (Policy(missing=MissingPolicy.PRORATE, min_answered=1),)},
    ],
)
def test_a_newer_scoring_version_that_only_says_more_compares(keys: dict[str, object]) -> None:
    assert why_not(with_rule(**keys), WEEKLY) is None


@pytest.mark.parametrize(
    "keys", [{"missing": MissingPolicy.HALF}, {"decimals": 1}, {"operator": "sum"}, {"reverse": ("well",)}]
)
def test_a_newer_scoring_version_that_computes_otherwise_does_not(keys: dict[str, object]) -> None:
    assert why_not(with_rule(**keys), WEEKLY) is NoComparisonReason.VERSION_CHANGED


def test_another_table_is_another_arithmetic() -> None:
    def cut(at: int) -> Rulebook:
        bound = WEEKLY.rules[WELL]
        table = CutPoints("t", (CutPoint(Decimal(at), True, 1),))
        return changed(WEEKLY, WELL, replace(bound, operands=replace(bound.operands, table=table)), f"1.{at}.0")

    assert why_not(cut(3), cut(4)) is NoComparisonReason.VERSION_CHANGED
    assert why_not(cut(3), changed(cut(3), "x", WEEKLY.rules[WELL], "2.0.0")) is None


def test_a_score_that_rests_on_a_changed_one_has_changed() -> None:
    def resting(well: Rulebook) -> Rulebook:
        bound = well.rules[WELL]
        above = replace(bound, operands=replace(bound.operands, inputs=(Input(WELL, None, 0, 10),)))
        return replace(well, rules={**well.rules, "above": above})

    now, then = resting(with_rule(decimals=1)), resting(WEEKLY)
    rule = now.rules["above"].rule.model_copy(update={"name": "above"})
    theirs = then.rules["above"].rule.model_copy(update={"name": "above"})
    assert why_not_comparable(now, rule, then, theirs) is NoComparisonReason.VERSION_CHANGED


def test_another_scale_or_definition_never_compares() -> None:
    other = small_rulebook(Measure("well", ScoreKind.SCALE, "another-scale"))
    assert why_not(WEEKLY, other) is NoComparisonReason.SCALE_CHANGED
    newer = small_rulebook(Measure("well", ScoreKind.SCALE, WEEKLY.rules[WELL].rule.scale), version="2.0.0")
    assert why_not(newer, WEEKLY) is NoComparisonReason.VERSION_CHANGED
