"""The published structure of instruments whose name is protected: which items there are, and what belongs together."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from questionnaires.definition import Attribute
from questionnaires.errors import InstrumentInvalid
from questionnaires.folder import Folder
from questionnaires.instrument_files import LinkId, RecallPeriod, Word
from questionnaires.shapes import Shape


class PublishedTerm(Shape):
    """One symptom: its number and name as published, our word for it, and its items with what each asks of it."""

    number: Annotated[int, Field(ge=1)]
    label: str
    concept: Word
    items: Annotated[dict[LinkId, Attribute], Field(min_length=1)]

    def __str__(self) -> str:
        return f"term {self.number} ({self.label})"


class PublishedStructure(Shape):
    """`published/<id>.yaml`: what may call itself by one of these names. The first name is the one that is shown."""

    names: Annotated[tuple[str, ...], Field(min_length=1)]
    owner: str
    source: str
    recall_period: RecallPeriod
    terms: Annotated[tuple[PublishedTerm, ...], Field(min_length=1)]

    @property
    def name(self) -> str:
        """What the instrument is called in a sentence."""
        return self.names[0]

    def terms_by_link_id(self) -> Mapping[str, PublishedTerm]:
        """Link id of a published item -> its term."""
        return {link_id: term for term in self.terms for link_id in term.items}

    def terms_by_concept(self) -> Mapping[str, PublishedTerm]:
        """Concept word -> the term that asks it."""
        return {term.concept: term for term in self.terms}


@cache
def published_structures() -> tuple[PublishedStructure, ...]:
    """Those that ship beside this module."""
    return read_structures(Folder(Path(__file__).parent / "published"))


def read_structures(folder: Folder) -> tuple[PublishedStructure, ...]:
    """The structures of a folder. Raises InstrumentInvalid with every damage of its files."""
    found = [folder.read(name, PublishedStructure) for name in folder.files("", ".yaml")]
    if folder.problems:
        raise InstrumentInvalid(tuple(sorted(folder.problems)))
    return tuple(structure for structure in found if structure is not None)
