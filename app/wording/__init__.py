"""The service's own words, by language: `fr.yaml`, `en.yaml`, `ar.yaml`, the same keys in each (a test checks it)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from questionnaires.errors import FileProblem, InstrumentInvalid
from questionnaires.strict_yaml import parse

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True)
class Wording:
    """The words of one language."""

    language: str
    words: Mapping[str, str]

    def say(self, key: str, **parts: object) -> str:
        """The sentence of a key, with its parts filled in. Raises KeyError for a key that does not exist."""
        return self.words[key].format(**parts)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, as HTML and XHTML write it."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True)
class Wordings:
    """Every language that the service speaks."""

    by_language: Mapping[str, Wording]

    @classmethod
    def load(cls) -> Self:
        """Read the files beside this one."""
        return cls({path.stem: _read(path) for path in sorted(Path(__file__).parent.glob("*.yaml"))})

    def best(self, wanted: Sequence[str], among: Sequence[str] = ()) -> Wording:
        """The words of the first wanted language that the service speaks; then of `among`; then English."""
        language = choose_language((*wanted, *among), tuple(self.by_language))
        return self.by_language[language or "en"]


def choose_language(wanted: Sequence[str], available: Sequence[str]) -> str | None:
    """The first wanted language that is available, whole (`fr-CA`) or by its first part (`fr`) (RFC 4647 lookup)."""
    for tag in wanted:
        for candidate in (tag, tag.split("-")[0]):
            if candidate in available:
                return candidate
    return None


def _read(path: Path) -> Wording:
    document = parse(path.name, path.read_text(encoding="utf-8"))
    if isinstance(document, FileProblem):
        raise InstrumentInvalid((document,))
    words = {f"{part}.{key}": text for part, entries in document.data.items() for key, text in entries.items()}
    return Wording(path.stem, words)
