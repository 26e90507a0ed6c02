"""A sheet as a PDF: `sheet.typ` is set by Typst, in a thread of its own, from nothing but the sheet and our fonts."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import typst

from app.pages.pdf.fonts import folders
from app.pages.pdf.printable import UNKNOWN, printable
from app.pages.pdf.sheet import Sheet

if TYPE_CHECKING:
    from typst import PDFStandard

_TEMPLATE = Path(__file__).with_name("sheet.typ")
_STANDARDS: list["PDFStandard"] = ["ua-1", "a-2a"]
"""Accessible, and fit for an archive. Typst refuses what would break them."""
_SIZE, _SMALLER = 9, 8.3
"""In points. The smaller size is for what would need a second page otherwise."""
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pdf")
"""Typst gives the interpreter's lock away while it works, and uses the other cores itself."""


class NotRendered(Exception):
    """Typst refused a sheet. Never says why: its messages repeat the words."""


async def pdf_of(sheet: Sheet, *, dated: datetime) -> bytes:
    """The PDF of a sheet. The same sheet and date give the same bytes. `dated` is aware. Raises NotRendered."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _set, sheet, dated)


def _set(sheet: Sheet, dated: datetime) -> bytes:
    said = _plain(sheet)
    said = orjson.dumps(said | {"has_unknown": UNKNOWN in orjson.dumps(said).decode()}).decode()
    pdf = _compiled(said, _SIZE, dated)
    if _pages(pdf) > 1:
        smaller = _compiled(said, _SMALLER, dated)
        return smaller if _pages(smaller) == 1 else pdf
    return pdf


def _compiled(sheet: str, size: float, dated: datetime) -> bytes:
    compiler = typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, font_paths=_fonts())
    try:
        pdf = compiler.compile(
            format="pdf",
            sys_inputs={"sheet": sheet, "size": str(size)},
            pdf_standards=_STANDARDS,
            timestamp=int(dated.timestamp()),
        )
    except typst.TypstError:
        raise NotRendered from None
    assert isinstance(pdf, bytes), "a PDF is one file"
    return pdf


def _pages(pdf: bytes) -> int:
    """How many pages a PDF of Typst has: its page tree is not compressed."""
    found = re.search(rb"/Type/Pages/Count (\d+)", pdf)
    assert found, "Typst writes its page tree first"
    return int(found[1])


def _plain(value: object) -> Any:
    """A sheet as JSON has it, every text printable. `kind` names the class: so the template tells blocks apart."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if is_dataclass(value):
        named = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return named | {"kind": type(value).__name__.lower()}
    return value


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders())
