"""The rows of the synthesis in words: values, change, trend, and the answers behind each."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from app.services.asked_in_words import AskedInWords
from app.services.dates_in_words import DatesInWords
from app.services.read_synthesis import SynthesisOfPatient
from app.services.synthesis_parts import AnswersBehind, Cell, Row, Trend, TrendMark
from app.wording import Wording
from scoring.history import Respondent
from scoring.lines import Line, SubRow, TrendPoint, ValueAt
from scoring.rules import ScoreKind
from scoring.score import Number

_FEWEST_MARKS = 2


class RowsInWords:
    """What is said of the lines of one synthesis."""

    def __init__(self, asked: AskedInWords, found: SynthesisOfPatient, wording: Wording, dates: DatesInWords) -> None:
        self._asked = asked
        self._found = found
        self._wording = wording
        self._say = wording.say
        self._dates = dates
        self._on = dates.on
        self._between = wording.say("synthesis.and_then", first="", then="")

    def of(self, line: Line) -> list[Row]:
        """The rows of a line: what each questionnaire says of it."""
        return [self._row(line, row) for row in line.rows]

    def change(self, line: Line, row: SubRow) -> str:
        """What changed, since when, how much it interferes, and how bad it was in between."""
        said = [self._from_to(line.kind, row)]
        if row.onset:
            said[0] = self._say("synthesis.since_when", change=said[0], date=self._on(row.onset.authored_at))
        if interference := self._interference(line, row):
            said.append(self._say("synthesis.interferes", words=interference))
        if row.worst_since and (row.now is None or row.worst_since.value > row.now.value):
            worst = self._value(line.kind, row.worst_since.value)
            said.append(self._say("synthesis.worst_on", value=worst, date=self._on(row.worst_since.authored_at)))
        return self._joined(said)

    def level(self, line: Line, row: SubRow) -> int | None:
        """How severe it is now, else was since; None where it is no composite grade."""
        value = row.now or row.worst_since
        return int(value.value) if value and line.kind is ScoreKind.COMPOSITE_GRADE else None

    def behind(self, row: SubRow) -> tuple[AnswersBehind, ...]:
        """The answers that a row rests on: now, then, at worst."""
        values = {value.response: value for value in (row.now, row.worst_since, row.reference) if value}
        return tuple(self._behind(value) for value in values.values())

    def is_rating(self, line: Line) -> bool:
        """Whether the scale has ends that mean something: its name says them, such as `quality-of-life-0-10`."""
        low, high = line.range
        return f"-{low}-{high}" in line.scale

    def _joined(self, clauses: Sequence[str]) -> str:
        return self._between.join(clauses)

    def _row(self, line: Line, row: SubRow) -> Row:
        values = [value for value in (row.now, row.reference, row.worst_since) if value]
        return Row(
            name=self._asked.concept(line.concept, row.questionnaire),
            questionnaire=self._asked.title(row.questionnaire) if len(line.rows) > 1 else None,
            now=self._cell(line, row.now),
            reference=self._cell(line, row.reference),
            worst=self._cell(line, row.worst_since),
            label=row.label.value,
            label_words=self._say(f"label.{row.label.value}"),
            trend=self._trend(line, row),
            notes=tuple(self._notes(line, row)),
            behind=self.behind(row),
            evidence=tuple(dict.fromkeys(value.response for value in values)),
        )

    def _from_to(self, kind: ScoreKind, row: SubRow) -> str:
        label = self._say(f"label.{row.label.value}")
        values = [self._value(kind, value.value) for value in (row.reference, row.now) if value]
        arrow = "←" if self._wording.direction == "rtl" else "→"
        return self._say("synthesis.change_of", label=label, values=f" {arrow} ".join(values)) if values else label

    def _interference(self, line: Line, row: SubRow) -> str | None:
        """How much it interferes now: of an earlier answer it would be read as of the latest one."""
        past = self._found.past.get(row.now.response) if row.now else None
        return self._asked.interference(row.questionnaire, line.concept, past.answers) if past else None

    def _notes(self, line: Line, row: SubRow) -> Iterable[str]:
        if row.last_known:
            value = self._value(line.kind, row.last_known.value)
            yield self._say("synthesis.last_known", value=value, date=self._on(row.last_known.authored_at))
        if row.respondent_changed:
            yield self._say("synthesis.respondent_note")
        if row.recall_overlap:
            yield self._say("synthesis.recall_note")

    def _cell(self, line: Line, value: ValueAt | None) -> Cell | None:
        if value is None:
            return None
        level = int(value.value) if line.kind is ScoreKind.COMPOSITE_GRADE else None
        words = self._value(line.kind, value.value)
        if line.kind is ScoreKind.SCALE and self.is_rating(line):
            # Isolated, so that a right-to-left text does not turn "2 / 4" around.
            words = f"\u2066{words} / {line.range[1]}\u2069"
        return Cell(words, level, self._dates.brief(value.authored_at))

    def _value(self, kind: ScoreKind, value: Number) -> str:
        if kind is ScoreKind.COMPOSITE_GRADE:
            return f"{value} {self._say(f'grade.{value}')}"
        if kind is ScoreKind.PRESENCE:
            return self._say(f"presence.{value}")
        return str(value)

    def _trend(self, line: Line, row: SubRow) -> Trend | None:
        """The way to now; None where fewer than two values make one."""
        known = [point for point in row.trend if point.value is not None]
        if len(known) < _FEWEST_MARKS:
            return None
        low, high = line.range
        marks = tuple(self._mark(line, point) for point in row.trend)
        return Trend(
            marks=marks,
            range=(Decimal(low), Decimal(high)),
            first=self._dates.brief(row.trend[0].authored_at),
            last=self._dates.brief(row.trend[-1].authored_at),
            words=self._joined([mark.words for mark in marks]),
        )

    def _mark(self, line: Line, point: TrendPoint) -> TrendMark:
        words = self._say("scores.not_scored") if point.value is None else self._value(line.kind, point.value)
        return TrendMark(
            at=point.authored_at,
            value=point.value,
            words=self._say("synthesis.on", date=self._dates.brief(point.authored_at), value=words),
            is_other=point.answered_by is not Respondent.PATIENT,
        )

    def _behind(self, value: ValueAt) -> AnswersBehind:
        past = self._found.past[value.response]
        canonical = past.rulebook.questionnaire.canonical
        return AnswersBehind(
            on=self._on(value.authored_at),
            by=self._say(f"respondent.{value.answered_by.value}"),
            answers=tuple(
                (
                    self._asked.question(canonical, link_id),
                    ", ".join(self._asked.answer(canonical, link_id, past.answers[link_id])),
                )
                for link_id in value.items
                if link_id in past.answers
            ),
        )
