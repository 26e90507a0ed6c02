"""The tables that rules read, each a CSV known by its header: lookups, cut points, value sets."""

import csv
import io
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from questionnaires.errors import FileProblem
from scoring.score import Exact, Number

VALUE_COLUMN = "value"
CUT_POINTS_HEADER = ["bound", "from", VALUE_COLUMN]
VALUE_SET_HEADER = ["input", "level", VALUE_COLUMN]


@dataclass(frozen=True, slots=True)
class Table:
    """A lookup: the columns name the inputs in their order, a cell is found by their values."""

    name: str
    columns: tuple[str, ...]
    cells: Mapping[tuple[int, ...], int]

    def holes(self, ranges: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
        """The combinations of input values that have no row."""
        return [key for key in itertools.product(*ranges) if key not in self.cells]

    @property
    def digest_form(self) -> list[Any]:
        """What the digest of a scoring version is taken of."""
        return [list(self.columns), sorted([*key, value] for key, value in self.cells.items())]

    @property
    def values(self) -> tuple[Number, ...]:
        """Every value that the table can give."""
        return tuple(self.cells.values())


@dataclass(frozen=True, slots=True)
class CutPoint:
    """From this number on (itself included, or only above it) the value holds; None: no grade."""

    start: Decimal
    included: bool
    value: int | None

    def reaches(self, number: Exact) -> bool:
        """Whether a number is at or above this cut point."""
        return number >= self.start if self.included else number > self.start


@dataclass(frozen=True, slots=True)
class CutPoints:
    """Ranges of a number, each with a grade: a number below the first cut point has none."""

    name: str
    points: tuple[CutPoint, ...]

    def grade(self, number: Exact) -> int | None:
        """The value of the last cut point that the number reaches."""
        return next((point.value for point in reversed(self.points) if point.reaches(number)), None)

    @property
    def digest_form(self) -> list[Any]:
        """What the digest of a scoring version is taken of."""
        return [CUT_POINTS_HEADER, [[str(p.start), p.included, p.value] for p in self.points]]

    @property
    def values(self) -> tuple[Number, ...]:
        """Every value that the table can give."""
        return tuple(point.value for point in self.points if point.value is not None)


@dataclass(frozen=True, slots=True)
class ValueSet:
    """What each level of each input adds to an index. A level that has no row adds nothing, and must be the first."""

    name: str
    steps: Mapping[tuple[str, int], Decimal]

    @property
    def digest_form(self) -> list[Any]:
        """What the digest of a scoring version is taken of."""
        return [VALUE_SET_HEADER, sorted([name, level, str(value)] for (name, level), value in self.steps.items())]


AnyTable = Table | CutPoints | ValueSet


def read_table(file: str, name: str, text: str) -> AnyTable | tuple[FileProblem, ...]:
    """Read one table of any of the three kinds, or every problem in it."""
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error as error:
        return (FileProblem(file, 1, f"not CSV: {error}"),)
    if not rows or len(rows[0]) < 2 or rows[0][-1] != VALUE_COLUMN:
        return (FileProblem(file, 1, f"the header names the inputs, then '{VALUE_COLUMN}'"),)
    header = rows[0]
    lines = list(enumerate(rows[1:], start=2))
    even = [(line, row) for line, row in lines if len(row) == len(header)]
    uneven = [
        FileProblem(file, line, f"the row has {len(row)} cells, the header {len(header)}")
        for line, row in lines
        if len(row) != len(header)
    ]
    if header == CUT_POINTS_HEADER:
        table: AnyTable | tuple[FileProblem, ...] = _read_cut_points(file, name, even)
    elif header == VALUE_SET_HEADER:
        table = _read_value_set(file, name, even)
    else:
        table = _read_lookup(file, name, tuple(header[:-1]), even)
    if not uneven:
        return table
    return tuple(sorted((*uneven, *(table if isinstance(table, tuple) else ()))))


_Lines = Sequence[tuple[int, list[str]]]


def _read_lookup(file: str, name: str, columns: tuple[str, ...], lines: _Lines) -> Table | tuple[FileProblem, ...]:
    """Cells and inputs are whole numbers; a combination stands once."""
    problems: list[FileProblem] = []
    cells: dict[tuple[int, ...], int] = {}
    for line, row in lines:
        try:
            *key, value = (int(cell) for cell in row)
        except ValueError:
            problems.append(FileProblem(file, line, "every cell is a whole number"))
            continue
        if tuple(key) in cells:
            problems.append(FileProblem(file, line, f"the combination {', '.join(map(str, key))} stands twice"))
        cells[tuple(key)] = value
    return tuple(problems) if problems else Table(name, columns, cells)


def _read_cut_points(file: str, name: str, lines: _Lines) -> CutPoints | tuple[FileProblem, ...]:
    """Cut points rise; an empty value says that there is no grade from here on."""
    problems: list[FileProblem] = []
    points: list[CutPoint] = []
    for line, (bound, start, value) in lines:
        number = _decimal(start)
        if bound not in ("at_least", "above"):
            problems.append(FileProblem(file, line, f"the bound is '{bound}': allowed: at_least, above"))
        elif number is None or not (value == "" or value.isdecimal()):
            problems.append(FileProblem(file, line, "from is a number, value a whole number or empty"))
        elif points and (number, bound == "above") <= (points[-1].start, not points[-1].included):
            problems.append(FileProblem(file, line, f"the cut point {start} does not lie above the one before it"))
        else:
            points.append(CutPoint(number, bound == "at_least", int(value) if value else None))
    if not any(point.value is not None for point in points) and not problems:
        problems.append(FileProblem(file, 1, "the table gives no grade at all"))
    return tuple(problems) if problems else CutPoints(name, tuple(points))


def _read_value_set(file: str, name: str, lines: _Lines) -> ValueSet | tuple[FileProblem, ...]:
    """A level of an input stands once; what it adds is an exact decimal."""
    problems: list[FileProblem] = []
    steps: dict[tuple[str, int], Decimal] = {}
    for line, (owner, level, value) in lines:
        step = _decimal(value)
        if not level.isdecimal() or step is None:
            problems.append(FileProblem(file, line, "level is a whole number, value a number"))
        elif (owner, int(level)) in steps:
            problems.append(FileProblem(file, line, f"level {level} of '{owner}' stands twice"))
        else:
            steps[(owner, int(level))] = step
    return tuple(problems) if problems else ValueSet(name, steps)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
