"""One piece of advice for patients, in one version, and the words for it in each language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_CANONICAL = re.compile(r"([a-z][a-z0-9_-]*)@([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True, order=True)
class AdviceRef:
    """Which advice in which version. `str` gives its canonical form, such as `nausea@1`."""

    concept: str
    version: int

    def __str__(self) -> str:
        return f"{self.concept}@{self.version}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The advice that a canonical form names. Raises ValueError for any other text."""
        found = _CANONICAL.fullmatch(text)
        if found is None:
            raise ValueError("advice is named by its concept and version: concept@1")
        return cls(found[1], int(found[2]))


@dataclass(frozen=True, slots=True)
class AdviceWords:
    """What a patient reads: what it is about, what they can do themselves, when to call the care team at once."""

    title: str
    text: str
    call_if: str


@dataclass(frozen=True, slots=True)
class Advice:
    """One version of the advice on one concept.

    `at_least` is the lowest value of the concept's line score at which it is shown: never 0. `references` are keys of
    `references.yaml`. `words` are by language.
    """

    ref: AdviceRef
    at_least: int
    references: tuple[str, ...]
    words: Mapping[str, AdviceWords]
    digest: str
