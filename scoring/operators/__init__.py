"""The closed table of operators: what a scoring rule can do. An operator whose meaning changes gets a new name."""

from collections.abc import Mapping

from scoring.operators.aggregate import AGGREGATES
from scoring.operators.lookup import LOOKUPS
from scoring.operators.operator import Extent, Operands, Operator
from scoring.operators.single import SINGLES

__all__ = ["OPERATORS", "Extent", "Operands", "Operator"]

OPERATORS: Mapping[str, Operator] = {operator.name: operator for operator in (*SINGLES, *AGGREGATES, *LOOKUPS)}
