"""Which column of a table is what: an answer, an answer that no score needs, or a column to carry along."""

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from app.tables.errors import TableError
from questionnaires.definition import Questionnaire

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """The columns that scores read, those that are carried along, and what a person should look at."""

    read: tuple[str, ...]
    carried: tuple[str, ...]
    warnings: tuple[str, ...]


def roles_of(
    names: Sequence[str], questionnaire: Questionnaire, needed: Collection[str], scores: Collection[str]
) -> ColumnRoles:
    """Sort the columns of a table. `needed` are the items that scores read. Raises TableError."""
    link_ids = tuple(item.link_id for item in questionnaire.questions)
    read = tuple(name for name in names if name in needed)
    if not read:
        hint = "name the columns by link id; where the separator is another, say --separator"
        raise TableError(f"no column is one that a score of {questionnaire.instrument} reads: {hint}")
    for name in names:
        item = questionnaire.item(name)
        if item is not None and not item.is_question:
            raise TableError(f"the column {name!r} is a {item.type.value}, which takes no answer: remove it")
    carried = tuple(name for name in names if name not in link_ids)
    taken = [name for name in carried if name in scores]
    if taken:
        raise TableError(f"the column(s) {', '.join(taken)} have names of scores, which come out: rename them")
    return ColumnRoles(read, carried, tuple(_warnings(carried, read, link_ids, needed)))


def _warnings(
    carried: Sequence[str], read: Sequence[str], link_ids: tuple[str, ...], needed: Collection[str]
) -> Iterator[str]:
    free = [link_id for link_id in link_ids if link_id not in read]
    for name in carried:
        folded = {link_id.casefold(): link_id for link_id in free}
        near = difflib.get_close_matches(name.strip().casefold(), tuple(folded), n=1, cutoff=0.8)
        if near:
            yield f"the column {name!r} is no link id and is carried along: did you mean '{folded[near[0]]}'?"
    lacking = [link_id for link_id in link_ids if link_id in needed and link_id not in read]
    if lacking:
        shown = ", ".join(lacking[:_MOST_NAMED]) + (" ..." if len(lacking) > _MOST_NAMED else "")
        yield f"{len(lacking)} item(s) that scores read have no column and count as empty: {shown}"
