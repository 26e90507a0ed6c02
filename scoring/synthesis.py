"""Everything since the last consultation, in one object. Pages, JSON, PDF and FHIR render it; none adds to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from questionnaires.definition import Questionnaire
from questionnaires.enablement import enabled_items
from questionnaires.response import Answers
from scoring.history import Consultation, PastResponse, Respondent, ResponseRef, in_order, last_consultation
from scoring.lines import Line, Periods, SubRow, sub_row
from scoring.rulebook import Rulebook
from scoring.rules import ScoreRule
from scoring.vigilance import Point, placing_rank, points_of_vigilance

REFERENCE_DAYS = 28


class Mode(StrEnum):
    """What an installation lets Vigie say.

    `record`: the answers in order of time. `score`: scores and change as well. `alert`: urgency as well.
    """

    RECORD = "record"
    SCORE = "score"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Topics:
    """What the patient wants to talk about: option codes of choices, and their own words, by item."""

    response: ResponseRef
    questionnaire: str
    authored_at: datetime
    answers: Answers


@dataclass(frozen=True, slots=True)
class Answered:
    """One response since the last consultation: who, when, and how complete.

    `answered` of `asked` questions that branching left open have a usable answer; of the others `declined` were
    answered by "prefer not to answer", `skipped` not at all.
    `answers` are given in the mode `record` only, where they are all that is shown.
    """

    response: ResponseRef
    questionnaire: str
    authored_at: datetime
    stored_at: datetime
    status: str
    answered_by: Respondent
    answered: int
    asked: int
    skipped: tuple[str, ...]
    declined: tuple[str, ...]
    answers: Answers | None


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What is new or worse since the last consultation, and what the patient wants to talk about."""

    consultation: Consultation
    previous: Consultation | None
    mode: Mode
    as_of: datetime
    points: tuple[Point, ...]
    topics: tuple[Topics, ...]
    lines: tuple[Line, ...]
    responses: tuple[Answered, ...]
    not_answered: tuple[str, ...]
    used: tuple[ResponseRef, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """What the store knows of one patient, for one consultation. Responses may be in any order.

    `due` are the current rulebooks of the questionnaires asked for before the consultation.
    """

    consultations: Sequence[Consultation]
    responses: Sequence[PastResponse]
    baseline: PastResponse | None
    due: Sequence[Rulebook]


def synthesise(
    consultation: Consultation, past: Past, *, mode: Mode, as_of: datetime, reference_days: int = REFERENCE_DAYS
) -> Synthesis:
    """The synthesis of one consultation as of a moment.

    `reference_days`: how far before the last consultation a response may lie to be what "now" is compared with.
    """
    previous = last_consultation(consultation, past.consultations)
    until = min(as_of, consultation.start)
    history = [r for r in in_order(past.responses) if r.authored_at <= until]
    since = [r for r in history if previous is None or r.authored_at > previous.start]
    reference = _reference_period(history, previous, timedelta(days=reference_days))
    answered = {r.rulebook.questionnaire.instrument for r in since}
    due = [book for book in past.due if book.questionnaire.instrument not in answered]
    baseline = past.baseline
    if baseline and not (baseline.is_eligible and baseline.authored_at <= until):
        baseline = None
    periods = Periods(since, reference, baseline, due, previous.start if previous else None)
    lines = () if mode is Mode.RECORD else _lines(periods)
    seen = [*reference, *since] if mode is not Mode.RECORD else since
    return Synthesis(
        consultation=consultation,
        previous=previous,
        mode=mode,
        as_of=as_of,
        points=points_of_vigilance(lines, since) if mode is Mode.ALERT else (),
        topics=tuple(topics for r in reversed(since) if (topics := _topics(r))),
        lines=lines,
        responses=tuple(_answered(r, mode) for r in since),
        not_answered=tuple(book.questionnaire.canonical for book in due),
        used=tuple(dict.fromkeys(r.ref for r in ([baseline, *seen] if baseline and lines else seen))),
    )


def _reference_period(
    history: Iterable[PastResponse], previous: Consultation | None, length: timedelta
) -> list[PastResponse]:
    if previous is None:
        return []
    return [r for r in history if previous.start - length <= r.authored_at <= previous.start]


def _lines(periods: Periods) -> tuple[Line, ...]:
    """One line a concept and comparability group, in the order in which the questionnaires ask."""
    answered = [r.rulebook for r in reversed(periods.since)]
    books = [*answered, *(r.rulebook for r in reversed(periods.reference)), *periods.due]
    asked = dict.fromkeys((book.questionnaire.instrument, concept) for book in books for concept in book.line_rules)
    groups: dict[tuple[str, str, str], list[tuple[ScoreRule, SubRow]]] = {}
    for instrument, concept in asked:
        rule, row, rulebook = sub_row(instrument, concept, periods)
        key = (concept, rule.scale, rulebook.questionnaire.recall_period)
        groups.setdefault(key, []).append((rule, row))
    return tuple(_line(key, members) for key, members in groups.items())


def _line(key: tuple[str, str, str], members: list[tuple[ScoreRule, SubRow]]) -> Line:
    concept, scale, recall_period = key
    rule = members[0][0]
    rows = sorted((row for _, row in members), key=lambda row: placing_rank(rule.kind, rule.higher_is, row))
    return Line(concept, scale, recall_period, rule.kind, rule.range, rule.higher_is, tuple(rows))


def _topics(past: PastResponse) -> Topics | None:
    questionnaire = past.rulebook.questionnaire
    answers = {
        link_id: past.answers[link_id]
        for link_id in past.rulebook.topics
        if link_id in past.answers and not _says_nothing(questionnaire, link_id, past.answers)
    }
    return Topics(past.ref, questionnaire.canonical, past.authored_at, answers) if answers else None


def _says_nothing(questionnaire: Questionnaire, link_id: str, answers: Answers) -> bool:
    """Whether the only answer is the one that excludes the others ("nothing to discuss")."""
    item = questionnaire.item(link_id)
    options = item.option_by_code if item else {}
    return all(isinstance(v, str) and v in options and options[v].exclusive for v in answers[link_id])


def _answered(past: PastResponse, mode: Mode) -> Answered:
    questionnaire = past.rulebook.questionnaire
    enabled = enabled_items(questionnaire, past.answers)
    asked = [item for item in questionnaire.questions if item.link_id in enabled and not item.hidden]
    skipped = tuple(item.link_id for item in asked if item.link_id not in past.answers)
    declined = tuple(
        item.link_id
        for item in asked
        if item.opt_outs and not item.opt_outs.isdisjoint(past.answers.get(item.link_id, ()))
    )
    return Answered(
        response=past.ref,
        questionnaire=questionnaire.canonical,
        authored_at=past.authored_at,
        stored_at=past.stored_at,
        status=past.status.value,
        answered_by=past.answered_by,
        answered=len(asked) - len(skipped) - len(declined),
        asked=len(asked),
        skipped=skipped,
        declined=declined,
        answers=past.answers if mode is Mode.RECORD else None,
    )
