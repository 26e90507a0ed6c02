"""The colours that a centre's colour stands on, read from where they are chosen: the style sheets."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SHEETS = {"tokens.css": ("paper", "raised"), "answer.css": ("ground", "chosen")}
"""What is behind headings, links and buttons: the page, what is raised from it, the patient's page, a chosen answer."""


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of the light and of the dark page, as `#rrggbb`."""

    light: tuple[str, ...]
    dark: tuple[str, ...]


@cache
def papers() -> Papers:
    """Read the style sheets: the light colours stand first, the dark ones after the question for them."""
    light: list[str] = []
    dark: list[str] = []
    for sheet, names in _SHEETS.items():
        css = (Path(__file__).parent / "static" / sheet).read_text(encoding="utf-8")
        by_day, _, by_night = css.partition("@media (prefers-color-scheme: dark)")
        light += _of(by_day, names)
        dark += _of(by_night, names)
    return Papers(tuple(light), tuple(dark))


def _of(css: str, names: tuple[str, ...]) -> list[str]:
    """The colours of these names; a name that stands for another one there is that one, which is read already."""
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))
    return [colours[name] for name in names if name in colours]
