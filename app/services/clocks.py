"""Whose clock says when: the client's, corrected by ours."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.security.caller import Role

TOLERANCE = timedelta(seconds=60)
"""How far a system's clock may be ahead of ours."""

LATE_FROM = timedelta(hours=24)
"""How long after they were given answers arrive late: most questionnaires ask about days, and what was urgent a day ago
is judged otherwise than what is urgent now."""

_NO_ANSWER_BEFORE = datetime(1900, 1, 1, tzinfo=UTC)
# PostgreSQL's driver writes the first and the last moment that Python knows as infinities.
_FIRST_MOMENT = datetime(1, 1, 2, tzinfo=UTC)
_LAST_MOMENT = datetime(9999, 12, 30, tzinfo=UTC)


class ClockFlag(StrEnum):
    """What a reader must know about `authored_at`."""

    AUTHORED_IN_FUTURE = "authored-in-future"
    AUTHORED_UNKNOWN = "authored-unknown"


@dataclass(frozen=True, slots=True)
class Authored:
    """When the answers were given, by our clock, and what had to be done to know it."""

    authored_at: datetime
    begun_at: datetime | None = None
    flags: tuple[ClockFlag, ...] = ()
    refused: bool = False


def storable(moment: datetime) -> datetime:
    """In UTC. A clock at the edge of the calendar is taken for the nearest moment that can be stored."""
    try:
        return min(max(moment.astimezone(UTC), _FIRST_MOMENT), _LAST_MOMENT)
    except OverflowError:
        return _FIRST_MOMENT if moment.year == 1 else _LAST_MOMENT


def correct_authored(
    role: Role, authored: datetime | None, *, begun_at: datetime | None, sent_at: datetime | None, received_at: datetime
) -> Authored:
    """`authored + (received_at - sent_at)`: the phone's clock may be wrong, but it ran evenly between the two.

    What would still lie in the future is taken as "now" and flagged, for a person's device; a system must know the
    time. So is what lies before anybody answered anything.
    A system's answer is `refused` then, as long as it was not acknowledged before. Where nobody said when, it was when
    the answers came in, at the latest.
    """
    behind = received_at - sent_at if sent_at else timedelta()
    corrected = _shift(authored, behind) if authored is not None else None
    begun = _shift(begun_at, behind) if begun_at else None
    if corrected is None or corrected < _NO_ANSWER_BEFORE:
        return Authored(received_at, begun, (ClockFlag.AUTHORED_UNKNOWN,))
    if corrected <= received_at:
        return Authored(corrected, begun)
    refused = role is Role.SYSTEM and corrected > received_at + TOLERANCE
    return Authored(received_at, begun, (ClockFlag.AUTHORED_IN_FUTURE,), refused)


def late_by_hours(authored_at: datetime, received_at: datetime) -> int | None:
    """How old the answers were when they arrived, in whole hours; None where they were not late."""
    age = received_at - authored_at
    return age // timedelta(hours=1) if age > LATE_FROM else None


def _shift(authored: datetime, by: timedelta) -> datetime | None:
    """None beyond the calendar: a clock that is off by thousands of years must not stop an answer."""
    try:
        return authored + by
    except OverflowError:
        return None
