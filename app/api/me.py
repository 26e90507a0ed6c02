"""`/v1/me`: who the caller is here, and what a patient is asked to do."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.fields import ContactOut
from app.http.dependencies import PROBLEM_RESPONSES, Authenticated, Installed
from app.http.strict_json import StrictRoute
from app.security.caller import Role
from app.services import me
from app.services.feedback import contacts
from scoring.synthesis import Mode

router = APIRouter(prefix="/v1/me", tags=["me"], route_class=StrictRoute, responses=PROBLEM_RESPONSES)


class CentreOut(BaseModel):
    """The caller's centre. `mode` says what this installation shows: `record`, `score` or `alert`."""

    id: UUID
    name: str
    mode: Mode
    languages: list[str]
    time_zone: str
    emergency_contacts: list[ContactOut]


class MeOut(BaseModel):
    """The caller. `acts_for`: patients for whom a carer answers."""

    role: Role
    patient_id: UUID | None
    acts_for: list[UUID]
    centre: CentreOut


class ToDoOut(BaseModel):
    """One questionnaire to answer before one consultation."""

    patient_id: UUID
    questionnaire: str
    instrument: str
    version: str
    consultation_id: UUID
    consultation_start: datetime
    opens_at: datetime
    status: Literal["open", "later"]
    has_draft: bool


class ToDoList(BaseModel):
    """What is still to be answered, the next consultation first."""

    to_do: list[ToDoOut]


@router.get("")
async def read_me(installed: Installed, call: Authenticated) -> MeOut:
    """Who I am, my centre, its languages, mode and emergency numbers, and for whom I act."""
    found = await me.who_am_i(installed, call)
    centre = found.centre
    wording = installed.wordings.best(call.languages, centre.languages)
    return MeOut(
        role=found.caller.role,
        patient_id=found.caller.patient_id,
        acts_for=sorted(found.caller.acts_for, key=str),
        centre=CentreOut(
            id=centre.centre_id,
            name=centre.name,
            mode=centre.mode,
            languages=list(centre.languages),
            time_zone=centre.time_zone,
            emergency_contacts=[
                ContactOut(number=c.number, name=c.name, kind=c.kind) for c in contacts(centre, wording)
            ],
        ),
    )


@router.get("/to-do")
async def read_to_do(installed: Installed, call: Authenticated) -> ToDoList:
    """What I, or those I act for, are asked to answer before the coming consultations."""
    found = await me.to_do(installed, call)
    return ToDoList(
        to_do=[
            ToDoOut(
                patient_id=item.patient_id,
                questionnaire=item.questionnaire.canonical,
                instrument=item.questionnaire.instrument,
                version=item.questionnaire.version,
                consultation_id=item.consultation.consultation_id,
                consultation_start=item.consultation.starts_at,
                opens_at=item.opens_at,
                status="open" if item.is_open else "later",
                has_draft=item.draft is not None,
            )
            for item in found
        ]
    )
