"""Words in a FHIR R4 Questionnaire: those of one language, wherever they stand in it."""

import json
from typing import Any

import pytest

from fhir_export.encoding import encode
from fhir_export.questionnaire import questionnaire_resource
from questionnaires.text_fhir import read_fhir
from questionnaires.text_import import Head, text_file
from questionnaires.text_parts import Entry, FileWords, Kind, Part
from questionnaires.translations import read_text
from tests.support.questionnaires import shipped

LINK_IDS = {"night", "owls", "again"}
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"


def translated(language: str, words: str, key: str = "valueString") -> dict[str, Any]:
    parts = [{"url": "lang", "valueCode": language}, {"url": "content", key: words}]
    return {"extension": [{"url": TRANSLATION, "extension": parts}]}


def read(*items: dict[str, Any], wanted: str = "en", **fields: Any) -> FileWords:
    resource = {"resourceType": "Questionnaire", "item": list(items)} | fields
    return read_fhir(json.dumps(resource), wanted, LINK_IDS)


def question(link_id: str, text: str | None = "Owls?", **fields: Any) -> dict[str, Any]:
    return {"linkId": link_id, "type": "choice"} | ({"text": text} if text else {}) | fields


def option(code: str, display: str, **fields: Any) -> dict[str, Any]:
    return {"valueCoding": {"system": "urn:x", "code": code, "display": display} | fields}


def said(words: FileWords) -> dict[Part, str]:
    return {entry.part: entry.words for entry in words.entries}


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
@pytest.mark.parametrize("shown", ["fr", "en"])
def test_what_vigie_exports_is_read_back_in_every_language(language: str, shown: str) -> None:
    catalogue = shipped()
    asked = catalogue.get("pre-consultation")
    texts = {name: catalogue.instruments["pre-consultation"].text(asked, name) for name in ("fr", "en", "ar")}
    known = {name: text for name, text in texts.items() if text is not None}
    resource = encode(questionnaire_resource(asked, known, shown)).decode()
    words = read_fhir(resource, language, {reach.item.link_id for reach in asked.reaches})
    file = text_file(words, Head(language, "validated", "nobody", "x"), (asked,), ())
    assert not isinstance(file, tuple), file
    found, expected = read_text(file), known[language]
    assert (found.title, found.introduction) == (expected.title, expected.introduction)
    assert (found.items, found.helps, found.option_words) == (expected.items, expected.helps, expected.option_words)
    assert words.unused == ()


def test_words_stand_in_items_options_and_the_head() -> None:
    inside = question("owls", answerOption=[option("0", "None"), option("1", "Some")])
    found = read(
        {"linkId": "night", "type": "group", "text": "Last night", "item": [inside]},
        title="The watch",
        description="Think of it.",
    )
    assert found.entries == (
        Entry(Part(Kind.TITLE), "The watch", "title"),
        Entry(Part(Kind.INTRODUCTION), "Think of it.", "description"),
        Entry(Part(Kind.ITEM, "night"), "Last night", "item[0]"),
        Entry(Part(Kind.ITEM, "owls"), "Owls?", "item[0].item[0]"),
        Entry(Part(Kind.OPTION, "owls", "0"), "None", "item[0].item[0].answerOption[0]"),
        Entry(Part(Kind.OPTION, "owls", "1"), "Some", "item[0].item[0].answerOption[1]"),
    )
    assert (found.problems, found.unused) == ((), ())


@pytest.mark.parametrize(
    ("stated", "wanted"), [(None, "en"), ("en", "en"), ("en-GB", "en"), (None, "fr"), ("pt-BR", "pt-BR")]
)
def test_a_resource_in_the_wanted_language_or_in_none_is_taken_at_its_word(stated: str | None, wanted: str) -> None:
    found = read(question("owls"), wanted=wanted, **({"language": stated} if stated else {}))
    assert list(said(found).values()) == ["Owls?"]


@pytest.mark.parametrize(("stated", "wanted"), [("en", "fr"), ("pt-BR", "pt-PT"), ("eng", "en")])
def test_words_of_another_language_are_left_aside_and_named(stated: str, wanted: str) -> None:
    found = read(question("owls"), wanted=wanted, language=stated)
    assert found.entries == ()
    assert found.unused == (f"item[0]: in '{stated}', without a translation into '{wanted}'",)


