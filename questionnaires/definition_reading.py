"""A definition file -> a frozen Questionnaire, or every contradiction in it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from questionnaires.answer_types import fault_of
from questionnaires.definition import (
    AnswerOption,
    EnableOperator,
    EnableWhen,
    Item,
    ItemType,
    PublicationStatus,
    Questionnaire,
    Value,
)
from questionnaires.digests import canonical, digest
from questionnaires.errors import FileProblem
from questionnaires.instrument_files import DefinitionFile, EnableWhenEntry, ItemEntry, OptionEntry
from questionnaires.shapes import advise
from questionnaires.strict_yaml import Document, Path

_NUMBERS = (ItemType.INTEGER, ItemType.DECIMAL)
_TEXTS = (ItemType.STRING, ItemType.TEXT)
_ORDERED_TYPES = (*_NUMBERS, ItemType.DATE, ItemType.TIME)
_ANY_TYPE = (EnableOperator.EXISTS, EnableOperator.EQUAL, EnableOperator.NOT_EQUAL)
_WHETHER_ANSWERED = Item("exists", ItemType.BOOLEAN)
_OUTSIDE_DIGEST = frozenset({"status", "retired_on"})


def read_definition(
    file: DefinitionFile, document: Document, canonical_base: str
) -> Questionnaire | tuple[FileProblem, ...]:
    """Bind a definition file: option sets to items, conditions to the questions that they name."""
    reader = _Reader(file, document)
    reader.status()
    reader.option_sets()
    items = reader.items(file.items, ("items",))
    reader.note_unused_option_sets()
    if reader.problems:
        return tuple(sorted(reader.problems))
    return Questionnaire(
        instrument=file.instrument,
        version=file.version,
        url=f"{canonical_base.rstrip('/')}/Questionnaire/{file.instrument}",
        status=file.status,
        date=file.date,
        recall_period=file.recall_period,
        items=items,
        digest=digest(canonical(file, without=_OUTSIDE_DIGEST)),
        retired_on=file.retired_on,
    )


class _Reader:
    """Reads the items in document order, so that a condition sees exactly the questions that stand before it."""

    def __init__(self, file: DefinitionFile, document: Document) -> None:
        self.file = file
        self.document = document
        self.problems: list[FileProblem] = []
        self.earlier: dict[str, Item] = {}
        self.link_ids: dict[str, int] = {}
        self.used_option_sets: set[str] = set()

    def problem(self, path: Path, text: str) -> None:
        self.problems.append(FileProblem(self.document.file, self.document.line_of(path), text))

    def status(self) -> None:
        if self.file.status is PublicationStatus.RETIRED and self.file.retired_on is None:
            self.problem(("status",), "a retired version says since when: retired_on")

    def option_sets(self) -> None:
        for name, entries in self.file.option_sets.items():
            path: Path = ("option_sets", name)
            if not entries:
                self.problem(path, f"the option set '{name}' has no options")
            self.check_options(f"option set '{name}'", entries, path)

    def items(self, entries: tuple[ItemEntry, ...], path: Path) -> tuple[Item, ...]:
        return tuple(self.item(entry, (*path, number)) for number, entry in enumerate(entries))

    def item(self, entry: ItemEntry, path: Path) -> Item:
        line = self.document.line_of(path)
        if entry.link_id in self.link_ids:
            first = self.link_ids[entry.link_id]
            self.problem(path, f"the link id '{entry.link_id}' stands twice (first on line {first})")
        self.link_ids.setdefault(entry.link_id, line)
        for text in _contradictions(entry):
            self.problem(path, f"item '{entry.link_id}': {text}")
        conditions = tuple(
            condition
            for number, when in enumerate(entry.enable_when)
            if (condition := self.condition(when, (*path, "enable_when", number))) is not None
        )
        item = Item(
            link_id=entry.link_id,
            type=entry.type,
            concept=entry.concept,
            attribute=entry.attribute,
            required=entry.required,
            repeats=entry.repeats,
            hidden=entry.hidden,
            options=self.options(entry, path),
            option_set=entry.option_set,
            minimum=entry.minimum,
            maximum=entry.maximum,
            max_length=entry.max_length,
            unit=entry.unit,
            enable_when=conditions,
            enable_any=entry.enable_behavior == "any",
        )
        if item.is_question:
            self.earlier[item.link_id] = item
        return replace(item, items=self.items(entry.items, (*path, "items")))

    def options(self, entry: ItemEntry, path: Path) -> tuple[AnswerOption, ...]:
        entries = entry.options
        self.check_options(f"item '{entry.link_id}'", entries, (*path, "options"))
        if entry.option_set is not None:
            self.used_option_sets.add(entry.option_set)
            if entry.option_set not in self.file.option_sets:
                hint = advise(entry.option_set, tuple(self.file.option_sets))
                self.problem((*path, "option_set"), f"there is no option set '{entry.option_set}': {hint}")
            entries = self.file.option_sets.get(entry.option_set, ())
        return tuple(AnswerOption(o.code, _weight(o), o.opt_out, o.exclusive) for o in entries)

    def check_options(self, owner: str, entries: tuple[OptionEntry, ...], path: Path) -> None:
        """What the options of one item or option set say against each other and themselves."""
        seen: set[str] = set()
        for number, option in enumerate(entries):
            if option.code in seen:
                self.problem((*path, number), f"{owner}: the option code '{option.code}' stands twice")
            seen.add(option.code)
            if option.opt_out and option.weight is not None:
                self.problem((*path, number), f"{owner}: an option that opts out has no weight")

    def condition(self, when: EnableWhenEntry, path: Path) -> EnableWhen | None:
        question = self.earlier.get(when.question)
        if question is None:
            hint = advise(when.question, tuple(self.earlier))
            self.problem(path, f"the condition asks '{when.question}', which is no question before this item: {hint}")
            return None
        if when.operator not in _ANY_TYPE and question.type not in _ORDERED_TYPES:
            self.problem(path, f"'{when.operator.value}' needs a number, a date or a time; '{when.question}' is none")
            return None
        asked = _WHETHER_ANSWERED if when.operator is EnableOperator.EXISTS else question
        answer = _typed(asked, when.answer)
        if fault := fault_of(asked, answer):
            allowed = f" (allowed: {', '.join(fault.allowed)})" if fault.allowed else ""
            self.problem(path, f"no answer to '{when.question}' can be what the condition names: {fault.text}{allowed}")
            return None
        return EnableWhen(when.question, when.operator, answer)

    def note_unused_option_sets(self) -> None:
        for name in self.file.option_sets.keys() - self.used_option_sets:
            self.problem(("option_sets", name), f"no item uses the option set '{name}'")


def _contradictions(entry: ItemEntry) -> Iterator[str]:
    """What one item says against itself."""
    if entry.type is ItemType.CHOICE:
        if bool(entry.options) == (entry.option_set is not None):
            yield "a choice takes its answers from exactly one of options and option_set"
    elif entry.options or entry.option_set is not None:
        yield "only a choice has options"
    if entry.type in (ItemType.GROUP, ItemType.DISPLAY):
        if (entry.type is ItemType.GROUP) != bool(entry.items):
            yield "a group holds items, a display holds none"
        if entry.required or entry.repeats or entry.attribute:
            yield f"a {entry.type.value} is not answered: required, repeats and attribute are for questions"
    if entry.attribute is not None and entry.concept is None:
        yield "an attribute needs the concept that it is an attribute of"
    if entry.max_length is not None and entry.type not in _TEXTS:
        yield "max_length is for string and text"
    yield from _contradictions_of_range(entry)


def _contradictions_of_range(entry: ItemEntry) -> Iterator[str]:
    bounds = [bound for bound in (entry.minimum, entry.maximum) if bound is not None]
    if bounds and entry.type not in _NUMBERS:
        yield "minimum and maximum are for numbers"
    if bounds != sorted(bounds):
        yield "the minimum is above the maximum"


def _weight(entry: OptionEntry) -> int | Decimal | None:
    """Whole weights as int: exact as well, and faster to look up."""
    if entry.weight is not None and entry.weight == entry.weight.to_integral_value():
        return int(entry.weight)
    return entry.weight


def _typed(asked: Item, written: str) -> Value:
    """A condition's answer in the type of what it asks; what cannot be read stays a text and fails there."""
    if asked.type is ItemType.BOOLEAN:
        return {"true": True, "false": False}.get(written, written)
    try:
        if asked.type is ItemType.INTEGER:
            return int(written)
        if asked.type is ItemType.DECIMAL:
            return Decimal(written)
    except (ValueError, InvalidOperation):
        pass
    return written
