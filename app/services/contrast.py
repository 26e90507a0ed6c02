"""Contrast of two colours, as WCAG 2.1 defines it, and a colour that reaches it.

https://www.w3.org/TR/WCAG21/#dfn-relative-luminance, #dfn-contrast-ratio; 4.5:1 is success criterion 1.4.3 (level AA).
"""

import re
from collections.abc import Iterable
from typing import Final

ENOUGH: Final = 4.5

_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_STEPS: Final = 100


def is_colour(text: str) -> bool:
    """Whether a text is a colour as it is stored: `#rrggbb`, small letters."""
    return _COLOUR.fullmatch(text) is not None


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, from 0 (black) to 1 (white)."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 (the same) to 21 (black and white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour: str, papers: Iterable[str]) -> float:
    """The contrast with that of the papers on which the colour is read worst."""
    return min(contrast(colour, paper) for paper in papers)


def readable(colour: str, papers: Iterable[str], towards: str) -> str:
    """The colour, mixed with as little of another one as makes it readable on all papers; that one where nothing does.

    A hundredth more at a time; `towards` is white for dark papers, black for light ones.
    """
    grounds = tuple(papers)
    mixed = (_mixed(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next((found for found in mixed if least_contrast(found, grounds) >= ENOUGH), towards)


def _linear(part: float) -> float:
    # 0.04045 as in sRGB itself (IEC 61966-2-1); WCAG 2.1 prints 0.03928: no colour of 8 bits lies between.
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
