"""Rules of few cases: the row engine works out every combination of answers once, and rows are looked up."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

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

MOST_COUNTED_CASES = 1_000
"""Nor more than this, where arithmetic gives the same as fast."""


@dataclass(frozen=True, slots=True)
class Possible:
    """What can stand in the columns: by link id every possible answer (None: too many to list); what may be hidden."""

    answers: Mapping[str, tuple[Value, ...] | None]
    hideable: frozenset[str]

    def states(self, link_id: str) -> int:
        """How many states a cell can have, bad ones apart: the listed answers, skipped, and hidden where it may be."""
        return len(self.answers[link_id] or ()) + (2 if link_id in self.hideable else 1)


def is_tabulable(bound: BoundRule, possible: Possible, most: int) -> bool:
    """Whether a rule reads only items, with few enough combinations of their states."""
    link_ids = [item.link_id for item in items_read(bound)]
    if any(source.item is None for source in bound.inputs) or any(possible.answers[name] is None for name in link_ids):
        return False
    return math.prod(possible.states(name) for name in link_ids) <= most


class Tabulated:
    """A table of every case. A row's case is the number that its states write, each a digit in its item's own base."""

    def __init__(self, bound: BoundRule, questionnaire: Questionnaire, possible: Possible, *, is_fed_on: bool) -> None:
        self.link_ids = tuple(item.link_id for item in items_read(bound))
        answers = tuple(possible.answers[link_id] or () for link_id in self.link_ids)
        self.bases = [possible.states(link_id) for link_id in self.link_ids]
        every = itertools.product(*(range(base) for base in self.bases))
        responses = (response_in(questionnaire, self.link_ids, answers, states) for states in every)
        outcomes = [work_out(bound, response, {}) for response in responses]
        self.outcomes = OutcomeTable(bound.rule.name, outcomes, is_fed_on=is_fed_on)
        self.case_type = state_type(len(outcomes))

    def work_out(self, rows: Rows) -> ScoreColumn:
        """The score of every row."""
        case: Ints = rows.columns[self.link_ids[0]].states
        for link_id, base in zip(self.link_ids[1:], self.bases[1:], strict=True):
            case = np.multiply(case, base, dtype=self.case_type)
            case += rows.columns[link_id].states
        # numpy takes by its own index type: turned into it once here, and not again in each of the takes.
        return self.outcomes.rows(case.astype(np.intp))
