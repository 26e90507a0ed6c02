"""The shapes of a scoring version's files: `scoring.yaml`, `alerts.yaml`. Bound to a questionnaire in `rulebook`."""

from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from questionnaires.definition import Attribute
from questionnaires.instrument_files import Code, InstrumentId, LinkId, RecallPeriod, Version, Word
from questionnaires.shapes import Shape

ScoreName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Loinc = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,7}-[0-9]$")]

MOST_SCORES = 1000
"""The highest number of a score. In FHIR the numbers above it are those of single answers."""


class ScoreKind(StrEnum):
    """What sort of result a score is; the synthesis ranks symptom kinds and leaves the others to their scales.

    A `pre_grade` is the CTCAE grade that a patient's number points to: only a clinician gives the grade. A `state`
    is a string of answers. Neither has a line in the synthesis: the number that a pre-grade is read from has.
    """

    COMPOSITE_GRADE = "composite_grade"
    PRESENCE = "presence"
    SEVERITY = "severity"
    SCALE = "scale"
    PRE_GRADE = "pre_grade"
    STATE = "state"

    @property
    def has_line(self) -> bool:
        """Whether the synthesis compares it over time."""
        return self not in (ScoreKind.PRE_GRADE, ScoreKind.STATE)

    @property
    def rank(self) -> int:
        """Which of several scores of one concept stands for it: the lowest rank."""
        return list(ScoreKind).index(self)


class Direction(StrEnum):
    """What a higher value means for the patient."""

    BETTER = "better"
    WORSE = "worse"


class MissingPolicy(StrEnum):
    """What a rule does about inputs without a usable answer (`scoring.missing` says each exactly)."""

    COMPLETE = "complete"
    ZERO_IF_LEAD_ZERO = "zero_if_lead_zero"
    HALF = "half"
    MORE_THAN_HALF = "more_than_half"
    PRORATE = "prorate"


class Policy(Shape):
    """A missing-data policy; `min_answered` is how many inputs `prorate` needs."""

    missing: MissingPolicy
    min_answered: Annotated[int, Field(ge=1)] | None = None


class ChangeSize(Shape):
    """The published word for a change of at least, or of more than, this many units in either direction."""

    at_least: Annotated[Decimal, Field(gt=0)] | None = None
    above: Annotated[Decimal, Field(gt=0)] | None = None
    size: Word

    @model_validator(mode="after")
    def _has_one_bound(self) -> Self:
        if (self.at_least is None) == (self.above is None):
            raise ValueError("a change size begins with exactly one of at_least, above")
        return self


class ChangeThreshold(Shape):
    """The published smallest change that matters to patients, in the score's own unit, as positive numbers."""

    improved: Annotated[Decimal, Field(gt=0)]
    worsened: Annotated[Decimal, Field(gt=0)]
    sizes: tuple[ChangeSize, ...] = ()
    reference: Word

    @model_validator(mode="after")
    def _sizes_rise(self) -> Self:
        starts = [size.at_least or size.above or Decimal(0) for size in self.sizes]
        if any(later <= earlier for earlier, later in pairwise(starts)):
            raise ValueError("each size of change begins above the one before it")
        return self


class Band(Shape):
    """A published word for the values from this one up to the next band."""

    at_least: Decimal
    band: Word


class ItemBands(Shape):
    """Published bands of single answers."""

    items: Annotated[tuple[LinkId, ...], Field(min_length=1)]
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    reference: Word


class AnsweredShare(Shape):
    """A condition beside the missing-data policy: more than this share of the named items has a usable answer."""

    of: Annotated[tuple[LinkId, ...], Field(min_length=1)]
    more_than: Annotated[Decimal, Field(ge=0, lt=1)]


class ScoreRule(Shape):
    """One published score: what it is made of, how, and where the rule comes from.

    `number` is its place in a FHIR Observation id and is never given to another score. `scale` names the unit that
    values are compared in: two values compare only on the same scale, over the same recall period. `inputs` are
    items, or scores of the same file; those in `reverse` are turned round within their own range first. `policies`
    are the other missing-data policies that a caller may ask for by name. `recall_period` is the one that the rule
    was published for: another questionnaire cannot feed it.
    """

    number: Annotated[int, Field(ge=1, le=MOST_SCORES)]
    name: ScoreName
    concept: Word
    kind: ScoreKind
    scale: Word
    operator: Word
    inputs: Annotated[tuple[LinkId, ...], Field(min_length=1)]
    reverse: tuple[LinkId, ...] = ()
    table: Word | None = None
    at_least: Decimal | None = None
    start: Decimal | None = None
    decimals: Annotated[int, Field(ge=0, le=9)] | None = None
    missing: MissingPolicy
    min_answered: Annotated[int, Field(ge=1)] | None = None
    policies: tuple[Policy, ...] = ()
    answered_share: AnsweredShare | None = None
    range: tuple[Decimal, Decimal]
    higher_is: Direction
    bands: tuple[Band, ...] = ()
    bands_reference: Word | None = None
    meaningful_change: ChangeThreshold | None = None
    recall_period: RecallPeriod | None = None
    ctcae_version: Literal["5.0", "6.0"] | None = None
    loinc: Loinc | None = None
    reference: Word

    @property
    def policy(self) -> Policy:
        """The missing-data policy that holds where nobody asks for another."""
        return Policy(missing=self.missing, min_answered=self.min_answered)


