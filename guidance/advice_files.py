"""The shapes of the advice files: `advice/<concept>.yaml`, and how each of its versions is read."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from guidance.advice import Advice, AdviceRef, AdviceWords
from questionnaires.digests import canonical, digest
from questionnaires.instrument_files import Word
from questionnaires.shapes import Shape


class WordsEntry(Shape):
    """The words of one language: a title, two or three sentences, and one that says when to call."""

    title: str
    text: str
    call_if: str


class LanguagesEntry(Shape):
    """The words in every language that the service speaks: none may be missing."""

    fr: WordsEntry
    en: WordsEntry
    ar: WordsEntry


class VersionEntry(Shape):
    """One version of a piece of advice. `from` is the lowest value at which it is shown."""

    version: Annotated[int, Field(ge=1, lt=10**9)]
    at_least: Annotated[int, Field(alias="from", ge=1)] = 1
    references: Annotated[tuple[Word, ...], Field(min_length=1)]
    words: LanguagesEntry


class AdviceFile(Shape):
    """`advice/<concept>.yaml`: every version of the advice on one concept, the newest last."""

    concept: Word
    versions: tuple[VersionEntry, ...]

    @model_validator(mode="after")
    def _versions_rise(self) -> Self:
        if not self.versions:
            raise ValueError("a file holds at least one version")
        if any(later.version <= earlier.version for earlier, later in pairwise(self.versions)):
            raise ValueError("each version has a higher number than the one before it")
        return self


def advice_of(concept: str, entry: VersionEntry) -> Advice:
    """A version as the rest of the package knows it. Its digest is of all that its file says of it."""
    words = {language: AdviceWords(**dict(said)) for language, said in entry.words}
    form = {"concept": concept, **canonical(entry)}
    return Advice(AdviceRef(concept, entry.version), entry.at_least, entry.references, words, digest(form))
