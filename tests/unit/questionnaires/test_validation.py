"""Raw answers become a checked response, or every issue there is."""

from typing import Any

import pytest

from questionnaires.definition import AnswerOption, ItemType, Questionnaire
from questionnaires.issues import Issue, IssueCode
from questionnaires.response import CheckedResponse
from questionnaires.validation import MAX_ANSWERS, validate, validate_draft
from tests.support.questionnaires import EVERYTHING, choice, group, item, questionnaire, when

TOPICS = choice(
    "topics",
    options=(
        AnswerOption("pain"),
        AnswerOption("sleep"),
        AnswerOption("none", exclusive=True),
        AnswerOption("declined", opt_out=True),
    ),
    repeats=True,
)


def issues(asked: Questionnaire, raw: dict[str, Any]) -> list[tuple[str, str]]:
    """Each issue's code and pointer."""
    found = validate(asked, raw)
    assert isinstance(found, tuple), found
    return [(issue.code.value, issue.pointer.removeprefix("/answers/")) for issue in found]


def accepted(asked: Questionnaire, raw: dict[str, Any]) -> CheckedResponse:
    found = validate(asked, raw)
    assert isinstance(found, CheckedResponse), found
    return found


def test_a_checked_response_holds_each_answer_as_a_tuple_and_what_is_open() -> None:
    asked = questionnaire(choice("a"), TOPICS, choice("b", enable_when=when("a", "=", "1")), choice("c"))
    checked = accepted(asked, {"topics": ["pain", "sleep"], "a": "2"})
    assert checked == CheckedResponse(
        asked, {"a": ("2",), "topics": ("pain", "sleep")}, frozenset({"a", "topics", "c"})
    )


def test_all_issues_come_at_once_in_document_order_unknown_items_last() -> None:
    raw = {
        "zebra": "0",
        "topics": ["pain", "pain", 3, "fun"],
        "introduction": "hello",
        "albatross": "0",
        "temperature": "warm",
        "dose": 10**30,
        "body": {},
        "lead": "7",
        "smokes": True,
        "count": [],
        "seen-at": "today",
    }
    assert issues(EVERYTHING, raw) == [
        ("not-a-question", "introduction"),
        ("not-an-option", "lead"),
        ("not-a-question", "body"),
        ("wrong-type", "temperature"),
        ("required", "smokes-what"),
        ("repeated-answer", "topics/1"),
        ("wrong-type", "topics/2"),
        ("not-an-option", "topics/3"),
        ("wrong-type", "seen-at"),
        ("wrong-type", "count"),
        ("out-of-range", "dose"),
        ("unknown-item", "albatross"),
        ("unknown-item", "zebra"),
    ]


