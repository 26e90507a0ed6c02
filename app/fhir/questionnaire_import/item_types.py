"""The type that an imported item gets, and what there is to say about it."""

from dataclasses import dataclass

from questionnaires.definition import ItemType

Told = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class FoundType:
    """A type; `told` is what, why and what to do, where it is not the one that the file names."""

    type: ItemType
    told: Told | None = None

    @property
    def takes_options(self) -> bool:
        """Whether the options of the item are to be read."""
        return self.type is ItemType.CHOICE


_OPTIONS_ADDED = "see whether the answers may be codes"
_NEAREST = {
    "open-choice": (ItemType.CHOICE, "an answer in other words has no place beside the options", "add a text item"),
    "coding": (ItemType.CHOICE, "it is a choice here", "nothing"),
    "quantity": (ItemType.DECIMAL, "a number has one fixed unit", "set `unit`, and a minimum and maximum"),
    "url": (ItemType.STRING, "there is no type for addresses", "see whether a text is enough"),
    "reference": (ItemType.STRING, "an answer refers to no other resource", "see whether a text is enough"),
    "attachment": (ItemType.DISPLAY, "files cannot be sent", "take the item out, or ask in words"),
    "question": (ItemType.TEXT, "it names no type of answer", "choose one"),
}
_MAY_HAVE_OPTIONS = ("integer", "date", "time", "string", "text", "question")


def type_of(stated: str, has_options: bool, has_children: bool) -> FoundType:
    """The nearest type to the one that is stated, for an item with or without options and children."""
    found = _by_name(stated, has_options, has_children)
    if found.type is ItemType.CHOICE and not has_options:
        why = "its options are not in the file, and a choice needs them: it is a string"
        return FoundType(ItemType.STRING, (f"{stated} without options", why, "write the options, make it a choice"))
    if found.type is ItemType.DISPLAY and has_children:
        why = "a display holds no items: it is a group"
        return FoundType(ItemType.GROUP, found.told or ("display with items", why, "nothing"))
    if found.type is ItemType.GROUP and not has_children:
        why = "a group holds items, and this one has none: it is a display"
        return FoundType(ItemType.DISPLAY, found.told or ("group without items", why, "see whether it is needed"))
    return found


def _by_name(stated: str, has_options: bool, has_children: bool) -> FoundType:
    if has_options and stated in _MAY_HAVE_OPTIONS:
        why = "only a choice has options: it is one, and its answers are codes"
        return FoundType(ItemType.CHOICE, (f"{stated} with options", why, _OPTIONS_ADDED))
    if stated in tuple(ItemType):
        return FoundType(ItemType(stated))
    if stated in _NEAREST:
        nearest, why, todo = _NEAREST[stated]
        return FoundType(nearest, (f"type {stated}", f"{why}: it is a {nearest.value}", todo))
    nearest = ItemType.CHOICE if has_options else ItemType.GROUP if has_children else ItemType.TEXT
    why = f"it is no type of R4: it is a {nearest.value}"
    return FoundType(nearest, ("type of an item", why, "choose the type that is meant"))
