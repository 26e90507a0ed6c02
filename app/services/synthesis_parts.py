"""The parts of a synthesis in words: what each rendering lays out in its own way, and none adds to."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scoring.history import ResponseRef
from scoring.score import Number


@dataclass(frozen=True, slots=True)
class Cell:
    """One value in words, and when it was answered. `level`: 0 to 3 of a composite grade."""

    words: str
    level: int | None
    on: str


@dataclass(frozen=True, slots=True)
class TrendMark:
    """One response on the way to now. `value` None: it gave none that compares, and no line crosses it.

    No line joins what two people answered. `is_other`: somebody else than the patient did.
    """

    at: datetime
    value: Number | None
    words: str
    answered_by: str
    is_other: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """The values of a row over time, on the whole scale of its score."""

    marks: tuple[TrendMark, ...]
    range: tuple[Decimal, Decimal]
    first: str
    last: str
    words: str


@dataclass(frozen=True, slots=True)
class AnswersBehind:
    """The answers of one response that a row rests on: when, by whom, question and answer."""

    on: str
    by: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    name: str
    questionnaire: str | None
    now: Cell | None
    reference: Cell | None
    worst: Cell | None
    label: str
    label_words: str
    trend: Trend | None
    notes: tuple[str, ...]
    behind: tuple[AnswersBehind, ...]
    evidence: tuple[ResponseRef, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one kind, under a heading; `head` is what the first column holds."""

    title: str
    head: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class PointInWords:
    """One point of vigilance: what changed, since when, how much it interferes; an urgent signal with its reasons."""

    name: str
    words: str
    on: str
    level: int | None
    reasons: tuple[str, ...]
    behind: tuple[AnswersBehind, ...]


@dataclass(frozen=True, slots=True)
class TopicsInWords:
    """What one response named to talk about."""

    on: str
    chosen: tuple[str, ...]
    own_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdviceShown:
    """A piece of advice that the patient has read, and with which answers."""

    title: str
    on: str


@dataclass(frozen=True, slots=True)
class ResponseInWords:
    """One response: when, by whom, how complete. `answers` in the mode `record` only."""

    on: str
    title: str
    by: str
    complete: str
    declined: str
    corrected: str | None
    evidence: str
    answers: tuple[tuple[str, str], ...]
