"""What R4 lets a narrative hold, and a reading of one by an XML parser that we did not write."""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

XHTML = "{http://www.w3.org/1999/xhtml}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# R4 narrative.html, txt-1: chapters 7 to 11 (not section 4 of chapter 9) and 15 of HTML 4.0. Links and images are
# allowed there too; ours never have any.
_NAMES = """div span p h1 h2 h3 h4 h5 h6 address bdo em strong dfn code samp kbd var cite abbr acronym blockquote q sub
sup br pre ul ol li dl dt dd table caption thead tfoot tbody colgroup col tr th td tt i b big small hr"""
ELEMENTS = frozenset(_NAMES.split())
ATTRIBUTES = frozenset({"lang", LANG, "dir", "title", "class", "id", "scope", "colspan", "rowspan"})


def parsed(div: str) -> ET.Element:
    """The root element. Raises ParseError for what is no XML."""
    return ET.fromstring(div)


def narrative_faults(div: str) -> list[str]:
    """What R4 does not allow (txt-1), and a narrative that says nothing (txt-2)."""
    root = parsed(div)
    faults = [] if root.tag == f"{XHTML}div" else [f"root {root.tag}"]
    for element in root.iter():
        if element.tag.removeprefix(XHTML) not in ELEMENTS or not element.tag.startswith(XHTML):
            faults.append(f"element {element.tag}")
        faults += [f"attribute {name}" for name in element.attrib if name not in ATTRIBUTES]
        if element.get("dir") not in (None, "ltr", "rtl"):  # HTML 4: no `auto`
            faults.append(f"dir {element.get('dir')}")
    return faults if words(div) else [*faults, "nothing is said"]


def words(div: str) -> str:
    """What is said, white space as one space."""
    return " ".join(" ".join(parsed(div).itertext()).split())


def narratives(element: Any) -> Iterator[Mapping[str, str]]:
    """Every narrative of a resource, those of its sections and entries too."""
    if isinstance(element, Mapping):
        if "div" in element:
            yield element
        for value in element.values():
            yield from narratives(value)
    elif isinstance(element, list):
        for value in element:
            yield from narratives(value)
