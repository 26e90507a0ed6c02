"""Rules of many cases that count: sums, means and the like, in exact whole numbers on columns."""

import numpy as np

from questionnaires.definition import Questionnaire, Value
from scoring.batch.arithmetic import ARITHMETIC, ONE_DENOMINATOR, ROW_DENOMINATOR
from scoring.batch.columns import Flags
from scoring.batch.inputs import InputColumn, InputTable, input_of_score, input_table
from scoring.batch.rationals import decimals_of, rounded
from scoring.batch.results import SCORED, ScoreColumn, code_of
from scoring.batch.rows import Rows
from scoring.batch.settling import settle_rows
from scoring.inputs import Input
from scoring.rulebook import BoundRule
from scoring.score import NoValue


def is_countable(bound: BoundRule, one_denominator: frozenset[str]) -> bool:
    """Whether the operator is one of those that count, and its inputs can be put over denominators as it needs them.

    `one_denominator`: the earlier scores whose exact values have one denominator in all rows.
    """
    name = bound.operator.name
    rests_on = {source.name for source in bound.inputs if source.item is None}
    if name not in ARITHMETIC or (name in ONE_DENOMINATOR and not rests_on <= one_denominator):
        return False
    # Without decimals a result is written as it is: what rests on answers ends, what rests on a mean might not.
    return bound.rule.decimals is not None or not rests_on or name in ("cut_points", "count")


def has_one_denominator(bound: BoundRule, one_denominator: frozenset[str]) -> bool:
    """Whether the exact values of a counted rule have one denominator in all rows."""
    below = {source.name for source in bound.inputs if source.item is None}
    return bound.operator.name not in ROW_DENOMINATOR and (bound.operator.name != "value" or below <= one_denominator)


class Counted:
    """One rule whose operator counts."""

    def __init__(self, bound: BoundRule, questionnaire: Questionnaire, *, is_fed_on: bool) -> None:
        self.bound = bound
        self.questionnaire = questionnaire
        self.is_fed_on = is_fed_on
        self.tables: dict[str, tuple[tuple[Value, ...], InputTable]] = {}
        self.beside = [Input(item.link_id, item, 0, 0) for item in bound.asked_beside]

    def work_out(self, rows: Rows) -> ScoreColumn:
        """The score of every row."""
        rule = self.bound.rule
        inputs = [self.input(source, rows) for source in self.bound.inputs]
        settled = settle_rows(self.bound.policy, inputs)
        reasons = settled.reasons
        if self.beside:
            too_few = (reasons == SCORED) & ~self.enough_answered(rows)
            reasons = np.where(too_few, code_of(NoValue.TOO_FEW_ANSWERED), reasons)
        computed = ARITHMETIC[self.bound.operator.name](inputs, settled, self.bound.operands)
        if computed.reasons is not None:
            reasons = np.where(reasons == SCORED, computed.reasons, reasons)
        decimals = decimals_of(computed.values.common) if rule.decimals is None else rule.decimals
        values = rounded(computed.values, decimals)
        exact = computed.values if self.is_fed_on else None
        return ScoreColumn(rule.name, reasons.astype(np.uint8), values, decimals, exact=exact)

    def input(self, source: Input, rows: Rows) -> InputColumn:
        """One input of every row."""
        if source.item is None:
            return input_of_score(source, rows.results[source.name])
        column = rows.columns[source.name]
        answers, table = self.tables.get(source.name, (None, None))
        # Where the possible answers are listed, they are the same object in every block of rows.
        if table is None or answers is not column.answers:
            table = input_table(self.questionnaire, source, column.answers)
            self.tables[source.name] = column.answers, table
        return table.rows(column.states)

    def enough_answered(self, rows: Rows) -> Flags:
        """Whether more than the share that the rule asks for has a usable answer."""
        share = self.bound.rule.answered_share
        assert share is not None, "only an answered_share asks for items beside the inputs"
        answered = np.zeros(len(self.input(self.beside[0], rows).reasons), np.int64)
        for source in self.beside:
            answered += self.input(source, rows).known
        above, below = share.more_than.as_integer_ratio()
        return answered * below > above * len(self.beside)
