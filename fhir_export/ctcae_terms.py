"""Which CTCAE term goes with which of our concepts: read from `ctcae_terms.csv`, which names its sources."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from questionnaires.errors import InstrumentInvalid
from questionnaires.folder import Folder


@dataclass(frozen=True, slots=True)
class CtcaeTerm:
    """One CTCAE term: its NCI Thesaurus code, what it is called in CTCAE 5.0 and 6.0, how sure the pairing is."""

    ncit: str
    ctcae_v5: str
    ctcae_v6: str
    pairing: str


@cache
def ctcae_terms() -> Mapping[str, CtcaeTerm]:
    """Concept -> the CTCAE term that is paired with it."""
    return read_ctcae_terms(Folder(Path(__file__).parent))


def read_ctcae_terms(folder: Folder) -> Mapping[str, CtcaeTerm]:
    """The terms of the folder's `ctcae_terms.csv`. Raises InstrumentInvalid where it cannot be read."""
    text = folder.read_text("ctcae_terms.csv")
    if text is None:
        raise InstrumentInvalid(tuple(folder.problems))
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["concept"]: CtcaeTerm(row["ncit"], row["ctcae_v5"], row["ctcae_v6"], row["pairing"]) for row in rows}
