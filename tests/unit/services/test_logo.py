"""What may be a logo: a small PNG, or an SVG that only draws."""

import struct
import zlib

import pytest

from app.services.logo import LARGEST, PNG, SVG, LogoRefused, media_type_of

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'


def svg(inside: str = "", begin: str = OPEN, before: str = "") -> bytes:
    return f"{before}{begin}{inside}</svg>".encode()


def png(width: int = 2, height: int = 2) -> bytes:
    """A whole picture of so many pixels, black."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = (b"\x00" + b"\x00" * width) * min(height, 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


DRAWN = """<title>A house</title><defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs>
<style>.a{fill:url(#g);stroke:#123456}</style><g class="a" style="opacity:.5"><path d="M0 0h9"/></g>
<use href="#x"/><use xlink:href="#x"/><text font-family="sans-serif">V</text><rect fill="url('#g')"/>"""


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (png(), PNG),
        (svg(DRAWN), SVG),
        (svg(DRAWN, before='<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by hand -->\n'), SVG),
        (b"\xef\xbb\xbf" + svg(DRAWN), SVG),
        (svg('<s:namedview xmlns:s="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" s:docname="a.svg"/>'), SVG),
        (
            svg(
                '<metadata><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
                'xmlns:cc="http://creativecommons.org/ns#"><cc:Work r:about="https://a.example"/></r:RDF></metadata>'
            ),
            SVG,
        ),
    ],
)
def test_what_only_draws_is_taken(content: bytes, media_type: str) -> None:
    assert media_type_of(content) == media_type


HTML = 'xmlns="http://www.w3.org/1999/xhtml"'
DOCTYPE = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        # scripts and handlers
        (svg("<script>alert(1)</script>"), "<script> is not for a logo"),
        (svg(f"<script {HTML}>alert(1)</script>"), "another language than SVG"),
        (svg(f"<defs><iframe {HTML}/></defs>"), "another language than SVG"),
        (svg('<path onload="alert(1)"/>'), "'onload' runs a script"),
        (svg('<g OnClick="alert(1)"/>'), "'OnClick' runs a script"),
        (svg('<a href="#x"><path/></a>'), "<a> is not for a logo"),
        (svg('<set attributeName="href" to="javascript:alert(1)"/>'), "<set> is not for a logo"),
        (svg('<animate attributeName="d"/>'), "<animate> is not for a logo"),
        # what leads elsewhere
        (svg("<foreignObject/>"), "<foreignObject> is not for a logo"),
        (svg('<image href="https://a.example/b.png"/>'), "<image> is not for a logo"),
        (svg('<use href="https://a.example/b.svg#c"/>'), "'href' leads elsewhere"),
        (svg('<use xlink:href="b.svg#c"/>'), "'href' leads elsewhere"),
        (svg('<use href="data:image/svg+xml,x"/>'), "'href' leads elsewhere"),
        (svg('<g xml:base="https://a.example/"/>'), "'base' leads elsewhere"),
        (svg('<rect fill="url(https://a.example/#g)"/>'), "'fill' loads something"),
        (svg('<rect style="fill:URL( //a.example/#g)"/>'), "'style' loads something"),
        (svg('<rect style="fill:u\\72l(//a.example)"/>'), "'style' loads something"),
        (svg("<style>@import '//a.example/b.css';</style>"), "<style> loads something"),
        (svg("<style>@im<![CDATA[port '//a.example/b.css';]]></style>"), "<style> loads something"),
        (svg("<style>a{background:image-set('//a.example/b' 1x)}</style>"), "<style> loads something"),
        (svg("<style><g/>@import '//a.example/b.css';</style>"), "<style> holds an element"),
        (svg(before='<?xml-stylesheet href="//a.example/b.css"?>'), "an instruction for programs"),
        # what can be read in two ways, or never ends
        (svg(before=DOCTYPE), "it has a DOCTYPE"),
        (svg(before='<?xml version="1.0" encoding="iso-2022-jp"?>'), "its encoding must be UTF-8"),
        (OPEN.encode("utf-16") + b"</svg>", "neither a PNG nor an SVG"),
        (OPEN.encode("utf-16-le"), "no SVG that can be read"),
        # what is no picture at all
        (b"", "neither a PNG nor an SVG"),
        (b"GIF89a", "neither a PNG nor an SVG"),
        (b"\x89PNG\r\n\x1a\n", "neither a PNG nor an SVG"),
        (png()[:20], "its sides must be"),
        (png(width=30_000), "its sides must be"),
        (b"<html><body/></html>", "begins with another element"),
        (b"<svg><path/></svg>", "begins with another element"),
        (OPEN.encode(), "no SVG that can be read: line 1"),
        (svg("é").replace("é".encode(), b"\xe9"), "no SVG that can be read"),
        (svg("x" * LARGEST), "and may have 100,000"),
        (png() + b"x" * LARGEST, "and may have 100,000"),
    ],
)
def test_anything_else_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(LogoRefused) as refused:
        media_type_of(content)
    assert why in str(refused.value)
