"""The body of a score explained: everything that a person needs to compute it again, and the same in words."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.api.fields import Plain
from app.services.history import plain_score
from app.services.read_scores import Explained
from questionnaires.instrument_files import Reference
from scoring.rules import Direction, MissingPolicy, ScoreKind
from scoring.score import Exact
from scoring.trace import Trace, TracedInput

ExactOut = Annotated[str, Field(description="An exact number: whole, or a fraction such as 5/3.")]


class InputOut(BaseModel):
    """One input of a rule: an item, or another score.

    `number` is the value of the answer; `used` what the rule worked with, turned round where `is_reversed`, supplied
    by the policy where `imputed`; `absence` says why there is no number.
    """

    name: str
    is_score: bool
    answer: str | None
    number: Plain
    used: ExactOut | None
    absence: str | None
    imputed: bool
    is_reversed: bool
    range: list[ExactOut]
    band: str | None


class ReferenceOut(BaseModel):
    """The source of a rule."""

    key: str
    citation: str
    doi: str | None
    url: str | None
    page: str | None


class BandOut(BaseModel):
    """A published word for the values from `at_least` up to the next band."""

    at_least: Plain
    band: str


class SizeOut(BaseModel):
    """The published word for a change of at least, or of more than, so many units."""

    at_least: Plain
    above: Plain
    size: str


class ChangeOut(BaseModel):
    """The published smallest change that matters, in the score's unit, and the words for larger ones."""

    improved: Plain
    worsened: Plain
    sizes: list[SizeOut]
    reference: ReferenceOut


class AnsweredOut(BaseModel):
    """How many items must be answered beside the inputs, and how many are."""

    answered: int
    of: int
    needed: int


class WordsOut(BaseModel):
    """The explanation as sentences."""

    language: str
    sentences: list[str]


class TraceOut(BaseModel):
    """One score so explained that a person can compute it again by hand."""

    name: str
    concept: str
    kind: ScoreKind
    result: Plain
    exact: ExactOut | None
    operator: str
    formula: str
    inputs: list[InputOut]
    policy: MissingPolicy
    needed: int
    answered_beside: AnsweredOut | None
    table: str | None
    rows: list[list[str]]
    at_least: Plain
    start: Plain
    decimals: int | None
    range: list[Plain]
    higher_is: Direction
    scale: str
    ctcae_version: str | None
    band: str | None
    bands: list[BandOut]
    bands_reference: ReferenceOut | None
    meaningful_change: ChangeOut | None
    reference: ReferenceOut
    questionnaire: str
    definition_digest: str
    scoring_version: str
    scoring_digest: str
    words: WordsOut


def trace_body(explained: Explained) -> TraceOut:
    """The body of one score explained."""
    trace, rule = explained.trace, explained.trace.rule
    return TraceOut(
        name=trace.name,
        concept=rule.concept,
        kind=rule.kind,
        result=plain_score(trace.result),
        exact=_exact(trace.exact),
        operator=rule.operator,
        formula=trace.formula,
        inputs=[_input(source) for source in trace.inputs],
        policy=MissingPolicy(trace.policy),
        needed=trace.needed,
        answered_beside=_answered(trace),
        table=rule.table,
        rows=[list(row) for row in trace.rows],
        at_least=rule.at_least,
        start=rule.start,
        decimals=rule.decimals,
        range=list(rule.range),
        higher_is=rule.higher_is,
        scale=rule.scale,
        ctcae_version=rule.ctcae_version,
        band=trace.band,
        bands=[BandOut(at_least=band.at_least, band=band.band) for band in rule.bands],
        bands_reference=_reference(rule.bands_reference, trace.bands_reference),
        meaningful_change=_change(trace),
        reference=ReferenceOut(key=rule.reference, **trace.reference.model_dump()),
        questionnaire=trace.questionnaire,
        definition_digest=trace.definition_digest,
        scoring_version=trace.scoring_version,
        scoring_digest=trace.scoring_digest,
        words=WordsOut(language=explained.language, sentences=list(explained.sentences)),
    )


def _input(source: TracedInput) -> InputOut:
    return InputOut(
        name=source.name,
        is_score=source.is_score,
        answer=source.answer,
        number=source.number,
        used=_exact(source.used),
        absence=source.absence.value if source.absence else None,
        imputed=source.imputed,
        is_reversed=source.is_reversed,
        range=[str(source.low), str(source.high)],
        band=source.band,
    )


def _answered(trace: Trace) -> AnsweredOut | None:
    beside = trace.beside
    return AnsweredOut(answered=beside.answered, of=beside.of, needed=beside.needed) if beside else None


def _change(trace: Trace) -> ChangeOut | None:
    change = trace.rule.meaningful_change
    if change is None or trace.change_reference is None:
        return None
    reference = ReferenceOut(key=change.reference, **trace.change_reference.model_dump())
    sizes = [SizeOut(at_least=size.at_least, above=size.above, size=size.size) for size in change.sizes]
    return ChangeOut(improved=change.improved, worsened=change.worsened, sizes=sizes, reference=reference)


def _reference(key: str | None, reference: Reference | None) -> ReferenceOut | None:
    return ReferenceOut(key=key, **reference.model_dump()) if key and reference else None


def _exact(value: Exact | None) -> str | None:
    return None if value is None else str(value)
