from dataclasses import replace
from decimal import Decimal

import pytest

from questionnaires.definition import AnswerOption, Item, ItemType, PublicationStatus, Questionnaire
from questionnaires.definition_comparison import Stakes, compare_definitions
from questionnaires.differences import Impact
from tests.support.questionnaires import choice, group, item, questionnaire, when

GRADES = tuple(AnswerOption(str(weight), weight) for weight in range(3))
LEAD = item("lead", ItemType.CHOICE, options=GRADES)
FOLLOW = item("follow", ItemType.CHOICE, options=GRADES, enable_when=when("lead", "!=", "0"))
WORDS = item("words", ItemType.TEXT)
WEIGHT = item("weight", ItemType.DECIMAL)
SAMPLE = questionnaire(group("body", LEAD, FOLLOW), WEIGHT, WORDS)

Seen = tuple[str, str, Impact]


def changes(after: Questionnaire, before: Questionnaire = SAMPLE) -> list[Seen]:
    """What changed where scores read `follow` and `weight`, and an alert watches `follow`."""
    stakes = Stakes.of((before, after), ("follow", "weight"), ("follow",))
    return [(found.about, found.what, found.impact) for found in compare_definitions(before, after, stakes)]


def with_items(*items: Item) -> Questionnaire:
    return replace(SAMPLE, items=items)


def test_a_version_does_not_differ_from_itself_under_another_number() -> None:
    assert changes(replace(SAMPLE, version="2.0.0", digest="sha256:other")) == []


def test_what_hangs_on_an_item_reaches_up_through_its_branching() -> None:
    stakes = Stakes.of((SAMPLE,), ("weight",), ("follow",))
    assert stakes == Stakes(frozenset({"weight"}), frozenset({"follow", "body", "lead"}))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (replace(SAMPLE, recall_period="P1D"), ("", "recall_period", Impact.SCORING)),
        (replace(SAMPLE, status=PublicationStatus.RETIRED), ("", "status", Impact.NONE)),
        (replace(SAMPLE, date="2027-01-01"), ("", "date", Impact.NONE)),
        (with_items(group("body", LEAD, FOLLOW), WEIGHT), ("words", "removed", Impact.DISPLAY)),
        (with_items(group("body", LEAD, FOLLOW), WORDS), ("weight", "removed", Impact.SCORING)),
        (with_items(group("body", LEAD), WEIGHT, WORDS), ("follow", "removed", Impact.SAFETY)),
        (with_items(*SAMPLE.items, choice("extra")), ("extra", "added", Impact.DISPLAY)),
        (with_items(*SAMPLE.items[:2], replace(WORDS, required=True)), ("words", "required", Impact.DISPLAY)),
        (with_items(*SAMPLE.items[:2], replace(WORDS, max_length=9)), ("words", "max_length", Impact.DISPLAY)),
        (
            with_items(SAMPLE.items[0], replace(WEIGHT, maximum=Decimal(300)), WORDS),
            ("weight", "maximum", Impact.SCORING),
        ),
        (
            with_items(group("body", replace(LEAD, required=True), FOLLOW), WEIGHT, WORDS),
            ("lead", "required", Impact.SAFETY),
        ),
        (
            with_items(group("body", LEAD, replace(FOLLOW, enable_when=())), WEIGHT, WORDS),
            ("follow", "enable_when", Impact.SAFETY),
        ),
        (
            with_items(group("body", LEAD, replace(FOLLOW, option_set="grade")), WEIGHT, WORDS),
            ("follow", "option_set", Impact.DISPLAY),
        ),
    ],
    ids=lambda value: f"{value[0]}-{value[1]}" if isinstance(value, tuple) else "",
)
def test_a_change_has_the_impact_of_what_hangs_on_it(after: Questionnaire, expected: Seen) -> None:
    assert changes(after) == [expected]


def options(*found: AnswerOption) -> Questionnaire:
    return with_items(group("body", LEAD, replace(FOLLOW, options=found)), WEIGHT, WORDS)


@pytest.mark.parametrize(
    ("after", "what", "words"),
    [
        (options(*GRADES[:2]), "option 2", ("weight 2", None)),
        (options(*GRADES, AnswerOption("none", opt_out=True)), "option none", (None, "opt_out true")),
        (options(*GRADES[:2], AnswerOption("2", 3)), "option 2", ("weight 2", "weight 3")),
        (options(*GRADES[:2], AnswerOption("2")), "option 2", ("weight 2", "no weight")),
    ],
)
def test_options_are_compared_by_their_codes(
    after: Questionnaire, what: str, words: tuple[str | None, str | None]
) -> None:
    (found,) = compare_definitions(SAMPLE, after, Stakes(frozenset(), frozenset({"follow"})))
    assert (found.about, found.what, found.impact) == ("follow", what, Impact.SAFETY)
    assert (found.before, found.after) == words


def test_the_order_of_options_is_display() -> None:
    assert changes(options(*reversed(GRADES))) == [("follow", "order of options", Impact.DISPLAY)]


def test_an_item_that_moved_is_told_once_and_the_others_stay() -> None:
    moved = with_items(WORDS, group("body", LEAD, FOLLOW), WEIGHT)
    (found,) = compare_definitions(SAMPLE, moved, Stakes(frozenset(), frozenset()))
    assert (found.about, found.what, found.before, found.after) == ("words", "order", "after weight", "first")


def test_moving_under_a_condition_is_more_than_display() -> None:
    plain = with_items(group("body", LEAD, FOLLOW), group("more", WEIGHT), WORDS)
    hidden = with_items(group("body", LEAD, FOLLOW), group("more", WEIGHT, enable_when=when("lead", "=", "2")), WORDS)
    assert changes(plain) == [("more", "added", Impact.SCORING), ("weight", "place", Impact.DISPLAY)]
    assert ("weight", "place", Impact.SCORING) in changes(hidden)
