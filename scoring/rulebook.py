"""A scoring version bound to one questionnaire version: rules that know their items, operators and tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from questionnaires.definition import Item, Questionnaire
from questionnaires.instrument_files import Reference
from scoring.operators import Operator
from scoring.rules import AlertRule, MissingPolicy, ScoreKind, ScoreRule
from scoring.tables import Table


@dataclass(frozen=True, slots=True)
class BoundRule:
    """One score's rule with everything that computing it needs."""

    rule: ScoreRule
    operator: Operator
    items: tuple[Item, ...]
    table: Table | None


@dataclass(frozen=True, slots=True)
class Watch:
    """One alert rule on one item or one score, and the concept that its alert is raised for."""

    rule: AlertRule
    on: str
    concept: str


@dataclass(frozen=True)
class Rulebook:
    """How the answers to one questionnaire version are scored by one scoring version.

    `comparable` holds the definition versions whose values may be compared with this one's, itself included.
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

    @cached_property
    def leads(self) -> Mapping[str, str]:
        """Follow-up item -> the lead item whose 0 stands for it, by the policy `zero_if_lead_zero`."""
        return {
            follow_up.link_id: bound.items[0].link_id
            for bound in self.rules.values()
            if bound.rule.missing is MissingPolicy.ZERO_IF_LEAD_ZERO
            for follow_up in bound.items[1:]
        }

    @cached_property
    def watched_items(self) -> tuple[Item, ...]:
        """The items whose number an alert rule compares, and their leads, each once."""
        watched = [watch.on for watch in self.item_watches if watch.rule.equals is None]
        leads = [self.leads[link_id] for link_id in watched if link_id in self.leads]
        items = (self.questionnaire.item(link_id) for link_id in dict.fromkeys([*watched, *leads]))
        return tuple(item for item in items if item is not None)

    @cached_property
    def comparable_versions(self) -> tuple[str, ...]:
        """`comparable`, in order."""
        return tuple(sorted(self.comparable))

    @cached_property
    def line_rules(self) -> Mapping[str, ScoreRule]:
        """By concept, the rule whose value stands for it: the composite, else presence, severity, or the scale."""
        order = list(ScoreKind)
        best: dict[str, ScoreRule] = {}
        for rule in (bound.rule for bound in self.rules.values()):
            known = best.get(rule.concept)
            if known is None or order.index(rule.kind) < order.index(known.kind):
                best[rule.concept] = rule
        return best
