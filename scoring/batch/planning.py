"""Which way each rule of a rulebook is worked out on columns."""

from dataclasses import dataclass

from questionnaires.definition import ItemType
from scoring.batch.case_by_case import CaseByCase
from scoring.batch.counted import Counted, has_one_denominator, is_countable
from scoring.batch.plan import Plan, items_read
from scoring.batch.tabulated import MOST_CASES, MOST_COUNTED_CASES, Possible, Tabulated, is_tabulable
from scoring.inputs import Input
from scoring.rulebook import BoundRule, Rulebook
from scoring.rules import ScoreKind

_WHOLE_BY_NATURE = frozenset({"lookup", "cut_points", "count"})
_WHOLE_OF_WHOLE = frozenset({"value", "sum", "max"})


@dataclass(frozen=True, slots=True)
class PlannedScore:
    """One score of a table: how it is worked out, and every item that it rests on in the end.

    `is_text`: it is a state. `is_whole`: its numbers are whole in every table.
    """

    name: str
    plan: Plan
    rests_on: frozenset[str]
    is_text: bool
    is_whole: bool


def plan_scores(rulebook: Rulebook, possible: Possible) -> tuple[PlannedScore, ...]:
    """Every score of the rulebook, in its order: those that a score rests on stand before it."""
    planned: dict[str, PlannedScore] = {}
    one_denominator: set[str] = set()
    whole: set[str] = set()
    for name, bound in rulebook.rules.items():
        is_whole = _is_whole(bound, frozenset(whole))
        plan = _plan(rulebook, bound, possible, frozenset(one_denominator))
        is_whole = plan.outcomes.is_whole if isinstance(plan, Tabulated) else is_whole
        if not isinstance(plan, Counted) or has_one_denominator(bound, frozenset(one_denominator)):
            one_denominator.add(name)
        # Rounding makes a value whole, but not what other scores go on from.
        if is_whole and bound.rule.decimals is None:
            whole.add(name)
        below = [planned[source.name].rests_on for source in bound.inputs if source.item is None]
        rests_on = frozenset(item.link_id for item in items_read(bound)).union(*below)
        planned[name] = PlannedScore(name, plan, rests_on, bound.rule.kind is ScoreKind.STATE, is_whole)
    return tuple(planned.values())


def _plan(rulebook: Rulebook, bound: BoundRule, possible: Possible, one_denominator: frozenset[str]) -> Plan:
    is_fed_on = bound.rule.name in rulebook.fed_on
    counts = is_countable(bound, one_denominator)
    if is_tabulable(bound, possible, MOST_COUNTED_CASES if counts else MOST_CASES):
        return Tabulated(bound, rulebook.questionnaire, possible, is_fed_on=is_fed_on)
    kind = Counted if counts else CaseByCase
    return kind(bound, rulebook.questionnaire, is_fed_on=is_fed_on)


def _is_whole(bound: BoundRule, whole: frozenset[str]) -> bool:
    """Whether a rule that is not tabulated gives whole numbers whatever stands in the table."""
    rule = bound.rule
    if rule.decimals == 0 or rule.operator in _WHOLE_BY_NATURE:
        return True
    inputs_are_whole = all(_input_is_whole(source, whole) for source in bound.inputs)
    return rule.decimals is None and rule.operator in _WHOLE_OF_WHOLE and inputs_are_whole


def _input_is_whole(source: Input, whole: frozenset[str]) -> bool:
    if source.item is None:
        return source.name in whole
    weights = [option.weight for option in source.item.options if option.weight is not None]
    if source.item.type is ItemType.CHOICE:
        return all(weight == int(weight) for weight in weights)
    return source.item.type is ItemType.INTEGER
