"""A rulebook made ready for tables: columns of answers -> columns of scores."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from questionnaires.definition import Questionnaire
from questionnaires.response import Absence
from scoring.batch.branching import Branched, branching_of
from scoring.batch.cells import Cells
from scoring.batch.columns import Column, Flags, empty_column, rows_where
from scoring.batch.plan import items_read
from scoring.batch.planning import plan_scores
from scoring.batch.results import LEFT_EMPTY, ScoreColumn
from scoring.batch.rows import Rows, response_in
from scoring.batch.tabulated import Possible
from scoring.inputs import read_input
from scoring.rulebook import Rulebook
from scoring.rules import MissingPolicy


class NotForTables(Exception):
    """A questionnaire whose branching asks something that no cell of a table can hold."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoredRows:
    """The scores of a block of rows in the rulebook's order; by link id the rows with an answer to a hidden item."""

    scores: Mapping[str, ScoreColumn]
    not_enabled: Mapping[str, Flags]


class BatchScorer:
    """One rulebook, made ready once for any number of blocks of rows.

    With `policy`, every rule that offers it is under it (KeyError where none does). Under `zero_if_lead_zero` a
    follow-up that is empty after a lead of 0 then counts as hidden, also where no branching says so: a table does not
    tell whether it was asked. `cells` are the items that scores and their branching read, by link id; `planned` the
    scores. Raises NotForTables.
    """

    def __init__(self, rulebook: Rulebook, policy: MissingPolicy | None = None) -> None:
        self.rulebook = rulebook if policy is None else rulebook.under(policy)
        questionnaire = self.rulebook.questionnaire
        read = {item.link_id: item for bound in self.rulebook.rules.values() for item in items_read(bound)}
        self._branching = branching_of(questionnaire, tuple(read.values()))
        asked = self._branching.asked if self._branching else ()
        items = [item for item in questionnaire.questions if item.link_id in read or item.link_id in asked]
        for item in items:
            if item.repeats:
                raise NotForTables(f"branching asks '{item.link_id}', which repeats: one cell holds one answer")
        self.cells = {item.link_id: Cells(item) for item in items}
        leads = self.rulebook.leads if policy is MissingPolicy.ZERO_IF_LEAD_ZERO else {}
        self._leads = _Leads(questionnaire, leads)
        hideable = (self._branching.hideable if self._branching else frozenset()).union(leads)
        answers = {link_id: cells.listed for link_id, cells in self.cells.items()}
        self.planned = plan_scores(self.rulebook, Possible(answers, hideable))

    def score(self, columns: Mapping[str, Column], count: int) -> ScoredRows:
        """Score a block of `count` rows. An item without a column is empty in every row.

        Columns of listed answers (`Cells.listed`) hold these in this order. A score is left empty where a cell is bad
        that it uses, directly or by way of another score, or where a cell is bad that its branching hangs on.
        """
        every = {link_id: columns.get(link_id) or self._empty(link_id, count) for link_id in self.cells}
        branched = self._branching.settle(every) if self._branching else Branched(every, {})
        found_bad = ((link_id, column.bad_rows) for link_id, column in branched.columns.items())
        bad = {link_id: rows for link_id, rows in found_bad if rows is not None}
        settled = self._leads.hide({link_id: _without(c, bad.get(link_id)) for link_id, c in branched.columns.items()})
        scores: dict[str, ScoreColumn] = {}
        for planned in self.planned:
            scores[planned.name] = planned.plan.work_out(Rows(settled, scores))
        for planned in self.planned if bad else ():
            unread = [rows for link_id, rows in bad.items() if link_id in planned.rests_on]
            if unread:
                left_empty = np.logical_or.reduce(unread)
                found = scores[planned.name]
                reasons = np.where(left_empty, np.uint8(LEFT_EMPTY), found.reasons)
                scores[planned.name] = replace(found, reasons=reasons)
        return ScoredRows(scores, branched.not_enabled)

    def _empty(self, link_id: str, count: int) -> Column:
        return empty_column(count, self.cells[link_id].listed or ())


class _Leads:
    """The follow-ups that are hidden where they are empty after a lead of 0."""

    def __init__(self, questionnaire: Questionnaire, leads: Mapping[str, str]) -> None:
        self.questionnaire = questionnaire
        self.leads = leads

    def hide(self, columns: dict[str, Column]) -> dict[str, Column]:
        hidden = dict(columns)
        is_zero = {lead: self.zero_rows(lead, columns[lead]) for lead in set(self.leads.values())}
        for follow_up, lead in self.leads.items():
            column = columns[follow_up]
            passed_over = is_zero[lead] & (column.states == column.states.dtype.type(column.skipped))
            # The state after `skipped` is `hidden`.
            hidden[follow_up] = Column(column.states + passed_over, column.answers)
        return hidden

    def zero_rows(self, lead: str, column: Column) -> Flags:
        """The rows in which the number of the lead is 0."""
        answers = column.answers
        item = self.questionnaire.item(lead)
        assert item is not None, "leads are items of the questionnaire"
        states = range(len(answers) + 2)
        read = [read_input(response_in(self.questionnaire, (lead,), (answers,), (state,)), item) for state in states]
        return rows_where(column.states, [not isinstance(number, Absence) and number == 0 for number in read])


def _without(column: Column, bad: Flags | None) -> Column:
    """The column with bad cells as empty ones, so that rules need not know of them."""
    if bad is None:
        return column
    return Column(np.where(bad, column.states.dtype.type(column.skipped), column.states), column.answers)
