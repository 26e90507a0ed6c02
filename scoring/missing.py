"""What each missing-data policy does, exactly: it supplies numbers or gives a reason, and never guesses silently."""

from collections.abc import Callable, Sequence

from questionnaires.response import Absence
from scoring.rules import MissingPolicy
from scoring.score import Number

Imputed = tuple[int, ...]
"""The positions of the inputs whose number the policy supplied."""

Settled = tuple[Sequence[Number], Imputed] | Absence


def settle(policy: MissingPolicy, values: Sequence[Number | Absence]) -> Settled:
    """The numbers that a rule may use, with what was imputed, or why it cannot be computed.

    The reason is that of the first absent input in the rule's order: where the lead question was skipped, its hidden
    follow-ups are not the cause.
    """
    return _POLICIES[policy](values)


def _complete(values: Sequence[Number | Absence]) -> Settled:
    numbers: list[Number] = []
    for value in values:
        if isinstance(value, Absence):
            return value
        numbers.append(value)
    return numbers, ()


def _zero_if_lead_zero(values: Sequence[Number | Absence]) -> Settled:
    """Where the first input is 0, follow-ups that branching hid count as 0; what was skipped or declined does not.

    PRO-CTCAE composites, Basch 2021: a missing attribute gives no composite. This policy is an explicit choice of the
    scoring file.
    """
    numbers: list[Number] = []
    imputed: list[int] = []
    for position, value in enumerate(values):
        if not isinstance(value, Absence):
            numbers.append(value)
        elif value is Absence.HIDDEN and values[0] == 0:
            numbers.append(0)
            imputed.append(position)
        else:
            return value
    return numbers, tuple(imputed)


_POLICIES: dict[MissingPolicy, Callable[[Sequence[Number | Absence]], Settled]] = {
    MissingPolicy.COMPLETE: _complete,
    MissingPolicy.ZERO_IF_LEAD_ZERO: _zero_if_lead_zero,
}
