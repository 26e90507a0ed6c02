"""Writing `/fhir/QuestionnaireResponse`: create, update, delete. What a client sends is kept as it came.

A response names the version that was answered, and its status is completed: drafts are saved by `/v1`. A correction is
an update, with `If-Match`, of the whole resource; it says why in the extension vigie-correction-reason. What a response
keeps for ever (of what, about whom, when, by whom) cannot be corrected: mark it entered-in-error and create another.
"""

from typing import Annotated

from fastapi import Header, Request, Response

from app.fhir.conditional_create import condition_of
from app.fhir.exchange import answer_written, read_body, seen_revision
from app.fhir.incoming import read_incoming, refused_late, unknown_faults
from app.fhir.response_reading.faults import Fault, FaultCode, in_document_order, refused
from app.fhir.response_reading.reading import Purpose
from app.fhir.routing import FhirId, documented_body, fhir_router, uuid_of
from app.http.dependencies import Authenticated, Installed
from app.http.idempotency import KEY_DESCRIPTION, KeyText
from app.security.operations import Operation, authorise
from app.services.change_response import change_response, withdraw_response
from app.services.errors import AuthoredInFuture, QuestionnaireRetired, ReferencesUnknown, ResponseDiffers
from app.services.receive_response import doubts_about, receive_response

router = fhir_router("QuestionnaireResponse")

_UNCHANGEABLE = (
    "a response keeps this for ever, and the one of this id says something else: mark it entered-in-error, and create "
    "another one"
)


@router.post("", status_code=201, openapi_extra=documented_body())
async def create(
    request: Request,
    installed: Installed,
    call: Authenticated,
    idempotency_key: Annotated[KeyText | None, Header(description=KEY_DESCRIPTION)] = None,
    _if_none_exist: Annotated[
        str | None, Header(alias="If-None-Exist", description="identifier=system|value: create unless it is there.")
    ] = None,
) -> Response:
    """Store a response: 201. One that the condition found is given instead: 200."""
    authorise(call.caller, Operation.SUBMIT_RESPONSE)  # before anything is said of the answers
    condition = condition_of(request, installed.catalogue)
    body, resource = await read_body(request)
    reading = read_incoming(request, installed, body, resource, key=idempotency_key)
    if reading.incoming is None:
        raise refused(reading.faults)
    if reading.faults:
        doubts = await doubts_about(installed, call, reading.incoming)
        raise refused(in_document_order((*reading.faults, *unknown_faults(doubts.unknown)), resource))
    try:
        received = await receive_response(installed, call, reading.incoming, condition)
    except ReferencesUnknown as error:
        raise refused(in_document_order(unknown_faults(error.references), resource)) from None
    except (AuthoredInFuture, QuestionnaireRetired) as error:
        raise refused_late(error) from None
    stored = received.response.as_response()
    return answer_written(request, stored, 201 if received.created else 200, f"{stored['resourceType']}/{stored['id']}")


@router.put("/{resource_id}", openapi_extra=documented_body())
async def update(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """Correct a response, or mark it entered-in-error: its next version, beside the ones before."""
    seen, response_id = seen_revision(request), uuid_of(resource_id)
    authorise(call.caller, Operation.CORRECT_RESPONSE)
    body, resource = await read_body(request)
    reading = read_incoming(request, installed, body, resource, Purpose.CHANGE)
    if reading.incoming is None:
        raise refused(reading.faults)
    faults = [*reading.faults, *wrong_id(resource, resource_id)]
    try:
        changed = await change_response(
            installed, call, response_id, seen=seen, change=reading.incoming, is_sound=not faults
        )
    except ResponseDiffers as error:
        faults += unchangeable(error.elements)
        raise refused(in_document_order(faults, resource)) from None
    stored = changed.as_response()
    return answer_written(request, stored, 200, f"{stored['resourceType']}/{stored['id']}")


@router.delete("/{resource_id}", status_code=204)
async def delete(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """Withdraw a response: a version that says so, and 410 from then on. Deleting it again is 204 as well.

    Nothing is destroyed. An answer that was acknowledged is never lost: a synthesis may rest on it, and its history
    must go on to show what somebody read.
    """
    seen = seen_revision(request) if "if-match" in request.headers else None
    revision = await withdraw_response(installed, call, uuid_of(resource_id), seen=seen)
    return Response(status_code=204, headers={"ETag": f'W/"{revision}"'})


def wrong_id(resource: dict[str, object], resource_id: str) -> list[Fault]:
    """R4 3.1.0.5: the resource says the id of its URL."""
    if resource.get("id") == resource_id:
        return []
    return [Fault(FaultCode.OTHER_ID, ("id",), "the resource needs the id that its URL has")]


def unchangeable(elements: tuple[str, ...]) -> list[Fault]:
    """The faults of elements that a correction wants otherwise."""
    return [Fault(FaultCode.UNCHANGEABLE, (name,), _UNCHANGEABLE) for name in elements]
