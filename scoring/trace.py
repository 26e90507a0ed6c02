"""How a score came about, so that a person can recompute it by hand. Built on demand, never stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from questionnaires.instrument_files import Reference
from questionnaires.response import Absence, CheckedResponse
from scoring.engine import Outcomes, used_value, work_out_every
from scoring.inputs import Input, read_input
from scoring.missing import POLICIES, Reason, settle
from scoring.rulebook import BoundRule, Rulebook
from scoring.rules import ScoreRule
from scoring.score import Exact, NotScored, NoValue, Number, Result, Score
from scoring.tables import CutPoints, Table, ValueSet


@dataclass(frozen=True, slots=True)
class TracedInput:
    """One input: an item or another score.

    `answer` is what was answered (an option code or a number); `number` its value; `used` the exact value that the
    operator took, turned round where the rule reverses it, supplied where it is imputed; `absence` why there is none.
    """

    name: str
    is_score: bool
    answer: str | None
    number: Number | None
    used: Exact | None
    absence: Reason | None
    imputed: bool
    is_reversed: bool
    low: Exact
    high: Exact
    band: str | None


@dataclass(frozen=True, slots=True)
class AnsweredBeside:
    """How many of the items that a rule asks for beside its inputs were answered, and how many it needs."""

    answered: int
    of: int
    needed: int


@dataclass(frozen=True, slots=True)
class Trace:
    """One score explained: inputs, rule, policy, table rows, versions, digests and the source of the rule.

    `rule` is the rule as its file states it. `needed` is how many inputs the policy asks for. `rows` are the rows of
    the table that decided, as the file writes them. `exact` is the value before rounding.
    """

    name: str
    result: Result
    exact: Exact | None
    rule: ScoreRule
    formula: str
    inputs: tuple[TracedInput, ...]
    policy: str
    needed: int
    beside: AnsweredBeside | None
    rows: tuple[tuple[str, ...], ...]
    band: str | None
    reference: Reference
    bands_reference: Reference | None
    change_reference: Reference | None
    questionnaire: str
    definition_digest: str
    scoring_version: str
    scoring_digest: str


def explain(rulebook: Rulebook, response: CheckedResponse, name: str) -> Trace:
    """The trace of one score of the rulebook. Raises KeyError for a score that it does not have."""
    bound = rulebook.rules[name]
    outcomes = work_out_every(rulebook, response)
    outcome = outcomes[name]
    inputs = _inputs(rulebook, bound, response, outcomes)
    kind, change = POLICIES[bound.policy.missing], bound.rule.meaningful_change
    return Trace(
        name=name,
        result=outcome.result,
        exact=outcome.exact,
        rule=bound.rule,
        formula=bound.operator.formula,
        inputs=inputs,
        policy=bound.policy.missing.value,
        needed=kind.needed(len(inputs), bound.policy.min_answered) if kind.needed else len(inputs),
        beside=_beside(bound, response),
        rows=_rows(bound, inputs) if not isinstance(outcome.result, NotScored) else (),
        band=bound.band_of(outcome.result.value) if isinstance(outcome.result, Score) else None,
        reference=rulebook.references[bound.rule.reference],
        bands_reference=rulebook.references[bound.rule.bands_reference] if bound.rule.bands_reference else None,
        change_reference=rulebook.references[change.reference] if change else None,
        questionnaire=rulebook.questionnaire.canonical,
        definition_digest=rulebook.questionnaire.digest,
        scoring_version=rulebook.version,
        scoring_digest=rulebook.digest,
    )


def _inputs(
    rulebook: Rulebook, bound: BoundRule, response: CheckedResponse, outcomes: Outcomes
) -> tuple[TracedInput, ...]:
    values = [used_value(source, response, outcomes) for source in bound.inputs]
    settled = settle(bound.policy, values)
    numbers: Sequence[Exact | Reason] = values if isinstance(settled, (Absence, NoValue)) else settled[0]
    imputed = () if isinstance(settled, (Absence, NoValue)) else settled[1]
    return tuple(
        _input(rulebook, source, response, outcomes, used=numbers[place], is_imputed=place in imputed)
        for place, source in enumerate(bound.inputs)
    )


def _input(
    rulebook: Rulebook,
    source: Input,
    response: CheckedResponse,
    outcomes: Outcomes,
    *,
    used: Exact | Reason,
    is_imputed: bool,
) -> TracedInput:
    found: Number | Reason
    if source.item is not None:
        found = read_input(response, source.item)
        given = response.answers.get(source.name)
    else:
        result = outcomes[source.name].result
        assert isinstance(result, (Score, NotScored)), "binding lets no rule rest on a state"
        found = result.value if isinstance(result, Score) else result.reason
        given = None
    number = None if isinstance(found, (Absence, NoValue)) else found
    return TracedInput(
        name=source.name,
        is_score=source.item is None,
        answer=str(given[0]) if given else None,
        number=number,
        used=None if isinstance(used, (Absence, NoValue)) else used,
        absence=found if isinstance(found, (Absence, NoValue)) else None,
        imputed=is_imputed,
        is_reversed=source.is_reversed,
        low=source.low,
        high=source.high,
        band=rulebook.band_of_item(source.name, number) if number is not None else None,
    )


def _beside(bound: BoundRule, response: CheckedResponse) -> AnsweredBeside | None:
    share = bound.rule.answered_share
    if share is None:
        return None
    answered = sum(not isinstance(read_input(response, item), Absence) for item in bound.asked_beside)
    return AnsweredBeside(answered, len(bound.asked_beside), int(share.more_than * len(bound.asked_beside)) + 1)


def _rows(bound: BoundRule, inputs: Sequence[TracedInput]) -> tuple[tuple[str, ...], ...]:
    """The rows of the rule's table that decided for these inputs."""
    table = bound.operands.table
    used = [source.used for source in inputs if source.used is not None]
    if isinstance(table, Table):
        value = table.cells[tuple(used)]  # type: ignore[arg-type]  # the weights of a bound lookup are whole
        return ((*(str(number) for number in used), str(value)),)
    if isinstance(table, CutPoints):
        reached = [point for point in table.points if point.reaches(used[0])]
        return tuple(("at_least" if p.included else "above", str(p.start), str(p.value)) for p in reached[-1:])
    if isinstance(table, ValueSet):
        levels = [(source.name, int(source.used)) for source in inputs if source.used is not None]
        return tuple((name, str(level), str(table.steps.get((name, level), 0))) for name, level in levels)
    return ()
