"""A score is recomputed from its trace alone: the JSON that the API gives, and arithmetic written anew here."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api.trace_body import trace_body
from app.services.read_scores import Explained
from questionnaires.response import CheckedResponse
from questionnaires.validation import validate
from scoring.rulebook import Rulebook
from scoring.trace import explain
from tests.support.scoring import shipped
from tests.support.whole_answers import nearly_whole_answers

CATALOGUE, RULEBOOKS = shipped()
BOOKS = {
    f"{instrument} {policy or 'as published'}": book.under(policy) if policy else book
    for instrument in CATALOGUE.instruments
    for book in [RULEBOOKS.current(CATALOGUE.get(instrument))]
    for policy in (None, *(p.missing for bound in list(book.rules.values())[-1:] for p in bound.rule.policies))
}


def recomputed(trace: Mapping[str, Any]) -> str | Fraction | None:
    """What the trace's own numbers give, before rounding; None for no score."""
    inputs = trace["inputs"]
    if any(i["used"] is None for i in inputs):
        return None
    beside = trace["answered_beside"]
    if beside is not None and beside["answered"] < beside["needed"]:
        return None
    known = [_turned(i) for i in inputs if not i["imputed"]]
    assert len(known) >= trace["needed"] or trace["policy"] == "zero_if_lead_zero"
    for i in inputs:
        supplied = Fraction(0) if trace["policy"] == "zero_if_lead_zero" else sum(known) / max(len(known), 1)
        assert Fraction(i["used"]) == (supplied if i["imputed"] else _turned(i))
    return _operate(trace, [Fraction(i["used"]) for i in inputs])


def _turned(traced: Mapping[str, Any]) -> Fraction:
    """The number of an input as the rule uses it. Of a score only the exact value is in its own trace."""
    if traced["is_score"]:
        return Fraction(traced["used"])
    number = Fraction(str(traced["number"]))
    low, high = (Fraction(end) for end in traced["range"])
    return low + high - number if traced["is_reversed"] else number


def _operate(trace: Mapping[str, Any], used: Sequence[Fraction]) -> str | Fraction | None:  # noqa: C901 - one case each
    low = min(Fraction(i["range"][0]) for i in trace["inputs"])
    high = max(Fraction(i["range"][1]) for i in trace["inputs"])
    mean = Fraction(sum(used)) / len(used)
    match trace["operator"]:
        case "value":
            return used[0]
        case "sum":
            return Fraction(sum(used))
        case "mean":
            return mean
        case "linear_0_100":
            return (mean - low) / (high - low) * 100
        case "linear_100_0":
            return (1 - (mean - low) / (high - low)) * 100
        case "state":
            return "".join(str(value) for value in used)
        case "lookup":
            [row] = trace["rows"]
            assert [Fraction(cell) for cell in row[:-1]] == list(used)
            return Fraction(row[-1])
        case "cut_points":
            return Fraction(trace["rows"][0][-1]) if trace["rows"] else None
        case "value_set":
            return sum((Fraction(row[-1]) for row in trace["rows"]), start=Fraction(str(trace["start"])))
        case "percent_loss":
            return max(Fraction(0), (used[1] - used[0]) / used[1] * 100)
        case "percent_gain":
            return max(Fraction(0), (used[0] - used[1]) / used[1] * 100)
        case operator:
            raise AssertionError(f"the trace of {operator} cannot be recomputed")


@pytest.mark.parametrize("which", sorted(BOOKS))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_score_is_recomputed_from_the_trace_that_the_api_gives(which: str, data: st.DataObject) -> None:
    book: Rulebook = BOOKS[which]
    response = validate(book.questionnaire, data.draw(nearly_whole_answers(book.questionnaire)))
    assert isinstance(response, CheckedResponse), response
    for name in book.rules:
        body = trace_body(Explained(explain(book, response, name), "en", ()))
        trace = orjson.loads(body.model_dump_json())
        mine, result = recomputed(trace), trace["result"]
        if mine is None:
            assert "not_scored" in result
        elif isinstance(mine, str):
            assert result["value"] == mine
        else:
            assert Fraction(trace["exact"]) == mine
            places = trace["decimals"]
            slack = Fraction(1, 2 * 10**places) if places is not None else Fraction(0)
            assert abs(Fraction(str(result["value"])) - mine) <= slack
