"""House rules that no linter knows: names of modules, and what the pure packages may not touch."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = ("questionnaires", "scoring", "fhir_export")
PACKAGES = (*PURE, "app", "migrations", "bench", "tests")

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "base", "constants", "models", "common", "misc"}

CLOCK = {"now", "utcnow", "today", "fromtimestamp"}
ENVIRONMENT = {"environ", "getenv"}
FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}
MODULES = {"os", "time", "random", "secrets", "socket", "subprocess", "threading", "asyncio", "logging"}
READS_FILES = {"questionnaires/folder.py"}


def modules(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def touches(source: str) -> set[str]:
    """What a module's code reaches for outside itself: names of the clock, the environment, files and modules."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) if name in CLOCK | ENVIRONMENT | FILES:
                found.add(name)
            case ast.Call(func=ast.Name(id=name)) if name in FILES:
                found.add(name)
            case ast.Import(names=names):
                found |= {alias.name.split(".")[0] for alias in names} & MODULES
            case ast.ImportFrom(module=str(module)):
                found |= {module.split(".")[0]} & MODULES
    return found


def test_a_module_is_named_after_what_it_holds() -> None:
    found = modules(*PACKAGES)
    assert len(found) > 50
    named = [shown(path) for path in found if {path.stem, path.parent.name} & EMPTY_NAMES]
    assert named == []


@pytest.mark.parametrize("path", modules(*PURE), ids=shown)
def test_a_pure_module_has_no_clock_no_environment_and_no_files(path: Path) -> None:
    allowed = FILES if shown(path) in READS_FILES else set()
    assert touches(path.read_text(encoding="utf-8")) - allowed == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from datetime import datetime\nx = datetime.now(tz=None)", {"now"}),
        ("import datetime as dt\nx = dt.date.today", {"today"}),
        ("import os.path", {"os"}),
        ("from os import environ", {"os"}),
        ("x = y.environ['A']", {"environ"}),
        ("open('x')", {"open"}),
        ("from pathlib import Path\nPath('x').read_text()", {"read_text"}),
        ("import time\nfrom random import choice", {"time", "random"}),
        ("from datetime import datetime\n# datetime.now()\nx = 'open'", set()),
    ],
)
def test_what_a_module_touches_is_seen(source: str, found: set[str]) -> None:
    assert touches(source) == found
