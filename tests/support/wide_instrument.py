"""An instrument with every operator, policy, item type and kind of branching: what shipped instruments do not reach."""

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from questionnaires.catalogue import load_catalogue
from scoring.loading import load_rulebooks
from scoring.rulebook import Rulebook
from tests.support.instrument_folders import definition_head, write_instrument
from tests.support.scoring import BASE

Q = tuple(f"q{number}" for number in range(1, 14))

_ITEMS = """\
option_sets:
  five: [{{code: "0", weight: 0}}, {{code: "1", weight: 1}}, {{code: "2", weight: 2}}, {{code: "3", weight: 3}},
    {{code: "4", weight: 4}}, {{code: private, opt_out: true}}]
  halves: [{{code: "0", weight: 0}}, {{code: "0.5", weight: 0.5}}, {{code: "2", weight: 2}}]
items:
  - {{link_id: heading, type: display}}
{questions}
  - {{link_id: h1, type: choice, option_set: halves}}
  - {{link_id: h2, type: choice, option_set: halves}}
  - {{link_id: scale, type: integer, minimum: 0, maximum: 100}}
  - {{link_id: steps, type: integer, minimum: 0, maximum: 100000}}
  - {{link_id: temperature, type: decimal, minimum: 34, maximum: 43}}
  - {{link_id: weight, type: decimal, minimum: 20, maximum: 300}}
  - {{link_id: baseline, type: decimal, minimum: 20, maximum: 300}}
  - link_id: lead
    type: choice
    option_set: five
  - link_id: follow-up
    type: choice
    option_set: five
    enable_when:
      - {{question: lead, operator: exists, answer: "true"}}
      - {{question: lead, operator: "!=", answer: "0"}}
  - {{link_id: smokes, type: boolean, enable_when: [{{question: scale, operator: ">=", answer: "50"}}]}}
  - link_id: cigarettes
    type: integer
    minimum: 0
    maximum: 60
    enable_behavior: any
    enable_when:
      - {{question: smokes, operator: "=", answer: "true"}}
      - {{question: follow-up, operator: "=", answer: "4"}}
  - {{link_id: notes, type: text}}
  - {{link_id: since, type: date}}
  - link_id: body
    type: group
    enable_when: [{{question: temperature, operator: ">", answer: "38.5"}}]
    items:
      - {{link_id: shivers, type: choice, option_set: five}}
      - link_id: noted
        type: choice
        option_set: five
        enable_behavior: any
        enable_when:
          - {{question: notes, operator: exists, answer: "true"}}
          - {{question: since, operator: "<", answer: "2020"}}
  - {{link_id: topics, type: choice, repeats: true, option_set: halves}}
"""

_LOOKUP = "lead,follow-up,value\n" + "".join(f"{a},{b},{max(a, b)}\n" for a in range(5) for b in range(5))
_CUTS = "bound,from,value\nat_least,5,1\nabove,10,2\nabove,20,\nat_least,50,4\n"
_STEPS = "input,level,value\n" + "".join(f"q{n},{level},-0.0{level}{n}\n" for n in range(1, 8) for level in range(1, 5))


def _score(number: int, name: str, operator: str, inputs: Sequence[str], more: str) -> str:
    """One rule; `more` says what is particular to it, comma by comma."""
    given = {"kind": "scale", "missing": "complete", "range": "[0, 100]", "higher_is": "worse"}
    given |= dict(part.split(": ", 1) for part in more.split("; ") if part)
    keys = "".join(f", {key}: {value}" for key, value in given.items())
    listed = ", ".join(inputs)
    return (
        f"  - {{number: {number}, name: {name}, concept: c{number}, scale: s{number}, operator: {operator}, "
        f"inputs: [{listed}], reference: own{keys}}}\n"
    )


_PRORATED = "decimals: 1; missing: prorate; min_answered: 7; reverse: [q2, q5]; policies: [{missing: half}]"
_SHARE = "answered_share: {of: [q1, q2, q3, q4, q5], more_than: 0.6}"

