"""Two revisions of a text, words by words."""

from collections.abc import Iterator, Mapping

from questionnaires.differences import Difference, Impact, Path, compare_forms
from questionnaires.digests import canonical
from questionnaires.instrument_files import TextFile

_WHICH_TEXT = frozenset({"instrument", "language", "revision"})
_NOT_SHOWN = frozenset({"status", "definitions", "translator", "source"})


def compare_texts(before: Mapping[str, TextFile], after: Mapping[str, TextFile]) -> Iterator[Difference]:
    """Language by language: a language that came or went, and every word that differs."""
    for language in dict.fromkeys((*after, *before)):
        part = f"text {language}"
        old, new = before.get(language), after.get(language)
        if old is None or new is None:
            titles = (old.title if old else None, new.title if new else None)
            yield Difference(part, "", "removed" if new is None else "added", *titles, Impact.DISPLAY)
            continue
        forms = (canonical(old, without=_WHICH_TEXT), canonical(new, without=_WHICH_TEXT))
        yield from compare_forms(part, "", *forms, _impact)


def _impact(path: Path) -> Impact:
    return Impact.NONE if path[0] in _NOT_SHOWN else Impact.DISPLAY
