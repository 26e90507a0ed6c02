"""What a caller is here, and what a patient is asked to do next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.security.caller import Caller
from app.security.operations import Operation
from app.services.call import Call, opened
from app.services.installation import Installation
from app.store.centre import Centre, read_centre
from app.store.consultation import StoredConsultation, consultations_of
from app.store.draft import Draft, drafts_of
from app.store.response_reading import read_between
from app.store.transaction import Transaction
from questionnaires.definition import Questionnaire
from questionnaires.response import ResponseStatus
from scoring.history import DID_NOT_HAPPEN

OPENS_BEFORE = timedelta(days=7)
"""How long before a consultation its questionnaire opens: one recall period of seven days."""


@dataclass(frozen=True, slots=True)
class Self:
    """The caller and their centre."""

    caller: Caller
    centre: Centre


@dataclass(frozen=True, slots=True)
class ToDo:
    """One questionnaire to answer before one consultation. `opens_at` may lie ahead; `draft`: what was saved of it."""

    patient_id: UUID
    questionnaire: Questionnaire
    consultation: StoredConsultation
    opens_at: datetime
    is_open: bool
    draft: Draft | None


async def who_am_i(installation: Installation, call: Call) -> Self:
    """Who the token says the caller is, and the centre it belongs to. Raises NotFound for a centre that is not here."""
    async with opened(installation, call, Operation.READ_SELF) as tx:
        return Self(call.caller, await read_centre(tx))


async def to_do(installation: Installation, call: Call) -> list[ToDo]:
    """What is still to be answered before the coming consultations, for the caller and those they act for."""
    async with opened(installation, call, Operation.READ_SELF) as tx:
        return await to_do_within(tx, installation, call)


async def to_do_within(tx: Transaction, installation: Installation, call: Call) -> list[ToDo]:
    """The same in an open transaction, the next consultation first."""
    found: list[ToDo] = []
    for patient_id in patients_of(call.caller):
        coming = [
            c
            for c in await consultations_of(tx, patient_id)
            if c.starts_at >= call.received_at and c.status not in DID_NOT_HAPPEN
        ]
        drafts = {draft.instrument: draft for draft in await drafts_of(tx, patient_id)}
        for consultation in coming:
            opens_at = consultation.starts_at - OPENS_BEFORE
            given = await read_between(tx, patient_id, opens_at, consultation.starts_at)
            answered = {r.instrument for r in given if r.status is not ResponseStatus.ENTERED_IN_ERROR}
            found.extend(
                ToDo(
                    patient_id=patient_id,
                    questionnaire=questionnaire,
                    consultation=consultation,
                    opens_at=opens_at,
                    is_open=opens_at <= call.received_at,
                    draft=drafts.get(instrument),
                )
                for instrument in consultation.instruments
                if instrument not in answered
                and (questionnaire := installation.catalogue.newest(instrument)) is not None
            )
    return sorted(found, key=lambda item: item.consultation.starts_at)


def patients_of(caller: Caller) -> list[UUID]:
    """Who the caller answers for: a patient and those they act for; nobody for the others."""
    own = {caller.patient_id} if caller.patient_id else set[UUID]()
    return sorted(own | caller.acts_for, key=str)
