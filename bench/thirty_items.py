"""An instrument of 30 questions and 12 scores, beside those that are shipped: what a FHIR page is measured with."""

import random
import shutil
from pathlib import Path
from typing import Any

from questionnaires.definition import Questionnaire

INSTRUMENT = "thirty-items"
ITEMS, SCORES = 30, 12

_SYMPTOMS = 12
_ATTRIBUTES = ("frequency", "severity", "interference")
_LEVELS = ("Not at all", "A little", "Somewhat", "Quite a bit", "Very much")
_FILES = {
    "instrument.yaml": """\
id: thirty-items
title: Thirty items
construct: Nothing. It has as many questions and scores as the benchmark wants.
population: Nobody.
respondents: [patient]
known_limits: [It measures this service, and no patient.]
""",
    "licence.yaml": """\
holder: The Vigie project
terms: Apache-2.0
redistribution: allowed
permission_evidence: own work
""",
    "references.yaml": "references:\n  own:\n    citation: The Vigie project.\n",
    "README.md": "# Thirty items\n",
    "CHANGELOG.md": "# Changes\n",
}


def instruments_with_it(shipped: Path, target: Path) -> Path:
    """A folder of instruments: the shipped ones and this one."""
    shutil.copytree(shipped, target)
    files = _FILES | {
        "definition/1.0.0.yaml": _definition(),
        "scoring/1.0.0/scoring.yaml": _scoring(),
        "scoring/1.0.0/alerts.yaml": _alerts(),
        "text/en/1.yaml": _text(),
    }
    for name, content in files.items():
        path = target / INSTRUMENT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return target


def thirty_answers(questionnaire: Questionnaire, seed: int) -> dict[str, Any]:
    """Every question answered, differently each time."""
    chance = random.Random(seed)
    return {item.link_id: str(chance.choices(range(5), (40, 30, 20, 7, 3))[0]) for item in questionnaire.questions}


def _asked() -> list[tuple[str, list[str]]]:
    """Each symptom with its items: three for every second one, two for the others."""
    counts = [3 if number % 2 else 2 for number in range(1, _SYMPTOMS + 1)]
    return [
        (f"symptom-{number}", [f"symptom-{number}-{attribute}" for attribute in _ATTRIBUTES[:count]])
        for number, count in enumerate(counts, start=1)
    ]


def _definition() -> str:
    head = f'instrument: {INSTRUMENT}\nversion: "1.0.0"\nstatus: active\ndate: "2026-01-31"\nrecall_period: P7D\n'
    levels = "".join(f'    - {{code: "{level}", weight: {level}}}\n' for level in range(len(_LEVELS)))
    items = [
        f"  - {{link_id: {item}, type: choice, concept: {symptom}, attribute: {attribute}, option_set: levels}}\n"
        for symptom, items in _asked()
        for item, attribute in zip(items, _ATTRIBUTES, strict=False)
    ]
    return f"{head}option_sets:\n  levels:\n{levels}items:\n{''.join(items)}"


def _scoring() -> str:
    head = f'instrument: {INSTRUMENT}\nversion: "1.0.0"\ndefinitions: ["1.0.0"]\nscores:\n'
    rules = [
        f"  - {{number: {number}, name: {symptom.replace('-', '_')}, concept: {symptom}, kind: scale, "
        f"scale: sum-of-{len(items)}, operator: sum, inputs: [{', '.join(items)}], missing: complete, "
        f"range: [0, {4 * len(items)}], higher_is: worse, reference: own}}\n"
        for number, (symptom, items) in enumerate(_asked(), start=1)
    ]
    return head + "".join(rules)


def _alerts() -> str:
    every = ", ".join(item for _, items in _asked() for item in items)
    return (
        f'instrument: {INSTRUMENT}\nscoring: "1.0.0"\nrules:\n'
        f"  - {{name: severe-item, items: [{every}], at_least: 4, severity: soon, reference: own}}\n"
        f"  - {{name: worsened-item, items: [{every}], rise_of: 3, severity: soon, reference: own}}\n"
    )


def _text() -> str:
    head = f"""\
instrument: {INSTRUMENT}
language: en
revision: 1
status: local
definitions: ["1.0.0"]
translator: nobody
source: original wording
title: Thirty items
introduction: Please think of the last seven days.
items:
"""
    asked = [
        f"  {item}: {{text: 'In the last 7 days, how was the {attribute} of {symptom.replace('-', ' ')}?'}}\n"
        for symptom, items in _asked()
        for item, attribute in zip(items, _ATTRIBUTES, strict=False)
    ]
    levels = ", ".join(f'"{level}": "{words}"' for level, words in enumerate(_LEVELS))
    concepts = ", ".join(f"{symptom}: {symptom.capitalize().replace('-', ' ')}" for symptom, _ in _asked())
    return f"{head}{''.join(asked)}option_sets:\n  levels: {{{levels}}}\nconcepts: {{{concepts}}}\n"
