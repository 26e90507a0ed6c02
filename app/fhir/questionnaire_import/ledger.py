"""What became of every element of an imported resource: it was carried over, or it is listed with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

Path = tuple[str | int, ...]

_EXTENSIONS = ("extension", "modifierExtension")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that did not come over as it was: what, why, what an author does about it, and where it stands."""

    what: str
    why: str
    todo: str
    paths: tuple[str, ...]


@dataclass
class Ledger:
    """The leaves of one resource (values, and empty lists and objects), and what became of each."""

    leaves: dict[Path, Any]
    carried: set[Path] = field(default_factory=set)
    listed: set[Path] = field(default_factory=set)
    _told: dict[tuple[str, str, str], list[Path]] = field(default_factory=dict)

    @classmethod
    def of(cls, resource: Any) -> Self:
        """An empty ledger of a resource."""
        return cls(dict(_leaves(resource, ())))

    def tell(self, path: Path, what: str, why: str, todo: str) -> None:
        """Note that what stands at a path did not come over as it was."""
        self._told.setdefault((what, why, todo), []).append(path)

    def list_the_rest(self) -> None:
        """List every leaf that nothing was said of: nothing is lost in silence."""
        for path in self.leaves:
            if path not in self.carried and path not in self.listed:
                what = self._name_of(path)
                self.tell(path, what, *next((_REASONS[end] for end in _ends(what) if end in _REASONS), _NO_PLACE))
                self.listed.add(path)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was told, in the order of the resource; the same thing in many places is one finding."""
        order: dict[Path, int] = {}
        for number, path in enumerate(self.leaves):
            for length in range(len(path) + 1):
                order.setdefault(path[:length], number)
        told = sorted(self._told.items(), key=lambda entry: min(order[path] for path in entry[1]))
        return tuple(Finding(*key, tuple(dict.fromkeys(pointer(path) for path in paths))) for key, paths in told)

    def _name_of(self, path: Path) -> str:
        """An element without its place: an extension by its url, another by the names that lead to it from its item."""
        for position, step in enumerate(path[:-1]):
            if step in _EXTENSIONS and isinstance(path[position + 1], int):
                url = self.leaves.get((*path[: position + 2], "url"))
                return f"{step} {url}" if isinstance(url, str) else str(step)
        names = [step for step in path if isinstance(step, str)]
        while names[:2] == ["item", "item"]:
            names.pop(0)
        return ".".join(names) or "resource"


@dataclass(frozen=True, slots=True)
class Node:
    """One element of the resource with its place; what is read from it is marked in the ledger."""

    ledger: Ledger
    path: Path
    value: Any

    def get(self, key: str) -> "Node | None":
        """The element of that name, or None where there is none."""
        if isinstance(self.value, dict) and key in self.value:
            return Node(self.ledger, (*self.path, key), self.value[key])
        return None

    def text(self, key: str) -> str | None:
        """The text of that name; None where there is none, or something else."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return found if isinstance(found, str) else None

    def nodes(self, key: str) -> list["Node"]:
        """The objects of the list of that name; what is no object is left to be listed."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        entries = enumerate(found) if isinstance(found, list) else ()
        return [Node(self.ledger, (*self.path, key, n), entry) for n, entry in entries if isinstance(entry, dict)]

    def extension(self, *urls: str) -> "Node | None":
        """The first extension with one of these urls."""
        return next((found for found in self.nodes("extension") if found.text("url") in urls), None)

    def choice(self, prefix: str) -> "tuple[str, Node] | None":
        """`value[x]`, `answer[x]`: the type (`Coding`) and the element."""
        keys = self.value if isinstance(self.value, dict) else ()
        key = next((key for key in keys if key.startswith(prefix) and len(key) > len(prefix)), None)
        found = self.get(key) if key else None
        return (key.removeprefix(prefix), found) if key and found else None

    def carry(self) -> None:
        """Mark it, with everything in it, as carried over."""
        self.ledger.carried.update(path for path, _ in _leaves(self.value, self.path))

    def carry_key(self, key: str) -> None:
        """Mark the element of that name, where there is one."""
        found = self.get(key)
        if found:
            found.carry()

    def change(self, what: str, why: str, todo: str) -> None:
        """Carried over, but not as it was."""
        self.carry()
        self.ledger.tell(self.path, what, why, todo)

    def leave(self, what: str, why: str, todo: str) -> None:
        """Not carried over."""
        self.ledger.listed.update(path for path, _ in _leaves(self.value, self.path))
        self.ledger.tell(self.path, what, why, todo)


def pointer(path: Path) -> str:
    """A path as people write it: `item[0].answerOption[1].valueCoding`."""
    return (
        "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") or "the whole file"
    )


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    steps = [(*path, step) for step, _ in inside]
    if not steps:
        yield path, value
    for step in steps:
        yield from _leaves(value[step[-1]], step)


def _ends(what: str) -> Iterator[str]:
    """`item.code.system`, `code.system`, `system`: the longest end of a name first."""
    names = what.split(".")
    yield from (".".join(names[start:]) for start in range(len(names)))


_NO_PLACE = (
    "an instrument has no place for it, or it is not written as R4 writes it",
    "decide whether the instrument needs it",
)
_CODES = ("an item has no code of another system", "say with `concept` and `attribute` what the item asks")
_OPTION_SYSTEM = ("answers are stored as the option's code alone", "keep the mapping, if a receiver needs it")
_NO_ANSWER = ("an instrument suggests no answer", "nothing, unless the answer must be suggested")
_UNIT = ("a condition compares the number alone", "see that the question is answered in the same unit")
_REASONS = {
    "answerOption.initialSelected": _NO_ANSWER,
    "answerQuantity.code": _UNIT,
    "answerQuantity.comparator": _UNIT,
    "answerQuantity.unit": _UNIT,
    "answerOption.valueCoding.system": _OPTION_SYSTEM,
    "answerValueSet": ("the options are not in the file", "write them into the definition"),
    "id": ("what is stored has no id of a FHIR resource", "nothing"),
    "include.system": _OPTION_SYSTEM,
    "item.code.code": _CODES,
    "item.code.display": _CODES,
    "item.code.system": _CODES,
    "item.definition": ("an item stands for itself", "nothing"),
    "item.prefix": ("an item has no number of its own", "write it into the item's words, if patients need it"),
    "meta.versionId": ("the export makes its own", "nothing"),
    "status": ("an import is a draft until somebody has checked it", "set the status when it may be used"),
} | {f"initial.value{kind}": _NO_ANSWER for kind in ("Boolean", "Decimal", "Integer", "String", "Date", "Time")}
