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
from app.services.merge_patients import merge_patients
from app.services.patients import PatientRead, Registration
from app.store.patient import Identifier
from fhir_export.ins import IdentityStatus

router = APIRouter(prefix="/v1/patients", tags=["patients"], route_class=StrictRoute, responses=PROBLEM_RESPONSES)


class IdentifierBody(Body):
    """A hospital's or a country's name for a patient: a system (URI) and a value in it."""

    system: Uri
    value: ShortText


class RegistrationBody(Body):
    """Who is to be registered. At least one identifier; the rest is what is known.

    `identity_status`: how far the hospital trusts the identity, by a code of FR Core's table 0445. An INS is given out
    with `VALI` only.
    """

    identifiers: Annotated[list[IdentifierBody], Field(min_length=1, max_length=20)]
    family_name: ShortText | None = None
    given_name: ShortText | None = None
    birth_date: Day | None = None
    language: LanguageTag | None = None
    identity_status: IdentityStatus | None = None


class ReplacementBody(Body):
    """The patient whom another one turned out to be."""

    patient_id: UUID


class IdentifierOut(BaseModel):
    """One identifier."""

    system: str
    value: str


class PatientOut(BaseModel):
    """One registered patient. `id` is Vigie's, and names the patient everywhere here.

    `identifiers` has an INS only where the identity is validated. `replaced_by`: the patient whom this one turned out
    to be.
    """

    id: UUID
    identifiers: list[IdentifierOut]
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    language: str | None
    identity_status: IdentityStatus | None
    replaced_by: UUID | None


@router.post("", status_code=201, responses={200: {"model": PatientOut, "description": "The identifier was known."}})
async def register_patient(
    installed: Installed, call: Authenticated, body: RegistrationBody, response: Response
) -> PatientOut:
    """Register a patient. A known identifier gives the same patient again (200), with new identifiers and the new
    status of the identity, where one is sent; nothing else of a known patient is changed.
    """
    registered = await patients.register(
        installed,
        call,
        Registration(
            identifiers=tuple(dict.fromkeys(Identifier(i.system, i.value) for i in body.identifiers)),
            family_name=body.family_name,
            given_name=body.given_name,
            birth_date=body.birth_date,
            language=body.language,
            identity_status=body.identity_status,
        ),
    )
    response.status_code = 201 if registered.created else 200
    response.headers["Location"] = f"/v1/patients/{registered.patient.patient_id}"
    return _out(registered.read)


@router.get("/{patient_id}")
async def read_patient(installed: Installed, call: Authenticated, patient_id: UUID) -> PatientOut:
    """One patient."""
    return _out(await patients.read(installed, call, patient_id))


@router.post("/{patient_id}/replaced-by")
async def replace_patient(
    installed: Installed, call: Authenticated, patient_id: UUID, body: ReplacementBody
) -> PatientOut:
    """Say that this patient turned out to be another one, who may be replaced in turn. It is never taken back.

    Each response stays with the patient that it was given for, and both patients stay readable.
    """
    return _out(await merge_patients(installed, call, patient_id, body.patient_id))


def _out(read: PatientRead) -> PatientOut:
    patient = read.patient
    return PatientOut(
        id=patient.patient_id,
        identifiers=[IdentifierOut(system=i.system, value=i.value) for i in patient.identifiers],
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        language=patient.language,
        identity_status=IdentityStatus(patient.identity_status) if patient.identity_status else None,
        replaced_by=read.replaced_by,
    )
