"""The printed synthesis: one page that says every word, in an order that readers of PDF find again, for everybody."""

import asyncio
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pypdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pages.pdf import rendering
from app.pages.pdf.rendering import NotRendered, pdf_of
from app.pages.pdf.sheet import CellText, PointLine, Points, Quote, Section, Sentences, Table, TableRow, Trend
from app.pages.pdf.sheet import TrendPoint as Point
from tests.support.reading_pdf import (
    elements,
    pages,
    read_by_pdfminer,
    read_by_pypdf,
    rows,
    said,
    spaced,
    structure,
    visible,
)
from tests.support.sheets import LANGUAGES, full_sheet, sheet_with

pytestmark = pytest.mark.anyio

DATED = datetime(2026, 11, 22, 3, 44, 5, 678901, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_twelve_symptoms_and_all_the_rest_are_one_page(language: str) -> None:
    pdf = await pdf_of(full_sheet(language), dated=DATED)
    [page] = pages(pdf)
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842], "A4"
    assert "1/1" in read_by_pypdf(pdf)
    assert rendering._SIZE in _sizes(pdf), "not even set smaller"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("read", [read_by_pypdf, read_by_pdfminer])
async def test_both_readers_find_every_sentence_as_it_was_written(language: str, read: Any) -> None:
    sheet = replace(full_sheet(language), patient="SYNTHETIC Amina")
    found = read(await pdf_of(sheet, dated=DATED))
    missing = [text for text in said(sheet) if spaced(text) not in found]
    assert missing == []


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_what_comes_first_on_the_page_is_read_first(language: str) -> None:
    sheet = full_sheet(language)
    found = read_by_pypdf(await pdf_of(sheet, dated=DATED))
    [table] = [block for block in sheet.sections[2].blocks if isinstance(block, Table)]
    in_order = [
        sheet.centre,
        sheet.title,
        sheet.mode,
        *sheet.warnings,
        *(section.title for section in sheet.sections[:3]),
        *(row.name for row in table.rows),
        *(section.title for section in sheet.sections[3:]),
        sheet.footer,
    ]
    place = 0
    for text in map(spaced, in_order):
        assert text in found[place:], text
        place = found.index(text, place)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_document_is_tagged_and_names_itself(language: str) -> None:
    sheet = full_sheet(language)
    pdf = await pdf_of(sheet, dated=DATED)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"] is not None
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata
    assert reader.metadata.title == sheet.title
    claims = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in claims
    assert "<pdfaid:part>2</pdfaid:part>" in claims
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in claims


@pytest.mark.parametrize("language", LANGUAGES)
async def test_headings_lists_tables_and_drawings_are_what_they_are(language: str) -> None:
    sheet = full_sheet(language)
    found = elements(await pdf_of(sheet, dated=DATED))
    roles = [element["/S"] for element in found]
    assert [element["/T"] for element in found if element["/S"] == "/H1"] == [sheet.patient]
    assert [element["/T"] for element in found if element["/S"] == "/H2"] == [s.title for s in sheet.sections]
    assert roles.count("/LI") == 3, "the points of vigilance are a list"
    assert roles.count("/BlockQuote") == 1
    tables = [block for section in sheet.sections for block in section.blocks if isinstance(block, Table)]
    assert roles.count("/Table") == len(tables) == roles.count("/THead")
    assert roles.count("/TH") == sum(len(table.headers) for table in tables)
    assert roles.count("/TR") == sum(1 + len(table.rows) for table in tables)
    trends = [row.trend for row in rows(sheet) if row.trend]
    assert [visible(element["/Alt"]) for element in found if element["/S"] == "/Figure"] == [
        visible("; ".join((f"{trend.first} – {trend.last}", *(point.words for point in trend.points))))
        for trend in trends
    ]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_screen_reader_goes_through_the_page_as_the_text_was_found_above(language: str) -> None:
    marked = [part for part in structure(await pdf_of(full_sheet(language), dated=DATED)) if isinstance(part, int)]
    assert len(marked) > 200
    assert marked == sorted(marked), "the tags name what is painted in the order in which it is painted"


async def test_what_a_patient_wrote_is_words_whatever_it_looks_like() -> None:
    hostile = (
        '#eval("1") *b* _i_ $x$ @r <script>alert(1)</script> \\ [l](http://x)\n= h\n- l\n// c\n```r```\n& <a href="x">'
    )
    sheet = sheet_with(Quote("In their own words", hostile), Sentences(("After it.",)))
    pdf = await pdf_of(sheet, dated=DATED)
    found = read_by_pypdf(pdf)
    assert all(line in found for line in hostile.split("\n"))
    assert "After it." in found
    assert [element["/S"] for element in elements(pdf)].count("/H2") == 1, "only ours is a heading"
    assert all("/Annots" not in page for page in pages(pdf)), "nothing became a link"


async def test_a_sign_that_no_font_has_is_not_lost_unseen() -> None:
    sheet = replace(sheet_with(Quote("Who", "sad 😢 漢")), unprintable="A character that cannot be printed.")
    assert "sad � � � A character that cannot be printed." in read_by_pypdf(await pdf_of(sheet, dated=DATED))
    plain = replace(sheet_with(Quote("Who", "sad")), unprintable="A character that cannot be printed.")
    assert "cannot be printed" not in read_by_pypdf(await pdf_of(plain, dated=DATED))


