"""What is to be scored again: page by page through the patients of a centre, and the responses of each.

By patient, so that a statement never reads further than its page, however few of a centre's responses are looked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.patient import PATIENT
from app.store.response import RESPONSE, StoredResponse
from app.store.response_reading import IS_CURRENT, IS_VALID, OF_PATIENT, response_from_row, select_responses
from app.store.statements import Statement
from app.store.transaction import Transaction

FIRST_PLACE = UUID(int=0)
"""Where the first page of patients begins."""

_IN_CENTRE = PATIENT.c.centre_id == bindparam("centre_id")
_IS_WANTED: tuple[ColumnElement[bool], ...] = (
    IS_CURRENT,
    IS_VALID,
    RESPONSE.c.instrument == bindparam("instrument", type_=Text),
    RESPONSE.c.version == func.any(bindparam("versions", type_=ARRAY(Text))),
    RESPONSE.c.version + "|" + RESPONSE.c.scoring_version != func.all(bindparam("settled", type_=ARRAY(Text))),
)
_COUNT = Statement(select(func.count().label("patients")).select_from(PATIENT).where(_IN_CENTRE))
_PAGE = Statement(
    select(
        PATIENT.c.patient_id,
        exists()
        .where(RESPONSE.c.centre_id == PATIENT.c.centre_id, RESPONSE.c.patient_id == PATIENT.c.patient_id, *_IS_WANTED)
        .label("has_some"),
    )
    .where(_IN_CENTRE, PATIENT.c.patient_id > bindparam("after", type_=Uuid))
    .order_by(PATIENT.c.patient_id)
    .limit(bindparam("count"))
)
_OF_PATIENT = Statement(select_responses(OF_PATIENT, *_IS_WANTED).order_by(RESPONSE.c.response_id))


@dataclass(frozen=True, slots=True)
class ScoredOtherwise:
    """Which responses are meant: those of an instrument that the scoring version of their definition did not score.

    `targets`: definition version -> scoring version. Responses to other definition versions are not meant.
    """

    instrument: str
    targets: Mapping[str, str]

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of the conditions."""
        settled = [f"{version}|{scoring}" for version, scoring in self.targets.items()]
        return {"instrument": self.instrument, "versions": list(self.targets), "settled": settled}


@dataclass(frozen=True, slots=True)
class PatientPage:
    """Some patients of a centre. `having` are those with such a response; `last` is the place of the next page."""

    size: int
    having: tuple[UUID, ...]
    last: UUID


async def count_patients(tx: Transaction) -> int:
    """How many patients the centre has: how far the pages go."""
    row = await tx.fetch_row(_COUNT)
    return row["patients"] if row else 0


async def read_patients(tx: Transaction, meant: ScoredOtherwise, *, after: UUID, count: int) -> PatientPage | None:
    """The next patients of the centre in the order of their ids; None where there are no more."""
    rows = await tx.fetch(_PAGE, **meant.values, after=after, count=count)
    if not rows:
        return None
    having = tuple(row["patient_id"] for row in rows if row["has_some"])
    return PatientPage(len(rows), having, rows[-1]["patient_id"])


async def read_scored_otherwise(tx: Transaction, patient_id: UUID, meant: ScoredOtherwise) -> list[StoredResponse]:
    """The current revisions of one patient's responses that are meant and not entered in error, by id."""
    rows = await tx.fetch(_OF_PATIENT, **meant.values, patient_id=patient_id)
    return [response_from_row(row) for row in rows]
