"""Responses by the identifier that another system knows them by; and the queue of those that store one."""

from collections.abc import Collection

from sqlalchemy import Text, Uuid, bindparam, func, select

from app.store.response import RESPONSE, StoredResponse
from app.store.response_reading import IS_CURRENT, response_from_row, select_responses
from app.store.statements import Statement
from app.store.transaction import Transaction

_FIND = Statement(
    select_responses(
        RESPONSE.c.centre_id == bindparam("centre_id"),
        RESPONSE.c.identifier_value == bindparam("value"),
        RESPONSE.c.is_deleted.is_(False),
        IS_CURRENT,
    ).order_by(RESPONSE.c.response_id)
)
# Two creations under one condition must find each other: they queue on a lock of its hash. By the value alone, since
# one of them may name its system and the other not.
_QUEUE = Statement(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("identifier", type_=Text), 0))).where(
        bindparam("centre_id", type_=Uuid).is_not(None)
    )
)


async def lock_response_identifiers(tx: Transaction, values: Collection[str]) -> None:
    """Those who would store a response under a condition of one of these values wait until this transaction ends.

    All that a transaction names are locked at once, in their order, behind the locks of its patients: two that name the
    same ones otherwise wait for each other.
    """
    for value in sorted(values):
        await tx.execute(_QUEUE, identifier=f"{tx.scope.centre_id}|response|{value}")


async def responses_with_identifier(tx: Transaction, value: str) -> list[StoredResponse]:
    """The current revisions of the responses with an identifier of this value, of any system. Whoever may store one
    for want of them locks the value before.
    """
    return [response_from_row(row) for row in await tx.fetch(_FIND, value=value)]