async def test_a_word_without_an_end_stays_on_the_page() -> None:
    pdf = await pdf_of(sheet_with(Quote("Who", "a" * 900)), dated=DATED)
    places: list[float] = []
    pages(pdf)[0].extract_text(
        visitor_text=lambda text, _cm, tm, _font, size: places.append(_cm[4] + len(text) * size / 4)
    )
    assert max(places) < 595


async def test_more_than_a_page_flows_and_says_on_each_page_whose_it_is() -> None:
    sheet = full_sheet("en")
    [table] = [block for block in sheet.sections[2].blocks if isinstance(block, Table)]
    long = replace(
        sheet, patient="SYNTHETIC Amina", sections=(Section("Symptoms", (Table(table.headers, table.rows * 4),)),)
    )
    found = [spaced(page.extract_text()) for page in pages(await pdf_of(long, dated=DATED))]
    assert len(found) > 1
    for number, text in enumerate(found, start=1):
        assert f"{number}/{len(found)}" in text
        for words in (long.patient, *long.identity, long.version, long.footer, *table.headers):
            assert words in text


async def test_a_little_too_much_is_set_a_little_smaller() -> None:
    sheet = full_sheet("fr")
    line = "Une ligne de plus."
    for count in range(1, 40):
        longer = replace(sheet, sections=(*sheet.sections, Section("Plus", (Sentences((line,) * count),))))
        pdf = await pdf_of(longer, dated=DATED)
        sizes = {round(size, 1) for size in _sizes(pdf)}
        if rendering._SMALLER in sizes:
            break
    assert rendering._SMALLER in sizes
    assert rendering._SIZE not in sizes
    assert len(pages(pdf)) == 1


def _sizes(pdf: bytes) -> list[float]:
    """The sizes of type on the first page."""
    content = pages(pdf)[0].get_contents()
    assert content is not None
    return [float(size) for size in re.findall(rb"/f\d+ ([\d.]+) Tf", content.get_data())]


async def test_the_same_sheet_is_the_same_file() -> None:
    sheet = full_sheet("ar")
    first, second = await pdf_of(sheet, dated=DATED), await pdf_of(sheet, dated=DATED)
    assert first == second
    metadata = pypdf.PdfReader(io.BytesIO(first)).metadata
    assert metadata
    assert metadata.creation_date == DATED.replace(microsecond=0)


async def test_others_are_served_while_a_page_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = 0
    noted: list[int] = []
    compiler = typst.Compiler

    class Noting:
        """Typst's compiler, which notes how many turns the event loop had made before and after its work."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._compiler = compiler(*args, **kwargs)

        def compile(self, **kwargs: Any) -> Any:
            noted.append(turns)
            pdf = self._compiler.compile(**kwargs)
            noted.append(turns)
            return pdf

    monkeypatch.setattr(typst, "Compiler", Noting)
    task = asyncio.create_task(pdf_of(full_sheet("fr"), dated=DATED))
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
    before, after = noted
    assert after > before, "the loop went on turning inside Typst's own work"
    assert task.result().startswith(b"%PDF-")


async def test_a_refusal_does_not_repeat_the_words() -> None:
    sheet = replace(sheet_with(Sentences(("a secret",))), language="no language")
    with pytest.raises(NotRendered) as refused:
        await pdf_of(sheet, dated=DATED)
    assert str(refused.value) == ""
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


ANY = st.text(max_size=30)

ANY_ROW = st.builds(
    TableRow,
    name=ANY,
    notes=st.tuples(ANY),
    change_label=st.sampled_from(["new", "worse", "better", "resolved", "unchanged", "absent", ""]),
    change_words=ANY,
    cells=st.tuples(st.none() | st.builds(CellText, ANY, ANY, st.none() | st.integers(-1, 9))),
)

ANY_BLOCK = st.one_of(
    st.builds(Points, st.lists(st.builds(PointLine, ANY, ANY, ANY), max_size=3).map(tuple), st.none() | ANY),
    st.builds(Sentences, st.lists(ANY, max_size=3).map(tuple)),
    st.builds(Quote, ANY, st.text(max_size=200)),
    st.builds(Table, st.tuples(ANY, ANY, ANY), st.lists(ANY_ROW, max_size=3).map(tuple)),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(patient=ANY, blocks=st.lists(ANY_BLOCK, max_size=3), language=st.sampled_from(LANGUAGES))
def test_whatever_somebody_wrote_can_be_printed(patient: str, blocks: list[Any], language: str) -> None:
    sheet = replace(sheet_with(*blocks, language=language), patient=patient, warnings=(patient,), footer=patient)
    assert rendering._set(sheet, DATED).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Point(1.1, 0, "beside the drawing"),
        lambda: Point(0, -0.1, "below the drawing"),
        lambda: Trend((), (), (2,), "first", "last"),
        lambda: Trend((Point(0, 0, "one"),), ((0, 1),), (), "first", "last"),
        lambda: Table(("name", "change"), (TableRow("a", (), "", "", (None,)),)),
    ],
)
def test_a_sheet_that_could_not_be_set_cannot_be_made(wrong: Any) -> None:
    with pytest.raises(ValueError, match="a "):
        wrong()
