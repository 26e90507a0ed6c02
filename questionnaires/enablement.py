"""Which items branching leaves open (FHIR R4 Questionnaire.item.enableWhen, enableBehavior)."""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from questionnaires.definition import EnableOperator, EnableWhen, Item, Questionnaire, Value
from questionnaires.response import Answers


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
    for condition in item.enable_when:
        question = condition.question
        if holds(condition, answers.get(question, ()) if question in enabled else ()) is item.enable_any:
            return item.enable_any
    return not item.enable_any


def holds(condition: EnableWhen, given: tuple[Value, ...]) -> bool:
    """Whether one condition holds for the answers given to its question.

    R4 value set questionnaire-enable-operator: `=` needs one answer that is equal, `!=` that no answer is equal
    (so it holds where nothing was answered: pair it with `exists` to ask for an answer too), the ordered
    operators one answer that compares so.
    """
    return _OPERATORS[condition.operator](given, condition.answer)


def _exists(given: tuple[Value, ...], answer: Value) -> bool:
    return bool(given) is answer


def _equal(given: tuple[Value, ...], answer: Value) -> bool:
    return answer in given


def _not_equal(given: tuple[Value, ...], answer: Value) -> bool:
    return answer not in given


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[tuple[Value, ...], Value], bool]:
    return lambda given, answer: any(_comparable(value, answer) and compare(value, answer) for value in given)


def _comparable(value: Value, other: Value) -> bool:
    """Numbers compare with numbers, texts (ISO dates and times) with texts; a draft may hold anything."""
    return any(isinstance(value, kind) and isinstance(other, kind) for kind in (str, (int, Decimal)))


_OPERATORS: dict[EnableOperator, Callable[[tuple[Value, ...], Value], bool]] = {
    EnableOperator.EXISTS: _exists,
    EnableOperator.EQUAL: _equal,
    EnableOperator.NOT_EQUAL: _not_equal,
    EnableOperator.GREATER: _ordered(operator.gt),
    EnableOperator.LESS: _ordered(operator.lt),
    EnableOperator.GREATER_OR_EQUAL: _ordered(operator.ge),
    EnableOperator.LESS_OR_EQUAL: _ordered(operator.le),
}
