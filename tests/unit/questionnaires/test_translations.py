"""The words of a questionnaire, checked against its structure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from questionnaires.definition import AnswerOption, Item, ItemType, Questionnaire
from questionnaires.instrument_files import TextFile
from questionnaires.translations import Text, gaps, gaps_of_items, read_text
from tests.support.questionnaires import choice, group, item, questionnaire

PAIN = choice("pain", option_set="severity", options=(AnswerOption("0"), AnswerOption("1")), concept="pain")
AGAIN = choice("again", "yes", "no")
ASKED = questionnaire(group("all", PAIN, AGAIN), item("thanks", ItemType.DISPLAY))

FULL: dict[str, Any] = {
    "instrument": "sample",
    "language": "en",
    "revision": "1",
    "status": "local",
    "definitions": ["1.0.0"],
    "translator": "nobody",
    "source": "original wording",
    "title": "A sample",
    "introduction": "Please answer.",
    "items": {
        "all": {"text": "How it was"},
        "pain": {"text": "Did it hurt?", "help": "Think of the worst moment."},
        "again": {"text": "Again?", "options": {"yes": "Yes", "no": "No"}},
        "thanks": {"text": "Thank you."},
    },
    "option_sets": {"severity": {"0": "Not at all", "1": "A little"}},
    "concepts": {"pain": "Pain"},
    "scores": {"pain_composite": "Pain"},
}


def text(**changes: Any) -> Text:
    return read_text(TextFile.model_validate(FULL | changes))


def items_with(**changes: Any) -> Mapping[str, Any]:
    """The items of the full text, with these in their place; None leaves one out."""
    return {name: words for name, words in (FULL["items"] | changes).items() if words is not None}


def test_a_text_says_all_that_its_file_says() -> None:
    words = text()
    assert (words.instrument, words.language, words.revision, words.status) == ("sample", "en", 1, "local")
    assert (words.title, words.introduction, words.definitions) == ("A sample", "Please answer.", frozenset({"1.0.0"}))
    assert words.items == {"all": "How it was", "pain": "Did it hurt?", "again": "Again?", "thanks": "Thank you."}
    assert words.helps == {"pain": "Think of the worst moment."}
    assert (words.concepts, words.scores) == ({"pain": "Pain"}, {"pain_composite": "Pain"})


def test_an_option_has_the_words_of_its_set_or_of_its_item() -> None:
    words = text()
    assert [words.option(PAIN, code) for code in ("0", "1")] == ["Not at all", "A little"]
    assert [words.option(AGAIN, code) for code in ("yes", "no")] == ["Yes", "No"]
    assert words.option(AGAIN, "perhaps") is None


def test_a_score_is_called_by_its_own_words_else_by_those_of_its_concept() -> None:
    words = text()
    assert words.score_name("pain_composite", "other") == "Pain"
    assert words.score_name("pain_severity", "pain") == "Pain"
    assert words.score_name("pain_severity", "other") is None


def test_a_complete_text_has_no_gap() -> None:
    assert list(gaps(text(), (ASKED,))) == []


def test_the_words_of_concepts_are_asked_for_apart_from_those_of_items() -> None:
    assert list(gaps_of_items(text(concepts={}), (ASKED,))) == []
    assert list(gaps_of_items(text(concepts={}, option_sets={"severity": {"1": "A little"}}), (ASKED,))) == [
        "option '0' of set:severity has no words"
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"items": items_with(all=None, thanks=None)}, ["item 'all' has no text", "item 'thanks' has no text"]),
        ({"items": items_with(extra={"text": "?"})}, ["there is text for 'extra', which is no item"]),
        (
            {"items": items_with(again={"text": "Again?", "options": {"yes": "Y"}})},
            ["option 'no' of item:again has no words"],
        ),
        ({"option_sets": {"severity": {"1": "A little"}}}, ["option '0' of set:severity has no words"]),
        (
            {"option_sets": FULL["option_sets"] | {"amount": {"0": "None"}}},
            ["there are words for option '0' of set:amount, which is no option"],
        ),
        (
            {"items": items_with(pain={"text": "Pain?", "options": {"0": "No"}})},
            ["there are words for option '0' of item:pain, which is no option"],
        ),
        ({"concepts": {}}, ["concept 'pain' has no words"]),
        (
            {"items": items_with(all=None, extra={"text": "?"}), "option_sets": {}, "concepts": {}},
            [
                "item 'all' has no text",
                "there is text for 'extra', which is no item",
                "option '0' of set:severity has no words",
                "option '1' of set:severity has no words",
                "concept 'pain' has no words",
            ],
        ),
    ],
)
def test_every_gap_is_named(changes: dict[str, Any], said: list[str]) -> None:
    assert list(gaps(text(**changes), (ASKED,))) == said


def other(*items: Item) -> Questionnaire:
    return questionnaire(group("all", *items), item("thanks", ItemType.DISPLAY))


def test_a_text_serves_each_of_its_versions() -> None:
    """What one version has and the next has not must have words too, also where both name it by one link id."""
    earlier = choice("pain", option_set="degree", options=(AnswerOption("9"),), concept="hurt")
    found = list(gaps(text(), (other(earlier, AGAIN), ASKED)))
    assert found == ["option '9' of set:degree has no words", "concept 'hurt' has no words"]
    assert list(gaps(text(), (ASKED, other(PAIN)))) == []


def test_gaps_come_in_the_order_of_their_names() -> None:
    names = ["e", "b", "d", "a", "c"]
    asked = other(PAIN, AGAIN, *(item(name, ItemType.TEXT, concept=name) for name in names))
    assert list(gaps(text(), (asked,))) == [
        *(f"item '{name}' has no text" for name in sorted(names)),
        *(f"concept '{name}' has no words" for name in sorted(names)),
    ]


def test_the_day_on_which_words_came_is_no_part_of_what_they_say() -> None:
    later = text(published_on="2027-01-15")
    assert later.since == datetime(2027, 1, 15, tzinfo=UTC)
    assert text().since is None
    assert later == text(), "nor of their digest"
