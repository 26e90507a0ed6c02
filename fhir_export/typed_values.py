"""One answer in the FHIR type of its item, as `value[x]` of an answer or `answer[x]` of a condition."""

from decimal import Decimal
from typing import Final, Literal

from fhir_export import systems
from fhir_export.encoding import Resource
from questionnaires.definition import Item, ItemType, Questionnaire, Value
from questionnaires.translations import Text

_TYPES: Final[dict[ItemType, str]] = {
    ItemType.BOOLEAN: "Boolean",
    ItemType.INTEGER: "Integer",
    ItemType.DECIMAL: "Decimal",
    ItemType.DATE: "Date",
    ItemType.DATE_TIME: "DateTime",
    ItemType.TIME: "Time",
    ItemType.STRING: "String",
    ItemType.TEXT: "String",
}


def typed(
    prefix: Literal["value", "answer"], questionnaire: Questionnaire, item: Item, value: Value, text: Text | None
) -> Resource:
    """`{"valueInteger": 7}` and its like; a choice gives the Coding of its option."""
    if item.type is ItemType.CHOICE:
        return {f"{prefix}Coding": option_coding(questionnaire, item, str(value), text)}
    return {f"{prefix}{_TYPES[item.type]}": value}


def option_coding(questionnaire: Questionnaire, item: Item, code: str, text: Text | None) -> Resource:
    """The Coding of an option, with its words where the text has them."""
    coding: Resource = {"system": systems.options(questionnaire, item), "code": code}
    words = text.option(item, code) if text else None
    if words is not None:
        coding["display"] = words
    return coding


def ordinal(weight: int | Decimal) -> Resource:
    """The extension that says which number scoring uses for an option."""
    return {"url": systems.ORDINAL_VALUE, "valueDecimal": weight}
