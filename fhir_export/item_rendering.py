"""How a form renderer shows a question and what it may hold: the extensions of an R4 Questionnaire.item.

A number has no `slider`: a slider stands on a value before anybody has answered. A date has no `entryFormat`: renderers
have date pickers of their own, and some show the format as a hint while they read another order of day and month.
"""

from decimal import Decimal
from typing import Final

from fhir_export import systems
from fhir_export.encoding import Resource
from fhir_export.measures import unit_of
from questionnaires.definition import Item, ItemType

_BOUND_TYPES: Final = {ItemType.INTEGER: "valueInteger", ItemType.DECIMAL: "valueDecimal"}


def item_extensions(item: Item, *, is_extracted: bool) -> list[Resource]:
    """The extensions of one item, in a fixed order. `is_extracted`: its answer is an Observation of its own."""
    found = [*_limits(item), *_choice(item)]
    if item.hidden:
        found.append({"url": systems.HIDDEN, "valueBoolean": True})
    if is_extracted:
        found.append({"url": systems.OBSERVATION_EXTRACT, "valueBoolean": True})
    return found


def item_control(code: str) -> Resource:
    """The extension that names a control. `code` is of R4's value set questionnaire-item-control."""
    control = {"coding": [{"system": systems.ITEM_CONTROL, "code": code}]}
    return {"url": systems.ITEM_CONTROL_EXTENSION, "valueCodeableConcept": control}


def _limits(item: Item) -> list[Resource]:
    found: list[Resource] = []
    for url, bound in ((systems.MIN_VALUE, item.minimum), (systems.MAX_VALUE, item.maximum)):
        if bound is not None:
            found.append({"url": url, _BOUND_TYPES[item.type]: _bound(item, bound)})
    if item.minimum is not None and item.maximum is not None:
        # Digits, no words: the same in every language. Without spaces it reads 0-10 from right to left too.
        span = f"{_bound(item, item.minimum)}-{_bound(item, item.maximum)}"
        found.append({"url": systems.ENTRY_FORMAT, "valueString": span})
    if item.unit is not None:
        quantity = unit_of(item)
        coded = {name: quantity[name] for name in ("system", "code") if name in quantity}
        found.append({"url": systems.UNIT, "valueCoding": coded | {"display": item.unit}})
    return found


def _choice(item: Item) -> list[Resource]:
    """All options stand in view, one below the other: a list that opens hides the last ones behind the first."""
    if item.type is not ItemType.CHOICE:
        return []
    control = item_control("check-box" if item.repeats else "radio-button")
    return [control, {"url": systems.CHOICE_ORIENTATION, "valueCode": "vertical"}]


def _bound(item: Item, bound: Decimal) -> int | Decimal:
    return int(bound) if item.type is ItemType.INTEGER else bound
