"""Rules of few cases: the row engine works out every combination of answers once, and rows are looked up."""

import itertools
import math
from collections.abc import Iterable, Mapping

import numpy as np

from questionnaires.definition import Questionnaire, Value
from scoring.batch.columns import Ints, state_type
from scoring.batch.plan import items_read
from scoring.batch.results import OutcomeTable, ScoreColumn
from scoring.batch.rows import Rows, response_in
from scoring.engine import work_out
from scoring.rulebook import BoundRule

MOST_CASES = 10_000
"""More combinations than this are not worked out beforehand."""

Listed = Mapping[str, tuple[Value, ...] | None]
"""By link id every possible answer, or None where there are too many to list."""


def is_tabulable(bound: BoundRule, listed: Listed) -> bool:
    """Whether a rule reads only items, with few enough combinations of their states."""
    if any(source.item is None for source in bound.inputs):
        return False
    answers = [listed[item.link_id] for item in items_read(bound)]
    return None not in answers and math.prod(_states(answers)) <= MOST_CASES


class Tabulated:
    """A table of every case. A row's case is the number that its states write, each a digit in its item's own base."""

    def __init__(self, bound: BoundRule, questionnaire: Questionnaire, listed: Listed, *, is_fed_on: bool) -> None:
        self.link_ids = tuple(item.link_id for item in items_read(bound))
        answers = tuple(listed[link_id] or () for link_id in self.link_ids)
        self.bases = _states(answers)
        every = itertools.product(*(range(base) for base in self.bases))
        responses = (response_in(questionnaire, self.link_ids, answers, states) for states in every)
        outcomes = [work_out(bound, response, {}) for response in responses]
        self.outcomes = OutcomeTable(bound.rule.name, outcomes, is_fed_on=is_fed_on)
        self.case_type = state_type(len(outcomes))

    def work_out(self, rows: Rows) -> ScoreColumn:
        """The score of every row."""
        case: Ints = rows.columns[self.link_ids[0]].states.astype(self.case_type)
        for link_id, base in zip(self.link_ids[1:], self.bases[1:], strict=True):
            case *= base
            case += rows.columns[link_id].states
        # numpy takes by its own index type: turned into it once here, and not again in each of the takes.
        return self.outcomes.rows(case.astype(np.intp))


def _states(answers: Iterable[tuple[Value, ...] | None]) -> list[int]:
    """How many states each item has: its answers, skipped, hidden."""
    return [len(of_item or ()) + 2 for of_item in answers]
