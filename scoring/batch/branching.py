"""Branching on columns: which cells of a row are hidden, and which hold an answer that must not be there.

Does for every row what `questionnaires.enablement.enabled_items` and `validate` do for one response; whether a single
condition holds is asked of `questionnaires.enablement.holds` itself, once for each possible answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from questionnaires.definition import EnableWhen, Item, Questionnaire, Reach
from questionnaires.enablement import holds
from scoring.batch.columns import Column, Flags, rows_where

_Known = dict[str, Flags | None]
"""By link id the rows in which something is so. None: what the name says holds in every row, or in none."""


@dataclass(frozen=True, slots=True)
class Branching:
    """The conditions that decide whether the items of scores are shown: in document order, those above included."""

    reaches: tuple[Reach, ...]

    @property
    def asked(self) -> tuple[str, ...]:
        """The items that conditions ask."""
        conditions = (condition for reach in self.reaches for condition in reach.item.enable_when)
        return tuple(dict.fromkeys(condition.question for condition in conditions))

    @property
    def hideable(self) -> frozenset[str]:
        """The items that some answers hide: those with conditions, and all that stand below one."""
        found: set[str] = set()
        for reach in self.reaches:
            if reach.item.enable_when or found.intersection(reach.ancestors):
                found.add(reach.item.link_id)
        return frozenset(found)

    def settle(self, columns: Mapping[str, Column]) -> "Branched":
        """The columns with hidden cells as hidden, and answers in hidden items as bad.

        Where the branching of an item hangs on a bad cell, its own cell is bad too: nobody knows whether it is shown.
        """
        working = _Pass(self.reaches, dict(columns))
        working.run()
        return Branched(working.columns, working.not_enabled)


@dataclass(frozen=True, slots=True, eq=False)
class Branched:
    """The columns after branching, and by link id the rows whose answer stands in a hidden item."""

    columns: Mapping[str, Column]
    not_enabled: Mapping[str, Flags]


def branching_of(questionnaire: Questionnaire, items: Sequence[Item]) -> Branching | None:
    """The branching that these items depend on, or None where nothing ever hides one of them."""
    reaches = {reach.item.link_id: reach for reach in questionnaire.reaches}
    wanted: set[str] = set()
    waiting = [item.link_id for item in items]
    while waiting:
        link_id = waiting.pop()
        if link_id not in wanted:
            wanted.add(link_id)
            waiting += reaches[link_id].ancestors
            waiting += [condition.question for condition in reaches[link_id].item.enable_when]
    found = tuple(reach for link_id, reach in reaches.items() if link_id in wanted)
    return Branching(found) if any(reach.item.enable_when for reach in found) else None


class _Pass:
    """One pass in document order over a block of rows. Conditions only look backwards, so one is enough."""

    def __init__(self, reaches: tuple[Reach, ...], columns: dict[str, Column]) -> None:
        self.reaches = reaches
        self.columns = columns
        self.shown: _Known = {}  # None: in every row
        self.doubtful: _Known = {}  # None: in no row
        self.unreadable = {link_id: column.bad_rows for link_id, column in columns.items()}
        self.not_enabled: dict[str, Flags] = {}

    def run(self) -> None:
        for reach in self.reaches:
            above = reach.ancestors[-1] if reach.ancestors else None
            conditions = reach.item.enable_when
            shown = self.shown[above] if above else None
            doubtful = self.doubtful[above] if above else None
            if conditions:
                held = self.conditions_hold(conditions, any_of=reach.item.enable_any)
                shown = held if shown is None else shown & held
                for condition in conditions:
                    for unknown in (self.unreadable.get(condition.question), self.doubtful[condition.question]):
                        doubtful = _either(doubtful, unknown)
            link_id = reach.item.link_id
            self.shown[link_id], self.doubtful[link_id] = shown, doubtful
            if link_id in self.columns and shown is not None:
                self.hide(link_id, self.columns[link_id], shown, doubtful)

    def conditions_hold(self, conditions: tuple[EnableWhen, ...], *, any_of: bool) -> Flags:
        held = [self.condition_holds(condition) for condition in conditions]
        joined: Flags = np.logical_or.reduce(held) if any_of else np.logical_and.reduce(held)
        return joined

    def condition_holds(self, condition: EnableWhen) -> Flags:
        """What is hidden was not answered, and neither was what cannot be read: its state is above the answers."""
        column = self.columns[condition.question]
        by_answer = [holds(condition, (answer,)) for answer in column.answers]
        return rows_where(column.states, [*by_answer, *[holds(condition, ())] * 3])

    def hide(self, link_id: str, column: Column, shown: Flags, doubtful: Flags | None) -> None:
        """Put into a column what branching says of it."""
        states = column.states
        hidden, bad = states.dtype.type(column.hidden), states.dtype.type(column.bad)
        strays = (states < column.skipped) & ~shown
        if strays.any():
            self.not_enabled[link_id] = strays if doubtful is None else strays & ~doubtful
            states = np.where(strays, bad, states)
        # Above the answers the states rise: skipped, hidden, bad. A cell that cannot be read stays bad.
        states = np.where(shown, states, np.maximum(states, hidden))
        if doubtful is not None:
            states = np.where(doubtful, bad, states)
        self.columns[link_id] = Column(states, column.answers)


def _either(one: Flags | None, other: Flags | None) -> Flags | None:
    if one is None or other is None:
        return other if one is None else one
    return one | other
