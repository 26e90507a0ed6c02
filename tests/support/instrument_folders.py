"""A small sound instrument folder, written with whatever damage a test wants in it."""

from collections.abc import Mapping
from pathlib import Path

INSTRUMENT = """\
id: sample
title: A sample
construct: What a test needs.
population: Nobody.
respondents: [patient]
known_limits: [It is a sample.]
"""

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

DEFINITION = """\
instrument: sample
version: "1.0.0"
status: active
date: "2026-01-31"
recall_period: P7D
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

TEXT = """\
instrument: sample
language: en
revision: 1
status: local
definitions: ["1.0.0"]
translator: nobody
source: original wording
title: A sample
introduction: Please answer.
items:
  pain: {text: Did it hurt?, help: Think of the worst moment.}
  again:
    text: Again?
    options: {"yes": "Yes", "no": "No"}
option_sets:
  severity: {"0": "Not at all", "1": "A little"}
concepts: {pain: Pain}
"""

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
