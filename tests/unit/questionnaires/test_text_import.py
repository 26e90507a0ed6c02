"""The words of a file become a text, or every reason why not is said at once."""

from typing import Any

import pytest

from questionnaires.definition import AnswerOption, Item, ItemType, Questionnaire
from questionnaires.instrument_files import TextFile
from questionnaires.text_csv import read_csv
from questionnaires.text_import import Head, text_file
from questionnaires.translations import TextStatus, read_text
from tests.support.questionnaires import choice, group, item, questionnaire

AMOUNT = (AnswerOption("0"), AnswerOption("1"))
OWLS = choice("owls", option_set="amount", options=AMOUNT, concept="owls")
BATS = choice("bats", option_set="amount", options=AMOUNT, concept="bats")
LANTERN = choice("lantern", "lit", "dark")
ASKED = questionnaire(group("night", OWLS, BATS, LANTERN), item("thanks", ItemType.DISPLAY))
SCORES = ("owls_heard",)

ROWS = {
    "title,,": "The night watch",
    "introduction,,": "Think of last night.",
    "item,night,": "Last night",
    "item,owls,": "Did the owls call?",
    "help,owls,": "Any owl counts.",
    "item,bats,": "Did the bats dance?",
    "item,lantern,": "How was your lantern?",
    "option,lantern,lit": "It burned",
    "option,lantern,dark": "It went out",
    "item,thanks,": "Thank you.",
    "option_set,amount,0": "Not once",
    "option_set,amount,1": "All the time",
    "concept,owls,": "Calling owls",
    "score,owls_heard,": "Owls heard",
}


def read(
    changes: dict[str, str | None] | None = None,
    *,
    versions: tuple[Questionnaire, ...] = (ASKED,),
    status: TextStatus = "local",
    language: str = "en",
    more: str = "",
    **head: str,
) -> TextFile | tuple[str, ...]:
    """The text of the rows, with these in their place; None leaves one out."""
    rows = {**ROWS, **(changes or {})}
    lines = [f"{row},{words}" for row, words in rows.items() if words is not None]
    words = read_csv("\n".join(["kind,key,code,text", *lines, more]))
    return text_file(words, Head(language, status, "nobody", "words.csv", **head), versions, SCORES)


def sound(found: TextFile | tuple[str, ...]) -> TextFile:
    assert isinstance(found, TextFile), found
    return found


def test_a_full_file_is_a_text() -> None:
    text = read_text(sound(read()))
    assert (text.instrument, text.language, text.revision, text.status) == ("sample", "en", 1, "local")
    assert (text.title, text.introduction, text.definitions) == (
        "The night watch",
        "Think of last night.",
        frozenset({"1.0.0"}),
    )
    assert text.items["owls"] == "Did the owls call?"
    assert text.helps == {"owls": "Any owl counts."}
    assert [text.option(OWLS, code) for code in "01"] == ["Not once", "All the time"]
    assert [text.option(LANTERN, code) for code in ("lit", "dark")] == ["It burned", "It went out"]
    assert (text.concepts, text.scores) == ({"owls": "Calling owls"}, {"owls_heard": "Owls heard"})


def test_it_says_who_translated_and_where_it_is_from() -> None:
    file = sound(read(status="validated"))
    assert (file.translator, file.source, file.status) == ("nobody", "words.csv", "validated")


def test_help_concepts_and_scores_may_be_left_out_or_empty() -> None:
    left_out = sound(read(dict.fromkeys(("help,owls,", "concept,owls,", "score,owls_heard,"))))
    empty = sound(read(dict.fromkeys(("help,owls,", "concept,owls,", "score,owls_heard,"), "")))
    assert left_out == empty
    assert (empty.concepts, empty.scores, empty.items["owls"].help) == ({}, {}, None)


def test_a_given_title_or_introduction_goes_before_the_files() -> None:
    file = sound(read({"introduction,,": None}, title="Another", introduction="Please."))
    assert (file.title, file.introduction) == ("Another", "Please.")


def test_options_said_of_an_item_go_to_the_set_that_it_uses() -> None:
    by_item = {"option_set,amount,0": None, "option_set,amount,1": None, "option,owls,0": "Not once"}
    by_item |= {"option,owls,1": "All the time", "option,bats,0": "Not once", "option,bats,1": "All the time"}
    assert sound(read(by_item)).option_sets == sound(read()).option_sets


