"""`/v1/patients/{id}/consultations` and the synthesis of one."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field, StrictInt

from app.api.fields import Body, InstrumentId, Moment, ShortText
from app.api.synthesis_body import SynthesisOut, synthesis_json
from app.http.dependencies import PROBLEM_RESPONSES, Authenticated, Installed
from app.http.strict_json import StrictRoute
from app.services import consultations
from app.services.consultations import PlannedConsultation
from app.services.read_synthesis import read_synthesis
from app.store.consultation import StoredConsultation
from scoring.history import ConsultationStatus

of_patient = APIRouter(
    prefix="/v1/patients/{patient_id}/consultations",
    tags=["consultations"],
    route_class=StrictRoute,
    responses=PROBLEM_RESPONSES,
)
router = APIRouter(
    prefix="/v1/consultations", tags=["consultations"], route_class=StrictRoute, responses=PROBLEM_RESPONSES
)


Count = Annotated[StrictInt, Field(ge=1, le=999)]


class ConsultationBody(Body):
    """When the visit is, and what became of it.

    `instruments`: what to answer before it; without it, what the centre always asks. `treatment_line`,
    `treatment_cycle`: where the treatment stands, counted from 1, for the head of the synthesis. `clinician`: the `sub`
    of the tokens of whoever the visit is with, for their list of the day.
    """

    start: Moment
    status: ConsultationStatus = ConsultationStatus.PLANNED
    instruments: Annotated[list[InstrumentId], Field(max_length=20)] | None = None
    treatment_line: Count | None = None
    treatment_cycle: Count | None = None
    clinician: ShortText | None = None


class ConsultationOut(BaseModel):
    """One visit. `id` is Vigie's, `visit_id` the hospital's."""

    id: UUID
    visit_id: str
    patient_id: UUID
    start: datetime
    status: ConsultationStatus
    instruments: list[str]
    treatment_line: int | None
    treatment_cycle: int | None
    clinician: str | None


class ConsultationList(BaseModel):
    """A patient's visits, earliest first."""

    consultations: list[ConsultationOut]


@of_patient.put("/{visit_id}")
async def upsert_consultation(
    installed: Installed,
    call: Authenticated,
    patient_id: UUID,
    visit_id: Annotated[ShortText, Path(description="The hospital's id of the visit.")],
    body: ConsultationBody,
) -> ConsultationOut:
    """Add a visit by the hospital's id, or say that it moved, took place or fell through."""
    asked = None if body.instruments is None else tuple(dict.fromkeys(body.instruments))
    visit = PlannedConsultation(
        visit_id,
        body.start,
        body.status,
        asked,
        treatment_line=body.treatment_line,
        treatment_cycle=body.treatment_cycle,
        clinician=body.clinician,
    )
    return _out(await consultations.upsert(installed, call, patient_id, visit))


@of_patient.get("")
async def list_consultations(installed: Installed, call: Authenticated, patient_id: UUID) -> ConsultationList:
    """A patient's visits, earliest first."""
    found = await consultations.list_consultations(installed, call, patient_id)
    return ConsultationList(consultations=[_out(stored) for stored in found])


@router.get("/{consultation_id}/synthesis", response_model=SynthesisOut)
async def synthesis(
    installed: Installed,
    call: Authenticated,
    consultation_id: UUID,
    as_of: Annotated[Moment | None, Query(description="As of this moment; now, without it.")] = None,
) -> Response:
    """Everything since the last consultation: points of vigilance, topics, lines, completeness, with their evidence."""
    found = await read_synthesis(installed, call, consultation_id, as_of=as_of)
    wording = installed.wordings.best(call.languages)
    return Response(synthesis_json(found, wording), media_type="application/json")


def _out(stored: StoredConsultation) -> ConsultationOut:
    return ConsultationOut(
        id=stored.consultation_id,
        visit_id=stored.visit_id,
        patient_id=stored.patient_id,
        start=stored.starts_at,
        status=stored.status,
        instruments=list(stored.instruments),
        treatment_line=stored.treatment_line,
        treatment_cycle=stored.treatment_cycle,
        clinician=stored.clinician,
    )
