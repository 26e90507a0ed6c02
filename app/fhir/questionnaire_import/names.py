"""Names as the instrument files write them: link ids, codes, sets, texts. The same input gives the same names."""

import re
from collections.abc import Collection, Hashable, Iterable

from questionnaires.answer_types import NOT_WRITING
from questionnaires.instrument_files import (
    CODE_PATTERN,
    INSTRUMENT_ID_PATTERN,
    LANGUAGE_PATTERN,
    LINK_ID_PATTERN,
    VERSION_PATTERN,
    WORD_PATTERN,
)

# To be asked with `fullmatch`: for Python, a `$` alone would let a line break stand at the end.
LINK_ID = re.compile(LINK_ID_PATTERN)
CODE = re.compile(CODE_PATTERN)
INSTRUMENT_ID = re.compile(INSTRUMENT_ID_PATTERN)
WORD = re.compile(WORD_PATTERN)
LANGUAGE = re.compile(LANGUAGE_PATTERN)
VERSION = re.compile(VERSION_PATTERN)

_ROOM = 56
"""Characters of a name that leave room for a number after it."""


def link_ids(given: Iterable[tuple[Hashable, str | None]]) -> dict[Hashable, str]:
    """Place -> link id. One that fits and stands first keeps its name; the others get names that nobody has."""
    entries = list(given)
    kept: dict[str, Hashable] = {}
    for place, name in entries:
        if name is not None and LINK_ID.fullmatch(name):
            kept.setdefault(name, place)
    taken = set(kept)
    found: dict[Hashable, str] = {}
    for number, (place, name) in enumerate(entries, start=1):
        if name is not None and kept.get(name) == place:
            found[place] = name
        else:
            found[place] = unused(_starting_with_a_letter(name or "", number), taken)
            taken.add(found[place])
    return found


def code_for(given: str | None, number: int, taken: Collection[str]) -> str:
    """A code for an option: its own where it fits, else one made of it, else one of its place."""
    cleaned = re.sub(r"[^A-Za-z0-9_.-]+", "-", given or "").strip("-_.")
    return unused(cleaned[:_ROOM] if given is None or not CODE.fullmatch(given) else given, taken, f"option-{number}")


def word_for(given: str, taken: Collection[str]) -> str:
    """A name for an option set."""
    return unused(re.sub(r"^[^a-z]+", "", _lower(given))[:_ROOM].rstrip("-"), taken, "options")


def instrument_id(*candidates: str | None) -> str:
    """The first candidate that can be made an instrument's id."""
    for candidate in candidates:
        cleaned = re.sub(r"^[^a-z]+", "", _lower(candidate or ""))[:40].strip("-")
        if INSTRUMENT_ID.fullmatch(cleaned):
            return cleaned
    return "imported"


def unused(wanted: str, taken: Collection[str], otherwise: str = "item") -> str:
    """A name that nobody has: the wanted one, or the same with the first free number after it."""
    name, number = wanted or otherwise, 1
    while name in taken:
        number += 1
        name = f"{(wanted or otherwise)[:_ROOM]}-{number}"
    return name


def writing(text: str) -> str:
    """A text without what is not writing (control characters, lone surrogates), and without spaces around it."""
    return NOT_WRITING.sub("", text).strip()


def _starting_with_a_letter(given: str, number: int) -> str:
    cleaned = re.sub(r"[^A-Za-z0-9_-]+", "-", given).strip("-")[:_ROOM]
    if not cleaned:
        return f"item-{number}"
    return cleaned if cleaned[0].isalpha() else f"q-{cleaned.lstrip('_-')}"


def _lower(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
