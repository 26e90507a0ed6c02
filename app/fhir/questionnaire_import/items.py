"""The items of an imported questionnaire, in the form of a definition."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.fhir.questionnaire_import.conditions import Conditions
from app.fhir.questionnaire_import.item_types import type_of
from app.fhir.questionnaire_import.ledger import Ledger, Node
from app.fhir.questionnaire_import.names import link_ids, writing
from app.fhir.questionnaire_import.numbers import number_of
from app.fhir.questionnaire_import.options import OptionReader, Options
from app.fhir.questionnaire_import.words import Words
from fhir_export import systems
from questionnaires.answer_types import MAX_LENGTH
from questionnaires.definition import AnswerOption, Item, ItemType
from questionnaires.text_fhir import HELP_CONTROLS
from questionnaires.text_parts import Kind, Part

LONGEST = 4_000
"""What `max_length` may be."""

_NUMBERS = (ItemType.INTEGER, ItemType.DECIMAL)
_UNIT_OPTION = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
_OUR_ITEMS = re.compile(r"/CodeSystem/[a-z][a-z0-9-]*\.items$")


@dataclass(frozen=True)
class ReadItems:
    """The items as the definition writes them, its option sets, and the link ids of its questions."""

    items: list[dict[str, Any]]
    option_sets: dict[str, list[dict[str, Any]]]
    questions: tuple[str, ...]


def read_items(root: Node, words: Words) -> ReadItems:
    """Read every item of the resource."""
    reader = _Reader(root, words)
    items = reader.items(root)
    used = {name: reader.options.sets[name] for name in reader.used_sets}
    return ReadItems(items, used, tuple(reader.conditions.earlier))


class _Reader:
    """Reads the items in document order, so that a condition sees the questions that stand before it."""

    def __init__(self, root: Node, words: Words) -> None:
        self.ledger: Ledger = root.ledger
        self.words = words
        self.options = OptionReader(root, words)
        self.used_sets: dict[str, None] = {}
        places = [(node.path, node.text("linkId")) for node in _walk(root)]
        self.link_ids = link_ids(places)
        names: dict[str, str] = {}
        for path, given in places:
            if given is not None:
                names.setdefault(given, self.link_ids[path])
        self.conditions = Conditions(names)

    def items(self, above: Node) -> list[dict[str, Any]]:
        return [self.item(node) for node in _items_of(above)]

    def item(self, node: Node) -> dict[str, Any]:
        link_id = self.link_id(node)
        worded = self.words.take(Part(Kind.ITEM, link_id), node, "text")
        children = _items_of(node)
        stated = node.text("type") or ""
        has_options = bool(node.nodes("answerOption")) or node.get("answerValueSet") is not None
        options = (
            self.options.read(node, link_id)
            if type_of(stated, has_options, bool(children)).takes_options
            else Options()
        )
        found = type_of(stated, bool(options.entries), bool(children))
        node.carry_key("type")
        if found.told:
            self.ledger.tell(node.path, *found.told)
        entry: dict[str, Any] = {"link_id": link_id, "type": found.type.value}
        if not worded and found.type is not ItemType.GROUP:
            self.ledger.tell(node.path, "item without words", "the file has none for it", "write them")
        self.put_help(node, link_id, found.type)
        self.put_flags(node, entry, found.type)
        self.put_limits(node, entry, found.type)
        if found.type is ItemType.CHOICE:
            self.put_options(entry, options)
        self.put_conditions(node, entry)
        if found.type not in (ItemType.GROUP, ItemType.DISPLAY):
            self.conditions.earlier[link_id] = (_as_item(entry, options), options)
        if children:
            entry["items"] = self.items(node)
        return entry

    def link_id(self, node: Node) -> str:
        link_id = self.link_ids[node.path]
        for coding in node.nodes("code"):
            # Our own export repeats the link id as a code.
            if coding.text("code") == link_id and _OUR_ITEMS.search(coding.text("system") or ""):
                coding.carry_key("system")
                coding.carry_key("code")
        given = node.get("linkId")
        if given is None or node.text("linkId") is None:
            why = "it has none that is a text: it got one of its place"
            self.ledger.tell(node.path, "item without a link id", why, "give it a name that says what it asks")
        elif given.value == link_id:
            given.carry()
        else:
            why = f"it does not fit, or stands twice: it is now '{link_id}'"
            given.change("link id", why, "use the new one; receivers that know the old one need to hear of it")
        return link_id

    def put_help(self, node: Node, link_id: str, type_: ItemType) -> None:
        for help_item in _helps_of(node) if type_ is not ItemType.DISPLAY else ():
            self.words.take(Part(Kind.HELP, link_id), help_item, "text")
            help_item.carry_key("type")
            control = help_item.extension(systems.ITEM_CONTROL_EXTENSION)
            if control:
                control.carry()
            own = help_item.get("linkId")
            if own:
                own.leave("link id of a help", "the help of an item is a part of its words", "nothing")

    def put_flags(self, node: Node, entry: dict[str, Any], type_: ItemType) -> None:
        is_question = type_ not in (ItemType.GROUP, ItemType.DISPLAY)
        for key in ("required", "repeats"):
            stated = node.get(key)
            if stated is None or not isinstance(stated.value, bool):
                continue
            if stated.value and not is_question:
                what, why = f"{key} on a {type_.value}", f"a {type_.value} is not answered, and does not repeat"
                stated.leave(what, why, "say it of the questions, or ask once for each repetition")
                continue
            stated.carry()
            if stated.value:
                entry[key] = True
        read_only = node.get("readOnly")
        if read_only is not None and read_only.value is False:
            read_only.carry()
        hidden = node.extension(systems.HIDDEN)
        if hidden and isinstance(hidden.value.get("valueBoolean"), bool):
            hidden.carry_key("url")
            hidden.carry_key("valueBoolean")
            if hidden.value["valueBoolean"]:
                entry["hidden"] = True

    def put_limits(self, node: Node, entry: dict[str, Any], type_: ItemType) -> None:
        limit = node.get("maxLength")
        if limit and type_ in MAX_LENGTH and type(limit.value) is int and limit.value > 0:
            if limit.value > LONGEST:
                limit.change("maxLength", f"a text has at most {LONGEST} characters", "nothing, if that is enough")
            else:
                limit.carry()
            if min(limit.value, LONGEST) != MAX_LENGTH[type_]:
                entry["max_length"] = min(limit.value, LONGEST)
        if type_ in _NUMBERS:
            self.put_range(node, entry)
            self.put_unit(node, entry)

    def put_range(self, node: Node, entry: dict[str, Any]) -> None:
        bounds: dict[str, tuple[Decimal, Node, Node]] = {}
        for key, url in (("minimum", systems.MIN_VALUE), ("maximum", systems.MAX_VALUE)):
            extension = node.extension(url)
            value = extension.choice("value") if extension else None
            number = number_of(value[1].value) if value else None
            if extension and value and number is not None:
                bounds[key] = (number, extension, value[1])
        if len(bounds) == 2 and bounds["minimum"][0] > bounds["maximum"][0]:
            return
        for key, (number, extension, element) in bounds.items():
            extension.carry_key("url")
            element.carry()
            entry[key] = number

    def put_unit(self, node: Node, entry: dict[str, Any]) -> None:
        extension = node.extension(systems.UNIT) or node.extension(_UNIT_OPTION)
        coding = extension.get("valueCoding") if extension else None
        for key in ("display", "code"):
            stated = coding.text(key) if coding else None
            if extension and coding and stated and writing(stated):
                extension.carry_key("url")
                coding.carry_key(key)
                entry["unit"] = writing(stated)
                return

    def put_options(self, entry: dict[str, Any], options: Options) -> None:
        if options.option_set is None:
            entry["options"] = options.entries
        else:
            entry["option_set"] = options.option_set
            self.used_sets[options.option_set] = None

    def put_conditions(self, node: Node, entry: dict[str, Any]) -> None:
        conditions = self.conditions.read(node)
        behaviour = node.get("enableBehavior")
        if behaviour and behaviour.value in ("all", "any"):
            behaviour.carry()
            if behaviour.value == "any" and conditions:
                entry["enable_behavior"] = "any"
        elif len(conditions) > 1:
            why = "the file does not say whether all conditions must hold, or any of them: read as all"
            self.ledger.tell(node.path, "enableBehavior", why, "see which of the two is meant")
        if conditions:
            entry["enable_when"] = conditions


def _as_item(entry: dict[str, Any], options: Options) -> Item:
    """The question as conditions ask it."""
    return Item(
        link_id=entry["link_id"],
        type=ItemType(entry["type"]),
        options=tuple(AnswerOption(option["code"]) for option in options.entries),
        minimum=entry.get("minimum"),
        maximum=entry.get("maximum"),
        max_length=entry.get("max_length"),
    )


def _walk(above: Node) -> Iterator[Node]:
    for node in _items_of(above):
        yield node
        yield from _walk(node)


def _items_of(above: Node) -> list[Node]:
    """The items in an element; the help of an item is not one of them."""
    helps = [found.path for found in _helps_of(above)]
    return [node for node in above.nodes("item") if node.path not in helps]


def _helps_of(item: Node) -> list[Node]:
    """The first child that is a display with the control of a help and nothing else to it."""
    if item.path == () or item.text("type") == "display":
        return []
    found = [child for child in item.nodes("item") if _is_help(child)]
    return found[:1]


def _is_help(child: Node) -> bool:
    if child.text("type") != "display" or child.get("item") or child.get("enableWhen") or not child.text("text"):
        return False
    control = child.extension(systems.ITEM_CONTROL_EXTENSION)
    concept = control.get("valueCodeableConcept") if control else None
    return any(coding.text("code") in HELP_CONTROLS for coding in concept.nodes("coding")) if concept else False
