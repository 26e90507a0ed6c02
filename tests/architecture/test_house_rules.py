"""House rules that no linter knows: names of modules, and what the pure packages may not touch."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = ("questionnaires", "scoring", "guidance", "fhir_export")
PACKAGES = (*PURE, "app", "migrations", "bench", "tests")

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "base", "constants", "models", "common", "misc"}

# What they may import is the contract of `.importlinter`. Dates and paths are also types, so their use is read here.
DATES = {"date", "datetime"}
CLOCK = {"now", "utcnow", "today"}
FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}
READS_FILES = {"questionnaires/folder.py"}


def modules(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def touches(source: str) -> set[str]:
    """Where a module's code reads a clock or a file: `datetime.now`, `date.today`, `open(...)`, `path.read_text`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name) if name in CLOCK:
                found |= {name} if owner in DATES else set()
            # A Folder reads for the others, and notes what it could not read.
            case ast.Attribute(value=ast.Name(id="folder")):
                pass
            case ast.Attribute(attr=name) | ast.Call(func=ast.Name(id="open" as name)) if name in FILES:
                found.add(name)
            case _:
                pass
    return found


def test_a_module_is_named_after_what_it_holds() -> None:
    found = modules(*PACKAGES)
    assert len(found) > 50
    named = [shown(path) for path in found if {path.stem, path.parent.name} & EMPTY_NAMES]
    assert named == []


@pytest.mark.parametrize("path", modules(*PURE), ids=shown)
def test_a_pure_module_has_no_clock_and_no_files(path: Path) -> None:
    allowed = FILES if shown(path) in READS_FILES else set()
    assert touches(path.read_text(encoding="utf-8")) - allowed == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from datetime import datetime\nx = datetime.now(tz=None)", {"now"}),
        ("import datetime as dt\nx = dt.date.today", {"today"}),
        ("import datetime as dt\nx = dt.datetime.utcnow()", {"utcnow"}),
        ("with open('x') as file: pass", {"open"}),
        ("from pathlib import Path\nPath('x').read_text()", {"read_text"}),
        ("(root / 'x').open()", {"open"}),
        ("path.write_bytes(b'')", {"write_bytes"}),
        ("folder.read_text('x')\nfrom x import read_text\nread_text(file)", set()),
        ("row.now.value\nrow.now", set()),
        ("from datetime import datetime\n# datetime.now()\nx = 'open'", set()),
    ],
)
def test_what_a_module_touches_is_seen(source: str, found: set[str]) -> None:
    assert touches(source) == found


@pytest.mark.parametrize("path", modules(*PURE), ids=shown)
def test_what_the_pure_packages_pass_around_is_frozen(path: Path) -> None:
    assert thawed(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("decorator", "found"),
    [
        ("@dataclass", ["X"]),
        ("@dataclass(slots=True)", ["X"]),
        ("@dataclass(frozen=False)", ["X"]),
        ("@dataclass(frozen=True, slots=True)", []),
        ("@final", []),
    ],
)
def test_a_dataclass_that_may_change_is_seen(decorator: str, found: list[str]) -> None:
    assert thawed(f"{decorator}\nclass X:\n    a: int\n") == found


def thawed(source: str) -> list[str]:
    """The dataclasses of a module that are not frozen."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
        and any(
            ast.unparse(d).startswith("dataclass") and "frozen=True" not in ast.unparse(d) for d in node.decorator_list
        )
    ]
