"""Reading a PDF again, by two readers: its text, the structure that a screen reader goes through, what stands where."""

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pypdf
from pdfminer.high_level import extract_pages, extract_text
from pdfminer.layout import LTContainer, LTTextLine

from app.pages.pdf.sheet import Sheet, Table, TableRow
from tests.support.sheets import texts


def read_by_pypdf(pdf: bytes) -> str:
    return spaced("\n".join(page.extract_text() for page in pages(pdf)))


def read_by_pdfminer(pdf: bytes) -> str:
    return spaced(extract_text(io.BytesIO(pdf)))


def pages(pdf: bytes) -> Sequence[pypdf.PageObject]:
    return pypdf.PdfReader(io.BytesIO(pdf), strict=True).pages


def spaced(text: str) -> str:
    """With one kind of space: a PDF has places, not spaces that break or do not."""
    return " ".join(text.split())


def structure(pdf: bytes) -> list[Any]:
    """The structure of a document in the order that it is read in: its elements, and the numbers of what they mark."""
    found: list[Any] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        for child in node if isinstance(node, list) else [node]:
            part = child.get_object()
            found.append(part)
            if isinstance(part, dict) and "/K" in part:
                walk(part["/K"])

    root: Any = pypdf.PdfReader(io.BytesIO(pdf)).root_object
    walk(root["/StructTreeRoot"]["/K"])
    return found


def elements(pdf: bytes) -> list[Any]:
    return [part for part in structure(pdf) if isinstance(part, dict) and "/S" in part]


def parts(pdf: bytes, kind: type[Any]) -> list[Any]:
    """What pdfminer finds of one kind on the pages: lines of text, letters or drawings, with their places."""
    found: list[Any] = []

    def walk(container: Any) -> None:
        for part in container:
            if isinstance(part, kind):
                found.append(part)
            if isinstance(part, LTContainer):
                walk(part)

    walk(extract_pages(io.BytesIO(pdf)))
    return found


def left_of(words: str, pdf: bytes) -> float:
    """Where a line of text begins, from the left edge of the page."""
    [place] = [line.x0 for line in parts(pdf, LTTextLine) if line.get_text().strip() == words]
    return float(place)


def said(sheet: Sheet) -> list[str]:
    """Every text that stands on the page as text: without the codes, and without what only describes the drawings."""
    codes = {sheet.language, sheet.direction, ""}
    codes |= {row.change_label for row in rows(sheet)}
    described = {point.words for row in rows(sheet) if row.trend for point in row.trend.points}
    return [visible(text) for text in texts(sheet) if text not in codes | described]


def rows(sheet: Sheet) -> Iterator[TableRow]:
    for section in sheet.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield from block.rows


def visible(text: str) -> str:
    """Without the signs of direction: they are not in a PDF, where everything has its place."""
    return re.sub("[\u200f\u2066-\u2069]", "", text)
