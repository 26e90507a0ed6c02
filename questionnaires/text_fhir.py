"""The words of a questionnaire as a FHIR R4 Questionnaire in JSON: those of one language, as entries."""

from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from questionnaires.text_parts import Entry, FileWords, Kind, Part

NAMES = {"key": "linkId", "code": "code", "words": "words"}

HELP_CONTROLS = ("help", "flyover")
"""The codes of an item control (SDC) by which a display is the help of the item above it."""

_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_ITEM_CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
_NOT_ASKED = ("group", "display")


class _Element(BaseModel):
    """What is read of an element; a Questionnaire may say much else that is not about words."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _Coding(_Element):
    code: str | None = None


class _Concept(_Element):
    coding: tuple[_Coding, ...] = ()


class _Extension(_Element):
    url: str
    code: str | None = Field(default=None, alias="valueCode")
    string: str | None = Field(default=None, alias="valueString")
    markdown: str | None = Field(default=None, alias="valueMarkdown")
    concept: _Concept | None = Field(default=None, alias="valueCodeableConcept")
    extensions: tuple["_Extension", ...] = Field(default=(), alias="extension")


class _Beside(_Element):
    """The underscored twin of a text, which holds its translations."""

    extensions: tuple[_Extension, ...] = Field(default=(), alias="extension")


class _Choice(_Coding):
    display: str | None = None
    beside_display: _Beside = Field(default=_Beside(), alias="_display")


class _Option(_Element):
    coding: _Choice | None = Field(default=None, alias="valueCoding")


class _Item(_Element):
    link_id: str = Field(alias="linkId")
    type: str
    text: str | None = None
    beside_text: _Beside = Field(default=_Beside(), alias="_text")
    extensions: tuple[_Extension, ...] = Field(default=(), alias="extension")
    options: tuple[_Option, ...] = Field(default=(), alias="answerOption")
    value_set: str | None = Field(default=None, alias="answerValueSet")
    items: tuple["_Item", ...] = Field(default=(), alias="item")

    @property
    def is_help(self) -> bool:
        """Whether it is the help of the item above it (SDC)."""
        controls = (e.concept for e in self.extensions if e.url == _ITEM_CONTROL and e.concept)
        return any(coding.code in HELP_CONTROLS for concept in controls for coding in concept.coding)


class _Questionnaire(_Element):
    kind: Literal["Questionnaire"] = Field(alias="resourceType")
    language: str | None = None
    title: str | None = None
    beside_title: _Beside = Field(default=_Beside(), alias="_title")
    description: str | None = None
    beside_description: _Beside = Field(default=_Beside(), alias="_description")
    items: tuple[_Item, ...] = Field(default=(), alias="item")


def read_fhir(text: str, language: str, link_ids: Collection[str]) -> FileWords:
    """The words of that language: of the resource itself where it is in that language, else of its translations.

    A group or a display that is none of `link_ids` is the file's own, and unused; an unknown question stays an entry,
    for whoever reads the entries to refuse.
    """
    try:
        resource = _Questionnaire.model_validate_json(text)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        return FileWords(problems=tuple(f"{_place(fault['loc'])}: {fault['msg']}" for fault in faults))
    reader = _Reader(resource, language, link_ids)
    return FileWords(tuple(reader.entries()), NAMES, (), tuple(reader.unused))


class _Reader:
    """Walks the resource in its order, and notes what it leaves aside."""

    def __init__(self, resource: _Questionnaire, language: str, link_ids: Collection[str]) -> None:
        self.resource = resource
        self.language = language
        self.link_ids = link_ids
        stated = resource.language
        self.is_stated = stated is None or stated == language or stated.startswith(f"{language}-")
        self.unused: list[str] = []

    def entries(self) -> Iterator[Entry]:
        head = self.resource
        yield from self.entry(Part(Kind.TITLE), head.title, head.beside_title, "title")
        yield from self.entry(Part(Kind.INTRODUCTION), head.description, head.beside_description, "description")
        yield from self.items(head.items, "", None)

    def items(self, items: tuple[_Item, ...], above: str, parent: str | None) -> Iterator[Entry]:
        """The words of items that stand below the item `parent`."""
        helped = False
        for number, item in enumerate(items):
            place = f"{above}item[{number}]"
            is_known = item.link_id in self.link_ids or item.type not in _NOT_ASKED
            if item.is_help and parent is not None and not helped:
                helped = True
                yield from self.entry(Part(Kind.HELP, parent), item.text, item.beside_text, place)
            elif is_known:
                yield from self.entry(Part(Kind.ITEM, item.link_id), item.text, item.beside_text, place)
                yield from self.options(item, place)
            else:
                self.unused.append(f"{place}: the definition has no {item.type} '{item.link_id}'")
            yield from self.items(item.items, f"{place}.", item.link_id if is_known else None)

    def options(self, item: _Item, place: str) -> Iterator[Entry]:
        if item.value_set is not None:
            self.unused.append(f"{place}.answerValueSet: only answerOption is read")
        for number, option in enumerate(item.options):
            here = f"{place}.answerOption[{number}]"
            choice = option.coding
            if choice is None or choice.code is None:
                self.unused.append(f"{here}: only a valueCoding with a code is read")
            else:
                part = Part(Kind.OPTION, item.link_id, choice.code)
                yield from self.entry(part, choice.display, choice.beside_display, here)

    def entry(self, part: Part, stated: str | None, beside: _Beside, place: str) -> Iterator[Entry]:
        """The words of one element in the wanted language, where it has them."""
        translated = _translation(beside, self.language)
        if translated is not None:
            yield Entry(part, translated, place)
        elif stated is not None and self.is_stated:
            yield Entry(part, stated, place)
        elif stated is not None:
            self.unused.append(f"{place}: in '{self.resource.language}', without a translation into '{self.language}'")


def _translation(beside: _Beside, language: str) -> str | None:
    for extension in beside.extensions:
        if extension.url == _TRANSLATION:
            parts = {part.url: part for part in extension.extensions}
            lang, content = parts.get("lang"), parts.get("content")
            if lang is not None and content is not None and lang.code == language:
                return content.string or content.markdown
    return None


def _place(path: tuple[str | int, ...]) -> str:
    """A path as FHIRPath writes it: `item[2].linkId`."""
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return written.removeprefix(".") or "the file"
