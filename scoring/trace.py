"""How a score came about, so that a person can recompute it by hand. Built on demand, never stored."""

from dataclasses import dataclass

from questionnaires.instrument_files import Reference
from questionnaires.response import Absence, CheckedResponse
from scoring.engine import score_one
from scoring.inputs import read_input
from scoring.rulebook import Rulebook
from scoring.rules import Direction, MissingPolicy
from scoring.score import NotScored, Number, Score


@dataclass(frozen=True, slots=True)
class TracedInput:
    """One input: what was answered (an option code or a number), the number used, whether it is imputed or absent."""

    link_id: str
    answer: str | None
    number: Number | None
    absence: Absence | None
    imputed: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """One score explained: inputs, rule, policy, table row, versions, digests and the source of the rule."""

    name: str
    result: Score | NotScored
    operator: str
    inputs: tuple[TracedInput, ...]
    policy: MissingPolicy
    table: str | None
    range: tuple[Number, Number]
    higher_is: Direction
    scale: str
    reference_key: str
    reference: Reference
    questionnaire: str
    definition_digest: str
    scoring_version: str
    scoring_digest: str


def explain(rulebook: Rulebook, response: CheckedResponse, name: str) -> Trace:
    """The trace of one score of the rulebook. Raises KeyError for a score that it does not have."""
    bound = rulebook.rules[name]
    result = score_one(bound, response)
    imputed = result.imputed if isinstance(result, Score) else ()
    inputs: list[TracedInput] = []
    for item in bound.items:
        value = read_input(response, item)
        absence = value if isinstance(value, Absence) else None
        supplied = item.link_id in imputed
        number: Number | None = 0 if supplied else None if isinstance(value, Absence) else value
        given = response.answers.get(item.link_id)
        inputs.append(TracedInput(item.link_id, str(given[0]) if given else None, number, absence, supplied))
    return Trace(
        name=name,
        result=result,
        operator=bound.operator.name,
        inputs=tuple(inputs),
        policy=bound.rule.missing,
        table=bound.table.name if bound.table else None,
        range=bound.rule.range,
        higher_is=bound.rule.higher_is,
        scale=bound.rule.scale,
        reference_key=bound.rule.reference,
        reference=rulebook.references[bound.rule.reference],
        questionnaire=rulebook.questionnaire.canonical,
        definition_digest=rulebook.questionnaire.digest,
        scoring_version=rulebook.version,
        scoring_digest=rulebook.digest,
    )
