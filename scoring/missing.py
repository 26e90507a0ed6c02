"""What each missing-data policy does, exactly: it supplies numbers or gives a reason, and never guesses silently."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from questionnaires.response import Absence
from scoring.rules import MissingPolicy, Policy
from scoring.score import Exact, NoValue

Reason = Absence | NoValue

Imputed = tuple[int, ...]
"""The positions of the inputs whose number the policy supplied."""

Settled = tuple[Sequence[Exact], Imputed] | Reason


@dataclass(frozen=True, slots=True)
class PolicyKind:
    """One policy of the closed table: how many of `inputs` must be known, and what is put in the place of the others.

    `needed` is None where the policy does not count. `by_mean`: the absent inputs count as the mean of the known
    ones, so that a sum is scaled by inputs / known, and a mean is that of the known ones.
    """

    name: MissingPolicy
    says: str
    needed: Callable[[int, int | None], int] | None = None

    @property
    def by_mean(self) -> bool:
        """Whether absent inputs count as the mean of the known ones."""
        return self.needed is not None


POLICIES: Mapping[MissingPolicy, PolicyKind] = {
    kind.name: kind
    for kind in (
        PolicyKind(MissingPolicy.COMPLETE, "every input is known, or there is no score"),
        PolicyKind(
            MissingPolicy.ZERO_IF_LEAD_ZERO,
            "where the first input is 0, the later ones that branching hid count as 0; what was skipped or declined "
            "stays missing, and then there is no score",
        ),
        PolicyKind(
            MissingPolicy.HALF,
            "at least half of the inputs are known; the others count as the mean of these",
            lambda inputs, _: (inputs + 1) // 2,
        ),
        PolicyKind(
            MissingPolicy.MORE_THAN_HALF,
            "more than half of the inputs are known; the others count as the mean of these",
            lambda inputs, _: inputs // 2 + 1,
        ),
        PolicyKind(
            MissingPolicy.PRORATE,
            "at least `min_answered` inputs are known; the others count as the mean of these: a sum is scaled by "
            "inputs / known",
            lambda inputs, min_answered: min_answered or inputs,
        ),
    )
}
"""The closed table of missing-data policies."""


def settle(policy: Policy, values: Sequence[Exact | Reason]) -> Settled:
    """The numbers that a rule may use, with what was imputed, or why it cannot be computed.

    The reason is that of the first absent input in the rule's order: where the lead question was skipped, its hidden
    follow-ups are not the cause.
    """
    kind = POLICIES[policy.missing]
    if kind.needed is not None:
        return _by_mean(values, kind.needed(len(values), policy.min_answered))
    return _in_order(values, hidden_is_zero=policy.missing is MissingPolicy.ZERO_IF_LEAD_ZERO and values[0] == 0)


def _in_order(values: Sequence[Exact | Reason], *, hidden_is_zero: bool) -> Settled:
    """Every input known; or, under a lead of 0, hidden by branching (PRO-CTCAE composites, Basch 2021)."""
    numbers: list[Exact] = []
    imputed: list[int] = []
    for position, value in enumerate(values):
        if not isinstance(value, (Absence, NoValue)):
            numbers.append(value)
        elif hidden_is_zero and value is Absence.HIDDEN:
            numbers.append(0)
            imputed.append(position)
        else:
            return value
    return numbers, tuple(imputed)


def _by_mean(values: Sequence[Exact | Reason], needed: int) -> Settled:
    """The known inputs, and their mean in the place of each absent one."""
    absent = [value for value in values if isinstance(value, (Absence, NoValue))]
    if not absent:
        return values, ()  # type: ignore[return-value]  # there is no absent one among them
    known = [Fraction(value) for value in values if not isinstance(value, (Absence, NoValue))]
    if len(known) < needed or not known:
        return absent[0]
    mean = sum(known, start=Fraction(0)) / len(known)
    imputed = tuple(n for n, value in enumerate(values) if isinstance(value, (Absence, NoValue)))
    return [mean if isinstance(value, (Absence, NoValue)) else Fraction(value) for value in values], imputed
