"""The missing-data policies on columns: which rows have a score, from how many inputs, and why the others have none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from questionnaires.response import Absence
from scoring.batch.columns import Ints
from scoring.batch.inputs import InputColumn
from scoring.batch.results import SCORED, code_of
from scoring.missing import POLICIES
from scoring.rules import MissingPolicy, Policy


@dataclass(frozen=True, slots=True, eq=False)
class SettledRows:
    """`reasons` by row, SCORED where the rule has what it needs. `counts`: how many inputs are known, where the policy
    puts the mean of the known ones in the place of the others; None where no input is ever replaced so.
    """

    reasons: Ints
    counts: Ints | None
    fewest: int


def settle_rows(policy: Policy, inputs: Sequence[InputColumn]) -> SettledRows:
    """What `scoring.missing.settle` says of each row. An absent input has the value 0 in `inputs` already."""
    kind = POLICIES[policy.missing]
    if kind.needed is None:
        if policy.missing is MissingPolicy.ZERO_IF_LEAD_ZERO:
            return SettledRows(first_reason(_hidden_is_zero(inputs)), None, len(inputs))
        return SettledRows(first_reason([source.reasons for source in inputs]), None, len(inputs))
    fewest = max(1, kind.needed(len(inputs), policy.min_answered))
    counts = np.sum([source.known for source in inputs], axis=0, dtype=np.int64)
    enough = counts >= fewest
    reasons = np.where(enough, SCORED, first_reason([source.reasons for source in inputs]))
    # Where there is no score the count is of no use, and must not be divided by.
    return SettledRows(reasons, np.where(enough, counts, len(inputs)), fewest)


def first_reason(reasons: Sequence[Ints]) -> Ints:
    """By row the first reason in the rule's order, SCORED where there is none."""
    found = reasons[-1]
    for earlier in reversed(reasons[:-1]):
        found = np.where(earlier == SCORED, found, earlier)
    return found


def _hidden_is_zero(inputs: Sequence[InputColumn]) -> list[Ints]:
    lead, *follow_ups = inputs
    is_zero = lead.known & (lead.values.numerators == 0)
    hidden = code_of(Absence.HIDDEN)
    later = [np.where(is_zero & (source.reasons == hidden), SCORED, source.reasons) for source in follow_ups]
    return [lead.reasons, *later]
