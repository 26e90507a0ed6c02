"""Which column of a table is what: an answer, an answer that no score needs, or a column to carry along."""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.tables.errors import TableError
from questionnaires.definition import Questionnaire

_MOST_NAMED = 10
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """The columns that scores read, the others that are no link id, and what a person should look at.

    `near` has, of the others, those that resemble a link id without a column: the column -> that link id.
    """

    read: tuple[str, ...]
    carried: tuple[str, ...]
    near: Mapping[str, str]
    warnings: tuple[str, ...]


def roles_of(
    names: Sequence[str], questionnaire: Questionnaire, needed: Collection[str], coming: Collection[str]
) -> ColumnRoles:
    """Sort the columns of a table. `needed` are the items that scores read, `coming` the columns that come out.

    Raises TableError.
    """
    link_ids = tuple(item.link_id for item in questionnaire.questions)
    read = tuple(name for name in names if name in needed)
    if not read:
        hint = "name the columns by link id; where a CSV file has another separator, say --separator"
        raise TableError(f"no column is one that a score of {questionnaire.instrument} reads: {hint}")
    for name in names:
        item = questionnaire.item(name)
        if item is not None and not item.is_question:
            raise TableError(f"the column {name!r} is a {item.type.value}, which takes no answer: remove it")
    carried = tuple(name for name in names if name not in link_ids)
    taken = [name for name in carried if name in coming]
    if taken:
        raise TableError(f"the column(s) {', '.join(taken)} have names that come out: rename them")
    free = {link_id.casefold(): link_id for link_id in link_ids if link_id not in names}
    return ColumnRoles(read, carried, dict(_near(carried, free)), tuple(_lacking(read, link_ids, needed)))


def _near(carried: Sequence[str], free: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in carried:
        for found in difflib.get_close_matches(name.strip().casefold(), tuple(free), n=1, cutoff=_ALIKE):
            yield name, free[found]


def _lacking(read: Sequence[str], link_ids: Sequence[str], needed: Collection[str]) -> Iterator[str]:
    lacking = [link_id for link_id in link_ids if link_id in needed and link_id not in read]
    if lacking:
        shown = ", ".join(lacking[:_MOST_NAMED]) + (" ..." if len(lacking) > _MOST_NAMED else "")
        yield f"{len(lacking)} item(s) that scores read have no column and count as empty: {shown}"
