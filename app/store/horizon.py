"""Up to when nothing is missing: the horizon that incremental reading rests on (docs/decisions/0021).

Rows become visible when their transaction commits, and are dated when they are inserted. What is dated before the
beginning of the oldest transaction that is still open can only be there already, or never.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg
from sqlalchemy import DateTime, cast, func, select

from app.store.errors import HorizonHidden
from app.store.statements import Statement

# Sent together with BEGIN and before everything else that the transaction reads. Our own transaction is one of those
# looked at: its beginning stands for the clock. Only sessions of our own role (and of roles that it is a member of)
# say when their transaction began; nobody else inserts what is dated.
SQL: Final = (
    "SELECT set_config('app.horizon', min(xact_start)::text, true) FROM pg_stat_get_activity(NULL)"
    " WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

HORIZON: Final = select(
    cast(func.nullif(func.current_setting("app.horizon", True), ""), DateTime(timezone=True))
).scalar_subquery()
"""The horizon of a transaction that was opened with one; NULL in any other. Worked out once a statement."""
HORIZON_COLUMNS: Final = (HORIZON.label("horizon"), func.now().label("begun_at"))
"""Beside the columns of what is searched: what `known` reads."""

READ_HORIZON = Statement(select(*HORIZON_COLUMNS))
"""For a search that found no row to bring it along."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """Up to when nothing is missing, and when the transaction that says so began."""

    at: datetime
    begun_at: datetime


def known(row: asyncpg.Record) -> Horizon:
    """The horizon of a row. Raises HorizonHidden: with nothing to go by, a client would lose what is being stored."""
    if row["horizon"] is None:
        raise HorizonHidden
    return Horizon(row["horizon"], row["begun_at"])
