"""The shapes of a scoring version's files: `scoring.yaml`, `alerts.yaml`. Bound to a questionnaire in `rulebook`."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from questionnaires.definition import Attribute
from questionnaires.instrument_files import Code, InstrumentId, LinkId, Version, Word
from questionnaires.shapes import Shape

ScoreName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]


class ScoreKind(StrEnum):
    """What sort of number a score is; the synthesis ranks symptom kinds and leaves the others to their scales."""

    COMPOSITE_GRADE = "composite_grade"
    PRESENCE = "presence"
    SEVERITY = "severity"
    SCALE = "scale"


class Direction(StrEnum):
    """What a higher value means for the patient."""

    BETTER = "better"
    WORSE = "worse"


class MissingPolicy(StrEnum):
    """What a rule does about inputs without a usable answer (`scoring.missing` says each exactly)."""

    COMPLETE = "complete"
    ZERO_IF_LEAD_ZERO = "zero_if_lead_zero"


class ChangeThreshold(Shape):
    """The published smallest change that matters to patients, in the score's own unit, as positive numbers."""

    improved: Annotated[Decimal, Field(gt=0)]
    worsened: Annotated[Decimal, Field(gt=0)]
    reference: Word


class ScoreRule(Shape):
    """One published score: what it is made of, how, and where the rule comes from.

    `number` is its place in a FHIR Observation id and is never given to another score. `scale` names the unit that
    values are compared in: two values compare only on the same scale, over the same recall period.
    """

    number: Annotated[int, Field(ge=1, le=9999)]
    name: ScoreName
    concept: Word
    kind: ScoreKind
    scale: Word
    operator: Word
    inputs: Annotated[tuple[LinkId, ...], Field(min_length=1)]
    table: Word | None = None
    missing: MissingPolicy
    range: tuple[Decimal, Decimal]
    higher_is: Direction
    meaningful_change: ChangeThreshold | None = None
    reference: Word


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
    not_scored: tuple[LinkId, ...] = ()
    topics: tuple[LinkId, ...] = ()


class AlertSeverity(StrEnum):
    """How soon somebody should look, least first."""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"


class AlertRule(Shape):
    """One reason to raise an alert, over what it watches.

    Watches one of: `attributes` (every item of these attributes), `scores` (every score of this kind), `item`.
    Fires on one of: `at_least` (value), `rise_of` (since the previous comparable response), `equals` (option code).
    """

    name: Word
    attributes: tuple[Attribute, ...] = ()
    scores: ScoreKind | None = None
    item: LinkId | None = None
    at_least: Decimal | None = None
    rise_of: Decimal | None = None
    equals: Code | None = None
    concept: Word | None = None
    severity: AlertSeverity
    reference: Word

    @model_validator(mode="after")
    def _watches_one_thing_and_fires_on_one(self) -> Self:
        if sum((bool(self.attributes), self.scores is not None, self.item is not None)) != 1:
            raise ValueError("an alert rule watches exactly one of attributes, scores, item")
        if sum(condition is not None for condition in (self.at_least, self.rise_of, self.equals)) != 1:
            raise ValueError("an alert rule fires on exactly one of at_least, rise_of, equals")
        return self


class AlertsFile(Shape):
    """`scoring/<version>/alerts.yaml`: what needs a person."""

    instrument: InstrumentId
    scoring: Version
    rules: tuple[AlertRule, ...]
