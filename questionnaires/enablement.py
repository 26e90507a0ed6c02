"""Which items branching leaves open (FHIR R4 Questionnaire.item.enableWhen, enableBehavior)."""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from questionnaires.definition import EnableOperator, EnableWhen, Item, Questionnaire, Value
from questionnaires.response import Answers

_ORDERED: dict[EnableOperator, Callable[[Any, Any], bool]] = {
    EnableOperator.GREATER: operator.gt,
    EnableOperator.LESS: operator.lt,
    EnableOperator.GREATER_OR_EQUAL: operator.ge,
    EnableOperator.LESS_OR_EQUAL: operator.le,
}


def enabled_items(questionnaire: Questionnaire, answers: Answers) -> frozenset[str]:
    """The link ids of the items that are enabled by these answers.

    An item is enabled when everything above it is, and its own conditions hold. A condition on a disabled item
    sees no answer: R4 says that what is disabled does not count, whatever a draft still holds there. Conditions
    may only look backwards (`vigie check`), so one pass in document order is enough.
    """
    enabled: set[str] = set()
    for reach in questionnaire.reaches:
        item = reach.item
        if reach.ancestors and reach.ancestors[-1] not in enabled:
            continue
        if not item.enable_when or _conditions_hold(item, answers, enabled):
            enabled.add(item.link_id)
    return frozenset(enabled)


def _conditions_hold(item: Item, answers: Answers, enabled: set[str]) -> bool:
    results = (holds(c, answers.get(c.question, ()) if c.question in enabled else ()) for c in item.enable_when)
    return any(results) if item.enable_any else all(results)


def holds(condition: EnableWhen, given: tuple[Value, ...]) -> bool:
    """Whether one condition holds for the answers given to its question.

    R4 value set questionnaire-enable-operator: `=` needs one answer that is equal, `!=` that no answer is equal
    (so it holds where nothing was answered: pair it with `exists` to ask for an answer too), the ordered
    operators one answer that compares so.
    """
    match condition.operator:
        case EnableOperator.EXISTS:
            return bool(given) is condition.answer
        case EnableOperator.EQUAL:
            return condition.answer in given
        case EnableOperator.NOT_EQUAL:
            return condition.answer not in given
        case ordered:
            compare = _ORDERED[ordered]
            return any(_comparable(value, condition.answer) and compare(value, condition.answer) for value in given)


def _comparable(value: Value, other: Value) -> bool:
    """Numbers compare with numbers, texts (ISO dates and times) with texts; a draft may hold anything."""
    return any(isinstance(value, kind) and isinstance(other, kind) for kind in (str, (int, Decimal)))
