"""The printed synthesis from right to left and from left to right: every word, number and drawing in its direction."""

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pdfminer.layout import LTChar, LTCurve

from app.pages.pdf.rendering import pdf_of
from app.pages.pdf.sheet import CellText, Quote, Sentences, Table, TableRow, Trend
from app.pages.pdf.sheet import TrendPoint as Point
from tests.support.reading_pdf import left_of, parts, read_by_pdfminer, read_by_pypdf, said
from tests.support.sheets import LANGUAGES, full_sheet, sheet_with

pytestmark = pytest.mark.anyio

DATED = datetime(2026, 11, 22, 3, 44, 5, 678901, tzinfo=UTC)


async def test_arabic_sentences_are_read_in_the_order_they_are_written_in() -> None:
    """Checked with pypdf on a page without vowel signs, for which it gives letters twice (docs/decisions/0028).

    Every sentence is found, with its numbers and Latin words, but for spaces, full stops and brackets, which pypdf
    moves, and but for the one word that the font draws on two levels.
    """
    sheet = _unsigned(full_sheet("ar"))
    found = _letters(read_by_pypdf(await pdf_of(sheet, dated=DATED)))
    missing = {text for text in said(sheet) if _letters(text) not in found}
    assert len(set(said(sheet))) > 60
    assert all("شخص" in text for text in missing)


async def test_arabic_words_are_found_letter_by_letter_beside_vowel_signs() -> None:
    """PDF paints from left to right, and pdfminer turns nothing around: it has the letters of each word backwards.

    Checked for every word without vowel signs on a page that has some.
    """
    sheet = full_sheet("ar")
    found = _without_vowel_signs(read_by_pdfminer(await pdf_of(sheet, dated=DATED)))
    words = {word for text in said(sheet) for word in re.findall("[\u0621-\u0652]+", text)}
    unsigned = {word for word in words if word == _without_vowel_signs(word)}
    assert len(unsigned) > 140
    assert [word for word in unsigned if word[::-1] not in found] == []


async def test_a_name_in_two_scripts_is_found_in_both_of_them() -> None:
    for language in LANGUAGES:
        found = _letters(read_by_pypdf(await pdf_of(full_sheet(language), dated=DATED)))
        assert _letters("SYNTHETIC Amina (أمينة الاصطناعية)") in found


def _letters(text: str) -> str:
    return re.sub(r"[\s().]", "", text)


def _unsigned(value: Any) -> Any:
    """The same part of a sheet without a vowel sign in any text."""
    if isinstance(value, str):
        return _without_vowel_signs(value)
    if isinstance(value, tuple):
        return tuple(map(_unsigned, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _unsigned(getattr(value, field.name)) for field in fields(value)})
    return value


def _without_vowel_signs(text: str) -> str:
    return "".join(character for character in text if unicodedata.category(character) != "Mn")


ROW = TableRow(
    name="Row",
    notes=(),
    change_label="worse",
    change_words="word",
    cells=(CellText("\u20663 / 7\u2069", "04\u200f/09\u200f/2058"),),
    trend=Trend((Point(0, 0, "low"), Point(1, 1, "high", is_other=True)), ((0, 1),), (0.5,), "first", "last"),
)

HEADERS = ("Name", "Change", "Now", "Trend")


@pytest.mark.parametrize(("language", "from_left"), [("en", HEADERS), ("ar", HEADERS[::-1])])
async def test_a_table_begins_where_its_language_begins(language: str, from_left: tuple[str, ...]) -> None:
    pdf = await pdf_of(sheet_with(Table(HEADERS, (ROW,)), language=language), dated=DATED)
    assert sorted(HEADERS, key=lambda header: left_of(header, pdf)) == list(from_left)


async def test_numbers_in_an_arabic_page_are_in_the_order_that_the_page_in_a_browser_has() -> None:
    pdf = await pdf_of(sheet_with(Table(HEADERS, (ROW,)), language="ar"), dated=DATED)
    place = {part.get_text(): part.x0 for part in parts(pdf, LTChar)}
    assert place["3"] < place["7"], "a share of a scale is not turned around"
    assert place["8"] < place["9"] < place["4"], "a date has its year at the left"


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_time_runs_to_the_right_and_more_is_higher_up_in_every_language(language: str) -> None:
    pdf = await pdf_of(sheet_with(Table(HEADERS, (ROW,)), language=language), dated=DATED)
    drawn = [part for part in parts(pdf, LTCurve) if part.fill and len(part.pts) == 5]
    [patients] = [dot for dot in drawn if not dot.stroke]
    [others] = [dot for dot in drawn if dot.stroke]
    assert others.non_stroking_color in (1, (1,), (1.0,)), "hollow"
    assert patients.x0 < others.x0
    assert patients.y0 < others.y0
    assert left_of("first", pdf) < left_of("last", pdf)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_somebodys_own_words_keep_their_direction(language: str) -> None:
    sheet = sheet_with(Quote("Who", "Latin words."), Quote("Who", "كلمات عربية."), language=language)
    found = parts(await pdf_of(sheet, dated=DATED), LTChar)
    [latin_stop, arabic_stop] = [part.x0 for part in found if part.get_text() == "."]
    [latin_first] = [part.x0 for part in found if part.get_text() == "L"]
    [arabic_first] = [part.x0 for part in found if part.get_text() == "ك"]
    assert latin_first < 60 < latin_stop < arabic_stop < arabic_first
    assert arabic_first > 500


async def test_overrides_of_direction_turn_no_words_around() -> None:
    words = "before \u202eafter\u202c \u2067 open \x07bell"
    found = read_by_pypdf(await pdf_of(sheet_with(Quote("Who", words), Sentences(("After it.",))), dated=DATED))
    assert "before after open bell" in found
    assert "After it." in found
