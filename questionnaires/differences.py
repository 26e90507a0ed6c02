"""What changed between two versions of something published, and what each change means for the patient."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from typing import Any

Path = tuple[str, ...]


class Impact(StrEnum):
    """The clinical impact of a change, least first.

    `none`: documents, sources, statuses. `display`: what a person reads. `scoring`: a score's value, or what it may be
    compared with. `safety`: whether an alert is raised.
    """

    NONE = "none"
    DISPLAY = "display"
    SCORING = "scoring"
    SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: in which part, of which thing there, what of it, from what to what (None: not there)."""

    part: str
    about: str
    what: str
    before: str | None
    after: str | None
    impact: Impact


def highest(impacts: Iterable[Impact]) -> Impact:
    """The most serious of some impacts; `none` of none."""
    return max(impacts, key=list(Impact).index, default=Impact.NONE)


def compare_forms(
    part: str, about: str, before: Mapping[str, Any], after: Mapping[str, Any], impact_of: Callable[[Path], Impact]
) -> Iterator[Difference]:
    """Every leaf that differs between two plain forms, named by its path; a list is one leaf.

    It knows no field by name, so that a field that a shape gains later is compared from its first day.
    """
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for path in dict.fromkeys((*old, *new)):
        if old.get(path) != new.get(path):
            yield Difference(part, about, ".".join(path), shown(old.get(path)), shown(new.get(path)), impact_of(path))


def shown(value: Any) -> str | None:
    """A value in few words, as a table shows it; None for what is not there, and for an empty list."""
    if value is None or value == ():
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {shown(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return ", ".join(shown(inner) or "" for inner in value) or None
    return " ".join(shown(inner) or "" for inner in form_of(value).values()) if is_dataclass(value) else str(value)


def form_of(value: Any) -> dict[str, Any]:
    """The fields of one of our frozen objects as a plain mapping; what it derives from them is left out."""
    return {field.name: getattr(value, field.name) for field in fields(value) if field.init}


def _leaves(form: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, value in form.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*above, str(key)))
        else:
            yield (*above, str(key)), value
