"""What an operator is: one pure function over known inputs, and what a rule must give it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scoring.inputs import Input
from scoring.score import Exact, NoValue
from scoring.tables import AnyTable

Extent = tuple[Exact, Exact]
"""The lowest and the highest value that can come out."""


@dataclass(frozen=True, slots=True)
class Operands:
    """What stays the same for every response: the inputs and their ranges, the table, the rule's own numbers."""

    inputs: tuple[Input, ...]
    table: AnyTable | None = None
    at_least: Decimal | None = None
    start: Decimal | None = None

    @property
    def low(self) -> Exact:
        """The lowest value of any input."""
        return min(source.low for source in self.inputs)

    @property
    def high(self) -> Exact:
        """The highest value of any input."""
        return max(source.high for source in self.inputs)


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of `scoring.yaml`.

    `compute` takes the inputs' values in the rule's order, all known. `extent` gives the ends of what can come out,
    None for what is no number. `divides`: the rule states its decimals. `takes_means`: an input may be the mean of
    the others, as half and pro-rata rules supply it. `gives_the_answer`: the result is the answer itself, with the
    digits that it was written with (62.50 stays 62.50, as FHIR asks of a decimal). `needs` names the keys that a rule
    must give, and no other of `table`, `at_least`, `start`. `formula` stands in the generated reference page.
    """

    name: str
    compute: Callable[[Sequence[Exact], Operands], Exact | str | NoValue]
    extent: Callable[[Operands], Extent | None]
    formula: str
    needs: frozenset[str] = frozenset()
    min_inputs: int = 1
    max_inputs: int = 200
    divides: bool = False
    takes_means: bool = False
    gives_the_answer: bool = False
