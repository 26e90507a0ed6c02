"""The cut tables of CTCAE 5.0 and 6.0, wherever one ships, against the criteria restated as plain comparisons.

A patient's number only points to a grade. What is tested is which grade a number fits, never that it is one.
"""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from scoring.tables import CutPoints, read_table
from tests.support.questionnaires import INSTRUMENTS

FILES = sorted(INSTRUMENTS.glob("*/scoring/*/tables/ctcae_*.csv"))


def fever(celsius: Decimal) -> int | None:
    """38.0 to 39.0; above 39.0 to 40.0; above 40.0, where one reading cannot tell 3 from 4. Both versions."""
    if celsius > 40:
        return 3
    if 39 < celsius <= 40:
        return 2
    return 1 if 38 <= celsius <= 39 else None


def weight_change(percent: Decimal) -> int | None:
    """5 to below 10; 10 to below 20; 20 or more, of loss as of gain. Both versions."""
    if percent >= 20:
        return 3
    if 10 <= percent < 20:
        return 2
    return 1 if 5 <= percent < 10 else None


def diarrhoea_v5(stools: Decimal) -> int | None:
    """Some, but fewer than 4 a day over usual; 4 to 6; 7 or more."""
    if 0 < stools < 4:
        return 1
    return diarrhoea_v6(stools)


def diarrhoea_v6(stools: Decimal) -> int | None:
    """Grade 1 has no number any more; 4 to 6; 7 or more."""
    if stools >= 7:
        return 3
    return 2 if 4 <= stools < 7 else None


RESTATED: dict[str, tuple[Callable[[Decimal], int | None], str, str]] = {
    # name: the criteria, and the ends between which every step is compared
    "ctcae_v5_fever": (fever, "30", "45"),
    "ctcae_v6_fever": (fever, "30", "45"),
    "ctcae_v5_weight_loss": (weight_change, "0", "95"),
    "ctcae_v6_weight_loss": (weight_change, "0", "95"),
    "ctcae_v5_weight_gain": (weight_change, "0", "200"),
    "ctcae_v6_weight_gain": (weight_change, "0", "200"),
    "ctcae_v5_diarrhoea": (diarrhoea_v5, "0", "40"),
    "ctcae_v6_diarrhoea": (diarrhoea_v6, "0", "40"),
}
HUNDREDTH = Decimal("0.01")


def table_of(file: Path) -> CutPoints:
    table = read_table(file.name, file.stem, file.read_text(encoding="utf-8"))
    assert isinstance(table, CutPoints), table
    return table


def grade(file: Path, number: str) -> int | None:
    return table_of(file).grade(Decimal(number))  # type: ignore[arg-type]  # a Decimal compares exactly, as a Fraction


def named(end: str) -> list[Path]:
    return [file for file in FILES if file.stem.endswith(end)]


def test_every_table_ships_in_both_versions() -> None:
    assert {file.stem for file in FILES} == RESTATED.keys()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_hundredth_has_the_grade_of_the_criteria(file: Path) -> None:
    criteria, lowest, highest = RESTATED[file.stem]
    table = table_of(file)
    steps = range(int(Decimal(lowest) / HUNDREDTH), int(Decimal(highest) / HUNDREDTH) + 1)
    numbers = [step * HUNDREDTH for step in steps]
    differing = [str(n) for n in numbers if table.grade(n) != criteria(n)]  # type: ignore[arg-type]  # as above
    assert differing == []


# The edges once more, number by number, so that no slip is made twice.
FEVER = [("37.9", None), ("38.0", 1), ("39.0", 1), ("39.01", 2), ("39.1", 2), ("40.0", 2), ("40.01", 3), ("40.1", 3)]
WEIGHT = [("0", None), ("4.99", None), ("5", 1), ("9.99", 1), ("10", 2), ("19.99", 2), ("20", 3), ("94.29", 3)]
STOOLS_V5 = [("0", None), ("1", 1), ("3", 1), ("4", 2), ("6", 2), ("7", 3), ("40", 3)]
STOOLS_V6 = [("0", None), ("1", None), ("3", None), ("4", 2), ("6", 2), ("7", 3), ("40", 3)]


@pytest.mark.parametrize(("number", "expected"), FEVER)
def test_edges_of_fever(number: str, expected: int | None) -> None:
    assert {grade(file, number) for file in named("_fever")} == {expected}


@pytest.mark.parametrize(("number", "expected"), WEIGHT)
def test_edges_of_weight_loss_and_gain(number: str, expected: int | None) -> None:
    assert {grade(file, number) for file in [*named("_weight_loss"), *named("_weight_gain")]} == {expected}


@pytest.mark.parametrize(("number", "expected"), STOOLS_V5)
def test_edges_of_diarrhoea_in_version_5(number: str, expected: int | None) -> None:
    assert {grade(file, number) for file in named("v5_diarrhoea")} == {expected}


@pytest.mark.parametrize(("number", "expected"), STOOLS_V6)
def test_edges_of_diarrhoea_in_version_6(number: str, expected: int | None) -> None:
    assert {grade(file, number) for file in named("v6_diarrhoea")} == {expected}


def test_no_table_gives_more_than_grade_3() -> None:
    assert {value for file in FILES for value in table_of(file).values} == {1, 2, 3}
