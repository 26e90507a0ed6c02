"""Checked response -> scores. The hot path: no traces, no texts; `trace` explains a score on demand."""

from questionnaires.response import Absence, CheckedResponse
from scoring.inputs import read_input
from scoring.missing import settle
from scoring.rulebook import BoundRule, Rulebook
from scoring.score import NotScored, Score


def score(rulebook: Rulebook, response: CheckedResponse) -> dict[str, Score | NotScored]:
    """Every score of the rulebook for these answers. The response is of the questionnaire the rulebook is bound to."""
    return {name: score_one(bound, response) for name, bound in rulebook.rules.items()}


def score_one(bound: BoundRule, response: CheckedResponse) -> Score | NotScored:
    """One score: its inputs read, missing ones settled by the rule's policy, the operator applied."""
    values = [read_input(response, item) for item in bound.items]
    settled = settle(bound.rule.missing, values)
    if isinstance(settled, Absence):
        absent = (item.link_id for item, value in zip(bound.items, values, strict=True) if isinstance(value, Absence))
        return NotScored(settled, tuple(absent))
    numbers, imputed = settled
    value = bound.operator.compute(numbers, bound.table)
    return Score(value, tuple([bound.items[position].link_id for position in imputed]) if imputed else ())
