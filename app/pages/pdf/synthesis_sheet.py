"""The synthesis on paper: the sentences of the page, in the order of the page, as a sheet."""

from collections.abc import Iterable, Iterator

from app.pages.pdf.sheet import (
    Block,
    CellText,
    PointLine,
    Points,
    Quote,
    Section,
    Sentences,
    Sheet,
    Table,
    TableRow,
    Trend,
    TrendPoint,
)
from app.pages.trend_line import trend_line
from app.services import synthesis_parts as parts
from app.services.changes_in_words import ChangesInWords
from app.services.synthesis_as_text import SHOWN_POINTS
from app.services.synthesis_in_words import SynthesisInWords, named_lines


def synthesis_sheet(view: SynthesisInWords, changes: ChangesInWords) -> Sheet:
    """The sheet of a synthesis."""
    say, heading, synthesis = view.say, view.heading, view.synthesis
    visit = say("synthesis.for_consultation", date=view.at(synthesis.consultation.start))
    born = (say("synthesis.born", date=heading.born),) if heading.born else ()
    return Sheet(
        language=view.wording.language,
        direction="rtl" if view.wording.direction == "rtl" else "ltr",
        title=say("document.title", date=view.on(synthesis.consultation.start)),
        centre=heading.centre,
        patient=heading.patient,
        identity=(*born, *heading.identity),
        period_lines=(" · ".join(filter(None, (visit, view.treatment, view.period))), view.freshness),
        version=changes.version,
        mode=heading.mode,
        emergency=say("synthesis.emergency"),
        warnings=tuple(_warnings(view, changes)),
        sections=tuple(_sections(view)),
        footer=say("synthesis.as_of", date=view.at(synthesis.as_of)),
        unprintable=say("synthesis.unprintable"),
    )


def _warnings(view: SynthesisInWords, changes: ChangesInWords) -> Iterator[str]:
    if view.other_records:
        yield view.other_records
    if changes.title:
        said = (" · ".join((change.words, *change.answers)) for change in changes.changes)
        yield f"{changes.title}. {'. '.join(said)}"


def _sections(view: SynthesisInWords) -> Iterator[Section]:
    say = view.say
    if view.is_alert:
        yield Section(say("synthesis.points"), (_points(view),))
    yield Section(say("synthesis.topics"), tuple(_topics(view)))
    if not view.is_record:
        yield Section(say("synthesis.symptoms"), tuple(_symptoms(view)))
        for group in view.scales:
            yield Section(group.title, (_table(view, group.head, group.rows),))
    yield Section(say("synthesis.answers"), (Sentences(tuple(_answers(view))),))
    if view.advice:
        shown = view.listed([f"{advice.title} ({advice.on})" for advice in view.advice])
        yield Section(say("synthesis.advice"), (Sentences((shown,)),))


def _points(view: SynthesisInWords) -> Block:
    points = view.points
    if not points:
        return Sentences((view.no_points,))
    items = tuple(PointLine(p.name, p.words, p.on, p.reasons, p.level) for p in points[:SHOWN_POINTS])
    rest = len(points) - len(items)
    return Points(items, view.wording.count("synthesis.more", rest) if rest else None)


def _topics(view: SynthesisInWords) -> Iterator[Block]:
    if not view.topics:
        yield Sentences((view.no_topics,))
    for topics in view.topics:
        if topics.chosen:
            yield Sentences((f"{topics.on} · {view.listed(topics.chosen)}",))
        for words in topics.own_words:
            yield Quote(f"{topics.on} · {view.say('synthesis.own_words')}", words)


def _symptoms(view: SynthesisInWords) -> Iterator[Block]:
    if view.symptoms:
        yield _table(view, view.say("synthesis.line"), view.symptoms)
    named = tuple(f"{view.say(key)} {view.listed(names)}" for key, names in named_lines(view) if names)
    notes = []
    if view.has_composites:
        notes.append(view.say("synthesis.composite_note"))
        if view.locally_worded:
            notes.append(view.say("synthesis.local_note", questionnaires=view.listed(view.locally_worded)))
        notes.append(view.say("synthesis.imputed_note"))
    if named or notes:
        yield Sentences((*named, *filter(None, (" ".join(notes),))))


def _table(view: SynthesisInWords, head: str, rows: Iterable[parts.Row]) -> Table:
    shown = tuple(_row(row, tinted=view.is_alert) for row in rows)
    columns = ["change", "now", "reference", "worst"]
    if any(row.trend for row in shown):
        columns.append("trend")
    return Table((head, *(view.say(f"synthesis.{column}") for column in columns)), shown)


def _row(row: parts.Row, *, tinted: bool) -> TableRow:
    cells = (row.now, row.reference, row.worst)
    return TableRow(
        name=row.name,
        notes=(*((row.questionnaire,) if row.questionnaire else ()), *row.notes),
        change_label=row.label,
        change_words=row.label_words,
        # How severe it is may be shown by a tint in the mode of urgency alone; the words say it in each.
        cells=tuple(CellText(c.words, c.on, c.level if tinted else None) if c else None for c in cells),
        trend=_trend(row.trend) if row.trend else None,
    )


def _trend(trend: parts.Trend) -> Trend:
    line = trend_line(trend)
    return Trend(
        points=tuple(TrendPoint(dot.x, dot.y, dot.words, dot.is_other) for dot in line.dots),
        runs=line.runs,
        gaps=line.gaps,
        first=trend.first,
        last=trend.last,
    )


def _answers(view: SynthesisInWords) -> Iterator[str]:
    if view.not_answered:
        yield f"{view.say('synthesis.not_answered')} {view.listed(view.not_answered)}"
    for response in view.responses:
        said = (response.on, response.title, response.by, response.complete, response.declined, response.corrected)
        yield " · ".join(filter(None, said))
        yield from (f"{question} \u2068{answer}\u2069" for question, answer in response.answers)
    if not view.responses:
        yield view.nothing
