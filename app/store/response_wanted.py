"""What is looked for among responses, and in which order they are given: as values, and as conditions of statements.

Each response is looked at in the revision that was current as of one moment. With a horizon as that moment
(`app.store.horizon`) every page of a search sees the same state, whatever is stored between two pages.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from app.store import horizon
from app.store.response import RESPONSE, StoredResponse
from app.store.response_in_centre import Columns

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)
Spans = tuple[tuple[datetime, datetime], ...]
"""Times: any of some half-open intervals."""


class Order(StrEnum):
    """In which order responses are found. Those of one time follow their ids."""

    NEWEST = "newest"
    OLDEST = "oldest"
    STORED = "stored"
    STORED_LAST = "stored-last"

    @property
    def is_descending(self) -> bool:
        """Whether later times come first."""
        return self in (Order.NEWEST, Order.STORED_LAST)

    @property
    def is_of_storing(self) -> bool:
        """By the time of storing, not of authoring."""
        return self in (Order.STORED, Order.STORED_LAST)

    @property
    def column(self) -> str:
        """The column of the time that it is by."""
        return "stored_at" if self.is_of_storing else "authored_at"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after this response, in the search's order."""

    at: datetime
    response_id: UUID

    @classmethod
    def of(cls, response: StoredResponse, order: Order) -> "Place":
        """The place of a response."""
        return cls(getattr(response, order.column), response.response_id)

    @classmethod
    def first(cls, order: Order) -> "Place":
        """Where the first page begins."""
        return cls(END, UUID(int=2**128 - 1)) if order.is_descending else cls(BEGINNING, UUID(int=0))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What responses are looked for; None where it does not matter.

    `versions` as `instrument|version`; `authors` as `Practitioner/<id>`, `Device/<id>` or `Patient/<id>`; `identifiers`
    as `system|value`, `|value` of no system, or `*|value` of any.
    """

    patients: frozenset[UUID] | None = None
    ids: frozenset[UUID] | None = None
    versions: frozenset[str] | None = None
    statuses: frozenset[str] | None = None
    respondents: frozenset[str] | None = None
    authors: frozenset[str] | None = None
    consultations: frozenset[UUID] | None = None
    identifiers: frozenset[str] | None = None
    authored: Spans | None = None
    stored: Spans | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing can be what is wanted."""
        return any(getattr(self, name) is not None and not getattr(self, name) for name in self.__slots__)

    @property
    def names_some(self) -> bool:
        """Whether some few responses are named, so that nobody looks through a whole centre for them."""
        naming = (self.patients, self.ids, self.consultations, self.identifiers)
        return any(named is not None for named in naming)

    @property
    def is_of_centre(self) -> bool:
        """Whether a whole centre is looked through: neither patients nor responses are named."""
        return self.patients is None and self.ids is None

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of the conditions."""
        found: dict[str, Any] = {name: _listed(getattr(self, name)) for name in _LISTS}
        for name in ("authored", "stored"):
            spans: Spans | None = getattr(self, name)
            found[f"{name}_from"] = None if spans is None else [start for start, _ in spans]
            found[f"{name}_until"] = None if spans is None else [end for _, end in spans]
        found["since"] = min((start for start, _ in self.stored or ()), default=BEGINNING)
        found["until"] = max((end for _, end in self.stored or ()), default=END)
        return found


_LISTS = ("patients", "ids", "versions", "statuses", "respondents", "authors", "consultations", "identifiers")


def _time(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=DateTime(timezone=True))


IN_CENTRE = RESPONSE.c.centre_id == bindparam("centre_id")
AS_OF = func.coalesce(_time("as_of"), horizon.HORIZON)
"""The moment whose state is looked at: NULL means the horizon."""
STORED_IN_TIME = and_(
    RESPONSE.c.stored_at < AS_OF, RESPONSE.c.stored_at >= _time("since"), RESPONSE.c.stored_at < _time("until")
)
"""As an index has it: the whole length of `Wanted.stored`."""


def _if_given(
    name: str, type_: TypeEngine[Any], condition: Callable[[Any], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """A condition that holds of every row where its parameter is NULL."""
    given = bindparam(name, type_=ARRAY(type_))
    return or_(given.is_(None), condition(func.any(given)))


def _within(name: str, column: ColumnElement[Any]) -> ColumnElement[bool]:
    starts, ends = (bindparam(f"{name}_{side}", type_=ARRAY(DateTime(timezone=True))) for side in ("from", "until"))
    spans = func.unnest(starts, ends).table_valued("start", "end").render_derived(name=f"{name}_spans")
    inside = exists().where(column >= spans.c.start, column < spans.c.end)
    return or_(starts.is_(None), inside)


def is_wanted(c: Columns) -> tuple[ColumnElement[bool], ...]:
    """Current as of the search's moment, not withdrawn, and what is looked for."""
    later = RESPONSE.alias("later")
    # A subquery with an order is asked once a row, through the response's own key. `NOT EXISTS` could become a join
    # that reads every response of the centre.
    current = (
        select(later.c.revision)
        .where(later.c.centre_id == c.centre_id, later.c.response_id == c.response_id, later.c.stored_at < AS_OF)
        .order_by(later.c.revision.desc())
        .limit(1)
        .scalar_subquery()
    )
    author = case(
        (c.recorded_by == "system", "Device/" + c.recorder_id.cast(Text)),
        (c.recorded_by != "patient", "Practitioner/" + c.recorder_id.cast(Text)),
        (c.answered_by == "patient", "Patient/" + c.patient_id.cast(Text)),
    )
    identifier = func.coalesce(c.identifier_system, "") + "|" + c.identifier_value
    return (
        c.revision == current,
        ~c.is_deleted,
        _if_given("patients", Uuid(), lambda given: c.patient_id == given),
        _if_given("ids", Uuid(), lambda given: c.response_id == given),
        _if_given("versions", Text(), lambda given: c.instrument + "|" + c.version == given),
        _if_given("statuses", Text(), lambda given: c.status == given),
        _if_given("respondents", Text(), lambda given: c.answered_by == given),
        _if_given("authors", Text(), lambda given: author == given),
        _if_given("consultations", Uuid(), lambda given: c.consultation_id == given),
        _if_given("identifiers", Text(), lambda given: or_(identifier == given, "*|" + c.identifier_value == given)),
        _within("authored", c.authored_at),
        _within("stored", c.stored_at),
    )


def in_order(c: Columns, order: Order) -> tuple[ColumnElement[bool], tuple[ColumnElement[Any], ...]]:
    """What comes after the place, and the columns to sort by."""
    at = c[order.column]
    here, place = tuple_(at, c.response_id), tuple_(_time("after"), bindparam("after_id", type_=Uuid))
    if order.is_descending:
        return here < place, (at.desc(), c.response_id.desc())
    return here > place, (at, c.response_id)


def _listed(values: Collection[Any] | None) -> list[Any] | None:
    return None if values is None else list(values)
