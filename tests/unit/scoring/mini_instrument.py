"""One small sound instrument as files, so that each test can damage one line of it."""

from collections.abc import Mapping
from pathlib import Path

from questionnaires.catalogue import Instrument, load_catalogue
from questionnaires.errors import FileProblem, InstrumentInvalid
from scoring.loading import Rulebooks, load_rulebooks
from tests.support.scoring import BASE

SCORING = "scoring/1.0.0/scoring.yaml"
ALERTS = "scoring/1.0.0/alerts.yaml"
TABLE = "scoring/1.0.0/tables/nausea.csv"
DEFINITION = "definition/1.0.0.yaml"

FILES: Mapping[str, str] = {
    "README.md": "Mini\n",
    "CHANGELOG.md": "1.0.0\n",
    "instrument.yaml": """\
id: mini
title: Mini
construct: two symptoms
population: adults
respondents: [patient]
known_limits: []
""",
    "licence.yaml": """\
holder: us
terms: free
redistribution: allowed
permission_evidence: our own
""",
    "references.yaml": """\
references:
  own: {citation: "Ourselves."}
  basch: {citation: "Basch 2021."}
""",
    DEFINITION: """\
instrument: mini
version: "1.0.0"
status: active
date: "2026-01-01"
recall_period: P7D
option_sets:
  grade: [{code: "0", weight: 0}, {code: "1", weight: 1}, {code: "2", weight: 2}, {code: private, opt_out: true}]
items:
  - {link_id: heading, type: display}
  - {link_id: nausea-often, type: choice, concept: nausea, attribute: frequency, option_set: grade}
  - link_id: nausea-strong
    type: choice
    concept: nausea
    attribute: severity
    option_set: grade
    enable_when:
      - {question: nausea-often, operator: exists, answer: "true"}
      - {question: nausea-often, operator: "!=", answer: "0"}
  - {link_id: well, type: integer, concept: well, minimum: 0, maximum: 10}
  - {link_id: notes, type: text}
  - {link_id: wait, type: choice, options: [{code: "yes"}, {code: "no"}]}
""",
    SCORING: """\
instrument: mini
version: "1.0.0"
definitions: ["1.0.0"]
scores:
  - number: 1
    name: nausea
    concept: nausea
    kind: composite_grade
    scale: grade-0-2
    operator: lookup
    inputs: [nausea-often, nausea-strong]
    table: nausea
    missing: zero_if_lead_zero
    range: [0, 2]
    higher_is: worse
    reference: basch
  - number: 2
    name: well
    concept: well
    kind: scale
    scale: well-0-10
    operator: value
    inputs: [well]
    missing: complete
    range: [0, 10]
    higher_is: better
    meaningful_change: {improved: 2, worsened: 1, reference: own}
    reference: own
not_scored: [notes, wait]
topics: [notes]
""",
    ALERTS: """\
instrument: mini
scoring: "1.0.0"
rules:
  - {name: strong, attributes: [frequency, severity], at_least: 2, severity: soon, reference: own}
  - {name: worsened, attributes: [frequency], rise_of: 1, severity: routine, reference: own}
  - {name: composite, scores: composite_grade, at_least: 2, severity: soon, reference: own}
  - {name: cannot-wait, item: wait, equals: "no", severity: urgent, reference: own}
""",
    TABLE: """\
frequency,severity,value
0,0,0
0,1,0
0,2,0
1,0,1
1,1,1
1,2,2
2,0,1
2,1,2
2,2,2
""",
    "examples/none.yaml": """\
name: none
source: the lead is 0, its follow-up counts as 0
definition: "1.0.0"
scoring: "1.0.0"
response: {nausea-often: "0", well: "0"}
expect:
  scores: {nausea: "0", well: "0"}
  alerts: []
""",
    "examples/worst.yaml": """\
name: worst
source: row 2 column 2, a rise of 2
definition: "1.0.0"
scoring: "1.0.0"
previous: {nausea-often: "0"}
response: {nausea-often: "2", nausea-strong: "2", well: "10", wait: "no"}
expect:
  scores: {nausea: "2", well: "10"}
  alerts:
    - {concept: nausea, severity: soon}
    - {concept: wait, severity: urgent}
""",
    "examples/missing.yaml": """\
name: missing
source: the follow-up was skipped
definition: "1.0.0"
scoring: "1.0.0"
response: {nausea-often: "1"}
expect:
  not_scored: {nausea: skipped, "*": skipped}
""",
    "examples/refused.yaml": """\
name: refused
source: 11 is outside the range
definition: "1.0.0"
scoring: "1.0.0"
response: {well: "11"}
expect:
  issues: [{code: out-of-range, link_id: well}]
""",
}

Changes = Mapping[str, tuple[str, str] | str | None]
"""By file: one text and what stands there instead, a whole new text, or None for a file that is not there."""


def write(root: Path, changes: Changes | None = None, *, id: str = "mini") -> Path:  # noqa: A002
    """Write the instrument below `root` with these changes, under an id. Gives its folder."""
    files: dict[str, str] = dict(FILES)
    for name, change in (changes or {}).items():
        if change is None:
            del files[name]
        elif isinstance(change, str):
            files[name] = change
        else:
            old, new = change
            assert files[name].count(old) == 1, f"{name} holds this {files[name].count(old)} times: {old}"
            files[name] = files[name].replace(old, new)
    for name, text in files.items():
        path = root / id / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("instrument: mini", f"instrument: {id}").replace("id: mini", f"id: {id}"))
    return root / id


def load(root: Path) -> Rulebooks:
    """The rulebooks of every instrument below `root`."""
    return load_rulebooks(root, load_catalogue(root, BASE))


def load_one(root: Path) -> tuple[Instrument, Rulebooks]:
    """The instrument `mini` below `root`, with its rulebooks."""
    catalogue = load_catalogue(root, BASE)
    return catalogue.instruments["mini"], load_rulebooks(root, catalogue)


def problems(root: Path) -> tuple[FileProblem, ...]:
    """What loading the rulebooks below `root` refuses. The definitions there are sound."""
    catalogue = load_catalogue(root, BASE)
    try:
        load_rulebooks(root, catalogue)
    except InstrumentInvalid as invalid:
        return invalid.problems
    return ()
