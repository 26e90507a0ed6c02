"""What may stand in a cell: text -> the item's answer, or the fault that validation finds in it."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from questionnaires.answer_types import Fault, fault_of
from questionnaires.definition import Item, ItemType, Value

MOST_LISTED = 1_000
"""A whole-number item with more possible answers than this is read like a decimal one: each answer as it comes."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,400}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True)
class Cells:
    """How the cells of one item are read. An empty cell is no answer, and is not read at all."""

    item: Item

    @cached_property
    def listed(self) -> tuple[Value, ...] | None:
        """Every possible answer where these can be listed beforehand, or None."""
        item = self.item
        if item.type is ItemType.CHOICE:
            return tuple(option.code for option in item.options)
        if item.type is ItemType.BOOLEAN:
            return True, False
        if item.type is ItemType.INTEGER and item.minimum is not None and item.maximum is not None:
            numbers = range(math.ceil(item.minimum), math.floor(item.maximum) + 1)
            return tuple(numbers) if len(numbers) <= MOST_LISTED else None
        return None

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The usual text of each listed answer, in the same order."""
        return tuple(text_of(answer) for answer in self.listed or ())

    def read(self, text: str) -> Value | Fault:
        """The answer that a cell's text gives, or what is wrong with it: value-free, with what is allowed."""
        answer = _answer(self.item.type, text)
        return fault_of(self.item, answer) or answer


def text_of(answer: Value) -> str:
    """The usual text of an answer: true, false, 7, a code."""
    return str(answer).lower() if isinstance(answer, bool) else str(answer)


def _answer(type_: ItemType, text: str) -> Value:
    """The text as the item's type reads it. What it cannot read stays a text: `fault_of` then says what is wrong."""
    if type_ is ItemType.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if type_ is ItemType.INTEGER and _WHOLE.fullmatch(text):
        return int(text)
    if type_ is ItemType.DECIMAL and _NUMBER.fullmatch(text):
        return Decimal(text)
    return text