SCORES: Sequence[tuple[str, str, Sequence[str], str]] = (
    ("prorated", "sum", Q, _PRORATED),
    ("mean_of_half", "mean", Q[:6], "decimals: 2; missing: half"),
    ("rising", "linear_0_100", Q[:6], "decimals: 4; missing: more_than_half; policies: [{missing: complete}]"),
    ("falling", "linear_100_0", Q[:6], "decimals: 0; missing: half; higher_is: better"),
    ("highest", "max", Q[:8], ""),
    ("high_ones", "count", Q[:8], "at_least: 2"),
    ("with_halves", "sum", ("h1", "h2", *Q[:4]), ""),
    ("long_state", "state", Q[:8], "kind: state"),
    ("short_state", "state", Q[:2], "kind: state"),
    ("index", "value_set", Q[:7], "start: 1; table: steps; range: [-1, 1]; higher_is: better"),
    ("degrees", "value", ("temperature",), ""),
    ("fever", "cut_points", ("temperature",), "table: cuts"),
    ("loss", "percent_loss", ("weight", "baseline"), "decimals: 1"),
    ("gain", "percent_gain", ("weight", "baseline"), "decimals: 1; range: [0, 1400]"),
    ("loss_again", "value", ("loss",), "decimals: 3"),
    ("loss_grade", "cut_points", ("loss",), "table: cuts"),
    ("mean_change", "mean", ("loss", "gain"), "decimals: 3; range: [0, 800]"),
    ("above_index", "sum", ("index", "mean_of_half"), "decimals: 3; missing: half; range: [-1, 101]"),
    ("both_ways", "mean", ("rising", "falling"), "decimals: 2; reverse: [rising]"),
    ("high_scales", "count", ("rising", "falling"), "at_least: 49.5"),
    ("total", "sum", ("prorated", "rising"), f"decimals: 2; range: [0, 200]; {_SHARE}"),
    ("written_out", "sum", ("highest", "high_ones"), "range: [0, 200]"),
    ("highest_again", "value", ("highest",), ""),
    ("shared", "mean", ("q1", "q2"), "decimals: 1; answered_share: {of: [q3, q4], more_than: 0.4}"),
    ("after_lead", "sum", ("lead", "follow-up", *Q[:5]), "missing: zero_if_lead_zero"),
    ("worst_of_two", "lookup", ("lead", "follow-up"), "table: worst; policies: [{missing: zero_if_lead_zero}]"),
    ("smoked", "value", ("cigarettes",), ""),
    ("far", "sum", ("steps", "scale"), "range: [0, 100100]"),
    ("shaken", "mean", ("shivers", "noted"), "decimals: 1; missing: half"),
)  # fmt: skip


def write_wide_instrument(root: Path, *, asks_topics: bool = False) -> Path:
    """Write its folder below `root`, and give that. `asks_topics`: its branching asks an item that repeats."""
    rules = "".join(_score(number, *parts) for number, parts in enumerate(SCORES, start=1))
    questions = "\n".join(f"  - {{link_id: {name}, type: choice, option_set: five}}" for name in Q)
    definition = definition_head() + _ITEMS.format(questions=questions)
    if asks_topics:
        topics = "  - {link_id: topics, type: choice, repeats: true, option_set: halves}\n"
        asking = '  - {link_id: smokes, type: boolean, enable_when: [{question: topics, operator: "=", answer: "2"}]}\n'
        lines = definition.replace(topics, "").splitlines(keepends=True)
        definition = "".join(topics + asking if "link_id: smokes" in line else line for line in lines)
    files = {
        "definition/1.0.0.yaml": definition,
        "scoring/1.0.0/scoring.yaml": f'instrument: sample\nversion: "1.0.0"\ndefinitions: ["1.0.0"]\nscores:\n{rules}'
        "not_scored: [smokes, notes, since, topics]\n",
        "scoring/1.0.0/alerts.yaml": 'instrument: sample\nscoring: "1.0.0"\nrules: []\n',
        "scoring/1.0.0/tables/worst.csv": _LOOKUP,
        "scoring/1.0.0/tables/cuts.csv": _CUTS,
        "scoring/1.0.0/tables/steps.csv": _STEPS,
        "text/en/1.yaml": None,
    }
    return write_instrument(root, files)


@cache
def wide_rulebook(*, asks_topics: bool = False) -> Rulebook:
    """The rulebook, read from its files as any other."""
    with tempfile.TemporaryDirectory() as place:
        root = write_wide_instrument(Path(place), asks_topics=asks_topics)
        catalogue = load_catalogue(root, BASE)
        return load_rulebooks(root, catalogue).current(catalogue.get("sample"))
