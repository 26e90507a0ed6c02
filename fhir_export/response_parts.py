"""What every response to one questionnaire in the same words has in common: built once, and shared.

A page holds hundreds of answers to a few dozen questions. Resources share these parts, so nobody may change one in
place (as in `observation_parts.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fhir_export.artefacts import definition_and_text
from fhir_export.encoding import Resource
from fhir_export.typed_values import typed
from questionnaires.definition import Item, ItemType, Questionnaire, Value
from questionnaires.translations import Text

_MOST_REMEMBERED: Final = 256


@dataclass(frozen=True, slots=True)
class Worded:
    """A questionnaire and the words that a response was given to; None where the installation has none."""

    questionnaire: Questionnaire
    text: Text | None

    def __hash__(self) -> int:
        """By the digests of what was published: it would take long to go through the items."""
        return hash((self.questionnaire.canonical, self.questionnaire.digest, self.text.digest if self.text else None))


@dataclass(frozen=True, slots=True)
class ItemParts:
    """One item: how it begins, its options as answers, and the whole of it where it was answered with one of them.

    `whole` is empty where children may stand under the answer, and where the answer is no option.
    """

    item: Item
    begun: Resource
    chosen: Mapping[Value, Resource]
    whole: Mapping[Value, Resource]
    items: tuple["ItemParts", ...]


@dataclass(frozen=True, slots=True)
class ResponseParts:
    """What stands in every response, and the items."""

    extension: Sequence[Resource]
    canonical: str
    items: tuple[ItemParts, ...]


@lru_cache(maxsize=_MOST_REMEMBERED)
def parts_of(worded: Worded) -> ResponseParts:
    """The constant parts, built when they are asked for first."""
    questionnaire = worded.questionnaire
    return ResponseParts(
        extension=[definition_and_text(questionnaire, worded.text)],
        canonical=questionnaire.canonical,
        items=tuple(_item(worded, item) for item in questionnaire.items),
    )


def _item(worded: Worded, item: Item) -> ItemParts:
    begun: Resource = {"linkId": item.link_id}
    if worded.text and item.link_id in worded.text.items:
        begun["text"] = worded.text.items[item.link_id]
    chosen: dict[Value, Resource] = {}
    if item.type is ItemType.CHOICE:
        codes = (option.code for option in item.options)
        chosen = {code: typed("value", worded.questionnaire, item, code, worded.text) for code in codes}
    whole = {} if item.items else {code: begun | {"answer": [answer]} for code, answer in chosen.items()}
    return ItemParts(item, begun, chosen, whole, tuple(_item(worded, child) for child in item.items))
