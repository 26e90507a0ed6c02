"""One `answer.value[x]` -> the value that our validation reads, by the type of its item."""

from typing import Any, Final

from app.fhir.response_reading.faults import Fault, FaultCode
from app.fhir.response_reading.places import Place
from fhir_export import systems
from questionnaires.definition import Item, ItemType, Questionnaire
from questionnaires.issues import IssueCode

UNREADABLE: Final = object()
"""Stands in the answers for one that has its fault already. It fits no item, so that nothing is built on it."""

_ELEMENTS: Final = {
    ItemType.BOOLEAN: "valueBoolean",
    ItemType.INTEGER: "valueInteger",
    ItemType.DECIMAL: "valueDecimal",
    ItemType.DATE: "valueDate",
    ItemType.DATE_TIME: "valueDateTime",
    ItemType.TIME: "valueTime",
    ItemType.STRING: "valueString",
    ItemType.TEXT: "valueString",
    ItemType.CHOICE: "valueCoding",
}
"""R4: the type of an answer by the type of its item (Questionnaire.item.type)."""


def value_name(answer: dict[str, Any]) -> str | None:
    """What JSON calls the answer's value; None where it has none, only items or extensions."""
    return next((name for name in answer if name.startswith("value")), None)


def read_value(
    questionnaire: Questionnaire, item: Item, answer: dict[str, Any], name: str, place: Place
) -> tuple[object, Fault | None]:
    """The value that stands under `name`, or UNREADABLE with its fault."""
    wanted = _ELEMENTS[item.type]
    if name != wanted:
        text = f"the item `{item.link_id}` is of the type {item.type.value}: its answer is a {wanted}"
        return UNREADABLE, Fault(IssueCode.WRONG_TYPE, place, text)
    if item.type is not ItemType.CHOICE:
        return answer[name], None
    return _code(questionnaire, item, answer[name], place)


def _code(questionnaire: Questionnaire, item: Item, coding: Any, place: Place) -> tuple[object, Fault | None]:
    """The code of an option. Without a system it is one of the item's own options; its display is not looked at."""
    if not isinstance(coding, dict):
        return UNREADABLE, Fault(FaultCode.WRONG_JSON_TYPE, place, "a Coding is an object")
    own = systems.options(questionnaire, item)
    if coding.get("system", own) != own:
        text = f"the options of `{item.link_id}` are codes of {own}, and are also taken without a system"
        return UNREADABLE, Fault(FaultCode.WRONG_SYSTEM, (*place, "system"), text)
    if "code" not in coding:
        text = f"the answer is the code of an option: {', '.join(item.option_by_code)}"
        return UNREADABLE, Fault(IssueCode.WRONG_TYPE, place, text)
    return coding["code"], None
