"""Operations on `/fhir/QuestionnaireResponse`: `$validate`, `$extract`, `$received`.

`$validate` checks like a create or an update and stores nothing. `$extract` gives the Observations of a response as a
transaction Bundle (SDC): of a stored one with their ids, of a posted one as they would be. `$received` gives what a
client once sent, byte for byte.
"""

from typing import Final

from fastapi import Request, Response

from app.fhir.exchange import answer, service_base
from app.fhir.incoming import fault_of, read_incoming, unknown_faults
from app.fhir.operation_input import OperationInput, read_input
from app.fhir.questionnaire_response_changes import unchangeable, wrong_id
from app.fhir.response_reading.faults import Fault, FaultCode, in_document_order, issues_of, refused
from app.fhir.response_reading.reading import Purpose
from app.fhir.routing import FhirId, VersionId, documented_body, fhir_router, revision_of, uuid_of
from app.http.dependencies import Authenticated, Installed
from app.http.refusal import Refused, refusal
from app.security.operations import Operation, authorise
from app.services.call import Call
from app.services.change_response import check_change, check_withdrawal
from app.services.errors import ReferencesUnknown
from app.services.extract_response import extract_incoming
from app.services.installation import Installation
from app.services.read_exported import read_extraction
from app.services.read_received import read_received_resource
from app.services.receive_response import doubts_about
from fhir_export.operation_outcome import OutcomeIssue, operation_outcome

router = fhir_router("QuestionnaireResponse")

_MODES: Final = ("create", "update", "delete")
_NO_RESOURCE: Final = "send a QuestionnaireResponse, or a Parameters that holds it"


@router.post("/$validate", openapi_extra=documented_body())
async def validate(request: Request, installed: Installed, call: Authenticated) -> Response:
    """Check a resource as a create does (`mode=create`, and without a mode), or as an update does."""
    return await _validated(request, installed, call, None)


@router.post("/{resource_id}/$validate", openapi_extra=documented_body())
async def validate_instance(
    request: Request, installed: Installed, call: Authenticated, resource_id: FhirId
) -> Response:
    """Check a resource as an update of this response does; with `mode=delete` whether it could be deleted."""
    return await _validated(request, installed, call, resource_id)


@router.post("/$extract", openapi_extra=documented_body())
async def extract(request: Request, installed: Installed, call: Authenticated) -> Response:
    """The Observations that a response would have. Nothing is stored; the same resource gives the same Bundle."""
    authorise(call.caller, Operation.READ_SCORES)
    given = await read_input(request, "questionnaire-response")
    if given.resource is None:
        raise _missing("questionnaire-response")
    reading = read_incoming(request, installed, given.body, given.resource)
    if reading.incoming is None:
        raise refused(reading.faults, given.at)
    faults = [*reading.faults]
    if reading.incoming.authored is None and not any(fault.place == ("authored",) for fault in faults):
        text = "the Observations are of the time at which the answers were given: say it"
        faults.append(Fault(FaultCode.IMPRECISE_TIME, ("authored",), text))
    if faults:
        doubts = await doubts_about(installed, call, reading.incoming)
        faults += unknown_faults(doubts.unknown)
        raise refused(in_document_order(faults, given.resource), given.at)
    try:
        bundle = await extract_incoming(installed, call, reading.incoming, given.resource.get("id"))
    except ReferencesUnknown as error:
        raise refused(in_document_order(unknown_faults(error.references), given.resource), given.at) from None
    return answer(request, bundle, by_reader=True)


@router.get("/{resource_id}/$extract")
async def extract_stored(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """The Observations of a stored response, with their ids: the same every time."""
    found = await read_extraction(installed, call, uuid_of(resource_id), service_base(request))
    return answer(request, found, by_reader=True)


@router.post("/{resource_id}/$extract")
async def extract_stored_by_post(
    request: Request, installed: Installed, call: Authenticated, resource_id: FhirId
) -> Response:
    """The same: an operation may always be asked by POST."""
    return await extract_stored(request, installed, call, resource_id)


@router.get("/{resource_id}/$received")
async def received(installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """What became the latest version, byte for byte. 404 where that one did not come as FHIR."""
    found = await read_received_resource(installed, call, uuid_of(resource_id))
    return Response(found.body, media_type=found.media_type)


@router.get("/{resource_id}/_history/{version_id}/$received")
async def received_version(
    installed: Installed, call: Authenticated, resource_id: FhirId, version_id: VersionId
) -> Response:
    """What became that version, byte for byte."""
    found = await read_received_resource(installed, call, uuid_of(resource_id), revision_of(version_id))
    return Response(found.body, media_type=found.media_type)


async def _validated(request: Request, installed: Installation, call: Call, resource_id: str | None) -> Response:
    """R4 Resource-validate: whatever is found, the answer is an OperationOutcome with 200."""
    authorise(call.caller, Operation.VALIDATE_RESPONSE)
    given = await read_input(request, "resource", ("mode", "profile"))
    mode = given.texts.get("mode", "create" if resource_id is None else "update")
    if mode not in _MODES or "profile" in given.texts:
        text = f"mode is one of {', '.join(_MODES)}; a profile is not validated against here"
        issue = {"code": "parameter", "expression": "http.mode", "text": text}
        raise refusal("request-invalid", "the resource cannot be validated so", issue)
    if mode == "delete" and resource_id is not None:
        await check_withdrawal(installed, call, uuid_of(resource_id))
        return _outcome(request, (), given)
    if given.resource is None:
        raise _missing("resource")
    faults = await _faults(request, installed, call, given, mode, resource_id)
    return _outcome(request, in_document_order(faults, given.resource), given)


async def _faults(
    request: Request, installed: Installation, call: Call, given: OperationInput, mode: str, resource_id: str | None
) -> list[Fault]:
    purpose = Purpose.CREATE if mode == "create" else Purpose.CHANGE
    reading = read_incoming(request, installed, given.body, given.resource, purpose)
    if reading.incoming is None:
        return [*reading.faults]
    faults = [*reading.faults]
    if mode == "create":
        doubts = await doubts_about(installed, call, reading.incoming)
        return [*faults, *unknown_faults(doubts.unknown), *([fault_of(doubts.refusal)] if doubts.refusal else [])]
    target = resource_id if resource_id is not None else str(given.resource.get("id"))
    faults += wrong_id(given.resource, target)
    return [*faults, *unchangeable(await check_change(installed, call, uuid_of(target), reading.incoming))]


def _outcome(request: Request, faults: tuple[Fault, ...], given: OperationInput) -> Response:
    issues = issues_of(faults, given.at) or [OutcomeIssue("information", "informational", None, "no fault was found")]
    return answer(request, operation_outcome(issues, request.app.state.settings.canonical_base.rstrip("/")))


def _missing(name: str) -> Refused:
    issue = {"code": "parameter", "expression": f"http.{name}", "text": _NO_RESOURCE}
    return refusal("request-invalid", "the operation needs a resource", issue)
