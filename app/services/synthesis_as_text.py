"""The synthesis as plain text, for a note: the same sentences, one under the other."""

from collections.abc import Iterator

from app.services.synthesis_in_words import SynthesisInWords, named_lines
from app.services.synthesis_parts import Cell, Row

SHOWN_POINTS = 3
"""Points of vigilance that a page shows; it says how many more there are."""


_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Marks that turn words round, or end the isolate that these words stand in."""


def synthesis_as_text(view: SynthesisInWords, version: str) -> str:
    """Everything that the page says, in its order. Each line ends for itself: notes wrap in their own way."""
    return "\n".join(_lines(view, version)).strip() + "\n"


def _lines(view: SynthesisInWords, version: str) -> Iterator[str]:
    say, heading = view.say, view.heading
    born = f", {say('synthesis.born', date=heading.born)}" if heading.born else ""
    yield f"{heading.patient}{born}"
    yield " · ".join(heading.identity)
    yield heading.centre
    yield say("synthesis.for_consultation", date=view.at(view.synthesis.consultation.start))
    yield from filter(None, (view.treatment, view.period, view.freshness, view.other_records))
    yield f"{version} · {say('synthesis.as_of', date=view.at(view.synthesis.as_of))}"
    yield f"{heading.mode} {say('synthesis.emergency')}"
    if view.is_alert:
        yield from _titled(say("synthesis.points"), list(_points(view)) or [view.no_points])
    yield from _titled(say("synthesis.topics"), list(_topics(view)) or [view.no_topics])
    if not view.is_record:
        yield from _titled(say("synthesis.symptoms"), list(_symptoms(view)))
        for group in view.scales:
            yield from _titled(group.title, [_row(view, row) for row in group.rows])
    yield from _titled(say("synthesis.answers"), list(_answers(view)))
    if view.advice:
        yield from _titled(say("synthesis.advice"), [f"{advice.title} ({advice.on})" for advice in view.advice])


def _titled(title: str, lines: list[str]) -> Iterator[str]:
    yield ""
    yield title
    yield from (f"- {line}" for line in lines)


def _points(view: SynthesisInWords) -> Iterator[str]:
    for point in view.points[:SHOWN_POINTS]:
        yield " · ".join((_named(view, point.name, point.words), point.on, *point.reasons))
    if len(view.points) > SHOWN_POINTS:
        yield view.wording.count("synthesis.more", len(view.points) - SHOWN_POINTS)


def _one_line(words: str) -> str:
    """Somebody's own words as one line that ends where they end: nothing in them can look like a line of ours."""
    return " / ".join(line.strip() for line in words.translate(_TURNS).splitlines() if line.strip())


def _topics(view: SynthesisInWords) -> Iterator[str]:
    for topics in view.topics:
        if topics.chosen:
            yield _named(view, topics.on, view.listed(topics.chosen))
        for words in topics.own_words:
            own = _named(view, view.say("synthesis.own_words"), f"\u2068{_one_line(words)}\u2069")
            yield _named(view, topics.on, own)


def _symptoms(view: SynthesisInWords) -> Iterator[str]:
    yield from (_row(view, row) for row in view.symptoms)
    for key, names in named_lines(view):
        if names:
            yield f"{view.say(key)} {view.listed(names)}"
    if view.has_composites:
        yield view.say("synthesis.composite_note")
        if view.locally_worded:
            yield view.say("synthesis.local_note", questionnaires=view.listed(view.locally_worded))
        yield view.say("synthesis.imputed_note")


def _row(view: SynthesisInWords, row: Row) -> str:
    name = f"{row.name} ({row.questionnaire})" if row.questionnaire else row.name
    cells = (("now", row.now), ("reference", row.reference), ("worst", row.worst))
    values = [f"{view.say(f'synthesis.{key}')} {_cell(cell)}" for key, cell in cells if cell]
    return view.joined((_named(view, name, row.label_words), *values, *row.notes))


def _named(view: SynthesisInWords, name: str, words: str) -> str:
    return view.say("synthesis.named", name=name, words=words)


def _cell(cell: Cell) -> str:
    return f"{cell.words} ({cell.on})"


def _answers(view: SynthesisInWords) -> Iterator[str]:
    if view.not_answered:
        yield f"{view.say('synthesis.not_answered')} {view.listed(view.not_answered)}"
    for response in view.responses:
        parts = (response.on, response.title, response.by, response.complete, response.declined, response.corrected)
        yield " · ".join(filter(None, parts))
        for question, answer in response.answers:
            yield f"{question} \u2068{_one_line(answer)}\u2069"
    if not view.responses:
        yield view.nothing
