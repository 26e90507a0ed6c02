"""The inputs of rules by state: what the row engine reads of an answer, worked out once for each possible one."""

from dataclasses import dataclass

import numpy as np

from questionnaires.definition import Questionnaire, Value
from questionnaires.response import Absence
from scoring.batch.columns import Flags, Ints
from scoring.batch.rationals import Rationals, integer_type, numerators_of
from scoring.batch.results import SCORED, ScoreColumn, code_of
from scoring.batch.rows import response_in
from scoring.engine import used_value
from scoring.inputs import Input
from scoring.score import NoValue


@dataclass(frozen=True, slots=True, eq=False)
class InputColumn:
    """One input of a rule by row: its exact value as the rule uses it (0 where absent), and why it is absent."""

    values: Rationals
    reasons: Ints

    @property
    def known(self) -> Flags:
        """The rows in which the input has a value."""
        known: Flags = self.reasons == SCORED
        return known


@dataclass(frozen=True, slots=True, eq=False)
class InputTable:
    """One item as an input of a rule, by the state of its cell."""

    values: Rationals
    reasons: Ints

    def rows(self, states: Ints) -> InputColumn:
        """The input of rows in these states."""
        numerators = self.values.numerators.take(states)
        return InputColumn(Rationals(numerators, self.values.common, self.values.bound), self.reasons.take(states))


def input_table(questionnaire: Questionnaire, source: Input, answers: tuple[Value, ...]) -> InputTable:
    """What the row engine reads of every answer, and of an item that was skipped or hidden."""
    assert source.item is not None, "scores are read from what their own rules gave"
    every = (response_in(questionnaire, (source.name,), (answers,), (state,)) for state in range(len(answers) + 2))
    found = [used_value(source, response, {}) for response in every]
    reasons = [code_of(value) if isinstance(value, (Absence, NoValue)) else SCORED for value in found]
    known = [0 if isinstance(value, (Absence, NoValue)) else value for value in found]
    numerators, common = numerators_of(known)
    bound = max([common, *map(abs, numerators)])
    values = Rationals(np.array(numerators, integer_type(bound)), common, bound)
    return InputTable(values, np.array(reasons, np.uint8))


def input_of_score(source: Input, below: ScoreColumn) -> InputColumn:
    """A score as the input of another rule: its exact value, turned round where the rule reverses it."""
    assert below.exact is not None, "a score that another rests on keeps its exact values"
    values = below.exact
    if source.is_reversed:
        (ends,), over = numerators_of([source.low + source.high])
        common = values.common
        bound = max(abs(ends) * common + values.bound * over, common * over)
        kept: Ints = values.numerators.astype(integer_type(bound))
        values = Rationals(ends * common - kept * over, common * over, bound)
    numerators = np.where(below.scored, values.numerators, 0)
    return InputColumn(Rationals(numerators, values.denominator, values.bound), below.reasons)