@pytest.mark.parametrize("key", ["valueString", "valueMarkdown"])
def test_a_translation_into_the_wanted_language_goes_first(key: str) -> None:
    other = {"url": "urn:another-extension"}
    beside = translated("fr", "Chouettes ?", key)
    beside["extension"] = [other, *translated("ar", "بوم")["extension"], *beside["extension"]]
    coding = option("1", "Some", _display=translated("fr", "Oui"))
    item = question("owls", _text=beside, answerOption=[coding])
    assert list(said(read(item)).values()) == ["Owls?", "Some"]
    found = read(item, wanted="fr", language="en", title="The watch")
    assert list(said(found).values()) == ["Chouettes ?", "Oui"]
    assert found.unused == ("title: in 'en', without a translation into 'fr'",)


def test_a_translation_without_its_parts_is_none() -> None:
    broken = {"extension": [{"url": TRANSLATION, "extension": [{"url": "lang", "valueCode": "en"}]}]}
    assert list(said(read(question("owls", _text=broken))).values()) == ["Owls?"]


CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"


def helping(link_id: str, control: str = "help") -> dict[str, Any]:
    coding = {"system": "http://hl7.org/fhir/questionnaire-item-control", "code": control}
    extension = [{"url": "urn:x"}, {"url": CONTROL, "valueCodeableConcept": {"coding": [coding]}}]
    return {"linkId": link_id, "type": "display", "text": "Any owl counts.", "extension": extension}


@pytest.mark.parametrize("control", ["help", "flyover"])
def test_a_display_that_helps_is_the_help_of_the_item_above_it(control: str) -> None:
    found = read(question("owls", item=[helping("owls.help", control)]))
    assert said(found) == {Part(Kind.ITEM, "owls"): "Owls?", Part(Kind.HELP, "owls"): "Any owl counts."}
    assert found.entries[1].place == "item[0].item[0]"


def test_an_item_has_one_help_and_another_is_left_aside_and_named() -> None:
    found = read(question("owls", item=[helping("a"), helping("b", "flyover")]), question("bats", item=[helping("c")]))
    assert [entry.part for entry in found.entries if entry.part.kind is Kind.HELP] == [
        Part(Kind.HELP, "owls"),
        Part(Kind.HELP, "bats"),
    ]
    assert found.unused == ("item[0].item[1]: the definition has no display 'b'",)


def test_groups_and_displays_of_the_file_alone_are_left_aside_and_named() -> None:
    page = {"linkId": "page-1", "type": "group", "text": "Page 1", "item": [question("owls"), helping("h")]}
    found = read(page, helping("top"), helping("thanks", control="footer"))
    assert said(found) == {Part(Kind.ITEM, "owls"): "Owls?"}
    assert found.unused == (
        "item[0]: the definition has no group 'page-1'",
        "item[0].item[1]: the definition has no display 'h'",
        "item[1]: the definition has no display 'top'",
        "item[2]: the definition has no display 'thanks'",
    )


def test_a_question_of_the_file_alone_stays_for_others_to_refuse() -> None:
    assert Part(Kind.ITEM, "wolves") in said(read(question("wolves")))


def test_options_that_are_no_codes_are_left_aside_and_named() -> None:
    item = question(
        "owls",
        answerValueSet="#amounts",
        answerOption=[{"valueString": "None"}, {"valueCoding": {"display": "Some"}}, option("1", "Many")],
    )
    found = read(item)
    assert list(said(found)) == [Part(Kind.ITEM, "owls"), Part(Kind.OPTION, "owls", "1")]
    assert found.unused == (
        "item[0].answerValueSet: only answerOption is read",
        "item[0].answerOption[0]: only a valueCoding with a code is read",
        "item[0].answerOption[1]: only a valueCoding with a code is read",
    )


def test_what_says_nothing_is_no_entry() -> None:
    assert read(question("owls", text=None)).entries == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", "the file: Invalid JSON"),
        ('{"resourceType": "Patient"}', "resourceType: "),
        ("{}", "resourceType: Field required"),
        ('{"resourceType": "Questionnaire", "item": [{"type": "group"}]}', "item[0].linkId: Field required"),
        (
            '{"resourceType": "Questionnaire", "item": [{"type": "group", "linkId": "a", "item": [{"type": 1}]}]}',
            "item[0].item[0].linkId: Field required",
        ),
    ],
)
def test_what_is_no_questionnaire_says_where_and_why(text: str, place: str) -> None:
    problems = read_fhir(text, "en", LINK_IDS).problems
    assert problems[0].startswith(place)
