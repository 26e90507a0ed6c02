"""The fonts of the PDF, from installed packages: no font of the machine is used, so a page looks the same everywhere.

`sheet.typ` names the two families: IBM Plex Sans for Latin, Greek and Cyrillic; Amiri for Arabic, because it draws each
letter as a sign of its own, by which readers of the PDF find the words again (docs/decisions/0028).
"""

from functools import cache
from importlib.resources import files
from pathlib import Path

import uharfbuzz

_FILES = {"fontpkg_ibm_plex_sans": "IBMPlexSans[wdth,wght].ttf", "fontpkg_amiri": "Amiri-Regular.ttf"}
"""By package, a file that tells which characters the family has."""


def folders() -> list[Path]:
    """Where the font files are."""
    return [Path(str(files(package))) / "files" for package in _FILES]


@cache
def characters() -> frozenset[str]:
    """Every character that a page has a sign for."""
    found: set[int] = set()
    for folder, file in zip(folders(), _FILES.values(), strict=True):
        found.update(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(folder / file)).unicodes)
    return frozenset(map(chr, found))
