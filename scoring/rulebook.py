"""A scoring version bound to one questionnaire version: rules that know their items, operators and tables."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from operator import itemgetter
from typing import Any

from questionnaires.definition import Item, ItemType, Questionnaire
from questionnaires.instrument_files import Reference
from scoring.inputs import Input
from scoring.operators import Operands, Operator
from scoring.rules import AlertRule, Band, Direction, ItemBands, MissingPolicy, Policy, ScoreKind, ScoreRule, Since
from scoring.score import Exact, Result

_MOST_REMEMBERED = 10_000
"""A rule remembers its results where the possible answers to its inputs are no more than this."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of one rule: the published result, and the exact value that other rules go on from."""

    result: Result
    exact: Exact | None = None


@dataclass(frozen=True)
class BoundRule:
    """One score's rule with everything that computing it needs.

    `items` are all that the score rests on, those of its input scores included. `asked_beside` are the items that an
    `answered_share` counts. `remembered` holds the outcomes of answers seen before: a score is a pure function of the
    answers to its inputs, and where these have few combinations, none is worked out twice.
    """

    rule: ScoreRule
    operator: Operator
    operands: Operands
    policy: Policy
    items: tuple[Item, ...]
    asked_beside: tuple[Item, ...] = ()
    remembered: dict[Any, Outcome] = field(default_factory=dict, repr=False, compare=False)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The direct inputs: items, and scores of the same rulebook."""
        return self.operands.inputs

    @cached_property
    def answers_key(self) -> Callable[[Mapping[str, Any]], Any] | None:
        """Picks from a response's state what the outcome depends on; None where outcomes are not remembered."""
        if self.asked_beside or any(source.item is None for source in self.inputs):
            return None
        combinations = 1
        for item in self.items:
            combinations *= _possible_answers(item) + 2  # skipped, hidden
        return itemgetter(*(item.link_id for item in self.items)) if combinations <= _MOST_REMEMBERED else None

    def under(self, policy: Policy) -> "BoundRule":
        """The same rule under another missing-data policy."""
        return replace(self, policy=policy, remembered={})

    def band_of(self, value: Exact | Decimal) -> str | None:
        """The published word for a value of this score, where there is one."""
        return band_of(self.rule.bands, value)


@dataclass(frozen=True, slots=True)
class Watch:
    """One alert rule on one item or one score, and the concept that its alert is raised for."""

    rule: AlertRule
    on: str
    concept: str


