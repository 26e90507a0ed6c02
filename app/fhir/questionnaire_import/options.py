"""The answer options of an imported item: written in it, or in a value set that the file contains."""

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.fhir.questionnaire_import.ledger import Node
from app.fhir.questionnaire_import.names import WORD, code_for, word_for, writing
from app.fhir.questionnaire_import.numbers import number_of
from app.fhir.questionnaire_import.words import Words
from fhir_export.systems import OPTION_EXCLUSIVE, ORDINAL_VALUE
from questionnaires.text_parts import Kind, Part

ITEM_WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
"""What R5 made of ordinalValue."""

_OUR_SET = re.compile(r"/CodeSystem/[a-z][a-z0-9-]*\.options\.([a-z][a-z0-9_-]*)$")
_CODED = ("a choice stores a code", "see whether the codes say what you mean, before anything is published")


@dataclass
class Options:
    """The options of one item: as the definition writes them, and the code that each FHIR value became."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    option_set: str | None = None
    codes: dict[Hashable, str] = field(default_factory=dict)

    def code_of(self, kind: str, value: Any) -> str | None:
        """The code of the option that has this FHIR value, or None."""
        if kind == "Coding" and isinstance(value, dict):
            system, code = value.get("system"), value.get("code")
            exact = self.codes.get((kind, str(system), str(code)))
            return exact or (self.codes.get((kind, str(code))) if system is None else None)
        return self.codes.get((kind, str(value)))


@dataclass
class _Option:
    """One option while it is read: the element that has its words, and the elements that may have its weight."""

    kind: str
    value: Node
    marked: tuple[Node, ...]
    words: tuple[Node, str]


class OptionReader:
    """Reads options; sets that several items share are read once."""

    def __init__(self, root: Node, words: Words) -> None:
        self.root = root
        self.words = words
        self.sets: dict[str, list[dict[str, Any]]] = {}
        self._of_value_set: dict[str, Options] = {}

    def read(self, item: Node, link_id: str) -> Options:
        """The options of one item. No entries where it has none that can be read."""
        written = [option for entry in item.nodes("answerOption") if (option := _written(entry))]
        if written:
            return self._written(item, link_id, written)
        named = item.text("answerValueSet")
        value_set = self._contained(named) if named else None
        if named is None or value_set is None:
            return Options()
        if named not in self._of_value_set:
            self._of_value_set[named] = self._enumerated(value_set)
        found = self._of_value_set[named]
        if found.entries:
            item.carry_key("answerValueSet")
        return found

    def _written(self, item: Node, link_id: str, written: list[_Option]) -> Options:
        repeats = item.value.get("repeats") is True
        options = self._entries(written, may_exclude=repeats)
        name = _our_set(written)
        if name is not None and self.sets.setdefault(name, options.entries) == options.entries:
            options.option_set = name
        self._take_words(options, written, link_id)
        return options

    def _enumerated(self, value_set: Node) -> Options:
        """The options of a contained value set that names its codes, under a set of that name."""
        concepts = [_Option("Coding", concept, (concept,), (concept, "display")) for concept in _concepts(value_set)]
        if not concepts:
            return Options()
        options = self._entries(concepts, may_exclude=True)
        options.option_set = word_for(value_set.text("id") or "", self.sets)
        self.sets[options.option_set] = options.entries
        for key in ("resourceType", "id"):
            value_set.carry_key(key)
        self._take_words(options, concepts, "")
        return options

    def _entries(self, written: list[_Option], *, may_exclude: bool) -> Options:
        options = Options()
        weighed = [_weight(option) for option in written]
        taken: set[str] = set()
        for number, (option, weight) in enumerate(zip(written, weighed, strict=True), start=1):
            entry = self._entry(option, number, taken)
            taken.add(entry["code"])
            options.entries.append(entry)
            for key in _keys(option):
                options.codes.setdefault(key, entry["code"])
            if weight is not None:
                entry["weight"] = weight
            elif option.kind == "Integer" and not any(found is not None for found in weighed):
                entry["weight"] = number_of(option.value.value)
            if _is_exclusive(option):
                self._exclude(entry, option, may_exclude=may_exclude)
        return options

    def _entry(self, option: _Option, number: int, taken: set[str]) -> dict[str, Any]:
        value = option.value
        coded = value.get("code") if option.kind == "Coding" else value
        given = coded.value if coded else None
        stated = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else None
        # A code made of words would put a restricted wording into the definition.
        code = code_for(None if option.kind == "String" else stated, number, taken)
        if coded is not None and option.kind == "Coding" and stated is not None:
            if code == given:
                coded.carry()
            else:
                coded.change("option code", "it is no code of ours, or stands twice: it got another", _CODED[1])
        elif option.kind != "Coding":
            value.change(f"option of type {option.kind}", *_CODED)
        else:
            value.ledger.tell(value.path, "option without a code", "it got the code of its place", _CODED[1])
        return {"code": code}

    def _exclude(self, entry: dict[str, Any], option: _Option, *, may_exclude: bool) -> None:
        if may_exclude or "weight" in entry:
            entry["exclusive"] = True
            return
        # Where only one answer is possible, nothing can stand beside it: such an option is one that declines.
        entry["opt_out"] = True
        why = "it excludes the others where only one can be given, and has no weight: read as one that declines"
        option.value.ledger.tell(option.value.path, "option that declines", why, "see whether it counts as missing")

    def _take_words(self, options: Options, written: list[_Option], link_id: str) -> None:
        for entry, option in zip(options.entries, written, strict=True):
            kind, owner = (Kind.OPTION_SET, options.option_set) if options.option_set else (Kind.OPTION, link_id)
            part = Part(kind, owner, entry["code"])
            holder, key = option.words
            if not self.words.take(part, holder, key) and option.kind not in ("Coding", "Reference"):
                self.words.put(part, str(option.value.value).strip() or entry["code"])
            for designation in holder.nodes("designation"):
                self.words.designation(part, designation)

    def _contained(self, named: str) -> Node | None:
        for resource in self.root.nodes("contained"):
            if resource.text("resourceType") == "ValueSet" and named in (
                f"#{resource.text('id')}",
                resource.text("url"),
            ):
                return resource
        return None


def _written(entry: Node) -> _Option | None:
    """An option of an item; None for one that says nothing that can be chosen."""
    found = entry.choice("value")
    if found is None:
        return None
    kind, value = found
    if kind == "Coding" and isinstance(value.value, dict):
        if not (value.text("code") or value.text("display")):
            return None
        return _Option(kind, value, (entry, value), (value, "display"))
    if kind == "Integer" and isinstance(value.value, int) and number_of(value.value) is not None:
        return _Option(kind, value, (entry,), (entry, "valueInteger"))
    if kind in ("String", "Date", "Time") and isinstance(value.value, str) and writing(value.value):
        return _Option(kind, value, (entry,), (entry, f"value{kind}"))
    return None


def _concepts(value_set: Node) -> list[Node]:
    """The codes of a value set that enumerates them: of its composition, else of its expansion."""
    compose = value_set.get("compose")
    includes = compose.nodes("include") if compose else []
    plain = [i for i in includes if i.nodes("concept") and not (i.get("filter") or i.get("valueSet"))]
    if includes and len(plain) == len(includes) and compose and not compose.get("exclude"):
        return [concept for include in plain for concept in include.nodes("concept") if concept.text("code")]
    expansion = value_set.get("expansion")
    return list(_contained_codes(expansion)) if expansion else []


def _contained_codes(above: Node) -> Iterable[Node]:
    for concept in above.nodes("contains"):
        if concept.text("code") and concept.value.get("abstract") is not True:
            yield concept
        yield from _contained_codes(concept)


def _our_set(written: list[_Option]) -> str | None:
    """The option set that our own export names in the coding system, where all options name the same."""
    systems = {option.value.text("system") for option in written if option.kind == "Coding"}
    found = _OUR_SET.search(next(iter(systems)) or "") if len(systems) == 1 else None
    if found is None or not WORD.fullmatch(found[1]) or any(option.kind != "Coding" for option in written):
        return None
    for option in written:
        option.value.carry_key("system")
    return found[1]


def _keys(option: _Option) -> list[Hashable]:
    """Under which a condition may name the option."""
    if option.kind != "Coding":
        return [(option.kind, str(option.value.value))]
    code = option.value.text("code")
    return [(option.kind, str(option.value.text("system")), str(code)), (option.kind, str(code))] if code else []


def _weight(option: _Option) -> Decimal | None:
    for element in option.marked:
        extension = element.extension(ORDINAL_VALUE, ITEM_WEIGHT)
        value = extension.choice("value") if extension else None
        number = number_of(value[1].value) if value else None
        if extension and value and number is not None:
            extension.carry_key("url")
            value[1].carry()
            return number
    return None


def _is_exclusive(option: _Option) -> bool:
    extension = option.marked[0].extension(OPTION_EXCLUSIVE)
    stated = extension.value.get("valueBoolean") if extension else None
    if extension and isinstance(stated, bool):
        extension.carry_key("url")
        extension.carry_key("valueBoolean")
    return stated is True
