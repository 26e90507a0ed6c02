"""Rules of any other kind: the row engine works out each distinct case that the rows hold, once."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from questionnaires.definition import Questionnaire
from scoring.batch.plan import items_read
from scoring.batch.rationals import Rationals
from scoring.batch.results import REASONS, SCORED, OutcomeTable, ScoreColumn
from scoring.batch.rows import Rows, response_in
from scoring.engine import work_out
from scoring.rulebook import BoundRule, Outcome
from scoring.score import NotScored, Score

_Case = tuple[Any, ...]


class CaseByCase:
    """One rule, whose cases are too many to tabulate and whose operator has no arithmetic on columns."""

    def __init__(self, bound: BoundRule, questionnaire: Questionnaire, *, is_fed_on: bool) -> None:
        self.bound = bound
        self.questionnaire = questionnaire
        self.is_fed_on = is_fed_on
        self.link_ids = tuple(item.link_id for item in items_read(bound))
        self.rests_on = tuple(source.name for source in bound.inputs if source.item is None)

    def work_out(self, rows: Rows) -> ScoreColumn:
        """The score of every row."""
        digits = [rows.columns[link_id].states.tolist() for link_id in self.link_ids]
        for name in self.rests_on:
            digits += _parts(rows.results[name])
        positions: dict[_Case, int] = {}
        cases = [positions.setdefault(case, len(positions)) for case in zip(*digits, strict=True)]
        outcomes = [self.outcome(case, rows) for case in positions]
        table = OutcomeTable(self.bound.rule.name, outcomes, is_fed_on=self.is_fed_on)
        return table.rows(np.array(cases, np.intp))

    def outcome(self, case: _Case, rows: Rows) -> Outcome:
        """What the row engine gives for one case."""
        answers = tuple(rows.columns[link_id].answers for link_id in self.link_ids)
        states = case[: len(self.link_ids)]
        below = zip(self.rests_on, _in_threes(case[len(self.link_ids) :]), strict=True)
        fed_on = {name: _outcome_below(parts) for name, parts in below}
        return work_out(self.bound, response_in(self.questionnaire, self.link_ids, answers, states), fed_on)


def _parts(column: ScoreColumn) -> list[list[int]]:
    """The reason, the numerator and the denominator of every row of a score that the rule rests on."""
    values = column.exact
    assert values is not None, "a score that another rests on keeps its exact values"
    numerators = np.where(column.scored, values.numerators, 0)
    return [column.reasons.tolist(), numerators.tolist(), _denominators(values, len(numerators))]


def _denominators(values: Rationals, count: int) -> list[int]:
    return [values.denominator] * count if isinstance(values.denominator, int) else values.denominator.tolist()


def _in_threes(parts: Sequence[int]) -> list[tuple[int, int, int]]:
    return list(zip(parts[::3], parts[1::3], parts[2::3], strict=True))


def _outcome_below(parts: tuple[int, int, int]) -> Outcome:
    """The outcome of a score that the rule rests on. Rules go on from its exact value only."""
    reason, numerator, denominator = parts
    if reason != SCORED:
        return Outcome(NotScored(REASONS[reason - 1], ()))
    return Outcome(Score(0), Fraction(numerator, denominator))
