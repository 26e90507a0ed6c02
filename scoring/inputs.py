"""Answers -> the numbers that rules work with, or why there is none."""

from decimal import Decimal

from questionnaires.definition import Item, ItemType
from questionnaires.response import Absence, CheckedResponse
from scoring.score import Number


def can_be_scored(item: Item) -> bool:
    """Whether an item gives a number: a number item, or a choice of one option that has weights."""
    if item.repeats:
        return False
    if item.type is ItemType.CHOICE:
        return all(option.opt_out or option.weight is not None for option in item.options)
    return item.type in (ItemType.INTEGER, ItemType.DECIMAL)


def read_input(response: CheckedResponse, item: Item) -> Number | Absence:
    """The number of one item's answer: an option's weight, or the number itself."""
    given = response.answers.get(item.link_id)
    if given is None:
        return Absence.SKIPPED if item.link_id in response.enabled else Absence.HIDDEN
    answer = given[0]
    if isinstance(answer, str):
        weight = item.option_by_code[answer].weight
        return Absence.DECLINED if weight is None else weight
    assert isinstance(answer, (int, Decimal)), "can_be_scored was checked when the rule was bound"
    return answer
