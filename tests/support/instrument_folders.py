"""A small sound instrument folder, written with whatever damage a test wants in it; and the heads of such files."""

from collections.abc import Mapping
from pathlib import Path


def instrument_file(name: str, title: str, construct: str = "What a test needs.") -> str:
    """The whole `instrument.yaml` of a made-up instrument."""
    return f"""\
id: {name}
title: {title}
construct: {construct}
population: Nobody.
respondents: [patient]
known_limits: [It is a sample.]
"""


def definition_head(instrument: str = "sample", recall_period: str = "P7D") -> str:
    """What `definition/1.0.0.yaml` says before its option sets and items."""
    return f"""\
instrument: {instrument}
version: "1.0.0"
status: active
date: "2026-01-31"
recall_period: {recall_period}
"""


def text_head(instrument: str = "sample", title: str = "A sample", status: str = "local") -> str:
    """What `text/en/1.yaml` says before the words of its items."""
    return f"""\
instrument: {instrument}
language: en
revision: 1
status: {status}
definitions: ["1.0.0"]
translator: nobody
source: original wording
title: {title}
introduction: Please answer.
"""


INSTRUMENT = instrument_file("sample", "A sample")

LICENCE = """\
holder: The Vigie project
terms: Apache-2.0
redistribution: allowed
permission_evidence: own work
"""

REFERENCES = """\
references:
  own:
    citation: The Vigie project.
"""

_ITEMS = """\
option_sets:
  severity:
    - {code: "0", weight: 0}
    - {code: "1", weight: 1}
items:
  - link_id: pain
    type: choice
    concept: pain
    option_set: severity
  - link_id: again
    type: choice
    options: [{code: "yes"}, {code: "no"}]
    enable_when: [{question: pain, operator: "!=", answer: "0"}]
"""
DEFINITION = definition_head() + _ITEMS

_WORDS = """\
items:
  pain: {text: Did it hurt?, help: Think of the worst moment.}
  again:
    text: Again?
    options: {"yes": "Yes", "no": "No"}
option_sets:
  severity: {"0": "Not at all", "1": "A little"}
concepts: {pain: Pain}
"""
TEXT = text_head() + _WORDS

SOUND: Mapping[str, str | bytes | None] = {
    "instrument.yaml": INSTRUMENT,
    "licence.yaml": LICENCE,
    "references.yaml": REFERENCES,
    "README.md": "# A sample\n",
    "CHANGELOG.md": "# Changes\n",
    "definition/1.0.0.yaml": DEFINITION,
    "text/en/1.yaml": TEXT,
}


def write_instrument(root: Path, changes: Mapping[str, str | bytes | None] | None = None, name: str = "sample") -> Path:
    """Write the sound folder with these files in place of its own; None leaves a file out. Gives the root."""
    for file, content in ({**SOUND, **(changes or {})}).items():
        if content is not None:
            path = root / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root
