"""`/fhir`: FHIR R4 4.0.1, read and search by patient. The whole façade follows."""

import re
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError

from app import __version__
from app.http.cursors import cursor_of, place_of
from app.http.dependencies import Authenticated, Installed
from app.http.problem_kinds import KINDS
from app.services import export_fhir
from app.services.export_fhir import Found
from app.services.read_response import Place
from fhir_export.bundle import searchset_bundle
from fhir_export.capability import FHIR_JSON, capability_statement
from fhir_export.encoding import encode

STATED_ON = date(2026, 11, 21)
"""When what the capability statement says last changed."""

_RESOURCE = {"content": {FHIR_JSON: {"schema": {"type": "object", "required": ["resourceType"]}}}}
_OUTCOMES = {
    status: {"description": "OperationOutcome", **_RESOURCE}
    for status in sorted({kind.status for kind in KINDS.values()})
}
_SEARCH_PARAMETERS = frozenset({"patient", "_count", "_cursor"})
_PATIENT = re.compile(r"(?:Patient/)?([0-9a-fA-F-]{36})")

router = APIRouter(
    prefix="/fhir",
    tags=["fhir"],
    responses={200: {"description": "A FHIR R4 resource", **_RESOURCE}, **_OUTCOMES},  # type: ignore[dict-item]
    default_response_class=Response,
)

FhirId = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,64}$")]
Patient = Annotated[str, Query(description="`Patient/<id>` or the id alone.", max_length=60)]
Count = Annotated[int, Query(alias="_count", ge=1, le=200, description="Responses a page.")]
Cursor = Annotated[str | None, Query(alias="_cursor", max_length=200, description="As in the `next` link.")]


@router.get("/metadata")
async def metadata(request: Request) -> Response:
    """The capability statement: exactly what this server does."""
    base = request.app.state.settings.canonical_base.rstrip("/")
    return _answer(
        capability_statement(
            canonical_base=base,
            service_base=_service_base(request),
            software_version=__version__,
            date=STATED_ON.isoformat(),
        )
    )


@router.get("/Questionnaire/{resource_id}")
async def read_questionnaire(installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """One questionnaire version, with translations."""
    answer = _answer(await export_fhir.read_questionnaire(installed, call, resource_id))
    answer.headers["Vary"] = "Accept-Language"
    return answer


@router.get("/QuestionnaireResponse")
async def search_questionnaire_responses(
    request: Request,
    installed: Installed,
    call: Authenticated,
    patient: Patient,
    count: Count = 50,
    cursor: Cursor = None,
) -> Response:
    """A patient's responses, newest first."""
    after = place_of(cursor, "_cursor") if cursor else Place()
    found = await export_fhir.responses_of_patient(installed, call, _patient_id(patient), after=after, count=count)
    return _searchset(request, found)


@router.get("/QuestionnaireResponse/{resource_id}")
async def read_questionnaire_response(installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """The latest revision of a response."""
    return _answer(await export_fhir.read_questionnaire_response(installed, call, resource_id))


@router.get("/QuestionnaireResponse/{resource_id}/$collection")
async def read_collection(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """One response with its Observations, in a collection Bundle."""
    return _answer(await export_fhir.read_collection(installed, call, resource_id, _service_base(request)))


@router.get("/Observation")
async def search_observations(
    request: Request,
    installed: Installed,
    call: Authenticated,
    patient: Patient,
    count: Count = 10,
    cursor: Cursor = None,
) -> Response:
    """The scores of a patient's responses, those of the newest response first."""
    after = place_of(cursor, "_cursor") if cursor else Place()
    found = await export_fhir.observations_of_patient(installed, call, _patient_id(patient), after=after, count=count)
    return _searchset(request, found)


@router.get("/Observation/{resource_id}")
async def read_observation(installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """One score of a response."""
    return _answer(await export_fhir.read_observation(installed, call, resource_id))


def _answer(resource: dict[str, Any]) -> Response:
    headers = {}
    if version := resource.get("meta", {}).get("versionId"):
        headers["ETag"] = f'W/"{version}"'
    return Response(encode(resource), media_type=FHIR_JSON, headers=headers)


def _searchset(request: Request, found: Found) -> Response:
    understood = {name: value for name, value in request.query_params.items() if name in _SEARCH_PARAMETERS}
    page = request.url.replace(query=urlencode(understood))
    bundle = searchset_bundle(found.resources, _service_base(request), str(page))
    if found.next:
        following = page.include_query_params(_cursor=cursor_of(found.next))
        bundle["link"].append({"relation": "next", "url": str(following)})
    return Response(encode(bundle), media_type=FHIR_JSON)


def _service_base(request: Request) -> str:
    return str(request.base_url).rstrip("/") + "/fhir"


def _patient_id(reference: str) -> UUID:
    """The patient of a search parameter. Raises RequestValidationError."""
    found = _PATIENT.fullmatch(reference)
    try:
        return UUID(found.group(1) if found else "")
    except ValueError:
        fault = {"type": "reference", "loc": ("query", "patient"), "msg": "a patient is `Patient/<id>`", "input": None}
        raise RequestValidationError([fault]) from None
