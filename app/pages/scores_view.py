"""A patient's scores over time in words: what the page shows, made from the histories and the words of one language."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

from app.pages.axes import FEW_DAYS
from app.pages.line_chart import Axes, Chart, Mark, line_chart
from app.services.heading import heading
from app.services.read_longitudinal import ScoresOfPatient
from app.wording import Wording
from questionnaires.definition import Questionnaire
from questionnaires.translations import Text
from scoring.comparability import NoComparisonReason
from scoring.history import PastResponse, Respondent, in_order
from scoring.longitudinal import Summary, Undefined
from scoring.rounding import published
from scoring.rulebook import Rulebook
from scoring.rules import Direction, ScoreKind, ScoreRule
from scoring.score import Exact, Number, Score
from scoring.score_history import LeftOut, ScoreHistory
from scoring.synthesis import Mode

SHOWN_DECIMALS = 3
"""Values on the page have at most so many decimals: as many as the finest published score."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One response in the table under a chart."""

    on: str
    value: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One summary in words: its name, its value or "not defined", and what belongs to it."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """One score: the chart, the summaries and the numbers."""

    name: str
    score: str
    direction: str
    described: str
    chart: Chart
    summaries: tuple[SummaryRow, ...]
    rows: tuple[TableRow, ...]


class ScoresView:
    """Everything that the template shows, already in words."""

    def __init__(self, found: ScoresOfPatient, wording: Wording) -> None:
        self._found = found
        self._zone = ZoneInfo(found.centre.time_zone)
        self.heading = heading(found.centre, found.patient, wording)
        self.wording = wording
        self.say = wording.say
        answered = (past.authored_at for history in found.histories for past in _in_time(history))
        self._start = min(answered, default=found.until)
        self.cards = tuple(self._card(history) for history in found.histories if _is_drawn(history))

    @property
    def is_record(self) -> bool:
        """Whether no scores are shown."""
        return self._found.centre.mode is Mode.RECORD

    @property
    def title(self) -> str:
        """The title of the instrument that is shown."""
        return self._title(self._found.shown)

    @property
    def instruments(self) -> list[tuple[str, str, bool]]:
        """The instruments that the patient has answered: id, title, and whether it is the one that is shown."""
        shown = self._found.shown.instrument
        return [(q.instrument, self._title(q), q.instrument == shown) for q in self._found.answered]

    @property
    def instrument(self) -> str:
        """The instrument that is shown."""
        return self._found.shown.instrument

    @property
    def absent(self) -> list[str]:
        """The symptoms that were 0 in every answer, each once."""
        return list(dict.fromkeys(self._concept(history) for history in self._found.histories if _is_absent(history)))

    @property
    def without_value(self) -> list[str]:
        """The scores that no response has a number for. A state never has one."""
        numeric = (h for h in self._found.histories if h.rule.kind is not ScoreKind.STATE)
        return [self._name(history.rule) for history in numeric if not _values(history)]

    @property
    def has_composites(self) -> bool:
        """Whether a composite grade is shown."""
        return any(h.rule.kind is ScoreKind.COMPOSITE_GRADE for h in self._found.histories if _values(h))

    @property
    def legend(self) -> list[tuple[str, str]]:
        """The signs that the charts of this page use, each with its meaning."""
        charts = [card.chart for card in self.cards]
        shapes = {dot.shape for chart in charts for dot in chart.dots}
        signs: list[str] = [shape for shape in ("patient", "other", "baseline") if shape in shapes]
        signs += ["gap"] * any(chart.gaps for chart in charts)
        signs += ["change"] * any(chart.changes for chart in charts)
        return [(sign, self.say(f"scores.legend_{sign}")) for sign in signs]

    @property
    def as_of(self) -> str:
        """Where the period ends, in words."""
        return self.on(self._found.until)

    def on(self, moment: datetime) -> str:
        """A date in the centre's zone, in words."""
        return format_date(moment.astimezone(self._zone), format="medium", locale=self.wording.language)

    def listed(self, names: Sequence[str]) -> str:
        """Names in one sentence, as the language lists them."""
        return format_list(list(names), locale=self.wording.language)

    def _title(self, questionnaire: Questionnaire) -> str:
        text = self._found.words.best(questionnaire, (self.wording.language,))
        return text.title if text else self._found.words.families[questionnaire.instrument].about.title

    @cached_property
    def _text(self) -> Text | None:
        return self._found.words.best(self._found.shown, (self.wording.language,))

    def _name(self, rule: ScoreRule) -> str:
        return (self._text.score_name(rule.name, rule.concept) if self._text else None) or rule.name

    def _concept(self, history: ScoreHistory) -> str:
        concept = history.rule.concept
        return self._text.concepts.get(concept, concept) if self._text else concept

    def _card(self, history: ScoreHistory) -> Card:
        rule, name = history.rule, self._name(history.rule)
        marks = [self._mark(history, past) for past in _drawn(history)]
        known = [mark for mark in marks if mark.value is not None]
        return Card(
            name=name,
            score=rule.name,
            direction=self.say(f"scores.higher_is_{rule.higher_is.value}"),
            described=self.say(
                "scores.described",
                name=name,
                count=len(known),
                first=self.on(known[0].at),
                last=self.on(known[-1].at),
                latest=known[-1].words,
            ),
            chart=line_chart(marks, self._axes(rule)),
            summaries=tuple(self._summaries(history)),
            rows=tuple(self._row(history, past) for past in _in_time(history)),
        )

    def _axes(self, rule: ScoreRule) -> Axes:
        """Every chart of the page has the same period, up to today: so a silence at its end is seen."""
        return Axes(
            start=self._start,
            end=self._found.until,
            zone=self._zone,
            range=rule.range,
            whole=not rule.decimals,
            value_words=lambda value: self._value(rule, value),
            day_words=self._day,
        )

    def _day(self, day: date) -> str:
        is_long = (self._found.until - self._start).days > FEW_DAYS
        return format_skeleton("yMMM" if is_long else "MMMd", day, locale=self.wording.language)

    def _mark(self, history: ScoreHistory, past: PastResponse) -> Mark:
        value = _number(history, past)
        words = self._value(history.rule, value) if value is not None else self.say("scores.not_scored")
        elsewhere = {left.past.ref for left in history.left_out}
        return Mark(
            at=past.authored_at,
            value=value,
            version=_versions(past.rulebook) if past.ref in elsewhere else "",
            is_patients=past.answered_by is Respondent.PATIENT,
            is_baseline=history.baseline is not None and past.ref == history.baseline.ref,
            words=self.say("synthesis.on", date=self.on(past.authored_at), value=words),
        )

    def _row(self, history: ScoreHistory, past: PastResponse) -> TableRow:
        value = _number(history, past)
        return TableRow(
            on=self.on(past.authored_at),
            value=self._value(history.rule, value) if value is not None else self.say("scores.not_scored"),
            notes=tuple(self._notes(history, past)),
        )

    def _notes(self, history: ScoreHistory, past: PastResponse) -> Iterable[str]:
        if history.baseline is not None and past.ref == history.baseline.ref:
            yield self.say("scores.baseline")
        if past.answered_by is not Respondent.PATIENT:
            yield self.say(f"respondent.{past.answered_by.value}")
        for left in history.left_out:
            if left.past.ref == past.ref:
                yield self._left_out(history, left)

    def _left_out(self, history: ScoreHistory, left: LeftOut) -> str:
        """Why a value is not compared, with the version that is the reason: the questionnaire's, else the scoring's."""
        then, now = left.past.rulebook, history.rulebook
        questionnaire = then.questionnaire
        if questionnaire.version in now.comparable and questionnaire.recall_period == now.questionnaire.recall_period:
            return self.say(f"scores.scoring_{left.reason.value}", version=then.version)
        return self.say(f"scores.{left.reason.value}", version=questionnaire.version)

    def _summaries(self, history: ScoreHistory) -> Iterable[SummaryRow]:
        found, rule = history.summaries, history.rule
        yield self._summary("max", found.max, lambda value: self._exact(rule, value))
        yield self._summary("max_post_bl", found.max_post_bl, lambda value: self._exact(rule, value))
        yield self._summary("bl_adjusted", found.bl_adjusted, lambda value: self._adjusted(rule, value))
        yield self._summary("toxicity_index", found.toxicity_index, lambda value: (self._decimal(value, 4), ""))
        for name, area in (("auc_worsening", found.auc_worsening), ("auc_improvement", found.auc_improvement)):
            yield self._summary(name, area, lambda value: self._per_day(value, found.observed))

    def _summary(self, name: str, summary: Summary, words: Callable[[Exact], tuple[str, str]]) -> SummaryRow:
        if isinstance(summary, Undefined):
            return SummaryRow(self.say(f"scores.{name}"), "–", self.say(f"undefined.{summary.value}"))
        return SummaryRow(self.say(f"scores.{name}"), *words(summary))

    def _exact(self, rule: ScoreRule, value: Exact) -> tuple[str, str]:
        return self._value(rule, value), ""

    def _adjusted(self, rule: ScoreRule, value: Exact) -> tuple[str, str]:
        # 0 stands for "never above the baseline" here, not for a grade of 0.
        return self._exact(rule, value) if value else ("0", self.say("scores.never_above"))

    def _per_day(self, area: Exact, observed: Summary) -> tuple[str, str]:
        """The mean distance from the baseline, and the area that it is the mean of."""
        assert not isinstance(observed, Undefined), "an area is defined where its time is"
        days = format_unit(round(observed), "duration-day", "short", locale=self.wording.language)
        mean = Fraction(area) / observed if observed else Fraction(0)
        return self._decimal(mean, 2), self.say("scores.area", area=self._decimal(area, 1), days=days)

    def _value(self, rule: ScoreRule, value: Number | Exact) -> str:
        value = published(Fraction(value), SHOWN_DECIMALS)
        if rule.kind is ScoreKind.COMPOSITE_GRADE:
            return f"{value} {self.say(f'grade.{value}')}"
        if rule.kind is ScoreKind.PRESENCE:
            return self.say(f"presence.{value}")
        return self._decimal(value, SHOWN_DECIMALS)

    def _decimal(self, value: Number | Exact, decimals: int) -> str:
        shown = published(Fraction(value), decimals)
        return str(format_decimal(shown, format=f"0.{'#' * decimals}", locale=self.wording.language))


