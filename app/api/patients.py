"""`/v1/patients`: registering and reading patients."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from app.api.fields import Body, Day, LanguageTag, ShortText, Uri
from app.http.dependencies import PROBLEM_RESPONSES, Authenticated, Installed
from app.http.strict_json import StrictRoute
from app.services import patients
from app.services.patients import Registration
from app.store.patient import Identifier, Patient

router = APIRouter(prefix="/v1/patients", tags=["patients"], route_class=StrictRoute, responses=PROBLEM_RESPONSES)


class IdentifierBody(Body):
    """A hospital's or a country's name for a patient: a system (URI) and a value in it."""

    system: Uri
    value: ShortText


class RegistrationBody(Body):
    """Who is to be registered. At least one identifier; the rest is what is known."""

    identifiers: Annotated[list[IdentifierBody], Field(min_length=1, max_length=20)]
    family_name: ShortText | None = None
    given_name: ShortText | None = None
    birth_date: Day | None = None
    language: LanguageTag | None = None


class IdentifierOut(BaseModel):
    """One identifier."""

    system: str
    value: str


class PatientOut(BaseModel):
    """One registered patient. `id` is Vigie's, and names the patient everywhere here."""

    id: UUID
    identifiers: list[IdentifierOut]
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    language: str | None


@router.post("", status_code=201, responses={200: {"model": PatientOut, "description": "The identifier was known."}})
async def register_patient(
    installed: Installed, call: Authenticated, body: RegistrationBody, response: Response
) -> PatientOut:
    """Register a patient. A known identifier gives the same patient again (200), with new identifiers added."""
    registered = await patients.register(
        installed,
        call,
        Registration(
            identifiers=tuple(dict.fromkeys(Identifier(i.system, i.value) for i in body.identifiers)),
            family_name=body.family_name,
            given_name=body.given_name,
            birth_date=body.birth_date,
            language=body.language,
        ),
    )
    response.status_code = 201 if registered.created else 200
    response.headers["Location"] = f"/v1/patients/{registered.patient.patient_id}"
    return _out(registered.patient)


@router.get("/{patient_id}")
async def read_patient(installed: Installed, call: Authenticated, patient_id: UUID) -> PatientOut:
    """One patient."""
    return _out(await patients.read(installed, call, patient_id))


def _out(patient: Patient) -> PatientOut:
    return PatientOut(
        id=patient.patient_id,
        identifiers=[IdentifierOut(system=i.system, value=i.value) for i in patient.identifiers],
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        language=patient.language,
    )
