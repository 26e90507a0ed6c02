"""What scoring gives for one score: a number, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from questionnaires.response import Absence

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """A score that was computed. `imputed` holds the link ids whose value a missing-data policy supplied."""

    value: Number
    imputed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotScored:
    """A score that could not be computed: why, and which inputs have no usable answer."""

    reason: Absence
    missing: tuple[str, ...]


Scores = Mapping[str, Score | NotScored]
"""score name -> what came out, for every score of the rulebook."""