def test_items_that_share_a_set_cannot_contradict_each_other() -> None:
    (said,) = _problems(read(more="option,bats,1,Some\noption,owls,1,All the time"))
    assert said == (
        "row 16, column text: option_set '1' of 'amount' is 'Some' here and 'All the time' in row 13: "
        "the items that share a set share its words"
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            "item,owl,,?",
            "row 16, column key: there is no item 'owl': did you mean 'owls'? allowed: bats, lantern, night",
        ),
        ("help,thanks,,?", "row 16, column key: there is no help 'thanks': "),
        ("concept,owl,,?", "row 16, column key: there is no concept 'owl': did you mean 'owls'?"),
        ("score,owls_herd,,?", "row 16, column key: there is no score 'owls_herd': did you mean 'owls_heard'?"),
        ("option,night,0,?", "row 16, column key: there is no option 'night': allowed: bats, lantern, owls"),
        (
            "option,lantern,lid,?",
            "row 16, column code: option 'lantern' has no 'lid': did you mean 'lit'? allowed: dark",
        ),
        ("option_set,amount,2,?", "row 16, column code: option_set 'amount' has no '2': allowed: 0, 1"),
        ("item,owls,0,?", "row 16, column code: item 'owls' has no '0': it stays empty"),
        ("title,owls,,?", "row 16, column key: there is no title 'owls': it stays empty"),
        ("item,owls,,Again?", "row 16, column key: item 'owls' stands twice (first in row 5)"),
        ("option,lantern,lit,Y", "row 16, column key: option 'lit' of 'lantern' stands twice (first in row 9)"),
        ("title,,,Again", "row 16, column key: the title stands twice (first in row 2)"),
    ],
)
def test_what_has_no_place_says_where_it_stands_and_what_is_allowed(row: str, problem: str) -> None:
    (said,) = _problems(read(more=row))
    assert said.startswith(problem)


@pytest.mark.parametrize(
    "row", ["title,,", "introduction,,", "item,owls,", "option,lantern,lit", "option_set,amount,0"]
)
def test_an_empty_text_is_named_with_its_row(row: str) -> None:
    number = list(ROWS).index(row) + 2
    assert f"row {number}, column text: " in _problems(read({row: ""}))[0]


@pytest.mark.parametrize("words", ["a\x00b", "a\x1bb", "\ufffe"])
def test_control_characters_are_refused(words: str) -> None:
    (said,) = _problems(read({"item,thanks,": words}))
    assert said == "row 11, column text: item 'thanks' has control characters that are not writing"


@pytest.mark.parametrize(
    ("left_out", "gap"),
    [
        ("item,thanks,", "the text claims to be local, but item 'thanks' has no text"),
        ("option,lantern,lit", "the text claims to be local, but option 'lit' of item:lantern has no words"),
        ("option_set,amount,1", "the text claims to be local, but option '1' of set:amount has no words"),
        ("title,,", "the title is missing: the file has none, and none was given beside it"),
        ("introduction,,", "the introduction is missing: the file has none, and none was given beside it"),
    ],
)
def test_what_is_left_out_is_named(left_out: str, gap: str) -> None:
    assert _problems(read({left_out: None})) == (gap,)


def test_words_below_an_item_without_a_text_have_no_place() -> None:
    said = _problems(read({"item,owls,": None, "item,lantern,": None}, status="draft"))
    assert said == (
        "there are words for help 'owls', but the item itself has no text",
        "there are words for option 'lit' of 'lantern', but the item itself has no text",
        "there are words for option 'dark' of 'lantern', but the item itself has no text",
    )


def test_a_draft_may_have_gaps() -> None:
    file = sound(read({"item,bats,": "", "item,thanks,": None, "option_set,amount,1": ""}, status="draft"))
    assert set(file.items) == {"night", "owls", "lantern"}
    assert file.option_sets == {"amount": {"0": "Not once"}}


def test_what_the_file_could_not_be_read_for_is_said_with_the_rest() -> None:
    assert len(_problems(read(more="itm,owls,,?\nitem,wolves,,?"))) == 2


def test_a_language_that_is_none_is_refused() -> None:
    (said,) = _problems(read(language="English"))
    assert said.startswith("language: ")


def other(*items: Item) -> Questionnaire:
    return questionnaire(group("night", *items))


def test_a_text_serves_each_of_its_versions() -> None:
    """An item that had options of its own, and then those of a set."""
    earlier = other(choice("owls", "0", "9"))
    said = _problems(read(versions=(earlier, ASKED)))
    assert said == tuple(
        f"the text claims to be local, but option '{code}' of item:owls has no words" for code in ("0", "9")
    )
    both = sound(read({"option,owls,0": "Not once", "option,owls,9": "None"}, versions=(earlier, ASKED)))
    assert (both.items["owls"].options, both.option_sets["amount"]["0"]) == ({"0": "Not once", "9": "None"}, "Not once")


def _problems(found: TextFile | tuple[str, ...]) -> tuple[Any, ...]:
    assert isinstance(found, tuple), found
    return found
