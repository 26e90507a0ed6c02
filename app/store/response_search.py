"""Searching responses: of some patients, by their ids, or through a whole centre in the order of storing.

No statement looks at more than a bounded number of a centre's rows, however few of them are looked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, Integer, Select, Text, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.consultation import CONSULTATION
from app.store.horizon import HORIZON_COLUMNS, READ_HORIZON, Horizon, known
from app.store.response import RESPONSE, StoredResponse
from app.store.response_in_centre import CENTRE_COLUMNS, ExportCentre, centre_of, exported_columns
from app.store.response_reading import response_from_row
from app.store.response_wanted import AS_OF, IN_CENTRE, STORED_IN_TIME, Order, Place, Wanted, in_order, is_wanted
from app.store.statements import Statement
from app.store.transaction import Transaction

SCANNED: Final = 5_000
"""How many rows of a centre one page looks at, however few of them it finds."""
COUNTED: Final = 20_000
"""How many rows of a centre are looked at to count."""


@dataclass(frozen=True, slots=True)
class Found:
    """Some responses. `centre` is None where there are none; `next` where the following page begins.

    `horizon`: up to when nothing was missing when the transaction began, `begun_at`.
    """

    rows: Sequence[asyncpg.Record]
    centre: ExportCentre | None
    horizon: datetime
    begun_at: datetime
    next: Place | None

    def responses(self) -> Iterator[StoredResponse]:
        """Read one by one: a page of Observations may need fewer than were found."""
        return map(response_from_row, self.rows)

    @property
    def instruments(self) -> frozenset[str]:
        """Of which instruments they are."""
        return frozenset(row["instrument"] for row in self.rows)


def _page(order: Order, access: ColumnElement[bool]) -> Statement:
    after, sorted_by = in_order(RESPONSE.c, order)
    return Statement(
        select(*exported_columns(RESPONSE.c), *CENTRE_COLUMNS, *HORIZON_COLUMNS)
        .where(IN_CENTRE, access, RESPONSE.c.stored_at < AS_OF, *is_wanted(RESPONSE.c), after)
        .order_by(*sorted_by)
        .limit(bindparam("count", type_=Integer))
    )


def _count(access: ColumnElement[bool]) -> Statement:
    return Statement(
        select(func.count().label("total")).where(
            IN_CENTRE, access, RESPONSE.c.stored_at < AS_OF, *is_wanted(RESPONSE.c)
        )
    )


def _scanned(order: Order) -> Select[Any]:
    """The rows of a centre from a place on, in the order of the index `ix_response_stored`."""
    after, sorted_by = in_order(RESPONSE.c, order)
    revision = RESPONSE.c.revision.desc() if order.is_descending else RESPONSE.c.revision
    return select(RESPONSE).where(IN_CENTRE, STORED_IN_TIME, after).order_by(*sorted_by, revision)


def _walk(order: Order) -> Statement:
    rows = _scanned(order).limit(SCANNED).subquery("scanned")
    _, sorted_by = in_order(rows.c, order)
    return Statement(
        select(*exported_columns(rows.c), *CENTRE_COLUMNS, *HORIZON_COLUMNS)
        .where(*is_wanted(rows.c))
        .order_by(*sorted_by)
        .limit(bindparam("count", type_=Integer))
    )


def _end_of_walk(order: Order) -> Statement:
    """The last row that a walk may look at; none where it has come to the end."""
    rows = _scanned(order).offset(bindparam("skipped", type_=Integer)).limit(1).subquery("scanned")
    return Statement(select(rows.c.stored_at, rows.c.response_id))


def _count_of_walk() -> Statement:
    rows = select(RESPONSE).where(IN_CENTRE, STORED_IN_TIME).limit(COUNTED + 1).subquery("scanned")
    return Statement(
        select(func.count().filter(*is_wanted(rows.c)).label("total"), func.count().label("scanned")).select_from(rows)
    )


_OF_PATIENTS = RESPONSE.c.patient_id == func.any(bindparam("patients", type_=ARRAY(Uuid)))
_OF_IDS = RESPONSE.c.response_id == func.any(bindparam("ids", type_=ARRAY(Uuid)))

# A patient's newest responses are what is asked for most: this one follows an index, and sorts nothing.
NEWEST_OF_PATIENT = _page(Order.NEWEST, RESPONSE.c.patient_id == bindparam("patient_id", type_=Uuid))
OF_PATIENTS: Mapping[str, Statement] = {order: _page(order, _OF_PATIENTS) for order in Order}
OF_IDS: Mapping[str, Statement] = {order: _page(order, _OF_IDS) for order in Order}
WALK: Mapping[str, Statement] = {order: _walk(order) for order in (Order.STORED, Order.STORED_LAST)}
END_OF_WALK: Mapping[str, Statement] = {order: _end_of_walk(order) for order in (Order.STORED, Order.STORED_LAST)}
COUNT_OF_PATIENTS = _count(_OF_PATIENTS)
COUNT_OF_IDS = _count(_OF_IDS)
COUNT_OF_WALK = _count_of_walk()

WITH_IDENTIFIER = Statement(
    select(RESPONSE.c.response_id)
    .distinct()
    .where(IN_CENTRE, RESPONSE.c.identifier_value == func.any(bindparam("identifier_values", type_=ARRAY(Text))))
)
# Through the visit's patient: there is no index of a centre's responses by visit.
OF_CONSULTATIONS = Statement(
    select(RESPONSE.c.response_id)
    .distinct()
    .select_from(
        CONSULTATION.join(
            RESPONSE,
            (RESPONSE.c.centre_id == CONSULTATION.c.centre_id)
            & (RESPONSE.c.patient_id == CONSULTATION.c.patient_id)
            & (RESPONSE.c.consultation_id == CONSULTATION.c.consultation_id),
        )
    )
    .where(
        CONSULTATION.c.centre_id == bindparam("centre_id"),
        CONSULTATION.c.consultation_id == func.any(bindparam("consultation_ids", type_=ARRAY(Uuid))),
    )
)


async def find_responses(
    tx: Transaction,
    wanted: Wanted,
    order: Order,
    *,
    after: Place,
    as_of: datetime | None,
    count: int,
    with_scores: bool,
) -> Found:
    """The next responses of a search. `as_of`: the moment whose state is looked at, None for the horizon.

    Without patients or ids only the orders of storing are possible; such a page may have fewer than `count` (even none)
    and yet a following one.
    """
    values = wanted.values | {"as_of": as_of, "after": after.at, "after_id": after.response_id}
    asked = values | _patient(wanted) | {"with_scores": with_scores, "count": count + 1}
    rows = await tx.fetch(_statement(wanted, order), **asked)
    following: Place | None = None
    if len(rows) > count:
        last = rows[count - 1]
        following = Place(last[order.column], last["response_id"])
    elif wanted.is_of_centre:
        end = await tx.fetch_row(END_OF_WALK[order], **values, skipped=SCANNED - 1)
        following = Place(end["stored_at"], end["response_id"]) if end else None
    horizon = known(rows[0]) if rows else await read_horizon(tx)
    return Found(
        rows=rows[:count],
        centre=centre_of(rows[0]) if rows else None,
        horizon=horizon.at,
        begun_at=horizon.begun_at,
        next=following,
    )


async def count_responses(tx: Transaction, wanted: Wanted, *, as_of: datetime | None) -> int | None:
    """How many responses a search has; None where a centre has too many to look at."""
    statement = COUNT_OF_WALK if wanted.is_of_centre else COUNT_OF_PATIENTS if wanted.ids is None else COUNT_OF_IDS
    row = await tx.fetch_row(statement, **wanted.values, as_of=as_of)
    assert row is not None, "a count is one row"
    return None if wanted.is_of_centre and row["scanned"] > COUNTED else int(row["total"])


async def read_horizon(tx: Transaction) -> Horizon:
    """Up to when nothing is missing. Raises HorizonHidden."""
    row = await tx.fetch_row(READ_HORIZON)
    assert row is not None, "there is always a moment"
    return known(row)


async def ids_by_identifier(tx: Transaction, values: Sequence[str]) -> frozenset[UUID]:
    """The responses of which any revision has one of these identifiers, whatever its system."""
    rows = await tx.fetch(WITH_IDENTIFIER, identifier_values=list(values))
    return frozenset(row["response_id"] for row in rows)


async def ids_of_consultations(tx: Transaction, consultations: Sequence[UUID]) -> frozenset[UUID]:
    """The responses of which any revision was answered for one of these visits."""
    rows = await tx.fetch(OF_CONSULTATIONS, consultation_ids=list(consultations))
    return frozenset(row["response_id"] for row in rows)


def _statement(wanted: Wanted, order: Order) -> Statement:
    if wanted.ids is not None:
        return OF_IDS[order]
    if wanted.patients is None:
        return WALK[order]
    return NEWEST_OF_PATIENT if order is Order.NEWEST and len(wanted.patients) == 1 else OF_PATIENTS[order]


def _patient(wanted: Wanted) -> dict[str, UUID]:
    """The parameter that only `NEWEST_OF_PATIENT` has."""
    return {"patient_id": next(iter(wanted.patients))} if wanted.patients else {}
