"""The service's own words, by language: `fr.yaml`, `en.yaml`, `ar.yaml`, the same keys in each (a test checks it).

A sentence that counts has one form for each plural of its language (Unicode CLDR: `one`, `few`, `other` ...).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

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

    def count(self, key: str, number: int, **parts: object) -> str:
        """The sentence of a key for so many of something, which it calls `{count}`."""
        form = f"{key}.{_plural(self.language, number)}"
        words = self.words[form if form in self.words else f"{key}.other"]
        return words.format(count=format_decimal(number, locale=self.language), **parts)

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

    @property
    def names(self) -> list[tuple[str, str]]:
        """Each language, and what it calls itself: what a page offers to choose from."""
        return [(code, language_name(code)) for code in self.by_language]


def choose_language(wanted: Sequence[str], available: Sequence[str]) -> str | None:
    """The first wanted language that is available, whole (`fr-CA`) or by its first part (`fr`) (RFC 4647 lookup)."""
    for tag in wanted:
        for candidate in (tag, tag.split("-")[0]):
            if candidate in available:
                return candidate
    return None


@lru_cache(maxsize=256)
def language_name(code: str) -> str:
    """A language's name for itself, such as `Français`; its code where nobody has told us the name."""
    try:
        name = Locale.parse(code, sep="-").get_display_name()
    except (UnknownLocaleError, ValueError):
        name = None
    return name.capitalize() if name else code


def _read(path: Path) -> Wording:
    document = parse(path.name, path.read_text(encoding="utf-8"))
    if isinstance(document, FileProblem):
        raise InstrumentInvalid((document,))
    return Wording(path.stem, dict(_flat(document.data)))


def _flat(entries: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, entry in entries.items():
        if isinstance(entry, str):
            yield f"{above}{key}", entry
        else:
            yield from _flat(entry, f"{above}{key}.")


@lru_cache(maxsize=1_024)
def _plural(language: str, number: int) -> str:
    return str(Locale(language).plural_form(number))