def test_an_issue_says_where_and_what_is_allowed() -> None:
    assert validate(questionnaire(choice("a", "yes", "no")), {"a": "maybe"}) == (
        Issue(IssueCode.NOT_AN_OPTION, "a", "/answers/a", "the answer is not one of the item's options", ("yes", "no")),
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["pain"], []),
        (["none"], []),
        (["declined"], []),
        (["pain", "sleep"], []),
        ("pain", [("wrong-type", "topics")]),
        (None, [("wrong-type", "topics")]),
        ([], [("wrong-type", "topics")]),
        (("pain",), [("wrong-type", "topics")]),
        ({"0": "pain"}, [("wrong-type", "topics")]),
        ([["pain"]], [("wrong-type", "topics/0")]),
        (["pain", None], [("wrong-type", "topics/1")]),
        (["pain", "sleep", "pain", "pain"], [("repeated-answer", "topics/2"), ("repeated-answer", "topics/3")]),
        (["fun", "fun"], [("not-an-option", "topics/0"), ("not-an-option", "topics/1")]),
        (["none", "pain"], [("exclusive-option", "topics")]),
        (["pain", "declined"], [("exclusive-option", "topics")]),
        (["none", "declined"], [("exclusive-option", "topics")]),
        (["none", "none"], [("repeated-answer", "topics/1")]),
        (["none", "fun"], [("not-an-option", "topics/1")]),
        (["pain"] * MAX_ANSWERS, [("repeated-answer", f"topics/{n}") for n in range(1, MAX_ANSWERS)]),
        (["pain"] * (MAX_ANSWERS + 1), [("too-many-answers", "topics")]),
        (["pain"] * 100_000, [("too-many-answers", "topics")]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_items_that_repeat(given: Any, expected: list[tuple[str, str]]) -> None:
    found = validate(questionnaire(TOPICS), {"topics": given})
    assert ([] if isinstance(found, CheckedResponse) else issues(questionnaire(TOPICS), {"topics": given})) == expected


def test_an_exclusive_option_is_named_with_the_others_that_exclude() -> None:
    (issue,) = validate_draft(questionnaire(TOPICS), {"topics": ["none", "pain"]})
    assert issue.allowed == ("none", "declined")


def test_an_item_that_does_not_repeat_takes_no_list() -> None:
    assert issues(questionnaire(choice("a")), {"a": ["0"]}) == [("wrong-type", "a")]


def test_a_required_item_that_is_hidden_is_not_missing() -> None:
    asked = questionnaire(
        choice("a", required=True),
        choice("b", required=True, enable_when=when("a", "=", "1")),
        group("g", choice("c", required=True), enable_when=when("a", "=", "1")),
    )
    assert issues(asked, {}) == [("required", "a")]
    assert accepted(asked, {"a": "0"}).enabled == {"a"}
    assert issues(asked, {"a": "1"}) == [("required", "b"), ("required", "c")]
    assert accepted(asked, {"a": "1", "b": "0", "c": "0"}).enabled == {"a", "b", "g", "c"}


def test_an_answered_item_that_is_hidden_is_not_enabled() -> None:
    asked = questionnaire(
        choice("a"),
        choice("b", enable_when=when("a", "=", "1")),
        choice("c", enable_when=when("b", "=", "1")),
        group("g", choice("d"), enable_when=when("a", "=", "1")),
    )
    assert issues(asked, {"a": "0", "b": "1", "c": "1", "d": "1"}) == [
        ("not-enabled", "b"),
        ("not-enabled", "c"),
        ("not-enabled", "d"),
    ]


def test_a_hidden_answer_with_a_fault_of_its_own_has_both() -> None:
    asked = questionnaire(choice("a"), choice("b", enable_when=when("a", "=", "1")))
    assert issues(asked, {"b": "7"}) == [("not-an-option", "b"), ("not-enabled", "b")]


def test_what_hangs_on_a_faulty_answer_is_not_held_against_the_answers() -> None:
    asked = questionnaire(
        choice("a"),
        choice("b", required=True, enable_when=when("a", "=", "1")),
        choice("c", enable_when=when("b", "=", "1")),
        group("g", choice("d", required=True), enable_when=when("c", "exists", True)),
        choice("e", required=True),
    )
    assert issues(asked, {"a": "seven", "c": "1"}) == [("not-an-option", "a"), ("required", "e")]


@pytest.mark.parametrize(
    ("link_id", "named", "pointer"),
    [
        ("~a/b", "~a/b", "/answers/~0a~1b"),
        ("", "", "/answers/"),
        ("x" * 64, "x" * 64, "/answers/" + "x" * 64),
        ("x" * 65, "x" * 63 + "…", "/answers/" + "x" * 63 + "…"),
        ("x" * 1_000_000, "x" * 63 + "…", "/answers/" + "x" * 63 + "…"),
    ],
    ids=["escaped", "empty", "longest", "too long", "huge"],
)
def test_an_unknown_item_is_named_by_a_short_pointer(link_id: str, named: str, pointer: str) -> None:
    (issue,) = validate_draft(EVERYTHING, {link_id: "0"})
    assert (issue.code, issue.link_id, issue.pointer) == (IssueCode.UNKNOWN_ITEM, named, pointer)
    assert issue.text == "the questionnaire has no item of this link id"


def test_a_long_unknown_item_is_not_taken_for_a_real_one() -> None:
    real = "x" * 64
    asked = questionnaire(choice(real), choice("b", required=True, enable_when=when(real, "!=", "0")))
    assert issues(asked, {real + "y": "0"}) == [("required", "b"), ("unknown-item", "x" * 63 + "…")]


def test_no_answer_at_all() -> None:
    assert accepted(questionnaire(choice("a"), item("d", ItemType.DISPLAY)), {}).answers == {}


def test_a_hundred_thousand_unknown_answers_are_as_many_issues() -> None:
    assert len(validate_draft(EVERYTHING, {f"item-{n}": "0" for n in range(100_000)})) == 100_000


def test_a_draft_may_lack_answers_and_hold_hidden_ones_but_each_must_fit() -> None:
    asked = questionnaire(choice("a", required=True), choice("b", enable_when=when("a", "=", "1")), choice("c"))
    assert validate_draft(asked, {}) == ()
    assert validate_draft(asked, {"b": "1"}) == ()
    assert [(i.code.value, i.link_id) for i in validate_draft(asked, {"nothing": "0", "c": 1, "b": "9"})] == [
        ("not-an-option", "b"),
        ("wrong-type", "c"),
        ("unknown-item", "nothing"),
    ]
