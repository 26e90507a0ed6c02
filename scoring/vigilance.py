"""Points of vigilance: what the clinician must not miss, most urgent first, in six tiers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from scoring.alerts import Alert
from scoring.change import ROSE, Label, badness
from scoring.history import PastResponse, ResponseRef
from scoring.lines import Line, SubRow
from scoring.rules import AlertSeverity, Direction, ScoreKind
from scoring.score import Number

URGENT_TIER = 1
_NO_TIER = 7
_STAYS = (Label.UNCHANGED, Label.NO_COMPARISON)
SEVERE = 3
"""The lowest grade, severity or presence that counts as severe."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of vigilance: its tier, the line's row where it has one, and the urgent alert where it is one."""

    tier: int
    concept: str
    row: SubRow | None
    alert: Alert | None
    evidence: tuple[ResponseRef, ...]
    authored_at: datetime


def tier_of(kind: ScoreKind, row: SubRow) -> int | None:
    """The tier of one row by its values (2 to 6), or None where it is no point of vigilance.

    A row whose latest answer is missing stays in tier 3 when it was severe since the last consultation: a severe
    week in between is never lost.
    """
    if kind is ScoreKind.SCALE:
        return None
    now = row.now.value if row.now else None
    if now is not None and now >= SEVERE:
        return 2
    if row.worst_of_all and row.worst_of_all.value >= SEVERE:
        return 3
    if now == 2:
        return 4 if row.label in ROSE else 5 if row.label in _STAYS else None
    return 6 if now == 1 and row.label in ROSE else None


def points_of_vigilance(lines: Sequence[Line], since: Iterable[PastResponse]) -> tuple[Point, ...]:
    """Every point of vigilance, one a line, most urgent first.

    Within a tier: the higher value now, the larger rise, the more recent, then the concept's name.
    """
    urgent = _urgent(since)
    points: list[Point] = []
    for line in lines:
        row = line.rows[0]
        tier = tier_of(line.kind, row)
        if line.concept in urgent or tier is None:
            continue
        seen = row.worst_of_all if tier == 3 else row.now
        assert seen is not None, "tiers 2 to 6 rest on a known value"
        points.append(Point(tier, line.concept, row, None, (seen.response,), seen.authored_at))
    # Where a concept has two lines (two scales, two recalls), the worse one stands last here and is shown.
    by_place = sorted(lines, key=lambda line: placing_rank(line.kind, line.higher_is, line.rows[0]), reverse=True)
    rows = {line.concept: line.rows[0] for line in by_place}
    for concept, (alert, evidence, authored_at) in urgent.items():
        points.append(Point(URGENT_TIER, concept, rows.get(concept), alert, evidence, authored_at))
    return tuple(sorted(points, key=_rank))


def placing_rank(kind: ScoreKind, higher_is: Direction, row: SubRow) -> tuple[int, bool, Number]:
    """Sorts the sub-rows of a line: the worse one first, what is not known now last."""
    return tier_of(kind, row) or _NO_TIER, row.now is None, -badness(higher_is, row.now.value) if row.now else 0


def _urgent(since: Iterable[PastResponse]) -> dict[str, tuple[Alert, tuple[ResponseRef, ...], datetime]]:
    """The concepts with an urgent alert, each with its latest alert and every response that raised one."""
    found: dict[str, tuple[Alert, tuple[ResponseRef, ...], datetime]] = {}
    for past in since:
        for alert in past.alerts:
            if alert.severity is AlertSeverity.URGENT:
                earlier = found[alert.concept][1] if alert.concept in found else ()
                found[alert.concept] = (alert, (*earlier, past.ref), past.authored_at)
    return found


def _rank(point: Point) -> tuple[int, Number, Number, float, str]:
    now = point.row.now.value if point.row and point.row.now else -1
    rise = point.row.rise if point.row else None
    return point.tier, -now, -rise if rise is not None else 1_000_000, -point.authored_at.timestamp(), point.concept
