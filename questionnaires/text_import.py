"""The words of a file -> a text of a questionnaire, or everything that keeps them from being one."""

from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from questionnaires.answer_types import NOT_WRITING
from questionnaires.definition import Questionnaire
from questionnaires.instrument_files import TextFile
from questionnaires.shapes import advise
from questionnaires.text_parts import NOT_DEMANDED, Entry, FileWords, Kind, Part, parts_of
from questionnaires.translations import TextStatus, gaps_of_items, read_text

FIRST_REVISION = 1
"""What a text is until it is stored: its place among the revisions of its language is the store's to know."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a text says of itself besides its words. A title or an introduction goes before that of the file."""

    language: str
    status: TextStatus
    translator: str
    source: str
    title: str | None = None
    introduction: str | None = None


def text_file(
    words: FileWords, head: Head, versions: tuple[Questionnaire, ...], scores: tuple[str, ...]
) -> TextFile | tuple[str, ...]:
    """The text for these versions of one instrument, in the form of `text/<language>/<revision>.yaml`.

    What the file says must be sound before it is asked whether it says everything. A draft may have gaps. The words of
    concepts and scores are no part of a licensed wording, and may always be missing.
    """
    reader = _Reader(words, head, versions, scores)
    if reader.problems:
        return tuple(reader.problems)
    try:
        file = TextFile.model_validate(reader.form())
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        return tuple(f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}" for fault in faults)
    gaps = () if file.status == "draft" else gaps_of_items(read_text(file), versions)
    return tuple(f"the text claims to be {file.status}, but {gap}" for gap in gaps) or file


class _Reader:
    """Puts each entry in its place, and notes what has none."""

    def __init__(
        self, words: FileWords, head: Head, versions: tuple[Questionnaire, ...], scores: tuple[str, ...]
    ) -> None:
        self.head = head
        self.versions = versions
        self.names = words.names
        self.problems = list(words.problems)
        self.places = _places(versions, scores)
        self.read: dict[Part, Entry] = {}
        self.said: dict[Part, Entry] = {}
        for entry in words.entries:
            self.entry(entry)
        self.note_what_is_missing()

    def problem(self, entry: Entry, name: str, text: str) -> None:
        self.problems.append(f"{entry.place}, {self.names[name]}: {text}")

    def entry(self, entry: Entry) -> None:
        part = entry.part
        if part not in self.places:
            self.note_unknown(entry)
            return
        if part in self.read:
            self.problem(entry, "key", f"{_shown(part)} stands twice (first in {self.read[part].place})")
            return
        self.read[part] = entry
        if not entry.words:
            if part.kind not in NOT_DEMANDED and self.head.status != "draft":
                self.problem(entry, "words", f"{_shown(part)} has none")
        elif NOT_WRITING.search(entry.words):
            self.problem(entry, "words", f"{_shown(part)} has control characters that are not writing")
        else:
            self.put(entry)

    def put(self, entry: Entry) -> None:
        for place in self.places[entry.part]:
            earlier = self.said.setdefault(place, entry)
            if earlier.words != entry.words:
                text = f"{_shown(place)} is '{entry.words}' here and '{earlier.words}' in {earlier.place}"
                self.problem(entry, "words", f"{text}: the items that share a set share its words")

    def note_unknown(self, entry: Entry) -> None:
        kind, key, code = entry.part
        keys = {part.key for part in self.places if part.kind is kind}
        codes = {part.code for part in self.places if (part.kind, part.key) == (kind, key)}
        if key not in keys:
            self.problem(entry, "key", f"there is no {kind.value} '{key}': {_allowed(key, keys)}")
        else:
            self.problem(entry, "code", f"{_shown(Part(kind, key))} has no '{code}': {_allowed(code, codes)}")

    def note_what_is_missing(self) -> None:
        for name in (Kind.TITLE, Kind.INTRODUCTION):
            if getattr(self.head, name) is None and Part(name) not in self.read:
                self.problems.append(f"the {name.value} is missing: the file has none, and none was given beside it")
        for part in self.said:
            if part.kind in (Kind.HELP, Kind.OPTION) and Part(Kind.ITEM, part.key) not in self.said:
                self.problems.append(f"there are words for {_shown(part)}, but the item itself has no text")

    def form(self) -> dict[str, Any]:
        """The text as its YAML file would say it."""
        given = {name: value for name, value in asdict(self.head).items() if value is not None}
        return {
            "instrument": self.versions[0].instrument,
            "revision": FIRST_REVISION,
            "definitions": [version.version for version in self.versions],
            **{kind.value: words for kind in (Kind.TITLE, Kind.INTRODUCTION) for words in self.of(kind).values()},
            **given,
            "items": {key: self.item(key, text) for key, text in self.of(Kind.ITEM).items()},
            "option_sets": {part.key: self.codes(part) for part in self.said if part.kind is Kind.OPTION_SET},
            "concepts": self.of(Kind.CONCEPT),
            "scores": self.of(Kind.SCORE),
        }

    def of(self, kind: Kind) -> dict[str, str]:
        """Key -> words, of the parts of a kind that has no codes."""
        return {part.key: entry.words for part, entry in self.said.items() if part.kind is kind}

    def codes(self, of: Part) -> dict[str, str]:
        """Code -> words, of the options beside one of them."""
        return {p.code: entry.words for p, entry in self.said.items() if (p.kind, p.key) == (of.kind, of.key)}

    def item(self, link_id: str, text: str) -> dict[str, Any]:
        own = {"text": text, "options": self.codes(Part(Kind.OPTION, link_id))}
        helps = self.said.get(Part(Kind.HELP, link_id))
        return own | {"help": helps.words} if helps else own


def _places(versions: tuple[Questionnaire, ...], scores: tuple[str, ...]) -> dict[Part, tuple[Part, ...]]:
    """What a file may word -> where those words belong: those of an item's option, in the set that the item uses."""
    places: dict[Part, dict[Part, None]] = {part: {part: None} for part in parts_of(versions, scores)}
    for version in versions:
        for item in version.questions:
            for option in item.options if item.option_set else ():
                part = Part(Kind.OPTION, item.link_id, option.code)
                places.setdefault(part, {})[Part(Kind.OPTION_SET, item.option_set or "", option.code)] = None
    return {part: tuple(found) for part, found in places.items()}


def _shown(part: Part) -> str:
    """A part as a sentence names it: `option 'none' of 'pain'`."""
    if part.code:
        return f"{part.kind.value} '{part.code}' of '{part.key}'"
    return f"{part.kind.value} '{part.key}'" if part.key else f"the {part.kind.value}"


def _allowed(word: str, known: set[str]) -> str:
    return "it stays empty" if known == {""} else advise(word, tuple(sorted(known)))
