from decimal import Decimal

import pytest

from questionnaires.definition import EnableOperator, EnableWhen, ItemType
from questionnaires.differences import Difference, Impact, Path, compare_forms, highest, shown


def by_first(path: Path) -> Impact:
    return Impact.NONE if path[0] == "reference" else Impact.SCORING


def test_every_leaf_that_differs_is_named_by_its_path() -> None:
    before = {"range": [0, 4], "change": {"improved": 1, "by": "a"}, "reference": "x", "same": {"deep": 1}}
    after = {"range": [0, 5], "change": {"improved": 2}, "reference": "y", "same": {"deep": 1}, "new": "word"}
    assert list(compare_forms("scoring", "pain", before, after, by_first)) == [
        Difference("scoring", "pain", "range", "0, 4", "0, 5", Impact.SCORING),
        Difference("scoring", "pain", "change.improved", "1", "2", Impact.SCORING),
        Difference("scoring", "pain", "change.by", "a", None, Impact.SCORING),
        Difference("scoring", "pain", "reference", "x", "y", Impact.NONE),
        Difference("scoring", "pain", "new", None, "word", Impact.SCORING),
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, None),
        ((), None),
        ([], None),
        (True, "true"),
        (Decimal("1.50"), "1.50"),
        (ItemType.DATE_TIME, "dateTime"),
        (["a", None, 2], "a, , 2"),
        ({"a": 1, "b": (2, 3)}, "{a: 1, b: 2, 3}"),
        ((EnableWhen("pain", EnableOperator.NOT_EQUAL, "0"),), "pain != 0"),
    ],
)
def test_a_value_is_shown_in_few_words(value: object, words: str | None) -> None:
    assert shown(value) == words


def test_the_impact_of_many_is_that_of_the_most_serious() -> None:
    assert highest([]) is Impact.NONE
    assert highest([Impact.DISPLAY, Impact.SAFETY, Impact.SCORING]) is Impact.SAFETY
