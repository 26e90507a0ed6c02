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
    within = [_plainest(field) for field in fields]
    return all(any(word in field for field in within) for word in map(_plainest, search.split()))


def _plainest(text: str) -> str:
    """A text in its plainest letters and in digits from 0 to 9, with nothing between them: a name that is typed in one
    word is found where it is written in two.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return "".join(_plain(sign) for sign in decomposed if sign.isalnum())


def _plain(sign: str) -> str:
    digit = unicodedata.digit(sign, None)
    return sign if digit is None else str(digit)
