import pytest

from questionnaires.response import Absence
from scoring.missing import Settled, settle
from scoring.rules import MissingPolicy
from scoring.score import Number

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
def test_complete_needs_every_input_and_names_the_first_absence(
    values: list[Number | Absence], settled: Settled
) -> None:
    assert settle(MissingPolicy.COMPLETE, values) == settled


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
    values: list[Number | Absence], settled: Settled
) -> None:
    assert settle(MissingPolicy.ZERO_IF_LEAD_ZERO, values) == settled
