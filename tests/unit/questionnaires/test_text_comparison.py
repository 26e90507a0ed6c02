from typing import Any

from questionnaires.differences import Impact
from questionnaires.instrument_files import TextFile
from questionnaires.text_comparison import compare_texts

WORDS: dict[str, Any] = {
    "instrument": "sample",
    "language": "en",
    "revision": 1,
    "status": "local",
    "definitions": ["1.0.0"],
    "translator": "nobody",
    "source": "own",
    "title": "A sample",
    "introduction": "Please.",
    "items": {"pain": {"text": "Pain?", "options": {"0": "No"}}},
    "option_sets": {"grade": {"0": "None"}},
}


def text(**changes: Any) -> TextFile:
    return TextFile.model_validate(WORDS | changes)


def test_a_text_does_not_differ_from_itself_under_another_revision() -> None:
    assert list(compare_texts({"en": text()}, {"en": text(revision=2)})) == []


def test_every_word_that_differs_is_display() -> None:
    later = text(
        title="The sample",
        items={"pain": {"text": "Did it hurt?", "help": "At worst.", "options": {"0": "Not at all"}}},
        option_sets={"grade": {"0": "Nothing"}},
    )
    found = list(compare_texts({"en": text()}, {"en": later}))
    assert {difference.impact for difference in found} == {Impact.DISPLAY}
    assert [(difference.part, difference.what, difference.before, difference.after) for difference in found] == [
        ("text en", "title", "A sample", "The sample"),
        ("text en", "items.pain.text", "Pain?", "Did it hurt?"),
        ("text en", "items.pain.options.0", "No", "Not at all"),
        ("text en", "option_sets.grade.0", "None", "Nothing"),
        ("text en", "items.pain.help", None, "At worst."),
    ]


def test_who_translated_and_how_far_it_is_shows_to_nobody() -> None:
    later = text(status="validated", translator="somebody", definitions=["1.0.0", "1.1.0"])
    found = list(compare_texts({"en": text()}, {"en": later}))
    assert [(difference.what, difference.impact) for difference in found] == [
        ("status", Impact.NONE),
        ("definitions", Impact.NONE),
        ("translator", Impact.NONE),
    ]


def test_a_language_comes_or_goes_as_a_whole() -> None:
    french = text(language="fr", title="Un exemple")
    came, went = compare_texts({"en": text()}, {"fr": french})
    assert (came.part, came.what, came.after, came.impact) == ("text fr", "added", "Un exemple", Impact.DISPLAY)
    assert (went.part, went.what, went.before, went.after) == ("text en", "removed", "A sample", None)
