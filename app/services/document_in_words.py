"""The document in words: the sentences of the synthesis, as they stand on the page, laid out in sections."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from app.services.synthesis_in_words import SynthesisInWords, named_lines
from app.services.synthesis_parts import Cell, Row
from app.wording import Wording
from fhir_export.answer_state import AnswerState, DocumentStatus
from fhir_export.citations import Citations
from fhir_export.composition import DocumentVersion, SaidDocument, Section, SectionCode
from fhir_export.narrative import Answers, Block, Direction, Line, Listing, Paragraph, Quotation, Table, Words
from scoring.history import DID_NOT_HAPPEN, ConsultationStatus

_STATE_KEYS: Final[dict[AnswerState, str]] = {
    AnswerState.NOT_OPEN_YET: "document.not_open_yet",
    AnswerState.NOT_READY: "document.not_ready",
    AnswerState.PARTLY_ANSWERED: "document.partly_answered",
    AnswerState.ANSWERED: "document.answered",
    AnswerState.NOTHING_ANSWERED: "document.nothing_answered",
    AnswerState.NOTHING_ASKED: "document.nothing_asked",
    AnswerState.CALLED_OFF: "document.nothing_came",
}
_NO_VALUE: Final = "–"


class DocumentInWords:
    """Everything that the document of a synthesis says, in the language of its words."""

    def __init__(
        self,
        view: SynthesisInWords,
        citations: Citations,
        state: AnswerState,
        version: DocumentVersion,
        opens_at: datetime,
    ) -> None:
        self._view = view
        self._citations = citations
        self._version = version
        self._wording: Wording = view.wording
        self._say = view.say
        self._state = self._say(_STATE_KEYS[state], date=view.on(opens_at))

    def said(self) -> SaidDocument:
        """The document's words and what its sections rest on."""
        direction: Direction = "rtl" if self._wording.direction == "rtl" else "ltr"
        number = self._version.number
        return SaidDocument(
            language=self._wording.language,
            direction=direction,
            title=self._say("document.title", date=self._view.on(self._view.synthesis.consultation.start)),
            type_words=self._say("document.type"),
            state_words=self._state,
            replaced_words=self._say("document.replaced", version=number - 1) if number > 1 else None,
            head=tuple(self._head()),
            sections=tuple(self._sections()),
        )

    def _head(self) -> Iterator[Block]:
        view, heading = self._view, self._view.heading
        whose = [Words(heading.patient, is_own=False, is_strong=True)]
        if heading.born:
            whose.append(Words(self._say("synthesis.born", date=heading.born)))
        start = view.at(view.synthesis.consultation.start)
        visit = self._say("synthesis.for_consultation", date=start)
        about = (*heading.identity, visit, *filter(None, (view.treatment,)), view.period, view.freshness)
        yield Paragraph(
            [(Words(heading.centre, is_own=False),), tuple(whose), *((Words(sentence),) for sentence in about)]
        )
        if view.other_records:
            yield _paragraph(view.other_records)
        dated = self._say("document.version", version=self._version.number, date=view.at(self._version.dated))
        yield Paragraph([(Words(sentence),) for sentence in (*self._standing(), self._state, dated)])
        yield _paragraph(heading.mode, self._say("synthesis.emergency"))

    def _standing(self) -> Iterator[str]:
        """What became of the consultation, where that has to be said."""
        status = self._view.synthesis.consultation.status
        if status is ConsultationStatus.ENTERED_IN_ERROR:
            yield self._say("document.entered_in_error")
        elif status in DID_NOT_HAPPEN:
            yield self._say("document.called_off")
        elif self._version.status is DocumentStatus.PRELIMINARY:
            yield self._say("document.preliminary")
        if self._version.status is DocumentStatus.AMENDED:
            yield self._say("document.amended")

    def _sections(self) -> Iterator[Section]:
        view, cited, say = self._view, self._citations, self._say
        if view.is_alert:
            title = say("synthesis.points")
            yield Section(SectionCode.POINTS, title, tuple(self._points()), cited.points)
        yield Section(SectionCode.TOPICS, say("synthesis.topics"), tuple(self._topics()), cited.topics)
        if not view.is_record:
            title = say("synthesis.symptoms")
            yield Section(SectionCode.SYMPTOMS, title, tuple(self._symptoms()), cited.symptoms)
            groups = [self._table(group.title, group.rows) for group in view.scales]
            blocks = tuple(groups or [self._table(say("synthesis.scale"), ())])
            yield Section(SectionCode.SCALES, say("synthesis.scales"), blocks, cited.scales)
        yield Section(SectionCode.ANSWERS, say("synthesis.answers"), tuple(self._answers()), cited.answered)
        mode = _paragraph(view.heading.mode, say("synthesis.emergency"))
        yield Section(SectionCode.MODE, say("document.mode"), (mode,))

    def _points(self) -> Iterator[Block]:
        points = self._view.points
        if not points:
            yield _paragraph(self._view.no_points)
            return
        items: list[Sequence[Line]] = []
        for point in points:
            name = Words(point.name, is_own=False, is_strong=True)
            reasons = [(Words(reason, is_own=False),) for reason in point.reasons]
            items.append([(name, Words(point.words)), (Words(point.on),), *reasons])
        yield Listing(items, is_ranked=True)

    def _topics(self) -> Iterator[Block]:
        found = self._view.topics
        if not found:
            yield _paragraph(self._view.no_topics)
        for topics in found:
            if topics.chosen:
                yield _paragraph(topics.on)
                yield Listing([[(Words(topic, is_own=False),)] for topic in topics.chosen])
            for own_words in topics.own_words:
                yield Quotation(f"{topics.on} · {self._say('synthesis.own_words')}", own_words)

    def _symptoms(self) -> Iterator[Block]:
        view, say = self._view, self._say
        yield self._table(say("synthesis.line"), view.symptoms)
        for key, names in named_lines(view):
            if names:
                yield Paragraph([(Words(say(key), is_strong=True), Words(view.listed(names), is_own=False))])
        if view.has_composites:
            local = view.locally_worded
            notes = [say("synthesis.composite_note")]
            notes += [say("synthesis.local_note", questionnaires=view.listed(local))] if local else []
            yield _paragraph(*notes, say("synthesis.imputed_note"))

    def _table(self, about: str, rows: Iterable[Row]) -> Table:
        columns = ("synthesis.change", "synthesis.now", "synthesis.reference", "synthesis.worst", "synthesis.trend")
        return Table((about, *(self._say(column) for column in columns)), [_row(row) for row in rows])

    def _answers(self) -> Iterator[Block]:
        view = self._view
        if view.not_answered:
            asked = Words(self._say("synthesis.not_answered"))
            yield Paragraph([(asked, Words(view.listed(view.not_answered), is_own=False, is_strong=True))])
        responses = view.responses
        if not responses:
            yield _paragraph(view.nothing, self._state)
        for response in responses:
            parts = (response.by, response.complete, *filter(None, (response.declined, response.corrected)))
            first = (Words(f"{response.on} ·"), Words(response.title, is_own=False), Words(f"· {' · '.join(parts)}"))
            yield Paragraph([first, (Words(response.evidence),)])
            if response.answers:
                yield Answers(response.answers)
        if view.advice:
            shown = [(Words(f"{advice.title} ({advice.on})", is_own=False),) for advice in view.advice]
            yield Paragraph([(Words(self._say("synthesis.advice"), is_strong=True),), *shown])


def _paragraph(*sentences: str) -> Paragraph:
    return Paragraph([tuple(Words(sentence) for sentence in sentences)])


def _row(row: Row) -> list[list[Line]]:
    about: list[Line] = [(Words(row.name, is_own=False),)]
    if row.questionnaire:
        about.append((Words(row.questionnaire, is_own=False),))
    about += [(Words(note),) for note in row.notes]
    trend: list[Line] = [(Words(row.trend.words if row.trend else _NO_VALUE),)]
    return [about, [(Words(row.label_words),)], *(_cell(cell) for cell in (row.now, row.reference, row.worst)), trend]


def _cell(cell: Cell | None) -> list[Line]:
    return [(Words(_NO_VALUE),)] if cell is None else [(Words(cell.words),), (Words(cell.on),)]