def _versions(rulebook: Rulebook) -> str:
    """What a value rests on: values of two definition versions, or of two scoring versions, may not compare."""
    return f"{rulebook.questionnaire.version}|{rulebook.version}"


def _number(history: ScoreHistory, past: PastResponse) -> Number | None:
    result = past.scores.get(history.rule.name)
    return result.value if isinstance(result, Score) else None


def _in_time(history: ScoreHistory) -> list[PastResponse]:
    """Every response with this score, compared or not."""
    return in_order([*history.compared, *(left.past for left in history.left_out)])


def _drawn(history: ScoreHistory) -> list[PastResponse]:
    """What the chart shows: values that do not compare too, if they have the same axis; no line leads to them."""
    elsewhere = {left.past.ref for left in history.left_out if left.reason is NoComparisonReason.SCALE_CHANGED}
    return [past for past in _in_time(history) if past.ref not in elsewhere]


def _values(history: ScoreHistory) -> list[Number]:
    return [value for past in history.compared if (value := _number(history, past)) is not None]


def _is_absent(history: ScoreHistory) -> bool:
    """Whether a symptom was 0 in every answer: it needs no chart."""
    values = _values(history)
    is_symptom = history.rule.kind is not ScoreKind.SCALE and history.rule.higher_is is Direction.WORSE
    return is_symptom and bool(values) and not any(values) and not history.left_out


def _is_drawn(history: ScoreHistory) -> bool:
    return bool(_values(history)) and not _is_absent(history)
