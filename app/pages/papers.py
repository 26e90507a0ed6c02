"""The colours that a centre's colour stands on, read from where they are chosen: `static/vigie.css`."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_NAMES = ("paper", "raised")
"""What is behind headings, links and buttons: the page, and what is raised from it."""


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of the light and of the dark page, as `#rrggbb`."""

    light: tuple[str, ...]
    dark: tuple[str, ...]


@cache
def papers() -> Papers:
    """Read the style sheet: the light colours stand first, the dark ones after the question for them."""
    css = (Path(__file__).parent / "static" / "vigie.css").read_text(encoding="utf-8")
    light, _, dark = css.partition("@media (prefers-color-scheme: dark)")
    return Papers(_of(light), _of(dark))


def _of(css: str) -> tuple[str, ...]:
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))
    return tuple(colours[name] for name in _NAMES)
