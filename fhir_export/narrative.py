"""Words as the XHTML of an R4 narrative: harmless by construction, since only the elements below are ever written.

R4 narrative.html: chapters 7 to 11 and 15 of HTML 4, no script, nothing from elsewhere. So there is neither `bdi` nor
`dir="auto"`: what may be in another language than the document has the direction of its own first letter.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.sax.saxutils import escape

from fhir_export.encoding import Resource

Direction = Literal["ltr", "rtl"]

_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold: control characters, halves of surrogate pairs, U+FFFE and U+FFFF."""
_REORDERING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates: with these, somebody's words could turn round the words beside them."""
_STRONG: Final[dict[str, Direction]] = {"L": "ltr", "R": "rtl", "AL": "rtl"}


@dataclass(frozen=True, slots=True)
class Words:
    """Some words of a line. `is_own`: a sentence of ours; else a name, a title or what somebody wrote."""

    text: str
    is_own: bool = True
    is_strong: bool = False


Line = tuple[Words, ...]
"""Words that follow each other, a space between them."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or more lines."""

    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Listing:
    """Items of one or more lines each; in the order of their rank, where they have one."""

    items: Sequence[Sequence[Line]]
    is_ranked: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of one or more lines each. The first cell of a row is what the row is about."""

    head: Sequence[str]
    rows: Sequence[Sequence[Sequence[Line]]]


@dataclass(frozen=True, slots=True)
class Quotation:
    """What somebody wrote, under a heading that says so."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Questions, each with its answer."""

    pairs: Sequence[tuple[str, str]]


Block = Paragraph | Listing | Table | Quotation | Answers


def narrative(blocks: Iterable[Block], language: str, direction: Direction) -> Resource:
    """The `Narrative` of some blocks. `direction`: that of the language."""
    tag = escape(language, {'"': "&quot;"})
    head = f'<div xmlns="http://www.w3.org/1999/xhtml" lang="{tag}" xml:lang="{tag}" dir="{direction}">'
    return {"status": "generated", "div": f"{head}{''.join(_block(block) for block in blocks)}</div>"}


def direction_of(text: str) -> Direction | None:
    """The direction of the first letter that has one (Unicode UAX 9, P2); None where none has."""
    found = (_STRONG.get(unicodedata.bidirectional(character)) for character in text)
    return next((direction for direction in found if direction), None)


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return f"<p>{_lines(block.lines)}</p>"
        case Listing():
            name = "ol" if block.is_ranked else "ul"
            return f"<{name}>{''.join(f'<li>{_lines(item)}</li>' for item in block.items)}</{name}>"
        case Table():
            return _table(block)
        case Quotation():
            quoted = f"<blockquote{_dir(block.text)}><p>{_others(block.text)}</p></blockquote>"
            return f"<p><em>{_own(block.heading)}</em></p>{quoted}"
        case _:
            return f"<dl>{''.join(_answer(question, answer) for question, answer in block.pairs)}</dl>"


def _answer(question: str, answer: str) -> str:
    return f"<dt{_dir(question)}>{_others(question)}</dt><dd{_dir(answer)}>{_others(answer)}</dd>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{_own(name)}</th>' for name in table.head)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(_row(row) for row in table.rows)}</tbody></table>"


def _row(cells: Sequence[Sequence[Line]]) -> str:
    about, *others = cells
    return f'<tr><th scope="row">{_lines(about)}</th>{"".join(f"<td>{_lines(cell)}</td>" for cell in others)}</tr>'


def _lines(lines: Sequence[Line]) -> str:
    return "<br/>".join(" ".join(_words(words) for words in line) for line in lines)


def _words(words: Words) -> str:
    shown = _own(words.text) if words.is_own else f"<span{_dir(words.text)}>{_others(words.text)}</span>"
    return f"<strong>{shown}</strong>" if words.is_strong else shown


def _own(text: str) -> str:
    return escape(_NO_XML.sub("", text))


def _others(text: str) -> str:
    return "<br/>".join(_own(line) for line in _REORDERING.sub("", text).splitlines())


def _dir(text: str) -> str:
    direction = direction_of(_REORDERING.sub("", text))
    return f' dir="{direction}"' if direction else ""
