"""Pages of stored responses, as the searches for responses and for Observations go through them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.security.caller import Caller, Role
from app.security.operations import Operation
from app.services.call import Call, opened
from app.services.installation import Installation
from app.store.patient import read_patients
from app.store.response_search import (
    Found,
    count_responses,
    find_responses,
    ids_by_identifier,
    ids_of_consultations,
    read_horizon,
)
from app.store.response_wanted import END, Order, Place, Wanted
from app.store.transaction import Transaction
from fhir_export.encoding import Resource


@dataclass(frozen=True, slots=True)
class Position:
    """Where a search goes on: what its cursor holds.

    Every page looks at the state `as_of` one moment, and says the `horizon` of the first page: what is stored between
    two pages may be on none. `partly`: the response after the place of which some Observations were given, and the
    number of the last of them.
    """

    horizon: datetime
    as_of: datetime
    after: Place
    partly: tuple[UUID, int] | None = None

    @classmethod
    def of(cls, plain: Sequence[str | int]) -> "Position":
        """The position that `plain` was."""
        horizon, as_of, at, response_id, *partly = map(str, plain)
        return cls(
            datetime.fromisoformat(horizon),
            datetime.fromisoformat(as_of),
            Place(datetime.fromisoformat(at), UUID(response_id)),
            (UUID(partly[0]), int(partly[1])) if partly else None,
        )

    @property
    def plain(self) -> list[str | int]:
        """The position in words and numbers that a cursor can hold."""
        times = (self.horizon.isoformat(), self.as_of.isoformat(), self.after.at.isoformat())
        place: list[str | int] = [*times, str(self.after.response_id)]
        return [*place, str(self.partly[0]), self.partly[1]] if self.partly else place


@dataclass(frozen=True, slots=True)
class Asked:
    """A search for responses. `order`: None for the usual one; `position`: None for the first page."""

    wanted: Wanted
    count: int
    order: Order | None = None
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class ResourcePage:
    """A page of resources. `total` is None where it was not asked for, or where there are too many to count.

    `horizon`: up to when nothing is missing; `next`: where the following page begins; `is_of_unknown_patient`: nothing
    was found because the patient who was named is not within reach.
    """

    resources: Sequence[Resource]
    included: Sequence[Resource]
    total: int | None
    horizon: datetime
    next: Position | None
    is_of_unknown_patient: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one search, in an open transaction.

    A search by time of storing, in the order of storing, or of a whole centre, `is_sync`: every page is of the state at
    the horizon, so that whoever asks on from there misses nothing, and what is corrected between two pages is on one of
    them. Any other sees what was stored a moment ago.
    """

    tx: Transaction
    wanted: Wanted
    order: Order
    is_sync: bool
    position: Position | None
    with_scores: bool

    async def find(self, after: Place | None, count: int) -> Found:
        """The next responses; from the search's own position where no place is given."""
        if self.wanted.is_nothing:
            horizon = await read_horizon(self.tx)
            return Found((), None, horizon.at, horizon.begun_at, None)
        begin = self.position.after if self.position else Place.first(self.order)
        return await find_responses(
            self.tx,
            self.wanted,
            self.order,
            after=after or begin,
            as_of=self.as_of,
            count=count,
            with_scores=self.with_scores,
        )

    async def count(self) -> int | None:
        """How many responses the search has; None where a centre has too many to look at."""
        return 0 if self.wanted.is_nothing else await count_responses(self.tx, self.wanted, as_of=self.as_of)

    async def is_of_unknown_patient(self) -> bool:
        """Whether a patient is named who is not within reach."""
        return bool(self.wanted.patients) and not await read_patients(self.tx, self.wanted.patients or ())

    @property
    def as_of(self) -> datetime | None:
        """The moment whose state is looked at; None for the horizon."""
        if self.position is not None:
            return self.position.as_of
        return None if self.is_sync else END

    def horizon(self, found: Found) -> datetime:
        """That of the search's first page."""
        return self.position.horizon if self.position else found.horizon

    def following(self, found: Found, after: Place, partly: tuple[UUID, int] | None = None) -> Position:
        """The position after a place."""
        if self.position is not None:
            return replace(self.position, after=after, partly=partly)
        # Without a sync not the clock: between the begin of the transaction and its reading something may have been
        # stored. It is given in two versions rather than in none.
        return Position(found.horizon, found.horizon if self.is_sync else found.begun_at, after, partly)


@asynccontextmanager
async def opened_pages(
    installation: Installation, call: Call, operation: Operation, asked: Asked
) -> AsyncIterator[Pages]:
    """Open a transaction for a page of a search.

    `operation`: LIST_RESPONSES, or LIST_SCORES with what Observations are made of.
    Raises NotPermitted, PatientOutOfReach (where one patient is named), StoreBusy.
    """
    patients = asked.wanted.patients
    patient_id = next(iter(patients)) if patients is not None and len(patients) == 1 else None
    async with opened(installation, call, operation, patient_id, with_horizon=True) as tx:
        wanted = await _narrowed(tx, call.caller, asked.wanted)
        is_of_storing = wanted.stored is not None or (asked.order is not None and asked.order.is_of_storing)
        is_sync = is_of_storing or (patients is None and wanted.ids is None)
        order = asked.order or (Order.STORED if is_sync else Order.NEWEST)
        yield Pages(tx, wanted, order, is_sync, asked.position, with_scores=operation is Operation.LIST_SCORES)


async def _narrowed(tx: Transaction, caller: Caller, wanted: Wanted) -> Wanted:
    """The same search by keys that an index has: visits and identifiers as ids, a patient's own reach as patients."""
    found: list[frozenset[UUID]] = [] if wanted.ids is None else [wanted.ids]
    if wanted.consultations is not None:
        found.append(await ids_of_consultations(tx, list(wanted.consultations)))
    if wanted.identifiers is not None:
        found.append(await ids_by_identifier(tx, [text.partition("|")[2] for text in wanted.identifiers]))
    changes: dict[str, Any] = {"ids": frozenset.intersection(*found)} if found else {}
    if caller.role is Role.PATIENT and wanted.patients is None:
        assert caller.patient_id is not None, "a patient caller is one patient"
        changes["patients"] = caller.acts_for | {caller.patient_id}
    return replace(wanted, **changes)
