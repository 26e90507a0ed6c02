"""The synthesis in the words of one language: what the page and the document say, sentence by sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.lists import format_list

from app.services.heading import heading
from app.services.installation import Installation
from app.services.read_synthesis import SynthesisOfPatient
from app.wording import Wording
from questionnaires.catalogue import Instrument
from questionnaires.definition import Value
from questionnaires.translations import Text
from scoring.change import Label
from scoring.history import ResponseRef
from scoring.lines import Line, SubRow, ValueAt
from scoring.rules import ScoreKind
from scoring.synthesis import Answered, Mode
from scoring.vigilance import Point


@dataclass(frozen=True, slots=True)
class Cell:
    """One value in words, and when it was answered."""

    words: str
    level: int | None
    on: str


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
    notes: tuple[str, ...]
    evidence: tuple[ResponseRef, ...]


@dataclass(frozen=True, slots=True)
class PointInWords:
    """One point of vigilance; an urgent signal with its reasons."""

    name: str
    words: str
    on: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicsInWords:
    """What one response named to talk about."""

    on: str
    chosen: tuple[str, ...]
    own_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResponseInWords:
    """One response: when, by whom, how complete. `answers` in the mode `record` only."""

    on: str
    title: str
    by: str
    complete: str
    declined: str
    evidence: str
    answers: tuple[tuple[str, str], ...]


class SynthesisInWords:
    """Everything that is shown of a synthesis, already in words."""

    def __init__(self, installation: Installation, found: SynthesisOfPatient, wording: Wording) -> None:
        self._installation = installation
        self._found = found
        self._zone = ZoneInfo(found.centre.time_zone)
        self.heading = heading(found.centre, found.patient, wording)
        self.wording = wording
        self.synthesis = found.synthesis
        self.say = wording.say

    @property
    def is_record(self) -> bool:
        """Whether only answers are shown."""
        return self.synthesis.mode is Mode.RECORD

    @property
    def is_alert(self) -> bool:
        """Whether urgency is shown."""
        return self.synthesis.mode is Mode.ALERT

    @property
    def period(self) -> str:
        """Since when."""
        previous = self.synthesis.previous
        return (
            self.say("synthesis.since", date=self.at(previous.start)) if previous else self.say("synthesis.since_ever")
        )

    @property
    def points(self) -> list[PointInWords]:
        """Every point of vigilance, most urgent first."""
        return [self._point(point) for point in self.synthesis.points]

    @property
    def topics(self) -> list[TopicsInWords]:
        """What the patient wants to talk about, newest first, each thing once: chosen topics, and their own words."""
        found = []
        said: set[str] = set()
        for topics in self.synthesis.topics:
            questionnaire = self._installation.catalogue.by_canonical(topics.questionnaire)
            chosen: list[str] = []
            own: list[str] = []
            for link_id, values in topics.answers.items():
                item = questionnaire.item(link_id)
                has_options = item is not None and bool(item.options)
                words = [w for w in self.answer(topics.questionnaire, link_id, values) if w not in said]
                said.update(words)
                (chosen if has_options else own).extend(words)
            if chosen or own:
                found.append(TopicsInWords(self.on(topics.authored_at), tuple(chosen), tuple(own)))
        return found

    @property
    def symptoms(self) -> list[Row]:
        """The symptom table: what matters most first; what is plainly absent is named by `absent` instead."""
        lines = sorted((line for line in self._symptom_lines if not _is_calm(line)), key=self._place)
        return [row for line in lines for row in self._rows(line)]

    @property
    def absent(self) -> list[str]:
        """The symptoms that are absent now and were at the last consultation."""
        return [self._concept(line.concept, line.rows[0].questionnaire) for line in self._calm(Label.ABSENT)]

    @property
    def silent(self) -> list[str]:
        """The symptoms left open in the latest response, and absent when last known."""
        return [self._concept(line.concept, line.rows[0].questionnaire) for line in self._calm(Label.NOT_ANSWERED)]

    @property
    def scales(self) -> list[Row]:
        """Quality of life, tolerance and the like."""
        return [row for line in self.synthesis.lines if line.kind is ScoreKind.SCALE for row in self._rows(line)]

    @property
    def has_composites(self) -> bool:
        """Whether a composite grade is shown."""
        return bool(self._of_composites)

    @property
    def locally_worded(self) -> list[str]:
        """The titles of the questionnaires of shown composite grades that are not in their owner's licensed words."""
        return [self._title(q) for q in self._of_composites if not self._family(q).is_restricted]

    @property
    def not_answered(self) -> list[str]:
        """The titles of what was asked for and not answered."""
        return [self._title(canonical) for canonical in self.synthesis.not_answered]

    @property
    def responses(self) -> list[ResponseInWords]:
        """What was answered since, newest first; in the mode `record` oldest first, with every answer."""
        ordered = self.synthesis.responses if self.is_record else tuple(reversed(self.synthesis.responses))
        return [self._response(answered) for answered in ordered]

    def at(self, moment: datetime) -> str:
        """A date and time of day in the centre's zone, in words."""
        local = moment.astimezone(self._zone)
        day = format_date(local, format="long", locale=self.wording.language)
        return f"{day} {format_time(local, format='short', locale=self.wording.language)}"

    def on(self, moment: datetime) -> str:
        """A date in the centre's zone, in words."""
        return format_date(moment.astimezone(self._zone), format="medium", locale=self.wording.language)

    def listed(self, names: Sequence[str]) -> str:
        """Names in one sentence, as the language lists them."""
        return format_list(list(names), locale=self.wording.language)

    def answer(self, canonical: str, link_id: str, values: Sequence[Value]) -> list[str]:
        """Answers in words: options by their text, the rest as it was given."""
        item = self._installation.catalogue.by_canonical(canonical).item(link_id)
        text = self._text(canonical)
        if item is None or not item.options or text is None:
            return [str(value) for value in values]
        return [text.option(item, str(value)) or str(value) for value in values]

    def question(self, canonical: str, link_id: str) -> str:
        """The words of a question."""
        text = self._text(canonical)
        return text.items.get(link_id, link_id) if text else link_id

    @property
    def _symptom_lines(self) -> list[Line]:
        return [line for line in self.synthesis.lines if line.kind is not ScoreKind.SCALE]

    def _calm(self, label: Label) -> list[Line]:
        return [line for line in self._symptom_lines if _is_calm(line) and line.rows[0].label is label]

    def _place(self, line: Line) -> tuple[int, str]:
        """Lines that are points of vigilance first, in their order; then by name."""
        order = [point.concept for point in self.synthesis.points]
        place = order.index(line.concept) if line.concept in order else len(order)
        return place, self._concept(line.concept, line.rows[0].questionnaire)

    def _text(self, canonical: str) -> Text | None:
        questionnaire = self._installation.catalogue.by_canonical(canonical)
        return self._found.words.best(questionnaire, (self.wording.language,))

    def _title(self, canonical: str) -> str:
        text = self._text(canonical)
        return text.title if text else self._family(canonical).about.title

    def _family(self, canonical: str) -> Instrument:
        catalogue = self._installation.catalogue
        return catalogue.instruments[catalogue.by_canonical(canonical).instrument]

    @property
    def _of_composites(self) -> list[str]:
        """The questionnaires that the composite grades shown here come from, each once."""
        composites = (line for line in self.synthesis.lines if line.kind is ScoreKind.COMPOSITE_GRADE)
        return list(dict.fromkeys(row.questionnaire for line in composites for row in line.rows))

    def _concept(self, concept: str, canonical: str) -> str:
        text = self._text(canonical)
        return text.concepts.get(concept, concept) if text else concept

    def _point(self, point: Point) -> PointInWords:
        canonical = point.row.questionnaire if point.row else self._questionnaire_of(point.evidence)
        alert = self._found.alert_of(point, self.wording)
        words = self.say("synthesis.urgent") if alert else ""
        if point.row:
            change = self._change(point.row)
            words = f"{words} · {change}" if words else change
        return PointInWords(
            name=self._concept(point.concept, canonical),
            words=words,
            on=self.on(point.authored_at),
            reasons=tuple(reason.sentence for reason in alert.reasons) if alert else (),
        )

    def _questionnaire_of(self, evidence: Iterable[ResponseRef]) -> str:
        cited = set(evidence)
        return next(a.questionnaire for a in self.synthesis.responses if a.response in cited)

    def _change(self, row: SubRow) -> str:
        kind = next(line.kind for line in self.synthesis.lines if row in line.rows)
        label = self.say(f"label.{row.label.value}")
        values = [self._value(kind, value) for value in (row.reference, row.now) if value]
        arrow = "←" if self.wording.direction == "rtl" else "→"
        words = f"{label}: {f' {arrow} '.join(values)}" if values else label
        if row.worst_since and (row.now is None or row.worst_since.value > row.now.value):
            worst = self._value(kind, row.worst_since)
            words += "; " + self.say("synthesis.worst_on", value=worst, date=self.on(row.worst_since.authored_at))
        return words

    def _rows(self, line: Line) -> list[Row]:
        return [self._row(line, row) for row in line.rows]

    def _row(self, line: Line, row: SubRow) -> Row:
        values = [value for value in (row.now, row.reference, row.worst_since) if value]
        return Row(
            name=self._concept(line.concept, row.questionnaire),
            questionnaire=self._title(row.questionnaire) if len(line.rows) > 1 else None,
            now=self._cell(line, row.now),
            reference=self._cell(line, row.reference),
            worst=self._cell(line, row.worst_since),
            label=row.label.value,
            label_words=self.say(f"label.{row.label.value}"),
            notes=tuple(self._notes(line, row)),
            evidence=tuple(dict.fromkeys(value.response for value in values)),
        )

    def _notes(self, line: Line, row: SubRow) -> Iterable[str]:
        if row.last_known:
            value = self._value(line.kind, row.last_known)
            yield self.say("synthesis.last_known", value=value, date=self.on(row.last_known.authored_at))
        if row.respondent_changed:
            yield self.say("synthesis.respondent_note")
        if row.recall_overlap:
            yield self.say("synthesis.recall_note")

    def _cell(self, line: Line, value: ValueAt | None) -> Cell | None:
        if value is None:
            return None
        level = int(value.value) if line.kind is ScoreKind.COMPOSITE_GRADE else None
        words = self._value(line.kind, value)
        low, high = line.range
        # The name of a rating scale says its ends. A measurement (doses, degrees) has none that means anything.
        if line.kind is ScoreKind.SCALE and f"-{low}-{high}" in line.scale:
            # Isolated, so that a right-to-left text does not turn "2 / 4" around.
            words = f"\u2066{words} / {high}\u2069"
        return Cell(words, level, self.on(value.authored_at))

    def _value(self, kind: ScoreKind, value: ValueAt) -> str:
        if kind is ScoreKind.COMPOSITE_GRADE:
            return f"{value.value} {self.say(f'grade.{value.value}')}"
        if kind is ScoreKind.PRESENCE:
            return self.say(f"presence.{value.value}")
        return str(value.value)

    def _response(self, answered: Answered) -> ResponseInWords:
        ref, given = answered.response, answered.answers or {}
        return ResponseInWords(
            on=self.at(answered.authored_at),
            title=self._title(answered.questionnaire),
            by=self.say(f"respondent.{answered.answered_by.value}"),
            complete=self.say("synthesis.answered_of", answered=answered.answered, asked=answered.asked),
            declined=self.wording.count("synthesis.declined", len(answered.declined)) if answered.declined else "",
            evidence=self.say("synthesis.evidence", id=ref.id, revision=ref.revision),
            answers=tuple(
                (
                    self.question(answered.questionnaire, link_id),
                    ", ".join(self.answer(answered.questionnaire, link_id, values)),
                )
                for link_id, values in given.items()
            ),
        )


def _is_calm(line: Line) -> bool:
    """Whether a line needs no row: absent then and now, or left open and 0 when it was last known."""
    if len(line.rows) > 1:
        return False
    row = line.rows[0]
    known = (row.last_known, row.reference, row.worst_since)
    if row.label is Label.NOT_ANSWERED:
        return row.last_known is not None and all(value is None or value.value == 0 for value in known)
    return row.label is Label.ABSENT and (row.worst_since is None or row.worst_since.value == 0)
