from decimal import Decimal

import pytest

from questionnaires.definition import AnswerOption, Item, ItemType, Value
from questionnaires.response import Absence, CheckedResponse
from scoring.inputs import can_be_scored, read_input
from scoring.score import Number
from tests.support.scoring import WEEKLY

WEIGHTED = (AnswerOption("no", 0), AnswerOption("half", Decimal("0.5")), AnswerOption("private", opt_out=True))
CHOICE = Item("q", ItemType.CHOICE, options=WEIGHTED)
WHOLE = Item("q", ItemType.INTEGER)
DECIMAL = Item("q", ItemType.DECIMAL)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (CHOICE, True),
        (WHOLE, True),
        (DECIMAL, True),
        (Item("q", ItemType.CHOICE, options=(*WEIGHTED, AnswerOption("other"))), False),
        (Item("q", ItemType.CHOICE, options=WEIGHTED, repeats=True), False),
        (Item("q", ItemType.INTEGER, repeats=True), False),
        (Item("q", ItemType.BOOLEAN), False),
        (Item("q", ItemType.TEXT), False),
        (Item("q", ItemType.DATE), False),
    ],
)
def test_what_gives_a_number(item: Item, expected: bool) -> None:
    assert can_be_scored(item) is expected


@pytest.mark.parametrize(
    ("item", "answer", "enabled", "expected"),
    [
        (CHOICE, "no", True, 0),
        (CHOICE, "half", True, Decimal("0.5")),
        (CHOICE, "private", True, Absence.DECLINED),
        (CHOICE, None, True, Absence.SKIPPED),
        (CHOICE, None, False, Absence.HIDDEN),
        (WHOLE, 0, True, 0),
        (WHOLE, 7, True, 7),
        (DECIMAL, Decimal("38.4"), True, Decimal("38.4")),
        (DECIMAL, None, True, Absence.SKIPPED),
    ],
)
def test_an_answer_is_its_number_or_the_reason_why_there_is_none(
    item: Item, answer: Value | None, enabled: bool, expected: Number | Absence
) -> None:
    answers = {"q": (answer,)} if answer is not None else {}
    response = CheckedResponse(WEEKLY.questionnaire, answers, frozenset({"q"} if enabled else ()))
    found = read_input(response, item)
    assert found == expected
    assert isinstance(found, Absence) is isinstance(expected, Absence)
