"""What happened to responses: every revision, withdrawn ones too, in the order of storing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Integer, Uuid, bindparam, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.errors import NotFound
from app.store.horizon import HORIZON_COLUMNS, Horizon, known
from app.store.response import RESPONSE, StoredResponse
from app.store.response_in_centre import CENTRE_COLUMNS, ExportCentre, centre_of, exported_columns
from app.store.response_reading import response_from_row
from app.store.response_search import read_horizon
from app.store.response_wanted import AS_OF, IN_CENTRE, Order, Place
from app.store.statements import Statement
from app.store.transaction import Transaction

_SELECTED = select(*exported_columns(RESPONSE.c), *CENTRE_COLUMNS, *HORIZON_COLUMNS).where(IN_CENTRE)
_SINCE = RESPONSE.c.stored_at >= bindparam("since", type_=DateTime(timezone=True))
_COUNT = bindparam("count", type_=Integer)


def _changes(order: Order, *access: ColumnElement[bool]) -> Statement:
    columns = (RESPONSE.c.stored_at, RESPONSE.c.response_id, RESPONSE.c.revision)
    place = tuple_(
        bindparam("after", type_=DateTime(timezone=True)),
        bindparam("after_id", type_=Uuid),
        bindparam("after_revision", type_=Integer),
    )
    follows = tuple_(*columns) < place if order.is_descending else tuple_(*columns) > place
    sorted_by = [column.desc() for column in columns] if order.is_descending else columns
    return Statement(
        _SELECTED.where(*access, _SINCE, RESPONSE.c.stored_at < AS_OF, follows).order_by(*sorted_by).limit(_COUNT)
    )


_ORDERS = (Order.STORED, Order.STORED_LAST)
_OF_PATIENTS = RESPONSE.c.patient_id == func.any(bindparam("patients", type_=ARRAY(Uuid)))
CHANGES: Mapping[str, Statement] = {order: _changes(order) for order in _ORDERS}
CHANGES_OF_PATIENTS: Mapping[str, Statement] = {order: _changes(order, _OF_PATIENTS) for order in _ORDERS}
OF_RESPONSE = Statement(
    _SELECTED.where(
        RESPONSE.c.response_id == bindparam("response_id"),
        _SINCE,
        RESPONSE.c.revision < bindparam("before_revision", type_=Integer),
    )
    .order_by(RESPONSE.c.revision.desc())
    .limit(_COUNT)
)
IS_THERE = Statement(
    select(RESPONSE.c.patient_id).where(IN_CENTRE, RESPONSE.c.response_id == bindparam("response_id")).limit(1)
)


@dataclass(frozen=True, slots=True)
class Revisions:
    """Some revisions, without their scores, and whether there are more. `centre` is None where there are none."""

    responses: list[StoredResponse]
    centre: ExportCentre | None
    horizon: Horizon
    has_more: bool


async def read_changes(
    tx: Transaction,
    patients: Collection[UUID] | None,
    order: Order,
    *,
    since: datetime,
    after: Place,
    after_revision: int,
    as_of: datetime | None,
    count: int,
) -> Revisions:
    """What was stored of these patients, or of a whole centre, from a time up to the horizon (`as_of` None)."""
    values: dict[str, Any] = {"since": since, "after": after.at, "after_id": after.response_id, "as_of": as_of}
    values |= {"after_revision": after_revision}
    if patients is None:
        return await _revisions(tx, CHANGES[order], count, values)
    return await _revisions(tx, CHANGES_OF_PATIENTS[order], count, values | {"patients": list(patients)})


async def read_history(
    tx: Transaction, response_id: UUID, *, since: datetime, before_revision: int, count: int
) -> Revisions:
    """The revisions of one response that were stored from a time on, the latest first. Raises NotFound."""
    values = {"response_id": response_id, "since": since, "before_revision": before_revision}
    found = await _revisions(tx, OF_RESPONSE, count, values)
    if not found.responses and await tx.fetch_row(IS_THERE, response_id=response_id) is None:
        raise NotFound
    return found


async def _revisions(tx: Transaction, statement: Statement, count: int, values: dict[str, Any]) -> Revisions:
    rows = await tx.fetch(statement, **values, with_scores=False, count=count + 1)
    return Revisions(
        responses=[response_from_row(row) for row in rows[:count]],
        centre=centre_of(rows[0]) if rows else None,
        horizon=known(rows[0]) if rows else await read_horizon(tx),
        has_more=len(rows) > count,
    )