@dataclass(frozen=True)
class Rulebook:
    """How the answers to one questionnaire version are scored by one scoring version.

    `rules` stand in an order in which a score follows those that it rests on. `comparable` holds the definition
    versions whose values may be compared with this one's, itself included.
    """

    questionnaire: Questionnaire
    version: str
    digest: str
    rules: Mapping[str, BoundRule]
    item_watches: tuple[Watch, ...]
    score_watches: tuple[Watch, ...]
    comparable: frozenset[str]
    topics: tuple[str, ...]
    references: Mapping[str, Reference]
    item_bands: tuple[ItemBands, ...] = ()

    def under(self, policy: MissingPolicy) -> "Rulebook":
        """The rulebook with every rule that offers this policy under it. Raises KeyError where no rule offers it."""
        if policy not in self.policies:
            raise KeyError(policy)
        rules = {name: bound.under(_offered(bound, policy)) for name, bound in self.rules.items()}
        return replace(self, rules=rules)

    @cached_property
    def policies(self) -> tuple[MissingPolicy, ...]:
        """The missing-data policies that its rules use or offer."""
        found = {p.missing for bound in self.rules.values() for p in (bound.rule.policy, *bound.rule.policies)}
        return tuple(policy for policy in MissingPolicy if policy in found)

    @cached_property
    def fed_on(self) -> frozenset[str]:
        """The scores that other scores rest on."""
        return frozenset(i.name for bound in self.rules.values() for i in bound.inputs if i.item is None)

    @cached_property
    def hidden_inputs(self) -> Mapping[str, bool]:
        """Every item that a score rests on -> False: what a response's state says of an item that it does not show."""
        return dict.fromkeys((item.link_id for bound in self.rules.values() for item in bound.items), False)

    @cached_property
    def leads(self) -> Mapping[str, str]:
        """Follow-up item -> the lead item whose 0 stands for it, where a rule has or offers `zero_if_lead_zero`."""
        return {
            follow_up.link_id: bound.items[0].link_id
            for bound in self.rules.values()
            if MissingPolicy.ZERO_IF_LEAD_ZERO in {p.missing for p in (bound.policy, *bound.rule.policies)}
            for follow_up in bound.items[1:]
        }

    @cached_property
    def watched_items(self) -> tuple[Item, ...]:
        """The items whose number an alert rule compares or sets a condition on, and their leads, each once."""
        watched = [watch.on for watch in self.item_watches if watch.rule.equals is None]
        watches = (*self.item_watches, *self.score_watches)
        watched += [when.item for watch in watches for when in watch.rule.and_when if when.item and not when.equals]
        leads = [self.leads[link_id] for link_id in watched if link_id in self.leads]
        items = (self.questionnaire.item(link_id) for link_id in dict.fromkeys([*watched, *leads]))
        return tuple(item for item in items if item is not None)

    @cached_property
    def watched_scores(self) -> frozenset[str]:
        """The scores that an alert rule watches or sets a condition on."""
        watches = (*self.item_watches, *self.score_watches)
        conditions = (when.score for watch in watches for when in watch.rule.and_when if when.score)
        return frozenset((*(watch.on for watch in self.score_watches), *conditions))

    @cached_property
    def alert_concepts(self) -> frozenset[str]:
        """What its alert rules are about."""
        return frozenset(watch.concept for watch in (*self.item_watches, *self.score_watches))

    @cached_property
    def compares_since(self) -> frozenset[Since]:
        """The earlier responses that its alert rules compare with."""
        watches = (*self.item_watches, *self.score_watches)
        return frozenset(watch.rule.since for watch in watches if watch.rule.compares)

    @cached_property
    def comparable_versions(self) -> tuple[str, ...]:
        """`comparable`, in order."""
        return tuple(sorted(self.comparable))

    @cached_property
    def line_rules(self) -> Mapping[str, ScoreRule]:
        """By concept, the rule whose value stands for it: the composite, else presence, severity, or the scale."""
        best: dict[str, ScoreRule] = {}
        for rule in (bound.rule for bound in self.rules.values() if bound.rule.kind.has_line):
            known = best.get(rule.concept)
            if known is None or rule.kind.rank < known.kind.rank:
                best[rule.concept] = rule
        return best

    @cached_property
    def symptom_rules(self) -> tuple[ScoreRule, ...]:
        """Of the `line_rules` those of one symptom, in which more is worse, in the order in which it is asked."""
        kinds = (ScoreKind.COMPOSITE_GRADE, ScoreKind.PRESENCE, ScoreKind.SEVERITY)
        place = {item.link_id: number for number, item in enumerate(self.questionnaire.questions)}
        found = [r for r in self.line_rules.values() if r.kind in kinds and r.higher_is is Direction.WORSE]
        return tuple(sorted(found, key=lambda rule: min(place[i.link_id] for i in self.rules[rule.name].items)))

    def band_of_item(self, link_id: str, value: Exact | Decimal) -> str | None:
        """The published word for one answer, where there is one."""
        return next((band_of(entry.bands, value) for entry in self.item_bands if link_id in entry.items), None)


def band_of(bands: Iterable[Band], value: Exact | Decimal) -> str | None:
    """The last band that a value reaches. Bands rise and begin at the lowest value (checked when they were bound)."""
    return next((band.band for band in reversed(tuple(bands)) if value >= band.at_least), None)


def _offered(bound: BoundRule, policy: MissingPolicy) -> Policy:
    return next((p for p in (bound.rule.policy, *bound.rule.policies) if p.missing is policy), bound.policy)


def _possible_answers(item: Item) -> int:
    if item.options:
        return len(item.options)
    if item.minimum is None or item.maximum is None or item.minimum != int(item.minimum):
        return _MOST_REMEMBERED
    # A decimal item has more answers than whole numbers: they are not remembered.
    return int(item.maximum - item.minimum) + 1 if item.type is ItemType.INTEGER else _MOST_REMEMBERED
