"""What becomes of text that is not only letters, before it is printed."""

import pytest

from app.pages.pdf.printable import UNKNOWN, printable


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("Nausées · 1 léger → 3 sévère", "Nausées · 1 léger → 3 sévère"),
        ("Привет, Ελληνικά, تقرّحات", "Привет, Ελληνικά, تقرّحات"),
        ("e\u0301", "é"),
        ("  a\t b  ", "a  b"),
        ("a\r\nb\n\n\u2028c\u0085d", "a\nb\nc\nd"),
        ("a\x00\x07\u200bb\u00adc\ufeff", "abc"),
        ("\u202ea\u202c\u202ab\u202c\u200e\u061c", "ab"),
        ("04\u200f/09\u200f/2026", "04\u200f/09\u200f/2026"),
        ("می\u200cروم", "می\u200cروم"),
        ("\u20662 / 4\u2069 and \u2068x\u2069", "\u20662 / 4\u2069 and \u2068x\u2069"),
        ("\u2067open", "open"),
        ("closed\u2069", "closed"),
        ("\u2067a\u2066b\u2069c\u2069", "abc"),
        ("☹️ 😢 漢", f"{UNKNOWN} {UNKNOWN} {UNKNOWN}"),
        ("\ud83d \ue000 \uffff \U000e0041", f"{UNKNOWN} {UNKNOWN} {UNKNOWN} "),
    ],
)
def test_what_is_printed_of_a_text(words: str, printed: str) -> None:
    assert printable(words) == printed
