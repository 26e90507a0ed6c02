"""A questionnaire as the rest of the house sees it: frozen, already checked, without any display text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property


class ItemType(StrEnum):
    """The FHIR R4 item types that an instrument may use."""

    GROUP = "group"
    DISPLAY = "display"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    DATE_TIME = "dateTime"
    TIME = "time"
    STRING = "string"
    TEXT = "text"
    CHOICE = "choice"


class Attribute(StrEnum):
    """What a symptom item asks about its symptom (PRO-CTCAE's five attributes)."""

    FREQUENCY = "frequency"
    SEVERITY = "severity"
    INTERFERENCE = "interference"
    AMOUNT = "amount"
    PRESENCE = "presence"


class EnableOperator(StrEnum):
    """R4 value set questionnaire-enable-operator."""

    EXISTS = "exists"
    EQUAL = "="
    NOT_EQUAL = "!="
    GREATER = ">"
    LESS = "<"
    GREATER_OR_EQUAL = ">="
    LESS_OR_EQUAL = "<="


class PublicationStatus(StrEnum):
    """R4 value set publication-status, as far as an instrument uses it."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


Value = bool | int | Decimal | str
"""One answer: a code, a text, a number, a date or time in ISO 8601, or a boolean."""


@dataclass(frozen=True, slots=True)
class AnswerOption:
    """One permitted answer of a choice item.

    `weight` is the item weight that scoring uses; `opt_out` marks an answer that declines to answer (it has no
    weight and counts as missing); `exclusive` marks an answer that cannot stand beside another.
    """

    code: str
    weight: int | Decimal | None = None
    opt_out: bool = False
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class EnableWhen:
    """One condition on another item's answer."""

    question: str
    operator: EnableOperator
    answer: Value


@dataclass(frozen=True, slots=True)
class Item:
    """One question, group or display of a questionnaire."""

    link_id: str
    type: ItemType
    concept: str | None = None
    attribute: Attribute | None = None
    required: bool = False
    repeats: bool = False
    hidden: bool = False
    options: tuple[AnswerOption, ...] = ()
    option_set: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: int | None = None
    unit: str | None = None
    enable_when: tuple[EnableWhen, ...] = ()
    enable_any: bool = False
    items: tuple["Item", ...] = ()
    option_by_code: Mapping[str, AnswerOption] = field(init=False, repr=False, compare=False)
    opt_outs: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "option_by_code", {option.code: option for option in self.options})
        object.__setattr__(self, "opt_outs", frozenset(option.code for option in self.options if option.opt_out))

    @property
    def is_question(self) -> bool:
        """Whether the item can be answered at all."""
        return self.type not in (ItemType.GROUP, ItemType.DISPLAY)


@dataclass(frozen=True, slots=True)
class Reach:
    """An item with the items above it, outermost first: what must be enabled for it to be enabled."""

    item: Item
    ancestors: tuple[str, ...]


@dataclass(frozen=True)
class Questionnaire:
    """One published version of an instrument."""

    instrument: str
    version: str
    url: str
    status: PublicationStatus
    date: str
    recall_period: str
    items: tuple[Item, ...]
    digest: str
    retired_on: str | None = None
    _by_link_id: Mapping[str, Reach] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_link_id", {reach.item.link_id: reach for reach in _walk(self.items, ())})

    @property
    def canonical(self) -> str:
        """The pinned canonical, `url|version`."""
        return f"{self.url}|{self.version}"

    @cached_property
    def reaches(self) -> tuple[Reach, ...]:
        """Every item in document order, each with its ancestors."""
        return tuple(self._by_link_id.values())

    @cached_property
    def questions(self) -> tuple[Item, ...]:
        """Every item that can be answered, in document order."""
        return tuple(reach.item for reach in self.reaches if reach.item.is_question)

    @cached_property
    def repeating(self) -> frozenset[str]:
        """The link ids of the items that take a list of answers."""
        return frozenset(item.link_id for item in self.questions if item.repeats)

    def item(self, link_id: str) -> Item | None:
        """The item of that link id, or None where the questionnaire has none."""
        reach = self._by_link_id.get(link_id)
        return reach.item if reach else None


def _walk(items: tuple[Item, ...], ancestors: tuple[str, ...]) -> Iterator[Reach]:
    for item in items:
        yield Reach(item, ancestors)
        yield from _walk(item.items, (*ancestors, item.link_id))
