"""What calls itself by a protected name must be what that name promises, or it is refused.

PRO-CTCAE may not be asked over another time than the last 7 days, without all attributes of a term, with items changed
or added, or in a translation that its owner does not list (US National Cancer Institute, terms of use and FAQs).
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from questionnaires.definition import Attribute, Item, ItemType, Questionnaire
from questionnaires.instrument_files import InstrumentFile, LicenceFile
from questionnaires.published_structure import PublishedStructure, PublishedTerm, published_structures
from questionnaires.shapes import advise
from questionnaires.strict_yaml import Path
from questionnaires.translations import Text

_OWN_WORDS = (ItemType.TEXT, ItemType.STRING)
"""A person's own words ask no term: they may stand beside published items."""

_HIGHEST_CODE = {Attribute.PRESENCE: 1}
_HIGHEST_CODE_OF_OTHERS = 4


class Breach(NamedTuple):
    """Where an instrument is not what it calls itself, and how to mend it."""

    file: str
    path: Path
    text: str


def breaches(
    about: InstrumentFile,
    licence: LicenceFile,
    versions: Mapping[str, Questionnaire],
    texts: Mapping[str, Iterable[Text]],
) -> Iterator[Breach]:
    """Every breach of every protected name that an instrument takes: in its id, its title or the title of a text."""
    every_text = [text for revisions in texts.values() for text in revisions]
    for published in published_structures():
        claimed = _where_claimed(published, about, every_text)
        if claimed is not None:
            claim = _Claim(published, claimed)
            for version in versions.values():
                yield from claim.breaches_of_version(version)
            for text in every_text:
                yield from claim.breaches_of_text(text, licence)


def takes_protected_name(said: str) -> bool:
    """Whether an id or a title bears a protected name, however it is written."""
    letters = _letters(said)
    return any(_letters(name) in letters for published in published_structures() for name in published.names)


def _where_claimed(published: PublishedStructure, about: InstrumentFile, texts: Iterable[Text]) -> str | None:
    """What of the instrument bears the name, or None where nothing does."""
    named = {"its id": about.id, "its title": about.title} | {f"the title of {_file(t)}": t.title for t in texts}
    names = [_letters(name) for name in published.names]
    return next((where for where, said in named.items() if any(name in _letters(said) for name in names)), None)


def _letters(said: str) -> str:
    """A name without what is written differently from hand to hand: case, hyphens, spaces, signs such as TM."""
    letters = "".join(letter for letter in said if letter.isalnum())
    return unicodedata.normalize("NFKC", letters).casefold()


def _file(text: Text) -> str:
    return f"text/{text.language}/{text.revision}.yaml"


class _Claim:
    """One name that an instrument takes. `claimed` says where it does."""

    def __init__(self, published: PublishedStructure, claimed: str) -> None:
        self.published = published
        self.name = published.name
        self.otherwise = f"or do not call the instrument {self.name} ({claimed} does)"
        self.by_link_id = published.terms_by_link_id()
        self.by_concept = published.terms_by_concept()

    def breaches_of_version(self, version: Questionnaire) -> Iterator[Breach]:
        """Another recall period, items that are not published or not as published, and attributes that are lacking."""
        file = f"definition/{version.version}.yaml"
        wanted = self.published.recall_period
        if version.recall_period != wanted:
            text = f"{self.name} asks about {wanted}, this definition about {version.recall_period}"
            yield Breach(file, ("recall_period",), f"{text}: write recall_period: {wanted}, {self.otherwise}")
        asked: dict[str, tuple[PublishedTerm, Path, set[Attribute | None]]] = {}
        for item, path in _asked(version.items, ("items",)):
            if item.type in _OWN_WORDS:
                continue
            for text in self.faults(item):
                yield Breach(file, path, f"{text}, {self.otherwise}")
            term = self.by_link_id.get(item.link_id) or self.by_concept.get(item.concept or "")
            if term is not None:
                attribute = term.items.get(item.link_id, item.attribute)
                asked.setdefault(term.concept, (term, path, set()))[2].add(attribute)
        for term, path, attributes in asked.values():
            lacking = [f"{attribute.value} ({i})" for i, attribute in term.items.items() if attribute not in attributes]
            if lacking:
                text = f"{self.name} asks {term} by {' and '.join(lacking)} too: add that, leave the term out"
                yield Breach(file, path, f"{text}, {self.otherwise}")

    def faults(self, item: Item) -> Iterator[str]:
        """Where one item is not as published."""
        term = self.by_link_id.get(item.link_id)
        if term is None:
            meant = self.by_concept.get(item.concept or "")
            instead = f"use {' and '.join(meant.items)} for {meant}" if meant else "leave it out"
            yield f"'{item.link_id}' is no published item of {self.name}: {instead}"
            return
        attribute = term.items[item.link_id]
        if item.attribute is not attribute:
            yield f"'{item.link_id}' is published as attribute: {attribute.value}. Write that"
        highest = _HIGHEST_CODE.get(attribute, _HIGHEST_CODE_OF_OTHERS)
        weights = {option.code: option.weight for option in item.options if not option.opt_out}
        if item.repeats or weights != {str(code): code for code in range(highest + 1)}:
            yield f"'{item.link_id}' is published as a choice of one code from 0 to {highest}, each its own weight"

    def breaches_of_text(self, text: Text, licence: LicenceFile) -> Iterator[Breach]:
        """A translation that the licence does not name as one that the owner lists."""
        if text.language not in licence.translations:
            hint = advise(text.language, tuple(licence.translations))
            says = f"licence.yaml lists no translation '{text.language}' of {self.name}: {hint}"
            mend = f"Take the text away, write there (translations) where the {self.published.owner} lists it"
            yield Breach(_file(text), ("language",), f"{says}. {mend}, {self.otherwise}")


def _asked(items: tuple[Item, ...], path: Path) -> Iterator[tuple[Item, Path]]:
    """Every question that a person is shown, with its place in the file."""
    for position, item in enumerate(items):
        if item.hidden:
            continue
        here = (*path, position)
        if item.is_question:
            yield item, here
        yield from _asked(item.items, (*here, "items"))
