from fractions import Fraction

import pytest

from questionnaires.response import Absence
from scoring.missing import Reason, Settled, settle
from scoring.rules import MissingPolicy, Policy
from scoring.score import Exact, NoValue

HIDDEN, SKIPPED, DECLINED = Absence.HIDDEN, Absence.SKIPPED, Absence.DECLINED


@pytest.mark.parametrize(
    ("values", "settled"),
    [
        ([2], ([2], ())),
        ([0, 4, 1], ([0, 4, 1], ())),
        ([SKIPPED], SKIPPED),
        ([DECLINED], DECLINED),
        ([1, HIDDEN], HIDDEN),
        ([0, HIDDEN], HIDDEN),
        ([SKIPPED, HIDDEN], SKIPPED),
        ([3, DECLINED, SKIPPED], DECLINED),
        ([3, SKIPPED, DECLINED], SKIPPED),
    ],
)
def test_complete_needs_every_input_and_names_the_first_absence(values: list[Exact | Reason], settled: Settled) -> None:
    assert settle(Policy(missing=MissingPolicy.COMPLETE), values) == settled


@pytest.mark.parametrize(
    ("values", "settled"),
    [
        # The lead is 0: what branching hid counts as 0, and only that.
        ([0, HIDDEN], ([0, 0], (1,))),
        ([0, HIDDEN, HIDDEN], ([0, 0, 0], (1, 2))),
        ([0, 0, HIDDEN], ([0, 0, 0], (2,))),
        ([0, 2], ([0, 2], ())),
        ([0, SKIPPED], SKIPPED),
        ([0, HIDDEN, SKIPPED], SKIPPED),
        ([0, DECLINED, HIDDEN], DECLINED),
        # The lead is above 0: nothing is supplied. Frequency 2, severity 0, interference hidden is the published trap.
        ([2, 0, HIDDEN], HIDDEN),
        ([1, HIDDEN], HIDDEN),
        ([1, SKIPPED], SKIPPED),
        ([3, 2, 4], ([3, 2, 4], ())),
        # The lead is unknown: its absence is the reason, not that of the follow-ups it hid.
        ([SKIPPED, HIDDEN, HIDDEN], SKIPPED),
        ([DECLINED, HIDDEN], DECLINED),
        ([HIDDEN, HIDDEN], HIDDEN),
    ],
)
def test_zero_if_lead_zero_supplies_only_what_a_lead_of_zero_hid(
    values: list[Exact | Reason], settled: Settled
) -> None:
    assert settle(Policy(missing=MissingPolicy.ZERO_IF_LEAD_ZERO), values) == settled


HALF = Policy(missing=MissingPolicy.HALF)
MORE_THAN_HALF = Policy(missing=MissingPolicy.MORE_THAN_HALF)
THREE_OF_FOUR = Policy(missing=MissingPolicy.PRORATE, min_answered=3)


@pytest.mark.parametrize(
    ("policy", "values", "settled"),
    [
        (HALF, [1, 2, 3, 4], ([1, 2, 3, 4], ())),
        # Two of four are half: the others count as their mean, (1 + 2) / 2.
        (HALF, [1, SKIPPED, 2, HIDDEN], ([1, Fraction(3, 2), 2, Fraction(3, 2)], (1, 3))),
        (HALF, [SKIPPED, 4, 3], ([Fraction(7, 2), 4, 3], (0,))),
        (HALF, [1, SKIPPED, DECLINED, HIDDEN], SKIPPED),
        (HALF, [1, SKIPPED, DECLINED], SKIPPED),
        (HALF, [SKIPPED], SKIPPED),
        (MORE_THAN_HALF, [1, 2, 3, SKIPPED], ([1, 2, 3, 2], (3,))),
        (MORE_THAN_HALF, [1, 2, SKIPPED, DECLINED], SKIPPED),
        (MORE_THAN_HALF, [1, 2, SKIPPED], ([1, 2, Fraction(3, 2)], (2,))),
        (THREE_OF_FOUR, [1, 2, 3, DECLINED], ([1, 2, 3, 2], (3,))),
        (THREE_OF_FOUR, [1, DECLINED, 3, SKIPPED], DECLINED),
        # An input that is a score may be without a value for another reason than an answer.
        (MORE_THAN_HALF, [1, NoValue.NO_GRADE, 3], ([1, 2, 3], (1,))),
        (HALF, [NoValue.TOO_FEW_ANSWERED], NoValue.TOO_FEW_ANSWERED),
    ],
)
def test_policies_by_mean_put_the_mean_of_the_known_in_the_place_of_the_others(
    policy: Policy, values: list[Exact | Reason], settled: Settled
) -> None:
    assert settle(policy, values) == settled
