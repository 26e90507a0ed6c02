"""Reading the responses of several patients at once: what a list shows takes as many round trips as one patient."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Uuid, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.response import RESPONSE, StoredResponse
from app.store.response_reading import IS_CURRENT, IS_VALID, OLDEST_FIRST, response_from_row, select_responses
from app.store.statements import Statement
from app.store.transaction import Transaction

_IN_CENTRE = RESPONSE.c.centre_id == bindparam("centre_id")
_PERIODS = (
    func.unnest(
        bindparam("patient_ids", type_=ARRAY(Uuid)),
        bindparam("begins", type_=ARRAY(DateTime(timezone=True))),
        bindparam("ends", type_=ARRAY(DateTime(timezone=True))),
    )
    .table_valued(
        column("patient_id", Uuid),
        column("earliest", DateTime(timezone=True)),
        column("latest", DateTime(timezone=True)),
        with_ordinality="place",
    )
    .render_derived(name="period")
)
_PATIENTS = (
    func.unnest(bindparam("patient_ids", type_=ARRAY(Uuid)))
    .table_valued(column("patient_id", Uuid))
    .render_derived(name="asked")
)
_BETWEEN = Statement(
    select_responses(
        _IN_CENTRE,
        RESPONSE.c.patient_id == _PERIODS.c.patient_id,
        RESPONSE.c.authored_at >= _PERIODS.c.earliest,
        RESPONSE.c.authored_at <= _PERIODS.c.latest,
        IS_CURRENT,
    )
    .add_columns(_PERIODS.c.place)
    .order_by(_PERIODS.c.place, RESPONSE.c.authored_at)
)
_FIRST_OF_ONE = (
    select_responses(_IN_CENTRE, RESPONSE.c.patient_id == _PATIENTS.c.patient_id, IS_CURRENT, IS_VALID)
    .order_by(*OLDEST_FIRST)
    .limit(1)
    .lateral("first")
)
_FIRSTS = Statement(select(*_FIRST_OF_ONE.c).select_from(_PATIENTS.join(_FIRST_OF_ONE, true())))


@dataclass(frozen=True, slots=True)
class Period:
    """A time of one patient, both ends included."""

    patient_id: UUID
    earliest: datetime
    latest: datetime


async def read_periods(tx: Transaction, periods: Sequence[Period]) -> list[list[StoredResponse]]:
    """For each period, in their order: the current revisions of what its patient answered in it, oldest first."""
    found: list[list[StoredResponse]] = [[] for _ in periods]
    rows = await tx.fetch(
        _BETWEEN,
        patient_ids=[period.patient_id for period in periods],
        begins=[period.earliest for period in periods],
        ends=[period.latest for period in periods],
    )
    for row in rows:
        found[row["place"] - 1].append(response_from_row(row))
    return found


async def find_firsts(tx: Transaction, patient_ids: Collection[UUID]) -> dict[UUID, StoredResponse]:
    """By patient, the first response that is not entered in error; without those who have none."""
    rows = await tx.fetch(_FIRSTS, patient_ids=list(patient_ids))
    return {row["patient_id"]: response_from_row(row) for row in rows}
