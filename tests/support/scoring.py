"""The shipped rulebook, small rulebooks built in memory, and a patient's past on them, all at fixed times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from questionnaires.catalogue import Catalogue, load_catalogue
from questionnaires.definition import AnswerOption, Item, ItemType, PublicationStatus, Questionnaire
from questionnaires.instrument_files import Reference
from questionnaires.response import CheckedResponse, ResponseStatus
from questionnaires.validation import validate
from scoring.alerts import Alert, Circumstances, Earlier, Trigger
from scoring.engine import score
from scoring.history import Consultation, ConsultationStatus, PastResponse, Respondent, ResponseRef
from scoring.inputs import Input, range_of
from scoring.loading import Rulebooks, load_rulebooks
from scoring.operators import OPERATORS, Operands
from scoring.rulebook import BoundRule, Rulebook
from scoring.rules import AlertSeverity, ChangeThreshold, Direction, MissingPolicy, ScoreKind, ScoreRule, Since
from scoring.score import Scores
from scoring.synthesis import Mode, Past, Synthesis, synthesise
from scoring.tables import AnyTable

BASE = "https://vigie.example/fhir"
INSTRUMENTS = Path(__file__).parents[2] / "questionnaires" / "instruments"

P_START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
C_START = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
PREVIOUS = Consultation("p", P_START, ConsultationStatus.FINISHED)
CONSULTATION = Consultation("c", C_START, ConsultationStatus.PLANNED)

DECLINED = "prefer_not_to_answer"
SECOND = timedelta(seconds=1)

PUBLISHED_LOOKUPS: Mapping[str, tuple[str, ...]] = {
    "amount": ("01122",),
    "frequency": ("01123",),
    "severity": ("01233",),
    "frequency_interference": ("00000", "11122", "11122", "11233", "11233"),
    "frequency_severity": ("00000", "11122", "11222", "11233", "11233"),
    "severity_interference": ("00000", "11122", "11223", "12233", "22233"),
    "frequency_severity_interference": (
        *("00000", "00000", "00000", "00000", "00000"),
        *("01122", "11122", "12223", "22233", "22333"),
        *("01122", "11122", "22233", "22233", "22333"),
        *("11122", "11122", "22233", "22333", "22333"),
        *("11122", "11223", "22233", "22333", "22333"),
    ),
}
"""The composite lookups as published: Basch 2021, doi:10.1177/1740774520975120. The last attribute runs along a line,
the one before it down the lines, the first of three in blocks of five lines."""


def published_cell(table: str, values: Sequence[int | Decimal]) -> int:
    """The published composite grade of one combination of codes, each 0 to 4."""
    position = 0
    for value in values:
        position = position * 5 + int(value)
    return int("".join(PUBLISHED_LOOKUPS[table])[position])


@cache
def shipped() -> tuple[Catalogue, Rulebooks]:
    """Everything that is shipped, loaded once."""
    catalogue = load_catalogue(INSTRUMENTS, BASE)
    return catalogue, load_rulebooks(INSTRUMENTS, catalogue)


def pre_consultation() -> Rulebook:
    """The current rulebook of the shipped instrument."""
    catalogue, rulebooks = shipped()
    return rulebooks.current(catalogue.get("pre-consultation", "1.0.0"))


def checked(rulebook: Rulebook, answers: Mapping[str, object]) -> CheckedResponse:
    """Answers that must fit the rulebook's questionnaire."""
    response = validate(rulebook.questionnaire, answers)
    assert isinstance(response, CheckedResponse), response
    return response


def since_previous(before: CheckedResponse | None, scores: Scores | None = None) -> Circumstances:
    """The circumstances of a patient whose previous comparable response is this one."""
    return Circumstances({Since.PREVIOUS: Earlier(before, scores or {})} if before else {})


def day(number: float) -> datetime:
    """So many days after the last consultation."""
    return P_START + timedelta(days=number)


@dataclass(frozen=True)
class Measure:
    """One concept of a small rulebook: one question of the concept's name, whose number is the score."""

    concept: str
    kind: ScoreKind = ScoreKind.COMPOSITE_GRADE
    scale: str = "grade-0-3"
    higher_is: Direction = Direction.WORSE
    threshold: tuple[str, str] | None = None

    @property
    def item(self) -> Item:
        if self.kind is ScoreKind.SCALE:
            low, high = Decimal(0), Decimal(10)
            return Item(self.concept, ItemType.INTEGER, self.concept, minimum=low, maximum=high)
        grades = (*(AnswerOption(str(n), n) for n in range(4)), AnswerOption(DECLINED, opt_out=True))
        return Item(self.concept, ItemType.CHOICE, self.concept, options=grades)

    def bound(self, number: int) -> BoundRule:
        threshold = None
        if self.threshold:
            improved, worsened = map(Decimal, self.threshold)
            threshold = ChangeThreshold(improved=improved, worsened=worsened, reference="own")
        rule = ScoreRule(
            number=number,
            name=f"{self.concept}_{self.kind.value}",
            concept=self.concept,
            kind=self.kind,
            scale=self.scale,
            operator="value",
            inputs=(self.concept,),
            missing=MissingPolicy.COMPLETE,
            range=(Decimal(0), Decimal(10)),
            higher_is=self.higher_is,
            meaningful_change=threshold,
            reference="own",
        )
        return bound_rule(rule, (self.item,))


