"""A small instrument whose rules use all that alert rules can: earlier responses, scores, conditions, treatment."""

import shutil
from pathlib import Path

from tests.support.instrument_folders import definition_head, instrument_file, text_head, write_instrument
from tests.support.questionnaires import INSTRUMENTS

WATCHING = "watching"

_REFERENCES = """\
references:
  own: {citation: The Vigie project.}
  star: {citation: A published trial., doi: 10.1000/trial}
"""
_ITEMS = """\
option_sets:
  level:
    - {code: "0", weight: 0}
    - {code: "1", weight: 1}
    - {code: "2", weight: 2}
    - {code: "3", weight: 3}
    - {code: "4", weight: 4}
items:
  - {link_id: pain, type: choice, concept: pain, attribute: severity, option_set: level}
  - {link_id: nausea, type: choice, concept: nausea, attribute: frequency, option_set: level}
  - {link_id: temperature, type: decimal, concept: temperature, minimum: 30, maximum: 45, unit: "°C"}
  - {link_id: place, type: choice, options: [{code: home}, {code: hospital}]}
"""
_SCORING = """\
instrument: watching
version: "1.0.0"
definitions: ["1.0.0"]
comparable_definitions: []
scores:
  - {number: 1, name: burden, concept: burden, kind: scale, scale: burden-0-8, operator: sum, inputs: [pain, nausea],
     missing: complete, range: [0, 8], higher_is: worse, reference: own}
not_scored: [temperature, place]
topics: []
"""
_ALERTS = """\
instrument: watching
scoring: "1.0.0"
rules:
  - {name: more-than-before, score: burden, rise_of: 2, severity: routine, concept: before, reference: own}
  - {name: more-than-at-first, score: burden, rise_of: 2, since: baseline, severity: soon, concept: first,
     reference: star}
  - {name: pain-since-the-visit, item: pain, rise_of: 2, since: last_consultation, severity: soon, concept: visit,
     reference: star}
  - {name: less-than-at-first, item: nausea, fall_of: 3, since: baseline, severity: routine, concept: relief,
     reference: own}
  - {name: fever, item: temperature, at_least: 38.0, during_treatment: true, severity: urgent, reference: star}
  - name: fever-and-pain
    item: pain
    at_least: 3
    and_when: [{item: temperature, at_least: 38.0}, {score: burden, at_least: 3}, {item: place, equals: home}]
    severity: urgent
    concept: together
    reference: own
"""
_WORDS = """\
items:
  pain: {text: Did it hurt?}
  nausea: {text: Did you feel sick?}
  temperature: {text: What was your temperature?}
  place:
    text: Where are you?
    options: {home: At home, hospital: In hospital}
option_sets:
  level: {"0": "No", "1": A little, "2": Somewhat, "3": A lot, "4": Terribly}
concepts: {pain: Pain, nausea: Nausea, temperature: Temperature}
scores: {burden: Burden}
"""


def with_watching(folder: Path) -> Path:
    """Write it beside the shipped `pre-consultation`, which every centre of the tests asks for; gives the root."""
    root = folder / "instruments"
    shutil.copytree(INSTRUMENTS / "pre-consultation", root / "pre-consultation")
    files = {
        "instrument.yaml": instrument_file(WATCHING, "Watching", "What tests of alerts need."),
        "references.yaml": _REFERENCES,
        "definition/1.0.0.yaml": definition_head(WATCHING) + _ITEMS,
        "scoring/1.0.0/scoring.yaml": _SCORING,
        "scoring/1.0.0/alerts.yaml": _ALERTS,
        "text/en/1.yaml": text_head(WATCHING, "Watching") + _WORDS,
    }
    return write_instrument(root, files, WATCHING)
