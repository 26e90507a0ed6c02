"""Looking for a person or a number as people type it: without accents, case, vowel signs, hyphens or word order."""

import unicodedata
from collections.abc import Iterable

# What has no Unicode decomposition and is still typed without its stroke, or in another form of the Arabic letter.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ı": "i",
        "œ": "oe",
        "æ": "ae",
        "þ": "th",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "ة": "ه",
        "ٱ": "ا",
        "ـ": None,
    }
)


def matches(search: str, fields: Iterable[str]) -> bool:
    """Whether every word of a search stands in one of the fields, in whole or in part. A search without words finds
    everything.
    """
    # Without spaces: whoever types a name in two words finds it written in one, and the other way round.
    within = ["".join(_words(field)) for field in fields]
    return all(any(word in field for field in within) for word in _words(search))


def _words(text: str) -> list[str]:
    """The words of a text in their plainest letters; digits of any script as 0 to 9."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    signs = (sign for sign in decomposed if unicodedata.category(sign) != "Mn")
    return "".join(_plain(sign) for sign in signs).split()


def _plain(sign: str) -> str:
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    return sign if sign.isalnum() else " "