class ScoringFile(Shape):
    """`scoring/<version>/scoring.yaml`: how the answers of the named definition versions are scored.

    `comparable_definitions` lists earlier definition versions whose values may be compared with these; without it a
    change of version is never read as a change of the patient.
    """

    instrument: InstrumentId
    version: Version
    definitions: Annotated[tuple[Version, ...], Field(min_length=1)]
    comparable_definitions: tuple[Version, ...] = ()
    scores: tuple[ScoreRule, ...]
    item_bands: tuple[ItemBands, ...] = ()
    not_scored: tuple[LinkId, ...] = ()
    topics: tuple[LinkId, ...] = ()


class AlertSeverity(StrEnum):
    """How soon somebody should look, least first."""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"


class Since(StrEnum):
    """The earlier response that a change is seen against.

    `previous`: the latest earlier comparable one. `baseline`: the first of the treatment. `last_consultation`: the
    latest in the weeks up to the last consultation.
    """

    PREVIOUS = "previous"
    BASELINE = "baseline"
    LAST_CONSULTATION = "last_consultation"


class AlertCondition(Shape):
    """A further condition of a combined rule, on one item or one score of the same response."""

    item: LinkId | None = None
    score: ScoreName | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    equals: Code | None = None

    @model_validator(mode="after")
    def _asks_one_thing_of_one(self) -> Self:
        if (self.item is None) == (self.score is None):
            raise ValueError("a condition asks exactly one of item, score")
        if sum(bound is not None for bound in (self.at_least, self.at_most, self.equals)) != 1:
            raise ValueError("a condition has exactly one of at_least, at_most, equals")
        return self


class AlertRule(Shape):
    """One reason to raise an alert, over what it watches.

    Watches one of: `attributes` (every item of these attributes), `scores` (every score of this kind), `items`, `item`,
    `score`. Fires on one of: `at_least`, `at_most` (value), `rise_of`, `fall_of` (against the response that `since`
    names), `equals` (option code); and only where every condition of `and_when` holds too. `during_treatment`: not
    where the patient is known to be under no treatment.
    """

    name: Word
    attributes: tuple[Attribute, ...] = ()
    scores: ScoreKind | None = None
    items: tuple[LinkId, ...] = ()
    item: LinkId | None = None
    score: ScoreName | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    rise_of: Annotated[Decimal, Field(gt=0)] | None = None
    fall_of: Annotated[Decimal, Field(gt=0)] | None = None
    since: Since = Since.PREVIOUS
    equals: Code | None = None
    and_when: tuple[AlertCondition, ...] = ()
    during_treatment: bool = False
    concept: Word | None = None
    severity: AlertSeverity
    reference: Word

    @property
    def compares(self) -> bool:
        """Whether it fires on a change, and not on a value."""
        return self.rise_of is not None or self.fall_of is not None

    @model_validator(mode="after")
    def _watches_one_thing_and_fires_on_one(self) -> Self:
        watched = (self.attributes, self.scores, self.items, self.item, self.score)
        if sum(bool(what) for what in watched) != 1:
            raise ValueError("an alert rule watches exactly one of attributes, scores, items, item, score")
        fires = (self.at_least, self.at_most, self.rise_of, self.fall_of, self.equals)
        if sum(condition is not None for condition in fires) != 1:
            raise ValueError("an alert rule fires on exactly one of at_least, at_most, rise_of, fall_of, equals")
        if self.since is not Since.PREVIOUS and not self.compares:
            raise ValueError("since goes with rise_of or fall_of")
        return self


class AlertsFile(Shape):
    """`scoring/<version>/alerts.yaml`: what needs a person."""

    instrument: InstrumentId
    scoring: Version
    rules: tuple[AlertRule, ...]
