"""What a rule works with: answers as numbers, and the scores of other rules."""

from dataclasses import dataclass
from decimal import Decimal

from questionnaires.definition import Item, ItemType
from questionnaires.response import Absence, CheckedResponse
from scoring.rounding import exact_of
from scoring.score import Exact, Number


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a rule: an item, or (without an item) another score of the rulebook; with the range it lies in."""

    name: str
    item: Item | None
    low: Exact
    high: Exact
    is_reversed: bool = False

    def turned(self, value: Exact) -> Exact:
        """A value turned round within the range (low + high - value), as a rule uses a reversed input."""
        return self.low + self.high - value


def can_be_scored(item: Item) -> bool:
    """Whether an item gives a number: a number item, or a choice of one option that has weights."""
    if item.repeats:
        return False
    if item.type is ItemType.CHOICE:
        return all(option.opt_out or option.weight is not None for option in item.options)
    return item.type in (ItemType.INTEGER, ItemType.DECIMAL)


def range_of(item: Item) -> tuple[Exact, Exact] | None:
    """The lowest and highest number that an item can give, or None where it has no limits."""
    weights = [option.weight for option in item.options if option.weight is not None]
    if weights:
        return exact_of(min(weights)), exact_of(max(weights))
    if item.minimum is None or item.maximum is None:
        return None
    return exact_of(item.minimum), exact_of(item.maximum)


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
