"""Which items branching leaves open."""

from decimal import Decimal
from typing import Any

import pytest

from questionnaires.definition import EnableOperator, EnableWhen, ItemType, Questionnaire, Value
from questionnaires.enablement import enabled_items, holds
from tests.support.questionnaires import choice, group, item, questionnaire, when


@pytest.mark.parametrize(
    ("operator", "answer", "given", "expected"),
    [
        ("exists", True, ("0",), True),
        ("exists", True, (), False),
        ("exists", False, (), True),
        ("exists", False, ("0",), False),
        ("exists", True, (False,), True),
        ("=", "1", ("1",), True),
        ("=", "1", ("2",), False),
        ("=", "1", (), False),
        ("=", "1", ("2", "1"), True),
        ("=", Decimal("1.0"), (1,), True),
        ("=", False, (False,), True),
        ("!=", "1", ("2",), True),
        ("!=", "1", ("1",), False),
        ("!=", "1", (), True),
        ("!=", "1", ("2", "1"), False),
        (">", 5, (6,), True),
        (">", 5, (5,), False),
        (">", 5, (), False),
        (">", 5, (1, 6), True),
        ("<", 5, (4,), True),
        ("<", 5, (5,), False),
        (">=", 5, (5,), True),
        (">=", 5, (4,), False),
        ("<=", 5, (5,), True),
        ("<=", 5, (6,), False),
        (">", Decimal("38.5"), (39,), True),
        ("<=", Decimal("38.5"), (Decimal("38.50"),), True),
        (">", "2025-02-28", ("2025-03-01",), True),
        (">", "2025-02-28", ("2025-02-28",), False),
        ("<", "12:00:00", ("09:30:00",), True),
    ],
)
def test_each_operator(operator: str, answer: Value, given: tuple[Value, ...], expected: bool) -> None:
    assert holds(EnableWhen("q", EnableOperator(operator), answer), given) is expected


@pytest.mark.parametrize("operator", list(EnableOperator))
@pytest.mark.parametrize("given", [("text",), (True,), (1,), (Decimal(1),), (None,), ([],), ({},)], ids=repr)
@pytest.mark.parametrize("answer", [3, Decimal("3.5"), "2025-01-01"])
def test_a_value_of_another_type_is_no_answer_that_compares(
    operator: EnableOperator, given: Any, answer: Value
) -> None:
    result = holds(EnableWhen("q", operator, answer), given)

    numbers = isinstance(given[0], (int, Decimal)) and not isinstance(answer, str)
    texts = isinstance(given[0], str) and isinstance(answer, str)
    if operator is EnableOperator.NOT_EQUAL:
        assert result
    elif not numbers and not texts:
        assert not result


def opened(asked: Questionnaire, **answers: Value | tuple[Value, ...]) -> set[str]:
    given = {name: value if isinstance(value, tuple) else (value,) for name, value in answers.items()}
    return set(enabled_items(asked, given))


CONDITIONS = when("a", "=", "1") + when("b", "=", "1")
ALL = questionnaire(choice("a"), choice("b"), choice("c", enable_when=CONDITIONS))
ANY = questionnaire(choice("a"), choice("b"), choice("c", enable_when=CONDITIONS, enable_any=True))


@pytest.mark.parametrize(
    ("answers", "all_open", "any_open"),
    [({}, False, False), ({"a": "1"}, False, True), ({"b": "1"}, False, True), ({"a": "1", "b": "1"}, True, True)],
)
def test_all_and_any(answers: dict[str, str], all_open: bool, any_open: bool) -> None:
    assert ("c" in opened(ALL, **answers)) is all_open
    assert ("c" in opened(ANY, **answers)) is any_open


def test_what_has_no_condition_is_open() -> None:
    assert opened(questionnaire(choice("a"), item("d", ItemType.DISPLAY), group("g", choice("b")))) == {
        "a",
        "d",
        "g",
        "b",
    }


def test_a_closed_group_closes_all_that_stands_in_it() -> None:
    asked = questionnaire(
        choice("lead"),
        group(
            "outer",
            choice("inside"),
            group("inner", choice("deep"), choice("deeper", enable_when=when("deep", "=", "1"))),
            group("locked", choice("never"), enable_when=when("inside", "=", "4")),
            enable_when=when("lead", "=", "1"),
        ),
    )
    everything = {"lead", "outer", "inside", "inner", "deep", "deeper", "locked", "never"}
    assert opened(asked, lead="0", inside="4", deep="1") == {"lead"}
    assert opened(asked, lead="1") == everything - {"deeper", "locked", "never"}
    assert opened(asked, lead="1", deep="1") == everything - {"locked", "never"}
    assert opened(asked, lead="1", inside="4", deep="1") == everything


def test_items_below_a_closed_question_are_closed() -> None:
    asked = questionnaire(choice("a"), item("b", ItemType.TEXT, items=(choice("c"),), enable_when=when("a", "=", "1")))
    assert opened(asked, a="0") == {"a"}
    assert opened(asked, a="1") == {"a", "b", "c"}


def test_what_a_draft_holds_in_a_disabled_item_does_not_count() -> None:
    asked = questionnaire(
        choice("a"),
        choice("b", enable_when=when("a", "=", "1")),
        choice("c", enable_when=when("b", "=", "1")),
        choice("d", enable_when=when("b", "exists", False)),
        choice("e", enable_when=when("b", "!=", "1")),
    )
    assert opened(asked, a="0", b="1", c="1") == {"a", "d", "e"}
    assert opened(asked, a="1", b="1", c="1") == {"a", "b", "c"}


def test_any_answer_of_a_repeating_item_counts() -> None:
    asked = questionnaire(choice("a", repeats=True), choice("b", enable_when=when("a", "=", "1")))
    assert opened(asked, a=("0", "1")) == {"a", "b"}
    assert opened(asked, a=("0", "2")) == {"a"}
