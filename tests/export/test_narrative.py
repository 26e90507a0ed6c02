"""Words as XHTML: what is written can be read by everybody and does nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_export.narrative import (
    Answers,
    Block,
    Direction,
    Listing,
    Paragraph,
    Quotation,
    Table,
    Words,
    direction_of,
    narrative,
)
from tests.export.narratives import LANG, XHTML, narrative_faults, parsed, words


def said(*blocks: Block, language: str = "en", direction: Direction = "ltr") -> str:
    found = narrative(blocks, language, direction)
    assert found["status"] == "generated"
    return str(found["div"])


def test_every_kind_of_block_is_allowed_xhtml() -> None:
    div = said(
        Paragraph([(Words("One"), Words("two", is_strong=True)), (Words("three", is_own=False),)]),
        Listing([[(Words("first"),)], [(Words("second"),), (Words("because"),)]], is_ranked=True),
        Listing([[(Words("any"),)]]),
        Table(("Symptom", "Now"), [[[(Words("Pain"),), (Words("note"),)], [(Words("2"), Words("3 May"))]]]),
        Quotation("In their own words", "Could I\ngo home?"),
        Answers([("Did it hurt?", "No")]),
    )
    assert narrative_faults(div) == []
    assert '<p>One <strong>two</strong><br/><span dir="ltr">three</span></p>' in div
    assert "<ol><li>first</li><li>second<br/>because</li></ol><ul><li>any</li></ul>" in div
    assert '<tr><th scope="row">Pain<br/>note</th><td>2 3 May</td></tr>' in div
    assert '<blockquote dir="ltr"><p>Could I<br/>go home?</p></blockquote>' in div
    assert '<dl><dt dir="ltr">Did it hurt?</dt><dd dir="ltr">No</dd></dl>' in div


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl")])
def test_the_language_and_its_direction_are_said(language: str, direction: Direction) -> None:
    root = parsed(said(Paragraph([(Words("x"),)]), language=language, direction=direction))
    assert (root.tag, root.get("lang"), root.get(LANG), root.get("dir")) == (
        f"{XHTML}div",
        language,
        language,
        direction,
    )


@pytest.mark.parametrize(
    ("text", "direction"),
    [("12 kg", "ltr"), ("مرحبا Dr House", "rtl"), ("(2) שלום", "rtl"), ("Dr House مرحبا", "ltr"), ("3 / 4", None)],
)
def test_words_of_others_have_the_direction_of_their_first_letter(text: str, direction: Direction | None) -> None:
    assert direction_of(text) == direction
    (paragraph,) = parsed(said(Quotation("x", text))).iter(f"{XHTML}blockquote")
    assert paragraph.get("dir") == direction


OVERRIDE, POP, ISOLATE = "\u202e", "\u202c", "\u2066"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("\"' onload=x &amp; <b>", "\"' onload=x &amp; <b>"),
        ("]]> <!-- -->", "]]> <!-- -->"),
        ("a\x00\x08\x1b\x7fb\ud800\ufffec", "a\x7fbc"),
        (f"{OVERRIDE}txt.exe{POP} {ISOLATE}x", "txt.exe x"),
        ("ligne 1\r\nligne 2\u2028ligne 3", "ligne 1 ligne 2 ligne 3"),
    ],
    ids=["script", "attribute", "comment", "no XML", "turned round", "lines"],
)
def test_what_a_patient_wrote_is_shown_and_does_nothing(sent: str, shown: str) -> None:
    blocks = (Quotation("x", sent), Answers([("x", sent)]), Paragraph([(Words(sent, is_own=False),)]))
    for block in blocks:
        div = said(block)
        assert narrative_faults(div) == []
        assert words(div).removeprefix("x ") == shown
        assert not set(div) & {OVERRIDE, POP, ISOLATE}


def test_our_own_sentences_keep_the_isolation_of_their_numbers() -> None:
    assert "\u20662 / 4\u2069" in said(Paragraph([(Words("\u20662 / 4\u2069"),)]))


@given(st.text(min_size=1))
def test_no_text_at_all_breaks_a_narrative(text: str) -> None:
    cell = [[(Words(text, is_own=False),)]]
    div = said(Paragraph([(Words("x"), Words(text))]), Quotation(text, text), Table((text,), [cell]))
    assert narrative_faults(div) == []