def bound_rule(rule: ScoreRule, items: Sequence[Item], table: AnyTable | None = None) -> BoundRule:
    """A rule over items, bound as loading would."""
    inputs = []
    for item in items:
        ends = range_of(item)
        assert ends is not None, item
        inputs.append(Input(item.link_id, item, *ends, item.link_id in rule.reverse))
    operands = Operands(tuple(inputs), table, rule.at_least, rule.start)
    return BoundRule(rule, OPERATORS[rule.operator], operands, rule.policy, tuple(items))


NAUSEA, PAIN, COUGH = Measure("nausea"), Measure("pain"), Measure("cough")
RASH = Measure("rash", ScoreKind.PRESENCE, "presence-0-1")
FEVER = Measure("fever", ScoreKind.SEVERITY, "severity-0-3")
WELL = Measure("well", ScoreKind.SCALE, "scale-0-10", Direction.BETTER)

TOPICS = Item(
    "topics",
    ItemType.CHOICE,
    repeats=True,
    options=(AnswerOption("family"), AnswerOption("work"), AnswerOption("none", exclusive=True)),
)


def small_rulebook(
    *measures: Measure,
    instrument: str = "weekly",
    version: str = "1.0.0",
    recall: str = "P7D",
    comparable: Sequence[str] = (),
) -> Rulebook:
    """A rulebook over one question a measure, with topics and a text at the end of the questionnaire."""
    questionnaire = Questionnaire(
        instrument=instrument,
        version=version,
        url=f"{BASE}/Questionnaire/{instrument}",
        status=PublicationStatus.ACTIVE,
        date="2026-01-01",
        recall_period=recall,
        items=(
            *(measure.item for measure in measures),
            TOPICS,
            Item("own-words", ItemType.TEXT),
            Item("device", ItemType.STRING, hidden=True),
        ),
        digest="sha256:definition",
    )
    bound = [measure.bound(number) for number, measure in enumerate(measures, start=1)]
    return Rulebook(
        questionnaire=questionnaire,
        version="1.0.0",
        digest="sha256:scoring",
        rules={one.rule.name: one for one in bound},
        item_watches=(),
        score_watches=(),
        comparable=frozenset({version, *comparable}),
        topics=("topics", "own-words"),
        references={"own": Reference(citation="The Vigie project.")},
    )


WEEKLY = small_rulebook(NAUSEA, PAIN, COUGH, RASH, FEVER, WELL)


def urgent(concept: str, severity: AlertSeverity = AlertSeverity.URGENT) -> Alert:
    """An alert of one concept."""
    return Alert(concept, severity, (Trigger("rule", concept, 3),))


def answered(
    at: datetime,
    answers: Mapping[str, object],
    rulebook: Rulebook = WEEKLY,
    *,
    id: str | None = None,  # noqa: A002  # the name that a response's id has everywhere
    revision: int = 1,
    status: ResponseStatus = ResponseStatus.COMPLETED,
    stored_at: datetime | None = None,
    by: Respondent = Respondent.PATIENT,
    alerts: tuple[Alert, ...] = (),
) -> PastResponse:
    """One stored response, scored as it would be. Whole numbers stand for the codes of choices."""
    raw = {
        link_id: str(answer) if isinstance(answer, int) and _is_choice(rulebook, link_id) else answer
        for link_id, answer in answers.items()
    }
    response = checked(rulebook, raw)
    return PastResponse(
        ref=ResponseRef(id or f"{rulebook.questionnaire.instrument} {at:%m-%d %H:%M:%S}", revision),
        rulebook=rulebook,
        status=status,
        authored_at=at,
        stored_at=stored_at or at,
        answered_by=by,
        answers=response.answers,
        scores=score(rulebook, response),
        alerts=alerts,
    )


def _is_choice(rulebook: Rulebook, link_id: str) -> bool:
    item = rulebook.questionnaire.item(link_id)
    return item is not None and item.type is ItemType.CHOICE


def synthesis_of(
    *responses: PastResponse,
    consultations: Sequence[Consultation] = (PREVIOUS, CONSULTATION),
    due: Sequence[Rulebook] = (),
    baseline: PastResponse | None = None,
    mode: Mode = Mode.ALERT,
    as_of: datetime = C_START,
    reference_days: int = 28,
) -> Synthesis:
    """The synthesis of the consultation C on 30 November, after P on 2 November, as of its start."""
    past = Past(consultations, responses, baseline, due)
    return synthesise(CONSULTATION, past, mode=mode, as_of=as_of, reference_days=reference_days)
