"""A FHIR R4 Questionnaire -> what an instrument folder says, and what became of each of its elements."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.fhir.questionnaire_import.items import ReadItems, read_items
from app.fhir.questionnaire_import.ledger import Ledger, Node
from app.fhir.questionnaire_import.names import VERSION, instrument_id, writing
from app.fhir.questionnaire_import.words import Words
from questionnaires.claims import takes_protected_name
from questionnaires.text_parts import Kind, Part

TO_BE_WRITTEN = "To be written."
ASSUMED_RECALL = "P7D"


class NotAQuestionnaire(Exception):
    """The file holds something else; the message says what."""


@dataclass(frozen=True)
class Imported:
    """What came out of one resource. `words`: language -> what is said there."""

    instrument: str
    title: str
    purpose: str
    version: str
    date: str
    recall_period: str
    holder: str
    terms: str | None
    citation: str
    url: str | None
    items: ReadItems
    words: dict[str, dict[Part, str]]
    ledger: Ledger


def import_questionnaire(resource: Any, *, today: date, wanted_id: str | None = None) -> Imported:
    """Read a parsed resource. It may be mangled in any way: what cannot be read is listed in the ledger.

    `today` stands in for a date that the file does not have. Raises NotAQuestionnaire.
    """
    if not isinstance(resource, dict) or resource.get("resourceType") != "Questionnaire":
        stated = resource.get("resourceType") if isinstance(resource, dict) else None
        said = f"a {writing(stated)}" if isinstance(stated, str) and writing(stated) else "no FHIR resource"
        raise NotAQuestionnaire(f"the file holds {said}: give one FHIR R4 Questionnaire")
    root = Node(Ledger.of(resource), (), resource)
    root.carry_key("resourceType")
    head = _Head(root)
    words = Words(root)
    instrument = wanted_id or head.instrument()
    title = head.put_title(words, instrument)
    items = read_items(root, words)
    head.plain()
    found = Imported(
        instrument=instrument,
        title=title,
        purpose=head.words("purpose") or TO_BE_WRITTEN,
        version=head.version(),
        date=head.day(today),
        recall_period=head.recall_period(),
        holder=head.words("publisher") or "Not named in the imported file.",
        terms=head.words("copyright"),
        citation=head.citation(words.by_language[words.language][Part(Kind.TITLE)]),
        url=head.words("url"),
        items=items,
        words=words.by_language,
        ledger=root.ledger,
    )
    root.ledger.list_the_rest()
    return found


class _Head:
    """The elements of the resource itself."""

    def __init__(self, root: Node) -> None:
        self.root = root

    def words(self, key: str) -> str | None:
        """A text for people, as it is; None where there is none."""
        element, stated = self.root.get(key), self.root.text(key)
        if element is None or stated is None or not writing(stated):
            return None
        element.carry()
        return writing(stated)

    def instrument(self) -> str:
        """The id: of the canonical's last part, else of the id, the name or the title."""
        url = self.root.text("url") or ""
        candidates = (url.rstrip("/").rpartition("/")[2], *(self.root.text(key) for key in ("id", "name", "title")))
        # What bears a protected name must be it, to the last attribute: that FHIR says too little for.
        found = instrument_id(*(None if takes_protected_name(c or "") else c for c in candidates))
        for key in ("id", "name"):
            element = self.root.get(key)
            if element and element.value == found:
                element.carry()
        return found

    def put_title(self, words: Words, instrument: str) -> str:
        """Title and introduction, which every text must have; gives the title."""
        title, introduction = Part(Kind.TITLE), Part(Kind.INTRODUCTION)
        for part, key in ((title, "title"), (introduction, "description")):
            if not words.take(part, self.root, key):
                why = f"the file has no {key} that can be read: '{TO_BE_WRITTEN}' stands there, or the instrument's id"
                self.root.ledger.tell(self.root.path, key, why, "write it")
        words.put(title, self.words("title") or instrument)
        words.put(introduction, TO_BE_WRITTEN)
        titles = [said[title] for said in words.by_language.values() if title in said]
        if not any(takes_protected_name(said) for said in titles):
            return words.by_language[words.language][title]
        why = f"it is a protected name: the instrument is called {instrument} until it has all that the name promises"
        self.root.ledger.tell(
            self.root.path, "protected name", why, "see 'Protected names' in questionnaires/README.md"
        )
        return instrument

    def plain(self) -> None:
        """What says only what holds for every instrument anyway."""
        if self.root.value.get("subjectType") == ["Patient"]:
            self.root.carry_key("subjectType")
        if self.root.value.get("status") == "draft":
            self.root.carry_key("status")

    def version(self) -> str:
        """The version, where an instrument may have it; else the first."""
        element, stated = self.root.get("version"), self.root.text("version")
        if element and stated and VERSION.fullmatch(stated):
            element.carry()
            return stated
        if element:
            why = "a version is two or three numbers (2.1, 2.1.0): this one is 1.0.0; the references keep the file's"
            element.change("version", why, "nothing")
        return "1.0.0"

    def recall_period(self) -> str:
        """FHIR has no element for it: a week is assumed, and told."""
        why = f"FHIR names none: {ASSUMED_RECALL} is assumed"
        self.root.ledger.tell(self.root.path, "recall period", why, "set the time that the answers look back on")
        return ASSUMED_RECALL

    def day(self, today: date) -> str:
        """The day of the version; the day of the import where the file names no day that exists."""
        element, stated = self.root.get("date"), self.root.text("date") or ""
        found = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", stated)
        if element and found and _exists(found[0]):
            if found[0] == stated:
                element.carry()
            else:
                element.change("date", "a definition has a day, no time", "nothing")
            return found[0]
        if element:
            element.leave("date", "it names no day: the day of the import stands there", "write the day")
        return today.isoformat()

    def citation(self, title: str) -> str:
        """The source, as `references.yaml` names it."""
        version = self.root.text("version")
        parts = (self.words("publisher"), title, f"version {writing(version)}" if version else None)
        return ". ".join(part for part in parts if part) + ". FHIR Questionnaire."


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
