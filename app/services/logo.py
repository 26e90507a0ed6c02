"""A logo is a small PNG, or an SVG that draws and does nothing else.

Pages show it as an image, in which no script runs and nothing is loaded, and it is served with a policy that forbids
both. What is checked here would matter where somebody opens the logo by itself: an SVG is a document.
"""

import re
from typing import Final
from xml.parsers import expat

LARGEST: Final = 100_000
"""Bytes: a page with its logo stays light on a slow network."""

PNG: Final = "image/png"
SVG: Final = "image/svg+xml"

_PNG_BEGINS: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_LONGEST_SIDE: Final = 4_000
"""Pixels. Few bytes can be a picture that no phone has the memory for."""

_BETWEEN: Final = "}"
_SVG_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_DRAWING: Final = """
    svg g defs symbol use title desc metadata style switch path rect circle ellipse line polyline polygon text
    tspan textPath linearGradient radialGradient stop clipPath mask pattern marker filter feBlend feColorMatrix
    feComponentTransfer feComposite feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge
    feMergeNode feMorphology feOffset
"""
_DRAWS: Final = frozenset(_DRAWING.split())
"""The elements of SVG 1.1 and 2 that draw: nothing that runs, loads, moves, links, or holds another language."""

_NOTES: Final = (
    "http://www.inkscape.org/namespaces/inkscape",
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://creativecommons.org/ns#",
    "http://web.resource.org/cc/",
    "http://purl.org/dc/elements/1.1/",
)
"""The namespaces of what drawing programs write down for themselves: browsers do nothing with it."""

_ELSEWHERE = re.compile(r"""\\|@import|(?:image|image-set|src|cross-fade)\(|url\(\s*(?!["']?#)""", re.IGNORECASE)
"""What loads something in CSS, but for a reference inside the file; and `\\`, by which CSS can hide any of it."""


class LogoRefused(Exception):
    """The file is no logo: a sentence that says why, and what to do."""


def media_type_of(content: bytes) -> str:
    """What a logo is, by its bytes. Raises LogoRefused."""
    if len(content) > LARGEST:
        raise LogoRefused(f"it has {len(content):,} bytes, and may have {LARGEST:,}: make the picture smaller")
    if content.startswith(_PNG_BEGINS):
        _check_png(content)
        return PNG
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        _check_svg(content)
        return SVG
    raise LogoRefused("it is neither a PNG nor an SVG, whatever its name says")


def _check_png(content: bytes) -> None:
    """PNG (third edition) 11.2.1: the sides are the first eight bytes of IHDR."""
    start = len(_PNG_BEGINS)
    sides = [int.from_bytes(content[at : at + 4]) for at in (start, start + 4)]
    if len(content) < start + 13 or not all(0 < side <= _LONGEST_SIDE for side in sides):
        raise LogoRefused(f"its sides must be 1 to {_LONGEST_SIDE} pixels long")


def _check_svg(content: bytes) -> None:
    reading = _Reading()
    parser = expat.ParserCreate("utf-8", _BETWEEN)
    parser.XmlDeclHandler = reading.declaration
    parser.StartDoctypeDeclHandler = reading.doctype
    parser.ProcessingInstructionHandler = reading.instruction
    parser.StartElementHandler = reading.element
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise LogoRefused(f"it is no SVG that can be read: line {error.lineno}, column {error.offset + 1}") from None


class _Reading:
    """What is seen of an SVG while it is read, from its beginning to its end."""

    def __init__(self) -> None:
        self._is_first = True
        self._style: list[str] | None = None

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        # Any other encoding could be read otherwise by a browser than here.
        if (encoding or "utf-8").lower() not in ("utf-8", "us-ascii"):
            raise LogoRefused("its encoding must be UTF-8: save it as that")

    def doctype(self, *_: object) -> None:
        raise LogoRefused("it has a DOCTYPE, which can declare and load things: take that line out")

    def instruction(self, _target: str, _data: str) -> None:
        raise LogoRefused("it has an instruction for programs (<?...?>): take that line out")

    def element(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(_BETWEEN)
        if self._style is not None:
            raise LogoRefused(f"its <style> holds an element (<{local}>): take it out")
        if self._is_first and (namespace, local) != (_SVG_NAMESPACE, "svg"):
            raise LogoRefused(f'it is no SVG: it begins with another element than <svg xmlns="{_SVG_NAMESPACE}">')
        self._is_first = False
        if namespace not in (_SVG_NAMESPACE, *_NOTES):
            raise LogoRefused(f"it holds another language than SVG (<{local}>): save it as plain SVG")
        if namespace == _SVG_NAMESPACE and local not in _DRAWS:
            raise LogoRefused(f"<{local}> is not for a logo, which only draws: turn it into paths, or take it out")
        self._style = [] if local == "style" else None
        for attribute, value in attributes.items():
            _check_attribute(attribute, value)

    def end(self, _name: str) -> None:
        # No element stands inside of <style>: the first end after its beginning is its own.
        if self._style is not None and _ELSEWHERE.search("".join(self._style)):
            raise LogoRefused("its <style> loads something: only what is inside the file can be shown")
        self._style = None

    def text(self, text: str) -> None:
        if self._style is not None:
            self._style.append(text)


def _check_attribute(name: str, value: str) -> None:
    namespace, _, local = name.rpartition(_BETWEEN)
    shown = local.lower()
    if shown.startswith("on"):
        raise LogoRefused(f"its attribute '{local}' runs a script: take it out")
    if namespace in _NOTES:
        return
    if shown in ("src", "base") or (shown == "href" and not value.strip().startswith("#")):
        raise LogoRefused(f"its attribute '{local}' leads elsewhere: only what is inside the file can be shown")
    if _ELSEWHERE.search(value):
        raise LogoRefused(f"its attribute '{local}' loads something: only what is inside the file can be shown")
