"""The rows of the synthesis in words: values, change, trend, and the answers behind each."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_decimal

from app.services.asked_in_words import AskedInWords
from app.services.dates_in_words import DatesInWords
from app.services.read_synthesis import SynthesisOfPatient
from app.services.synthesis_parts import AnswersBehind, Cell, Row, Trend, TrendMark
from app.wording import Wording
from scoring.alerts import Alert
from scoring.change import Label
from scoring.comparability import NoComparisonReason
from scoring.history import PastResponse, Respondent, ResponseRef
from scoring.lines import Line, SubRow, TrendPoint, ValueAt
from scoring.rules import ScoreKind
from scoring.score import Number
from scoring.vigilance import SEVERE

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
        concepts = [line.concept for line in found.synthesis.lines for _ in line.rows]
        self._several = {concept for concept in concepts if concepts.count(concept) > 1}

    def of(self, line: Line) -> list[Row]:
        """The rows of a line: what each questionnaire says of it."""
        return [self._row(line, row) for row in line.rows]

    def change(self, line: Line, row: SubRow) -> str:
        """What changed, since when, how much it interferes, and how bad it was in between."""
        said = [self._from_to(line, row)]
        if row.onset:
            key = "there_since" if row.label is Label.NEW else "worse_since"
            # Who says it now is said once, behind it.
            by_the_same = row.now and row.now.answered_by is row.onset.answered_by
            since = self._dates.brief(row.onset.authored_at) if by_the_same else self._when(row.onset)
            said[0] = self._say(f"synthesis.{key}", change=said[0], date=since)
        if row.now and row.now.answered_by is not Respondent.PATIENT:
            said.append(self._say(f"synthesis.said_by_{row.now.answered_by.value}"))
        if interference := self._interference(line, row):
            said.append(self._say("synthesis.interferes", words=interference))
        worst = row.worst_of_all
        if worst and (row.now is None or worst.value > row.now.value):
            said.append(self._say("synthesis.worst_on", value=self._value(line, worst), date=self._when(worst)))
        return self.joined(said)

    def level(self, line: Line, row: SubRow) -> int | None:
        """How severe it is now, else was since; a severe week in between counts, as it does for the tiers.

        None where it is no composite grade.
        """
        worst = row.worst_of_all
        value = worst if worst and worst.value >= SEVERE else row.now or worst
        return int(value.value) if value and line.kind is ScoreKind.COMPOSITE_GRADE else None

    def behind(self, row: SubRow) -> tuple[AnswersBehind, ...]:
        """The answers that a row rests on: now, at worst, since when, then, last known."""
        return tuple(self._behind(value) for value in {value.response: value for value in _values(row)}.values())

    def behind_alert(self, alert: Alert, evidence: ResponseRef) -> tuple[AnswersBehind, ...]:
        """The answers that raised an alert, where no row holds them."""
        past = self._found.past[evidence]
        items = tuple(trigger.on for trigger in alert.triggers)
        return (self._answers_behind(past, items, self._on(past.authored_at), past.answered_by),)

    def joined(self, clauses: Sequence[str]) -> str:
        """Clauses in one sentence."""
        return self._between.join(clauses)

    def is_rating(self, line: Line) -> bool:
        """Whether the scale has ends that mean something: its name says them, such as `quality-of-life-0-10`."""
        low, high = line.range
        return f"-{low}-{high}" in line.scale

    def _row(self, line: Line, row: SubRow) -> Row:
        return Row(
            name=self._asked.concept(line.concept, row.questionnaire),
            questionnaire=self._asked.title(row.questionnaire) if line.concept in self._several else None,
            now=self._cell(line, row.now),
            reference=self._cell(line, row.reference),
            worst=self._cell(line, row.worst_since),
            label=row.label.value,
            label_words=self._say(f"label.{row.label.value}"),
            trend=self._trend(line, row),
            notes=tuple(self._notes(line, row)),
            behind=self.behind(row),
            evidence=tuple(dict.fromkeys(value.response for value in _values(row))),
        )

    def _from_to(self, line: Line, row: SubRow) -> str:
        label = self._say(f"label.{row.label.value}")
        values = [self._value(line, value) for value in (row.reference, row.now) if value]
        arrow = "←" if self._wording.direction == "rtl" else "→"
        return self._say("synthesis.change_of", label=label, values=f" {arrow} ".join(values)) if values else label

    def _interference(self, line: Line, row: SubRow) -> str | None:
        """How much it interferes now: of an earlier answer it would be read as of the latest one."""
        past = self._found.past.get(row.now.response) if row.now else None
        return self._asked.interference(row.questionnaire, line.concept, past.answers) if past else None

    def _notes(self, line: Line, row: SubRow) -> Iterable[str]:
        if line.kind is ScoreKind.SCALE:
            yield self._say(f"synthesis.higher_is_{line.higher_is.value}")
        if row.last_known:
            yield self._say(
                "synthesis.last_known", value=self._value(line, row.last_known), date=self._when(row.last_known)
            )
        for value in (row.worst_elsewhere, row.reference_elsewhere):
            if value:
                yield self._say("synthesis.elsewhere", value=self._value(line, value), date=self._when(value))
        if row.no_comparison is NoComparisonReason.SCALE_CHANGED:
            yield self._say("synthesis.scale_changed")
        if row.respondent_changed:
            yield self._say("synthesis.respondent_note")
        if row.recall_overlap:
            yield self._say("synthesis.recall_note")

    def _cell(self, line: Line, value: ValueAt | None) -> Cell | None:
        if value is None:
            return None
        level = int(value.value) if line.kind is ScoreKind.COMPOSITE_GRADE else None
        return Cell(self._value(line, value), level, self._when(value))

    def _when(self, value: ValueAt | TrendPoint) -> str:
        """The date of a value, and who gave it where that was not the patient."""
        on = self._dates.brief(value.authored_at)
        if value.answered_by is Respondent.PATIENT:
            return on
        return self._say("synthesis.by", date=on, by=self._say(f"respondent.{value.answered_by.value}"))

    def _value(self, line: Line, value: ValueAt) -> str:
        """A value in words: what a grade is called, the answer that a severity is, a number on its scale."""
        number = decimal_words(value.value, self._wording.language)
        if line.kind is ScoreKind.COMPOSITE_GRADE:
            return f"{number} {self._say(f'grade.{value.value}')}"
        if line.kind is ScoreKind.PRESENCE:
            return self._say(f"presence.{value.value}")
        if line.kind is ScoreKind.SCALE and not self.is_rating(line):
            return number
        # Isolated, so that a right-to-left text does not turn "2 / 4" around.
        on_scale = f"\u2066{number} / {decimal_words(line.range[1], self._wording.language)}\u2069"
        return f"{on_scale} {self._answered(value)}" if line.kind is ScoreKind.SEVERITY else on_scale

    def _answered(self, value: ValueAt) -> str:
        """The answer that a severity is."""
        past = self._found.past[value.response]
        given = [
            self._asked.answer(past.rulebook.questionnaire.canonical, link_id, past.answers[link_id])
            for link_id in value.items
            if link_id in past.answers
        ]
        return ", ".join(words for answer in given for words in answer)

    def _trend(self, line: Line, row: SubRow) -> Trend | None:
        """The way to now; None where fewer than two values make one."""
        if sum(point.value is not None for point in row.trend) < _FEWEST_MARKS:
            return None
        low, high = line.range
        # Decimals of one value and other digits, 2.5 and 2.50, are written alike.
        short = {value: self._short(line, value) for value in {point.value for point in row.trend}}
        marks = tuple(self._mark(point, short[point.value]) for point in row.trend)
        return Trend(
            marks=marks,
            range=(Decimal(low), Decimal(high)),
            first=self._dates.brief(row.trend[0].authored_at),
            last=self._dates.brief(row.trend[-1].authored_at),
            words=self.joined([mark.words for mark in marks]),
        )

    def _mark(self, point: TrendPoint, words: str) -> TrendMark:
        date = self._when(point)
        return TrendMark(
            at=point.authored_at,
            value=point.value,
            words=self._say("synthesis.on", date=date, value=words),
            answered_by=point.answered_by,
            is_other=point.answered_by is not Respondent.PATIENT,
        )

    def _short(self, line: Line, value: Number | None) -> str:
        """A value beside a date: what a grade is called, else a number; that there is none."""
        if value is None:
            return self._say("scores.not_scored")
        if line.kind is ScoreKind.COMPOSITE_GRADE:
            return f"{value} {self._say(f'grade.{value}')}"
        if line.kind is ScoreKind.PRESENCE:
            return self._say(f"presence.{value}")
        return decimal_words(value, self._wording.language)

    def _behind(self, value: ValueAt) -> AnswersBehind:
        past = self._found.past[value.response]
        return self._answers_behind(past, value.items, self._on(value.authored_at), value.answered_by)

    def _answers_behind(
        self, past: PastResponse, items: Sequence[str], on: str, answered_by: Respondent
    ) -> AnswersBehind:
        canonical = past.rulebook.questionnaire.canonical
        return AnswersBehind(
            on=on,
            by=self._say(f"respondent.{answered_by.value}"),
            answers=tuple(
                (
                    self._asked.question(canonical, link_id),
                    ", ".join(self._asked.answer(canonical, link_id, past.answers[link_id])),
                )
                for link_id in items
                if link_id in past.answers
            ),
        )


def _values(row: SubRow) -> list[ValueAt]:
    """Every value that a row says something of, the latest first."""
    values = (row.now, row.worst_since, row.worst_elsewhere, row.onset, row.reference, row.reference_elsewhere)
    return [value for value in (*values, row.last_known) if value]


@lru_cache(maxsize=4_096)
def decimal_words(value: Number, language: str) -> str:
    """A number as the language writes it."""
    return str(format_decimal(value, format="#,##0.######", locale=language))
