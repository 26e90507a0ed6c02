"""The synthesis in the words of one language: what page, PDF, text and document say, sentence by sentence."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from zoneinfo import ZoneInfo

from babel.lists import format_list

from app.services.asked_in_words import AskedInWords
from app.services.dates_in_words import DatesInWords
from app.services.evaluation import advice_of
from app.services.heading import heading
from app.services.installation import Installation
from app.services.read_synthesis import SynthesisOfPatient
from app.services.rows_in_words import RowsInWords
from app.services.synthesis_parts import AdviceShown, Group, PointInWords, ResponseInWords, Row, TopicsInWords
from app.wording import Wording
from questionnaires.definition import ItemType
from questionnaires.response import ResponseStatus
from scoring.change import Label
from scoring.history import ResponseRef
from scoring.lines import Line, SubRow
from scoring.rules import ScoreKind
from scoring.synthesis import Answered, Mode
from scoring.vigilance import Point

_ADHERENCE = frozenset({"adherence", "missed-doses"})
"""The concepts that say how far a treatment by mouth was taken as it was planned."""


class SynthesisInWords:
    """Everything that is shown of a synthesis, already in words."""

    def __init__(self, installation: Installation, found: SynthesisOfPatient, wording: Wording) -> None:
        self._found = found
        self._installation = installation
        self._library = installation.advice
        self._zone = ZoneInfo(found.centre.time_zone)
        year = found.synthesis.consultation.start.astimezone(self._zone).year
        dates = DatesInWords(wording.language, self._zone, year)
        self.at, self.on = dates.at, dates.on
        self._asked = AskedInWords(installation, found.words, wording)
        self._rows = RowsInWords(self._asked, found, wording, dates)
        self.joined = self._rows.joined
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
    def nothing(self) -> str:
        """That nothing was answered."""
        return self.say("synthesis.nothing" if self.synthesis.previous else "synthesis.nothing_yet")

    @property
    def no_points(self) -> str:
        """Why no point is named: there is none, or nobody knows."""
        return self.say("synthesis.no_points" if self.synthesis.responses else "synthesis.no_points_known")

    @property
    def no_topics(self) -> str:
        """Why no topic is named: the patient named none, or answered nothing."""
        return self.say("synthesis.no_topics" if self.synthesis.responses else "synthesis.no_topics_known")

    @property
    def freshness(self) -> str:
        """How old the latest answers are, and who gave them."""
        if not self.synthesis.responses:
            return self.nothing
        latest = self.synthesis.responses[-1]
        start = self.synthesis.consultation.start.astimezone(self._zone).date()
        days = (start - latest.authored_at.astimezone(self._zone).date()).days
        age = self.wording.count("synthesis.age", days) if days else self.say("synthesis.today")
        return self.say("synthesis.latest", date=self.at(latest.authored_at), age=age, by=self._by(latest))

    @property
    def treatment(self) -> str | None:
        """Treatment line and cycle, as far as the hospital told of them."""
        visit = self._found.consultation
        known = [
            self.say(f"synthesis.treatment_{part}", number=number)
            for part, number in (("line", visit.treatment_line), ("cycle", visit.treatment_cycle))
            if number is not None
        ]
        return self.listed(known) if known else None

    @property
    def other_records(self) -> str | None:
        """That the patient has another record here, whose answers stand on no page of this one."""
        count = len(self._found.other_records)
        return self.wording.count("synthesis.other_records", count) if count else None

    @cached_property
    def points(self) -> list[PointInWords]:
        """Every point of vigilance, most urgent first."""
        return [self._point(point) for point in self.synthesis.points]

    @cached_property
    def topics(self) -> list[TopicsInWords]:
        """What the patient wants to talk about, newest first, each thing once: chosen topics, and their own words."""
        found = []
        said: set[str] = set()
        # In the mode of answers in order of time, these are too.
        for topics in reversed(self.synthesis.topics) if self.is_record else self.synthesis.topics:
            questionnaire = self._asked.questionnaire(topics.questionnaire)
            chosen: list[str] = []
            own: list[str] = []
            for link_id, values in topics.answers.items():
                item = questionnaire.item(link_id)
                has_options = item is not None and bool(item.options)
                words = [w for w in self._asked.answer(topics.questionnaire, link_id, values) if w not in said]
                said.update(words)
                (chosen if has_options else own).extend(words)
            if chosen or own:
                found.append(TopicsInWords(self.on(topics.authored_at), tuple(chosen), tuple(own)))
        return found

    @cached_property
    def symptoms(self) -> list[Row]:
        """The symptom table: what matters most first. What has no row is named by `named_lines` instead."""
        shown = (line for line in self._symptom_lines if not (_is_calm(line) or _is_unknown(line)))
        lines = sorted(shown, key=self._place)
        return [row for line in lines for row in self._rows.of(line)]

    @cached_property
    def absent(self) -> list[str]:
        """The symptoms that are absent now and were at the last consultation."""
        return [self._asked.concept(line.concept, line.rows[0].questionnaire) for line in self._calm(Label.ABSENT)]

    @cached_property
    def silent(self) -> list[str]:
        """The symptoms left open in the latest response, and absent when last known."""
        calm = (line for line in self._calm(Label.NOT_ANSWERED) if line.rows[0].asked_in)
        return [self._asked.concept(line.concept, line.rows[0].questionnaire) for line in calm]

    @cached_property
    def not_since(self) -> list[str]:
        """The symptoms that nobody answered since, and that were absent when last known."""
        calm = (line for line in self._calm(Label.NOT_ANSWERED) if line.rows[0].asked_in is None)
        return [self._asked.concept(line.concept, line.rows[0].questionnaire) for line in calm]

    @cached_property
    def unknown(self) -> list[str]:
        """The symptoms of which nothing is known: left open, and not known from before."""
        known = {line.concept for line in self._symptom_lines if not _is_unknown(line)}
        unknown = (line for line in self._symptom_lines if _is_unknown(line) and line.concept not in known)
        return [self._asked.concept(line.concept, line.rows[0].questionnaire) for line in unknown]

    @cached_property
    def scales(self) -> list[Group]:
        """Quality of life and function, adherence, measurements: those of them that there are."""
        by_kind: dict[str, list[Row]] = {"function": [], "adherence": [], "measurements": []}
        for line in self.synthesis.lines:
            if line.kind is ScoreKind.SCALE:
                by_kind[self._kind(line)] += self._rows.of(line)
        head = self.say("synthesis.scale")
        return [Group(self.say(f"synthesis.{kind}"), head, tuple(rows)) for kind, rows in by_kind.items() if rows]

    @property
    def has_composites(self) -> bool:
        """Whether a composite grade is shown."""
        return bool(self._of_composites)

    @property
    def locally_worded(self) -> list[str]:
        """The titles of the questionnaires of shown composite grades that are not in their owner's licensed words."""
        return [self._asked.title(q) for q in self._of_composites if not self._asked.family(q).is_restricted]

    @cached_property
    def advice(self) -> list[AdviceShown]:
        """What the patient was advised since the last consultation, latest first; each piece once."""
        found: dict[str, AdviceShown] = {}
        for answered in reversed(self.synthesis.responses):
            for ref in advice_of(self._found.rows[answered.response]):
                advice = self._library.find(ref)
                if advice is not None:
                    title = advice.words[self.wording.language].title
                    found.setdefault(title, AdviceShown(title, self.on(answered.authored_at)))
        return list(found.values())

    @property
    def not_answered(self) -> list[str]:
        """The titles of what was asked for and not answered."""
        return [self._asked.title(canonical) for canonical in self.synthesis.not_answered]

    @cached_property
    def responses(self) -> list[ResponseInWords]:
        """What was answered since, newest first; in the mode `record` oldest first, with every answer."""
        ordered = self.synthesis.responses if self.is_record else tuple(reversed(self.synthesis.responses))
        return [self._response(answered) for answered in ordered]

    def listed(self, names: Sequence[str]) -> str:
        """Names in one sentence, as the language lists them."""
        return str(format_list(list(names), locale=self.wording.language))

    @cached_property
    def _symptom_lines(self) -> list[Line]:
        return [line for line in self.synthesis.lines if line.kind is not ScoreKind.SCALE]

    def _calm(self, label: Label) -> list[Line]:
        return [line for line in self._symptom_lines if _is_calm(line) and line.rows[0].label is label]

    def _place(self, line: Line) -> tuple[int, str]:
        """Lines that are points of vigilance first, in their order; then by name."""
        order = [point.concept for point in self.synthesis.points]
        place = order.index(line.concept) if line.concept in order else len(order)
        return place, self._asked.concept(line.concept, line.rows[0].questionnaire)

    def _kind(self, line: Line) -> str:
        """What a scale is about. A measurement is a number that somebody read or counted; its scale names no ends."""
        if line.concept in _ADHERENCE:
            return "adherence"
        row = line.rows[0]
        rulebook = self._installation.rulebooks.current(self._asked.questionnaire(row.questionnaire))
        bound = rulebook.rules.get(row.score)
        types = {item.type for item in bound.items} if bound else set()
        is_number = bool(types) and types <= {ItemType.INTEGER, ItemType.DECIMAL}
        return "measurements" if is_number and not self._rows.is_rating(line) else "function"

    @cached_property
    def _of_composites(self) -> list[str]:
        """The questionnaires that the composite grades shown here come from, each once."""
        composites = (line for line in self.synthesis.lines if line.kind is ScoreKind.COMPOSITE_GRADE)
        return list(dict.fromkeys(row.questionnaire for line in composites for row in line.rows))

    def _point(self, point: Point) -> PointInWords:
        row = point.row
        canonical = row.questionnaire if row else self._questionnaire_of(point.evidence)
        alert = self._found.alert_of(point, self.wording)
        said = [self.say("synthesis.urgent")] if alert else []
        line = next((line for line in self.synthesis.lines if row in line.rows), None)
        if row and line:
            said.append(self._rows.change(line, row))
        behind = self._rows.behind(row) if row else ()
        if not behind and point.alert is not None:
            behind = self._rows.behind_alert(point.alert, point.evidence[-1])
        return PointInWords(
            name=self._asked.concept(point.concept, canonical),
            words=" · ".join(said),
            on=self.on(point.authored_at),
            level=self._rows.level(line, row) if row and line else None,
            reasons=tuple(reason.sentence for reason in alert.reasons) if alert else (),
            behind=behind,
        )

    def _questionnaire_of(self, evidence: Iterable[ResponseRef]) -> str:
        cited = set(evidence)
        return next(a.questionnaire for a in self.synthesis.responses if a.response in cited)

    def _response(self, answered: Answered) -> ResponseInWords:
        ref, given = answered.response, answered.answers or {}
        canonical = answered.questionnaire
        return ResponseInWords(
            on=self.at(answered.authored_at),
            title=self._asked.title(canonical),
            by=self._by(answered),
            complete=self.say("synthesis.answered_of", answered=answered.answered, asked=answered.asked),
            declined=self.wording.count("synthesis.declined", len(answered.declined)) if answered.declined else "",
            corrected=self._corrected(answered),
            evidence=self.say("synthesis.evidence", id=ref.id, revision=ref.revision),
            answers=tuple(
                (self._asked.question(canonical, name), ", ".join(self._asked.answer(canonical, name, given[name])))
                for name in (item.link_id for item in self._asked.questionnaire(canonical).questions)
                if name in given
            ),
        )

    def _corrected(self, answered: Answered) -> str | None:
        """When an answer was corrected, and by whom. Scoring again corrects no answer."""
        row = self._found.rows[answered.response]
        if row.status is not ResponseStatus.AMENDED:
            return None
        date, key = self.at(answered.stored_at), f"synthesis.somebody_{row.recorded_by}"
        if "rescored" in row.evaluation or key not in self.wording.words:
            return self.say("synthesis.corrected", date=date)
        return self.say("synthesis.corrected_by", date=date, who=self.say(key))

    def _by(self, answered: Answered) -> str:
        """Who answered, and who wrote it down where that was somebody of the team. Of a later revision it is not known
        here who wrote down the first.
        """
        by = self.say(f"respondent.{answered.answered_by.value}")
        if answered.response.revision > 1:
            return by
        key = f"synthesis.recorded_by_{self._found.rows[answered.response].recorded_by}"
        return self.say(key, by=by) if key in self.wording.words else by


def named_lines(view: SynthesisInWords) -> list[tuple[str, list[str]]]:
    """The symptoms that have no row, by the sentence that names them."""
    return [
        ("synthesis.absent", view.absent),
        ("synthesis.silent", view.silent),
        ("synthesis.not_since", view.not_since),
        ("synthesis.unknown", view.unknown),
    ]


def _is_unknown(line: Line) -> bool:
    """Whether no value of the line is known, now or from before, in any questionnaire that asks it."""
    return not any(
        (row.now, row.reference, row.worst_of_all, row.last_known, row.reference_elsewhere) != (None,) * 5
        for row in line.rows
    )


def _is_calm(line: Line) -> bool:
    """Whether a line needs no row: absent then and now, or left open and 0 when it was last known."""
    if len(line.rows) > 1:
        return False
    row: SubRow = line.rows[0]
    known = (row.last_known, row.reference, row.worst_of_all, row.reference_elsewhere)
    if row.label is Label.NOT_ANSWERED:
        return row.last_known is not None and all(value is None or value.value == 0 for value in known)
    return row.label is Label.ABSENT and (row.worst_of_all is None or row.worst_of_all.value == 0)
