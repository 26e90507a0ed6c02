"""The parts of a questionnaire that take words, and the words that a file has for them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from questionnaires.definition import Item, ItemType, Questionnaire


class Kind(StrEnum):
    """What a word is for."""

    TITLE = "title"
    INTRODUCTION = "introduction"
    ITEM = "item"
    HELP = "help"
    OPTION = "option"
    OPTION_SET = "option_set"
    CONCEPT = "concept"
    SCORE = "score"


NOT_DEMANDED = frozenset({Kind.HELP, Kind.CONCEPT, Kind.SCORE})
"""What the owner of a wording may give no words for; pages then show the name."""


class Part(NamedTuple):
    """One thing that takes words: a link id, set, concept or score as `key`, and the option's `code` where it is one.

    The options of an item that uses a set are parts of the set.
    """

    kind: Kind
    key: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """The words that a file has for one part, and where they stand in it."""

    part: Part
    words: str
    place: str


@dataclass(frozen=True, slots=True)
class FileWords:
    """What one file says, in its order.

    `names`: what such a file calls the three things that can be wrong (`key`, `code`, `words`). `problems`: what
    could not be read. `unused`: what was read and has no place in a text.
    """

    entries: tuple[Entry, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def parts_of(versions: Iterable[Questionnaire], scores: Iterable[str]) -> tuple[Part, ...]:
    """Every part of some versions of an instrument, once each, in the order of their documents."""
    items = [reach.item for version in versions for reach in version.reaches]
    found = [Part(Kind.TITLE), Part(Kind.INTRODUCTION)]
    for item in items:
        found += _parts_of_item(item)
    found += (Part(Kind.OPTION_SET, i.option_set, option.code) for i in items if i.option_set for option in i.options)
    found += (Part(Kind.CONCEPT, item.concept) for item in items if item.concept)
    found += (Part(Kind.SCORE, name) for name in scores)
    return tuple(dict.fromkeys(found))


def _parts_of_item(item: Item) -> Iterator[Part]:
    yield Part(Kind.ITEM, item.link_id)
    if item.type is not ItemType.DISPLAY:
        yield Part(Kind.HELP, item.link_id)
    if not item.option_set:
        yield from (Part(Kind.OPTION, item.link_id, option.code) for option in item.options)
