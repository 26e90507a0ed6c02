"""The composite grades of PRO-CTCAE, straight from their publication: Basch 2021, doi:10.1177/1740774520975120."""

from collections.abc import Mapping
from fractions import Fraction

from tests.support.scoring import published_cell

ATTRIBUTES = (
    "S S SI S P S S SI FS FS FS P FS FS S F FSI FI SI SI S FSI FS P S S A S P S P P P P P S P P SI SI "
    "SI P P SI S SI SI FSI FSI FSI FSI SI SI FSI FSI FSI P P I S S FI FI P FI S F S P P S S P FS FS P FS FS P S"
)
"""What each of the 80 terms asks, in their order: frequency, severity, interference, amount; or presence alone."""

LOOKUPS = {
    "F": "frequency",
    "S": "severity",
    # One published lookup serves a lone interference and a lone amount.
    "A": "amount",
    "I": "amount",
    "FS": "frequency_severity",
    "FI": "frequency_interference",
    "SI": "severity_interference",
    "FSI": "frequency_severity_interference",
}


def composites(x: Mapping[str, Fraction], policy: str | None, hidden: frozenset[str]) -> dict[str, Fraction | None]:
    """The 59 composite grades. A term that asks for presence has none."""
    assert policy in (None, "zero_if_lead_zero"), policy
    found: dict[str, Fraction | None] = {}
    for term, asked in enumerate(ATTRIBUTES.split(), start=1):
        if asked == "P":
            continue
        items = [f"PROCTCAE_{term}{letter}_SCL" for letter in "ABC"[: len(asked)]]
        codes = [x.get(item) for item in items]
        if policy and codes[0] == 0:
            codes = [Fraction(0) if item in hidden else code for item, code in zip(items, codes, strict=True)]
        known = [int(code) for code in codes if code is not None]
        complete = len(known) == len(items)
        found[f"PROCTCAE_{term}_COMP"] = Fraction(published_cell(LOOKUPS[asked], known)) if complete else None
    return found
