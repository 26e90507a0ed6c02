"""Checked response -> scores. The hot path: no traces, no texts; `trace` explains a score on demand."""

from collections.abc import Mapping
from decimal import Decimal

from questionnaires.response import Absence, CheckedResponse
from scoring.inputs import Input, read_input
from scoring.missing import Reason, settle
from scoring.rounding import exact_of, published
from scoring.rulebook import BoundRule, Outcome, Rulebook
from scoring.score import Exact, NotScored, NoValue, Number, Result, Score, State

Outcomes = Mapping[str, Outcome]
"""The outcomes of scores, by name: what the scores that rest on them go on from."""


def score(rulebook: Rulebook, response: CheckedResponse) -> dict[str, Result]:
    """Every score of the rulebook for these answers. The response is of the questionnaire the rulebook is bound to."""
    # By item: its answers, True where it was skipped, False where branching hid it.
    state = {**rulebook.hidden_inputs, **dict.fromkeys(response.enabled, True), **response.answers}
    results: dict[str, Result] = {}
    fed_on: dict[str, Outcome] = {}
    for name, bound in rulebook.rules.items():
        if bound.answers_key is None:
            outcome = work_out(bound, response, fed_on)
        else:
            key = bound.answers_key(state)
            known = bound.remembered.get(key)
            if known is None:
                known = bound.remembered[key] = work_out(bound, response, fed_on)
            outcome = known
        results[name] = outcome.result
        if name in rulebook.fed_on:
            fed_on[name] = outcome
    return results


def work_out_every(rulebook: Rulebook, response: CheckedResponse) -> Outcomes:
    """The outcome of every rule, worked out anew: what a trace is built on."""
    outcomes: dict[str, Outcome] = {}
    for name, bound in rulebook.rules.items():
        outcomes[name] = work_out(bound, response, outcomes)
    return outcomes


def work_out(bound: BoundRule, response: CheckedResponse, fed_on: Outcomes) -> Outcome:
    """One score: its inputs read, missing ones settled by the policy, the operator applied, the result rounded."""
    values = [used_value(source, response, fed_on) for source in bound.inputs]
    settled = settle(bound.policy, values)
    if isinstance(settled, (Absence, NoValue)):
        return Outcome(NotScored(settled, _absent(bound, values)))
    if bound.asked_beside and not _enough_answered(bound, response):
        absent = [i.link_id for i in bound.asked_beside if isinstance(read_input(response, i), Absence)]
        return Outcome(NotScored(NoValue.TOO_FEW_ANSWERED, tuple(absent)))
    numbers, imputed = settled
    exact = bound.operator.compute(numbers, bound.operands)
    if isinstance(exact, NoValue):
        return Outcome(NotScored(exact, ()))
    if isinstance(exact, str):
        return Outcome(State(exact))
    supplied = tuple([bound.inputs[position].name for position in imputed]) if imputed else ()
    return Outcome(Score(_published(bound, response, exact), supplied), exact)


def used_value(source: Input, response: CheckedResponse, fed_on: Outcomes) -> Exact | Reason:
    """The value of one input as its rule uses it, or why there is none."""
    value: Exact | Reason
    if source.item is not None:
        number = read_input(response, source.item)
        value = exact_of(number) if isinstance(number, Decimal) else number
    else:
        outcome = fed_on[source.name]
        if isinstance(outcome.result, NotScored):
            return outcome.result.reason
        assert outcome.exact is not None, "binding lets no rule rest on a state"
        value = outcome.exact
    if not source.is_reversed or isinstance(value, (Absence, NoValue)):
        return value
    return source.turned(value)


def _published(bound: BoundRule, response: CheckedResponse, exact: Exact) -> Number:
    """The value as it is published: rounded, or the decimal as it was answered where the score is the answer itself."""
    source = bound.inputs[0]
    if bound.operator.gives_the_answer and source.item and not source.is_reversed and bound.rule.decimals is None:
        number = read_input(response, source.item)
        assert not isinstance(number, Absence), "the only input is known"
        return number
    return published(exact, bound.rule.decimals)


def _absent(bound: BoundRule, values: list[Exact | Reason]) -> tuple[str, ...]:
    pairs = zip(bound.inputs, values, strict=True)
    return tuple(source.name for source, value in pairs if isinstance(value, (Absence, NoValue)))


def _enough_answered(bound: BoundRule, response: CheckedResponse) -> bool:
    """Whether more than the share that the rule asks for has a usable answer."""
    share = bound.rule.answered_share
    assert share is not None, "only an answered_share asks for items beside the inputs"
    answered = sum(not isinstance(read_input(response, item), Absence) for item in bound.asked_beside)
    return answered > share.more_than * len(bound.asked_beside)
