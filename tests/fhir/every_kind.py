"""A made-up instrument with an item of every type, a question below a question, and a version of every status."""

import shutil
from pathlib import Path
from typing import Any, Final

from tests.support.instrument_folders import definition_head, instrument_file, text_head, write_instrument
from tests.support.questionnaires import CANONICAL_BASE, INSTRUMENTS

EVERY_KIND: Final = "every-kind"
URL: Final = f"{CANONICAL_BASE}/Questionnaire/{EVERY_KIND}"
ANSWERS: Final[dict[str, Any]] = {
    "pain": "2",
    "again": "yes",
    "topics": ["sleep", "work"],
    "rating": 7,
    "temperature": 38.5,
    "tired": True,
    "since": "2026-11",
    "last-meal": "2026-11-20T08:30:00+01:00",
    "bedtime": "22:15:00",
    "word": "calm",
    "words": "It was\nbetter on Sunday.",
    "can-wait": "yes",
}
"""Something of every type, the question below a question among them."""

_ITEMS = """\
option_sets:
  level:
    - {code: "0", weight: 0}
    - {code: "1", weight: 1}
    - {code: "2", weight: 2}
    - {code: declined, opt_out: true}
items:
  - link_id: note
    type: display
  - link_id: symptoms
    type: group
    items:
      - link_id: pain
        type: choice
        concept: pain
        attribute: severity
        option_set: level
        items:
          - link_id: again
            type: choice
            options: [{code: "yes"}, {code: "no"}]
            enable_when: [{question: pain, operator: "=", answer: "2"}]
      - link_id: topics
        type: choice
        repeats: true
        options: [{code: sleep}, {code: work}, {code: none, exclusive: true}]
  - {link_id: rating, type: integer, minimum: 0, maximum: 10}
  - {link_id: temperature, type: decimal, minimum: 30, maximum: 45}
  - {link_id: tired, type: boolean}
  - {link_id: since, type: date}
  - {link_id: last-meal, type: dateTime}
  - {link_id: bedtime, type: time}
  - {link_id: word, type: string, max_length: 20}
  - {link_id: words, type: text}
  - {link_id: can-wait, type: choice, required: true, options: [{code: "yes"}, {code: "no"}]}
"""
_SCORING = """\
instrument: every-kind
version: "1.0.0"
definitions: ["1.0.0", "1.1.0", "2.0.0"]
comparable_definitions: []
scores:
  - {number: 1, name: pain, concept: pain, kind: severity, scale: level-0-2, operator: value, inputs: [pain],
     missing: complete, range: [0, 2], higher_is: worse, reference: own}
not_scored: [again, topics, rating, temperature, tired, since, last-meal, bedtime, word, words, can-wait]
topics: []
"""
_WORDS = """\
items:
  note: {text: Please think of the last week.}
  symptoms: {text: Symptoms}
  pain: {text: Did it hurt?, help: Think of the worst moment.}
  again:
    text: Again?
    options: {"yes": "Yes", "no": "No"}
  topics:
    text: What shall we talk about?
    options: {sleep: Sleep, work: Work, none: Nothing}
  rating: {text: How do you rate your week?}
  temperature: {text: What was your temperature?}
  tired: {text: Were you tired?}
  since: {text: Since when?}
  last-meal: {text: When was your last meal?}
  bedtime: {text: When do you go to bed?}
  word: {text: One word?}
  words: {text: In your own words?}
  can-wait:
    text: Can it wait?
    options: {"yes": "Yes", "no": "No"}
option_sets:
  level: {"0": "No", "1": A little, "2": A lot, declined: I would rather not say}
concepts: {pain: Pain}
scores: {pain: Pain}
"""


def with_every_kind(folder: Path) -> Path:
    """Write it beside the shipped `pre-consultation`; gives the root. 1.0.0 is retired, 1.1.0 active, 2.0.0 a draft."""
    root = folder / "instruments"
    shutil.copytree(INSTRUMENTS / "pre-consultation", root / "pre-consultation")
    head = definition_head(EVERY_KIND) + _ITEMS
    second = head.replace('version: "1.0.0"', 'version: "1.1.0"').replace("2026-01-31", "2026-02-28")
    files = {
        "instrument.yaml": instrument_file(EVERY_KIND, "Every kind"),
        "definition/1.0.0.yaml": head.replace("status: active", 'status: retired\nretired_on: "2026-03-31"'),
        "definition/1.1.0.yaml": second,
        "definition/2.0.0.yaml": second.replace("1.1.0", "2.0.0").replace("status: active", "status: draft"),
        "scoring/1.0.0/scoring.yaml": _SCORING,
        "scoring/1.0.0/alerts.yaml": 'instrument: every-kind\nscoring: "1.0.0"\nrules: []\n',
        "text/en/1.yaml": text_head(EVERY_KIND, "Every kind").replace(
            'definitions: ["1.0.0"]', 'definitions: ["1.0.0", "1.1.0", "2.0.0"]'
        )
        + _WORDS,
    }
    return write_instrument(root, files, EVERY_KIND)
