"""Any text as text that can be printed: nothing invisible in it turns or hides words, and nothing is lost unseen."""

import re
import unicodedata

from app.pages.pdf.fonts import characters

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""Stands for a character that the fonts have no sign for, such as an emoji."""

_ISOLATE = re.compile("[\u2066-\u2068][^\u2066-\u2069]*\u2069")
_ISOLATING = re.compile("[\u2066-\u2069]")
_LINE_ENDS = re.compile("[\r\n\v\f\x85\u2028\u2029]+")
_KEPT = "\n\N{ZERO WIDTH NON-JOINER}\N{RIGHT-TO-LEFT MARK}"
"""Persian is not spelt without the joiner; Arabic dates are in order by the mark."""


def printable(words: str) -> str:
    """`words` with one line feed between lines, without controls, and with UNKNOWN for what has no sign.

    Overrides and embeddings of direction are dropped: they show words in another order than they were written in.
    Isolates stay where they enclose something and are not nested, as our own sentences use them.
    """
    words = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", words).strip()).replace("\t", " ")
    if _ISOLATING.search(_ISOLATE.sub("", words)):
        words = _ISOLATING.sub("", words)
    return "".join(map(_shown, words))


def _shown(character: str) -> str:
    if character in _KEPT or _ISOLATING.match(character):
        return character
    if unicodedata.category(character) in {"Cc", "Cf"} or _is_variation_selector(character):
        return ""
    # Private characters and those that are none have no meaning in an archive (PDF/A), whatever a font draws.
    if character not in characters() or unicodedata.category(character) in {"Co", "Cn"}:
        return UNKNOWN
    return character


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
