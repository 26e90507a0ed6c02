"""Each operator against arithmetic done by hand."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.inputs import Input
from scoring.operators import OPERATORS, Operands
from scoring.score import Exact, NoValue
from scoring.tables import AnyTable, CutPoint, CutPoints, Table, ValueSet

LOOKUP = Table("t", ("a", "b"), {(0, 1): 7, (1, 0): 9})
FEVER = CutPoints(
    "fever",
    (CutPoint(Decimal("38.0"), True, 1), CutPoint(Decimal("39.0"), False, 2), CutPoint(Decimal("40.0"), False, 3)),
)
STOOLS = CutPoints("stools", (CutPoint(Decimal(1), True, None), CutPoint(Decimal(4), True, 2)))
INDEX = ValueSet("index", {("a", 2): Decimal("-0.25"), ("a", 3): Decimal("-0.5"), ("b", 2): Decimal("0.125")})


def operands(
    *ends: tuple[Exact, Exact], table: AnyTable | None = None, at_least: int | None = None, start: str | None = None
) -> Operands:
    inputs = tuple(Input("abcdefghi"[n], None, low, high) for n, (low, high) in enumerate(ends))
    return Operands(
        inputs, table, Decimal(at_least) if at_least is not None else None, Decimal(start) if start else None
    )


def test_the_table_of_operators_is_closed_and_keyed_by_their_names() -> None:
    assert list(OPERATORS) == [operator.name for operator in OPERATORS.values()]
    assert sorted(OPERATORS) == [
        "count",
        "cut_points",
        "linear_0_100",
        "linear_100_0",
        "lookup",
        "max",
        "mean",
        "percent_gain",
        "percent_loss",
        "state",
        "sum",
        "value",
        "value_set",
    ]


@pytest.mark.parametrize(
    ("name", "values", "given", "expected"),
    [
        ("value", [3], operands((0, 4)), 3),
        ("value", [Fraction(183, 5)], operands((30, 45)), Fraction(183, 5)),
        ("sum", [1, 2, 3], operands((0, 4), (0, 4), (0, 4)), 6),
        ("sum", [1, Fraction(1, 2)], operands((0, 2), (0, 2)), Fraction(3, 2)),
        ("mean", [1, 2, 2], operands((0, 4), (0, 4), (0, 4)), Fraction(5, 3)),
        ("max", [1, 3, 2], operands((0, 4), (0, 4), (0, 4)), 3),
        ("count", [0, 1, 2, 3], operands((0, 4), (0, 4), (0, 4), (0, 4), at_least=2), 2),
        # Answers 1 to 4: mean (2 + 3) / 2 = 5/2, (5/2 - 1) / 3 * 100 = 50.
        ("linear_0_100", [2, 3], operands((1, 4), (1, 4)), 50),
        ("linear_100_0", [2, 3], operands((1, 4), (1, 4)), 50),
        ("linear_0_100", [1, 2], operands((1, 4), (1, 4)), Fraction(50, 3)),
        ("linear_100_0", [1, 2], operands((1, 4), (1, 4)), 100 - Fraction(50, 3)),
        ("lookup", [0, 1], operands((0, 1), (0, 1), table=LOOKUP), 7),
        ("lookup", [1, 0], operands((0, 1), (0, 1), table=LOOKUP), 9),
        ("cut_points", [Fraction(379, 10)], operands((30, 45), table=FEVER), NoValue.NO_GRADE),
        ("cut_points", [38], operands((30, 45), table=FEVER), 1),
        ("cut_points", [39], operands((30, 45), table=FEVER), 1),
        ("cut_points", [Fraction(391, 10)], operands((30, 45), table=FEVER), 2),
        ("cut_points", [40], operands((30, 45), table=FEVER), 2),
        ("cut_points", [Fraction(401, 10)], operands((30, 45), table=FEVER), 3),
        ("cut_points", [0], operands((0, 9), table=STOOLS), NoValue.NO_GRADE),
        ("cut_points", [3], operands((0, 9), table=STOOLS), NoValue.NO_GRADE),
        ("cut_points", [4], operands((0, 9), table=STOOLS), 2),
        ("value_set", [1, 1], operands((1, 3), (1, 2), table=INDEX, start="1"), 1),
        ("value_set", [3, 2], operands((1, 3), (1, 2), table=INDEX, start="1"), Fraction(5, 8)),
        ("state", [1, 1, 2, 5], operands((1, 5), (1, 5), (1, 5), (1, 5)), "1125"),
        # 80 kg before, 76 kg now: 4 / 80.
        ("percent_loss", [76, 80], operands((20, 300), (20, 300)), 5),
        ("percent_gain", [76, 80], operands((20, 300), (20, 300)), 0),
        ("percent_loss", [81, 80], operands((20, 300), (20, 300)), 0),
        ("percent_gain", [81, 80], operands((20, 300), (20, 300)), Fraction(5, 4)),
    ],
)
def test_an_operator_computes_exactly(
    name: str, values: Sequence[Exact], given: Operands, expected: Exact | str | NoValue
) -> None:
    assert OPERATORS[name].compute(values, given) == expected


@pytest.mark.parametrize(
    ("name", "given", "extent"),
    [
        ("value", operands((1, 7)), (1, 7)),
        ("sum", operands((0, 4), (1, 4)), (1, 8)),
        ("mean", operands((0, 4), (1, 4)), (Fraction(1, 2), 4)),
        ("max", operands((0, 4), (1, 3)), (1, 4)),
        ("count", operands((0, 4), (0, 4), at_least=1), (0, 2)),
        ("linear_0_100", operands((1, 4)), (0, 100)),
        ("linear_100_0", operands((1, 4)), (0, 100)),
        ("lookup", operands((0, 1), (0, 1), table=LOOKUP), (7, 9)),
        ("cut_points", operands((0, 9), table=STOOLS), (2, 2)),
        ("value_set", operands((1, 3), (1, 2), table=INDEX, start="1"), (Fraction(1, 2), Fraction(9, 8))),
        ("state", operands((1, 5)), None),
        ("percent_loss", operands((20, 100), (40, 200)), (0, 90)),
        ("percent_gain", operands((20, 100), (40, 200)), (0, 150)),
    ],
)
def test_an_operator_knows_what_can_come_out(name: str, given: Operands, extent: tuple[Exact, Exact] | None) -> None:
    assert OPERATORS[name].extent(given) == extent
