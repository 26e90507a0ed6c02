"""What a phone without a network must know of a questionnaire: its branching, and which answers are urgent."""

from collections.abc import Iterable, Mapping
from typing import Any

from questionnaires.definition import Item, ItemType, Questionnaire, Reach
from scoring.alerts import SELF_HARM
from scoring.rulebook import Rulebook, Watch
from scoring.rules import AlertCondition, AlertRule, AlertSeverity
from scoring.synthesis import Mode

_NUMBERS = (ItemType.INTEGER, ItemType.DECIMAL)
_READ_OTHERWISE = (*_NUMBERS, ItemType.TIME)
"""What a form writes otherwise than a rule compares it."""


def phone_rules(rulebook: Rulebook, mode: Mode) -> dict[str, Any]:
    """Plain data for the page's script, as little as it can do with: a phone loads it with every form.

    `asked`: what branching can hide, and what it looks at, in order; each with the place of the one above it that can
    be hidden too, or -1. `enable`: the conditions of those that have any, by their place, as `[place of the question,
    operator, answer]`; `any`: the places of those that need only one of them. `read`: type, lowest and highest of the
    numbers and times that conditions and rules look at.

    `urgent`: the alert rules of that severity that rest on these answers alone; in a mode without alerts only those of
    self-harm.
    `weights`: the numbers of the options that those look at. `leads`: the lead whose 0 stands for a follow-up that was
    not asked.

    What compares with earlier answers, or rests on a score, is judged by the service. A date and time is compared as it
    was typed, without its offset.
    """
    questionnaire = rulebook.questionnaire
    urgent = [
        watch
        for watch in rulebook.item_watches
        if _is_known_on_a_phone(watch.rule) and (mode is Mode.ALERT or watch.concept == SELF_HARM)
    ]
    watched = {on for watch in urgent for on in (watch.on, *(when.item for when in watch.rule.and_when)) if on}
    leads = {link_id: rulebook.leads[link_id] for link_id in sorted(watched) if link_id in rulebook.leads}
    numbers = list(_items(questionnaire, watched | set(leads.values())))
    conditional = [reach.item for reach in questionnaire.reaches if reach.item.enable_when]
    compared = {when.question for item in conditional for when in item.enable_when}
    hidden = _can_be_hidden(questionnaire)
    asked = [reach for reach in questionnaire.reaches if reach.item.link_id in hidden | compared]
    places = {reach.item.link_id: place for place, reach in enumerate(asked)}
    read = _items(questionnaire, compared | {item.link_id for item in numbers})
    return {
        "asked": [[reach.item.link_id, _above(reach, hidden, places)] for reach in asked],
        "enable": {places[item.link_id]: _conditions(item, places) for item in conditional},
        "any": [places[item.link_id] for item in conditional if item.enable_any],
        "read": {item.link_id: reading(item) for item in read if item.type in _READ_OTHERWISE},
        "weights": {item.link_id: _weights(item) for item in numbers if item.options and not item.repeats},
        "leads": leads,
        "urgent": [_urgent(watch) for watch in urgent],
    }


def _items(questionnaire: Questionnaire, link_ids: set[str]) -> Iterable[Item]:
    return (item for item in questionnaire.questions if item.link_id in link_ids)


def _can_be_hidden(questionnaire: Questionnaire) -> set[str]:
    """The link ids of the items with conditions, and of all that stands below them."""
    found: set[str] = set()
    for reach in questionnaire.reaches:
        if reach.item.enable_when or found.intersection(reach.ancestors):
            found.add(reach.item.link_id)
    return found


def _above(reach: Reach, hidden: set[str], places: Mapping[str, int]) -> int:
    return next((places[above] for above in reversed(reach.ancestors) if above in hidden), -1)


def _conditions(item: Item, places: Mapping[str, int]) -> list[list[object]]:
    return [[places[one.question], one.operator.value, _plain(one.answer)] for one in item.enable_when]


def _plain(value: object) -> object:
    """Numbers as JSON has them: a phone compares, it does not compute."""
    return value if isinstance(value, bool | int | str) else float(str(value))


def reading(item: Item) -> list[object]:
    """How a phone reads what is typed: the type, and the lowest and highest number."""
    bounds = [None if bound is None else float(bound) for bound in (item.minimum, item.maximum)]
    return [item.type.value, *bounds] if item.type in _NUMBERS else [item.type.value]


def _weights(item: Item) -> dict[str, float]:
    return {option.code: float(option.weight) for option in item.options if option.weight is not None}


def _is_known_on_a_phone(rule: AlertRule) -> bool:
    return (
        rule.severity is AlertSeverity.URGENT
        and not rule.compares
        and all(condition.score is None for condition in rule.and_when)
    )


def _urgent(watch: Watch) -> dict[str, Any]:
    return {
        "concept": watch.concept,
        "when": [
            {"item": watch.on, **_bound(watch.rule)},
            *({"item": condition.item, **_bound(condition)} for condition in watch.rule.and_when),
        ],
    }


def _bound(rule: AlertRule | AlertCondition) -> dict[str, Any]:
    if rule.equals is not None:
        return {"equals": rule.equals}
    limits = {"at_least": rule.at_least, "at_most": rule.at_most}
    return {name: float(limit) for name, limit in limits.items() if limit is not None}
