"""Copies of shipped instruments in which version 2 of one was published, or only new words, or only new scoring.

Each copy holds `FIRST` alone, so that a service over it starts quickly.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from questionnaires.strict_yaml import Document, parse
from tests.support.questionnaires import INSTRUMENTS

FIRST = ("pre-consultation", "oral-therapy-weekly")
CHANGED = FIRST[0]
NEW_WORDS = "Other words"

Edit = Callable[[dict[str, Any]], None]


def first_versions(folder: Path) -> Path:
    """Write the instruments as they are shipped; gives the folder of the instruments."""
    root = folder / "instruments"
    for name in FIRST:
        shutil.copytree(INSTRUMENTS / name, root / name)
    return root


def with_second_version(folder: Path) -> Path:
    """Write a copy with definition 2.0.0 (options reordered, reweighted and removed), its scoring and its words.

    The scores keep their names and numbers, so that nothing but the pins tells the versions apart.
    """
    root = first_versions(folder)
    instrument = root / CHANGED
    definition = instrument / "definition" / "1.0.0.yaml"
    _edited(definition, definition.with_stem("2.0.0"), _second_definition)
    scoring = instrument / "scoring"
    shutil.copytree(scoring / "1.0.0", scoring / "2.0.0")
    second = {"version": "2.0.0", "definitions": ["2.0.0"]}
    _edited(scoring / "1.0.0" / "scoring.yaml", scoring / "2.0.0" / "scoring.yaml", lambda old: old.update(second))
    alerts = scoring / "2.0.0" / "alerts.yaml"
    _edited(alerts, alerts, lambda old: old.update(scoring="2.0.0", rules=old["rules"][1:]))
    for first in sorted(instrument.glob("text/*/1.yaml")):
        _edited(first, first.with_stem("2"), _second_words)
    return root


def with_the_first_retired(folder: Path) -> Path:
    """Write the same copy, in which 1.0.0 was asked for the last time on 30 November 2026."""
    root = with_second_version(folder)
    definition = root / CHANGED / "definition" / "1.0.0.yaml"
    _edited(definition, definition, lambda old: old.update(status="retired", retired_on="2026-11-30"))
    return root


def with_words_of_the_first(folder: Path) -> Path:
    """Write a copy in which every word of definition 1.0.0 has a second revision, in each language."""
    root = first_versions(folder)
    for first in sorted((root / CHANGED).glob("text/*/1.yaml")):
        _edited(first, first.with_stem("2"), _other_words)
    return root


def with_scoring_of_the_first(folder: Path) -> Path:
    """Write a copy in which scoring 1.1.0 of definition 1.0.0 counts a mild dry mouth as 2, by one alert rule less."""
    root = first_versions(folder)
    add_scoring(root)
    return root


def add_scoring(root: Path, version: str = "1.1.0") -> None:
    """Add such a scoring version of definition 1.0.0."""
    scoring = root / CHANGED / "scoring"
    shutil.copytree(scoring / "1.0.0", scoring / version)
    rules = scoring / version / "scoring.yaml"
    _edited(rules, rules, lambda old: old.update(version=version))
    alerts = scoring / version / "alerts.yaml"
    _edited(alerts, alerts, lambda old: old.update(scoring=version, rules=old["rules"][1:]))
    table = scoring / version / "tables" / "severity.csv"
    text = table.read_text(encoding="utf-8")
    assert "\n1,1\n" in text
    table.write_text(text.replace("\n1,1\n", "\n1,2\n"), encoding="utf-8")


def take_out_first_score(root: Path, version: str = "1.1.0") -> None:
    """Take the first score out of a scoring version; its item is then not scored."""
    rules = root / CHANGED / "scoring" / version / "scoring.yaml"
    _edited(rules, rules, _without_first_score)


def _without_first_score(old: dict[str, Any]) -> None:
    first, *others = old["scores"]
    old.update(scores=others, not_scored=[*first["inputs"], *old["not_scored"]])


def _second_definition(old: dict[str, Any]) -> None:
    old.update(version="2.0.0", date="2026-12-01")
    sets = old["option_sets"]
    for name in ("frequency", "interference", "topics"):
        sets[name].reverse()
    severity = {option["code"]: option for option in sets["severity"]}
    severity["1"]["weight"], severity["4"]["weight"] = "4", "1"
    sets["topics"] = [option for option in sets["topics"] if option["code"] not in ("future", "work")]


def _second_words(old: dict[str, Any]) -> None:
    _other_words(old)
    old["definitions"] = ["2.0.0"]
    for code in ("future", "work"):
        del old["option_sets"]["topics"][code]


def _other_words(old: dict[str, Any]) -> None:
    old["revision"] = "2"
    for key in ("title", "introduction"):
        old[key] = f"{NEW_WORDS}: {old[key]}"
    for words in (*old["option_sets"].values(), old["concepts"], old.get("scores", {}), *old["items"].values()):
        for key, said in words.items():
            if isinstance(said, str):
                words[key] = f"{NEW_WORDS}: {said}"


def _edited(source: Path, target: Path, edit: Edit) -> None:
    """Write one YAML file as another, edited as plain data."""
    document = parse(source.name, source.read_text(encoding="utf-8"))
    assert isinstance(document, Document)
    edit(document.data)
    target.write_text(yaml.safe_dump(document.data, allow_unicode=True), encoding="utf-8")
