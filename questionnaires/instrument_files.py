"""The shapes of an instrument's YAML files. `schemas/` holds them as JSON Schemas, for editors."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from questionnaires.definition import Attribute, EnableOperator, ItemType, PublicationStatus
from questionnaires.shapes import Shape

# Each stands here once: whatever makes names of its own (the import of a FHIR Questionnaire) holds them to the same.
VERSION_PATTERN = r"^[0-9]{1,9}\.[0-9]{1,9}(\.[0-9]{1,9})?$"
INSTRUMENT_ID_PATTERN = r"^[a-z][a-z0-9-]{1,39}$"
LINK_ID_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]{0,63}$"
CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
WORD_PATTERN = r"^[a-z][a-z0-9_-]{0,63}$"
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

Version = Annotated[str, StringConstraints(pattern=VERSION_PATTERN)]
InstrumentId = Annotated[str, StringConstraints(pattern=INSTRUMENT_ID_PATTERN)]
LinkId = Annotated[str, StringConstraints(pattern=LINK_ID_PATTERN)]
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Word = Annotated[str, StringConstraints(pattern=WORD_PATTERN)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN)]
RecallPeriod = Annotated[str, StringConstraints(pattern=r"^(P[0-9]+[DW]|PT[0-9]+H|PT0S)$")]
"""ISO 8601 duration; `PT0S` is "now", `P1D` "today"."""


def _existing_day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


# A text with a pattern, because pydantic reads a date from a number too: `2026` would be seconds since 1970.
CalendarDate = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_existing_day)]


class PanelCode(Shape):
    """What a terminology calls the whole questionnaire: its panel or scale, never one of its items or scores."""

    system: Literal["http://loinc.org", "http://snomed.info/sct"]
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,7}-[0-9]$|^[0-9]{6,18}$")]


class InstrumentFile(Shape):
    """`instrument.yaml`: what the family measures, for whom, and where it ends. `codes` name it in terminologies."""

    id: InstrumentId
    title: str
    construct_measured: Annotated[str, Field(alias="construct")]
    population: str
    respondents: tuple[Literal["patient", "related-person", "practitioner"], ...]
    known_limits: tuple[str, ...]
    codes: tuple[PanelCode, ...] = ()


class LicenceFile(Shape):
    """`licence.yaml`: who owns the wording, and whether it may be shipped.

    `translations`: language -> where the owner lists that translation. Where it names some, centres load no others.
    """

    holder: str
    terms: str
    redistribution: Literal["allowed", "restricted"]
    permission_evidence: str
    translations: dict[Language, str] = {}


class Reference(Shape):
    """One source that rules cite."""

    citation: str
    doi: str | None = None
    url: str | None = None
    page: str | None = None


class ReferencesFile(Shape):
    """`references.yaml`: key -> source."""

    references: dict[Word, Reference]


class OptionEntry(Shape):
    """One answer option."""

    code: Code
    weight: Decimal | None = None
    opt_out: bool = False
    exclusive: bool = False


class EnableWhenEntry(Shape):
    """One branching condition. The answer is read by the type of the question that it names."""

    question: LinkId
    operator: EnableOperator
    answer: str


class ItemEntry(Shape):
    """One item; its options stand in it or in a named option set."""

    link_id: LinkId
    type: ItemType
    concept: Word | None = None
    attribute: Attribute | None = None
    required: bool = False
    repeats: bool = False
    hidden: bool = False
    option_set: Word | None = None
    options: tuple[OptionEntry, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: Annotated[int, Field(ge=1, le=4_000)] | None = None
    unit: str | None = None
    enable_behavior: Literal["all", "any"] = "all"
    enable_when: tuple[EnableWhenEntry, ...] = ()
    items: tuple["ItemEntry", ...] = ()


class DefinitionFile(Shape):
    """`definition/<version>.yaml`: the structure of one version, without display text."""

    instrument: InstrumentId
    version: Version
    status: PublicationStatus
    date: CalendarDate
    retired_on: CalendarDate | None = None
    recall_period: RecallPeriod
    option_sets: dict[Word, tuple[OptionEntry, ...]] = {}
    items: tuple[ItemEntry, ...]


class ItemText(Shape):
    """The words of one item: the question, and the words of options that stand in the item itself."""

    text: str
    help: str | None = None
    options: dict[Code, str] = {}


class TextFile(Shape):
    """`text/<language>/<revision>.yaml`: the words of one language for one or more versions of the structure.

    `published_on`: when words were published that did not come with their definition: a later revision, a new language.
    """

    instrument: InstrumentId
    language: Language
    revision: Annotated[int, Field(ge=1)]
    status: Literal["draft", "local", "validated"]
    definitions: tuple[Version, ...]
    translator: str
    source: str
    published_on: CalendarDate | None = None
    title: str
    introduction: str
    items: dict[LinkId, ItemText]
    option_sets: dict[Word, dict[Code, str]] = {}
    concepts: dict[Word, str] = {}
    scores: dict[str, str] = {}


class AlertExpectation(Shape):
    """One alert that a worked example expects."""

    concept: str
    severity: Literal["routine", "soon", "urgent"]


class Expectation(Shape):
    """What a worked example expects. Scores that it does not name must be not scored, for the reason given."""

    scores: dict[str, str] = {}
    not_scored: dict[str, str] = {}
    issues: tuple[dict[str, str], ...] = ()
    alerts: tuple[AlertExpectation, ...] | None = None


class ExampleFile(Shape):
    """`examples/*.yaml`: one response worked by hand.

    `policy` names a missing-data policy that the scoring offers beside its own; `previous`, `baseline` and
    `last_consultation` are the earlier responses that alert rules compare with. `not_shown` are the questions that the
    display left out, where the definition itself has no branching: they count as hidden, not as skipped.
    """

    name: str
    source: str
    definition: Version
    scoring: Version
    policy: Word | None = None
    on_treatment: bool | None = None
    baseline: dict[str, str | tuple[str, ...]] | None = None
    last_consultation: dict[str, str | tuple[str, ...]] | None = None
    previous: dict[str, str | tuple[str, ...]] | None = None
    response: dict[str, str | tuple[str, ...]]
    not_shown: tuple[LinkId, ...] = ()
    expect: Expectation
