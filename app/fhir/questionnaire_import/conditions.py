"""The branching of an imported item: each condition in the form of the definition, or the reason why it has none."""

from collections.abc import Mapping
from typing import Any

from app.fhir.questionnaire_import.ledger import Node
from app.fhir.questionnaire_import.numbers import number_of
from app.fhir.questionnaire_import.options import Options
from questionnaires.answer_types import fault_of
from questionnaires.definition import EnableOperator, Item, ItemType, Value

_ANY_TYPE = (EnableOperator.EXISTS, EnableOperator.EQUAL, EnableOperator.NOT_EQUAL)
_ORDERED = (ItemType.INTEGER, ItemType.DECIMAL, ItemType.DATE, ItemType.TIME)
_TODO = "write the condition by hand: without it the item follows its other conditions alone"


class Conditions:
    """Reads conditions in document order: it knows the questions before the item, and no others."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.earlier: dict[str, tuple[Item, Options]] = {}

    def read(self, item: Node) -> list[dict[str, str]]:
        """The conditions of an item that can be kept; the others are told."""
        found: list[dict[str, str]] = []
        for condition in item.nodes("enableWhen"):
            read = self._condition(condition)
            if isinstance(read, str):
                condition.leave("branching condition", read, _TODO)
            else:
                _carry(condition)
                found.append(read)
        return found

    def _condition(self, condition: Node) -> dict[str, str] | str:
        """The condition as the definition writes it, or why it cannot be kept."""
        asked = self.names.get(condition.text("question") or "")
        known = self.earlier.get(asked) if asked else None
        if asked is None or known is None:
            return "it asks no question that stands before the item"
        stated = condition.text("operator")
        if stated not in tuple(EnableOperator):
            return "it has no operator of R4"
        operator = EnableOperator(stated)
        answer = condition.choice("answer")
        if answer is None:
            return "it names no answer"
        question, options = known
        if operator not in _ANY_TYPE and question.type not in _ORDERED:
            return "it compares what has no order here"
        target = Item("exists", ItemType.BOOLEAN) if operator is EnableOperator.EXISTS else question
        value = _value(target, options, answer[0], answer[1].value)
        if value is None or fault_of(target, value):
            return "no answer to the question can be what it names"
        written = str(value).lower() if isinstance(value, bool) else str(value)
        return {"question": asked, "operator": operator.value, "answer": written}


def _carry(condition: Node) -> None:
    """All of a condition is in the folder; but of a quantity only its number. The rest of it is left to be listed."""
    answer = condition.choice("answer")
    if answer is None or answer[0] != "Quantity":
        condition.carry()
        return
    for key in ("question", "operator"):
        condition.carry_key(key)
    answer[1].carry_key("value")


def _value(question: Item, options: Options, kind: str, given: Any) -> Value | None:
    """The answer of a condition in the type of its question; None where it cannot be that."""
    if question.type is ItemType.CHOICE:
        return options.code_of(kind, given)
    if question.type is ItemType.BOOLEAN:
        return given if isinstance(given, bool) else None
    if kind == "Quantity" and isinstance(given, dict):
        given = given.get("value")
    number = number_of(given)
    if question.type is ItemType.INTEGER:
        return int(number) if number is not None and number == number.to_integral_value() else None
    if question.type is ItemType.DECIMAL:
        return number
    # Written into YAML and read back: what is stripped there is stripped here.
    return given.strip() if isinstance(given, str) else None
