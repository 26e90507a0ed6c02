"""Copies of the shipped instruments in which something was published since."""

import shutil
from datetime import date
from pathlib import Path

from app.services.check_instruments import publish
from tests.support.questionnaires import CANONICAL_BASE, INSTRUMENTS


def with_retired_version(folder: Path, retired_on: date) -> Path:
    """Write a copy in which 1.0.0 is retired and 1.1.0 asks the same; gives the folder of the instruments, checked."""
    root = folder / "instruments"
    shutil.copytree(INSTRUMENTS, root)
    instrument = root / "pre-consultation"
    old = instrument / "definition" / "1.0.0.yaml"
    text = old.read_text(encoding="utf-8")
    old.with_stem("1.1.0").write_text(_replaced(text, 'version: "1.0.0"', 'version: "1.1.0"'), encoding="utf-8")
    retired = _replaced(text, "status: active", f'status: retired\nretired_on: "{retired_on}"')
    old.write_text(retired, encoding="utf-8")
    for serving in [*instrument.glob("text/*/1.yaml"), instrument / "scoring/1.0.0/scoring.yaml"]:
        text = serving.read_text(encoding="utf-8")
        both = _replaced(text, 'definitions: ["1.0.0"]', 'definitions: ["1.0.0", "1.1.0"]')
        serving.write_text(both, encoding="utf-8")
    for example in sorted(instrument.glob("examples/*.yaml")):
        text = example.read_text(encoding="utf-8").replace('definition: "1.0.0"', 'definition: "1.1.0"')
        example.with_stem(f"{example.stem}-of-1-1").write_text(text, encoding="utf-8")
    report, _ = publish(root, CANONICAL_BASE)
    assert report.problems == ()
    return root


def with_newer_scoring(folder: Path) -> Path:
    """Write a copy in which scoring 1.1.0 gives a mild dry mouth 2, not 1; gives the folder of the instruments."""
    root = folder / "instruments"
    shutil.copytree(INSTRUMENTS, root)
    scoring = root / "pre-consultation" / "scoring"
    shutil.copytree(scoring / "1.0.0", scoring / "1.1.0")
    for name, old, new in (
        ("scoring.yaml", 'version: "1.0.0"', 'version: "1.1.0"'),
        ("alerts.yaml", 'scoring: "1.0.0"', 'scoring: "1.1.0"'),
        ("tables/severity.csv", "1,1\n", "1,2\n"),
    ):
        file = scoring / "1.1.0" / name
        file.write_text(_replaced(file.read_text(encoding="utf-8"), old, new), encoding="utf-8")
    return root


def with_newer_words(folder: Path) -> Path:
    """Write a copy in which revision 2 of the French words has another title; gives the folder of the instruments."""
    root = folder / "instruments"
    shutil.copytree(INSTRUMENTS, root)
    first = root / "pre-consultation" / "text" / "fr" / "1.yaml"
    text = _replaced(first.read_text(encoding="utf-8"), "revision: 1", "revision: 2")
    title = next(line for line in text.splitlines() if line.startswith("title:"))
    first.with_stem("2").write_text(_replaced(text, title, 'title: "Un autre titre"'), encoding="utf-8")
    return root


def _replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} is not once in the file"
    return text.replace(old, new)
