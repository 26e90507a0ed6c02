"""Reading responses. "Current" is the highest revision; every query is within a patient or by id."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, Select, Text, bindparam, exists, func, select, tuple_

from app.store import jsonb
from app.store.errors import NotFound
from app.store.response import COLUMNS, JSON_COLUMNS, RESPONSE, StoredResponse
from app.store.statements import Statement
from app.store.transaction import Transaction
from questionnaires.response import ResponseStatus
from scoring.history import Respondent

_LATER = RESPONSE.alias("later")
IS_CURRENT = ~exists().where(
    _LATER.c.centre_id == RESPONSE.c.centre_id,
    _LATER.c.response_id == RESPONSE.c.response_id,
    _LATER.c.revision > RESPONSE.c.revision,
)
OF_PATIENT = (RESPONSE.c.centre_id == bindparam("centre_id")) & (RESPONSE.c.patient_id == bindparam("patient_id"))
_OF_RESPONSE = (RESPONSE.c.centre_id == bindparam("centre_id")) & (RESPONSE.c.response_id == bindparam("response_id"))
IS_VALID = RESPONSE.c.status != ResponseStatus.ENTERED_IN_ERROR.value
NEWEST_FIRST = (RESPONSE.c.authored_at.desc(), RESPONSE.c.stored_at.desc(), RESPONSE.c.response_id.desc())
OLDEST_FIRST = (RESPONSE.c.authored_at, RESPONSE.c.stored_at, RESPONSE.c.response_id)


def select_responses(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Whole rows, for `response_from_row`."""
    return select(*(RESPONSE.c[name] for name in COLUMNS)).where(*conditions)


_CURRENT = Statement(select_responses(_OF_RESPONSE).order_by(RESPONSE.c.revision.desc()).limit(1))
_REVISIONS = Statement(select_responses(_OF_RESPONSE).order_by(RESPONSE.c.revision))
_BY_KEY = Statement(select_responses(OF_PATIENT, RESPONSE.c.idempotency_key == bindparam("idempotency_key")))
_IS_WITHDRAWN = exists().where(
    _LATER.c.centre_id == RESPONSE.c.centre_id,
    _LATER.c.response_id == RESPONSE.c.response_id,
    _LATER.c.status == ResponseStatus.ENTERED_IN_ERROR.value,
)
_OF_LINK = select_responses(
    OF_PATIENT, func.starts_with(RESPONSE.c.idempotency_key, bindparam("link_key", type_=Text))
).order_by(*NEWEST_FIRST)
_LATEST_OF_LINK = Statement(_OF_LINK.where(~_IS_WITHDRAWN).limit(1))
_ALL_OF_LINK = Statement(_OF_LINK)
_BETWEEN = Statement(
    select_responses(
        OF_PATIENT,
        IS_CURRENT,
        RESPONSE.c.authored_at >= bindparam("earliest"),
        RESPONSE.c.authored_at <= bindparam("latest"),
    ).order_by(RESPONSE.c.authored_at)
)
_FIRST = Statement(select_responses(OF_PATIENT, IS_CURRENT, IS_VALID).order_by(*OLDEST_FIRST).limit(1))
_PAGE = Statement(
    select_responses(
        OF_PATIENT,
        IS_CURRENT,
        tuple_(RESPONSE.c.authored_at, RESPONSE.c.response_id)
        < tuple_(
            bindparam("before", type_=RESPONSE.c.authored_at.type),
            bindparam("before_id", type_=RESPONSE.c.response_id.type),
        ),
    )
    .order_by(RESPONSE.c.authored_at.desc(), RESPONSE.c.response_id.desc())
    .limit(bindparam("count"))
)


async def read_current(tx: Transaction, response_id: UUID) -> StoredResponse:
    """The latest revision of a response. Raises NotFound."""
    row = await tx.fetch_row(_CURRENT, response_id=response_id)
    if row is None:
        raise NotFound
    return response_from_row(row)


async def read_revisions(tx: Transaction, response_id: UUID) -> list[StoredResponse]:
    """Every revision of a response, first one first. Raises NotFound."""
    rows = await tx.fetch(_REVISIONS, response_id=response_id)
    if not rows:
        raise NotFound
    return [response_from_row(row) for row in rows]


async def find_by_key(tx: Transaction, patient_id: UUID, idempotency_key: str) -> StoredResponse | None:
    """Revision 1 of the response that was submitted with this key, whatever happened to it since."""
    row = await tx.fetch_row(_BY_KEY, patient_id=patient_id, idempotency_key=idempotency_key)
    return response_from_row(row) if row else None


async def find_by_link(tx: Transaction, patient_id: UUID, link_key: str) -> StoredResponse | None:
    """What was given through a personal link, as it is now; the latest of several.

    None where nothing was, or all of it is entered in error.
    """
    row = await tx.fetch_row(_LATEST_OF_LINK, patient_id=patient_id, link_key=link_key)
    return await read_current(tx, row["response_id"]) if row else None


async def responses_by_link(tx: Transaction, patient_id: UUID, link_key: str) -> list[StoredResponse]:
    """Revision 1 of everything that was given through a personal link, whatever happened to it since; newest first."""
    rows = await tx.fetch(_ALL_OF_LINK, patient_id=patient_id, link_key=link_key)
    return [response_from_row(row) for row in rows]


async def read_between(tx: Transaction, patient_id: UUID, earliest: datetime, latest: datetime) -> list[StoredResponse]:
    """The current revisions of what the patient answered in a period, both ends included, oldest first."""
    rows = await tx.fetch(_BETWEEN, patient_id=patient_id, earliest=earliest, latest=latest)
    return [response_from_row(row) for row in rows]


async def find_first(tx: Transaction, patient_id: UUID) -> StoredResponse | None:
    """The patient's first response that is not entered in error."""
    row = await tx.fetch_row(_FIRST, patient_id=patient_id)
    return response_from_row(row) if row else None


async def read_page(
    tx: Transaction, patient_id: UUID, *, before: datetime, before_id: UUID, count: int
) -> list[StoredResponse]:
    """Current revisions, newest first, from before a place in that order."""
    rows = await tx.fetch(_PAGE, patient_id=patient_id, before=before, before_id=before_id, count=count)
    return [response_from_row(row) for row in rows]


def response_from_row(row: asyncpg.Record) -> StoredResponse:
    """A response from a row with every column of it; the row may have others. A JSON column that was not asked for is
    empty.
    """
    values = {name: row[name] for name in COLUMNS}
    for name in JSON_COLUMNS:
        values[name] = jsonb.load(values[name]) if values[name] is not None else {}
    values["status"] = ResponseStatus(values["status"])
    values["answered_by"] = Respondent(values["answered_by"])
    return StoredResponse(**values)
