"""Stored responses together with what their export needs of the centre, in one statement."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Boolean, ColumnCollection, ColumnElement, Integer, bindparam, case, select

from app.store.centre import CENTRE, Centre, FhirProfile
from app.store.errors import Gone, NotFound
from app.store.response import COLUMNS, RESPONSE, StoredResponse
from app.store.response_reading import response_from_row
from app.store.statements import Statement
from app.store.transaction import Transaction
from scoring.synthesis import Mode

Columns = ColumnCollection[str, ColumnElement[Any]]

_OF_OBSERVATIONS = ("scores", "evaluation")
# Scalar subqueries: worked out once a statement, however many responses it gives.
_OF_CENTRE = CENTRE.c.centre_id == bindparam("centre_id")
CENTRE_COLUMNS = (
    select(CENTRE.c.mode).where(_OF_CENTRE).scalar_subquery().label("mode"),
    select(CENTRE.c.fhir_profiles).where(_OF_CENTRE).scalar_subquery().label("fhir_profiles"),
)
"""Beside the columns of a response: what `centre_of` reads."""


def exported_columns(c: Columns) -> tuple[ColumnElement[Any], ...]:
    """The columns of a response. What only its Observations need is neither unpacked nor sent where nobody asks."""
    whole = bindparam("with_scores", type_=Boolean)
    return tuple(case((whole, c[name])).label(name) if name in _OF_OBSERVATIONS else c[name] for name in COLUMNS)


_OF_RESPONSE = (RESPONSE.c.centre_id == bindparam("centre_id")) & (RESPONSE.c.response_id == bindparam("response_id"))
_SELECTED = select(*exported_columns(RESPONSE.c), *CENTRE_COLUMNS).where(_OF_RESPONSE)
_CURRENT = Statement(_SELECTED.order_by(RESPONSE.c.revision.desc()).limit(1))
_REVISION = Statement(_SELECTED.where(RESPONSE.c.revision == bindparam("revision", type_=Integer)))


@dataclass(frozen=True, slots=True)
class ExportCentre:
    """What the export of a response needs of its centre."""

    mode: Mode
    fhir_profiles: frozenset[FhirProfile]


def export_centre(centre: Centre) -> ExportCentre:
    """The same of a centre that was read whole."""
    return ExportCentre(centre.mode, centre.fhir_profiles)


async def read_current_in_centre(
    tx: Transaction, response_id: UUID, *, with_scores: bool
) -> tuple[StoredResponse, ExportCentre]:
    """The latest revision of a response. Raises NotFound, Gone."""
    return _found(await tx.fetch_row(_CURRENT, response_id=response_id, with_scores=with_scores))


async def read_revision_in_centre(
    tx: Transaction, response_id: UUID, revision: int, *, with_scores: bool
) -> tuple[StoredResponse, ExportCentre]:
    """One revision of a response, also of one that was withdrawn since. Raises NotFound, Gone."""
    row = await tx.fetch_row(_REVISION, response_id=response_id, revision=revision, with_scores=with_scores)
    return _found(row)


def centre_of(row: asyncpg.Record) -> ExportCentre:
    """The centre of a row that has `CENTRE_COLUMNS`."""
    return ExportCentre(Mode(row["mode"]), frozenset(FhirProfile(name) for name in row["fhir_profiles"]))


def _found(row: asyncpg.Record | None) -> tuple[StoredResponse, ExportCentre]:
    if row is None:
        raise NotFound
    if row["is_deleted"]:
        raise Gone
    return response_from_row(row), centre_of(row)
