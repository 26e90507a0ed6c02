"""`Questionnaire/$populate` of SDC: a response to begin with.

http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate gives its parameters, and names its one result
`response`: it comes in a Parameters resource, beside the `issues`.

Earlier responses never fill anything in (`app.services.populate_response` says why); with `local` the patient's own
saved draft of the same version does.
"""

from typing import Final

from fastapi import Request, Response

from app.fhir.exchange import LANGUAGE_DEPENDENT, answer, read_body, service_base
from app.fhir.offer import OperationOffer
from app.fhir.populate_request import PopulateRequest, read_form, read_parameters
from app.fhir.routing import FhirId, fhir_router
from app.http.dependencies import Authenticated, Installed
from app.services.call import Call
from app.services.installation import Installation
from app.services.populate_response import Note, populate, questionnaire_of_id
from fhir_export.encoding import FHIR_JSON, Resource
from fhir_export.operation_outcome import OutcomeIssue, operation_outcome
from questionnaires.definition import Questionnaire

OPERATION = OperationOffer(
    "populate",
    "http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate",
    "A response that is begun: the patient as its subject (`subject`, or the launch context `patient`), and with "
    "`local` the answers of their saved draft of that version. Answers of earlier responses are never filled in: each "
    "question looks back on its own period, and an old answer would bias the new report.",
    on=frozenset({"type", "instance"}),
)


_SAID: Final = {
    Note.EARLIER_RESPONSES_UNUSED: "answers of earlier responses are never filled in: each question looks back on its "
    "own period",
    Note.NO_SUBJECT: "nobody is known whose answers could be filled in: name the subject",
    Note.DRAFT_NOT_PERMITTED: "the caller may not read drafts: none was looked for",
    Note.DRAFT_OF_ANOTHER_VERSION: "the patient's draft is of another version of the questionnaire: it was left out",
}
_BODY: Final = {"requestBody": {"content": {FHIR_JSON: {"schema": {"type": "object", "required": ["resourceType"]}}}}}
_QUERY: Final = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in (
            ("subject", "`Patient/id`."),
            ("local", "true: fill in the patient's saved draft."),
        )
    ]
}
_WHICH: Final = {
    "parameters": [
        *_QUERY["parameters"],
        {
            "name": "questionnaire",
            "in": "query",
            "required": False,
            "description": "`url|version`, or `url` for the newest active version; also as `canonical`. Or "
            "`questionnaireRef`, `Questionnaire/id`; or `identifier`.",
            "schema": {"type": "string"},
        },
    ]
}

# Its routes stand before `Questionnaire/{id}`: `$populate` is no id.
router = fhir_router("Questionnaire")


@router.post("/$populate", openapi_extra=_BODY)
async def populate_named(request: Request, installed: Installed, call: Authenticated) -> Response:
    """A response to begin with, to the questionnaire that the parameters name."""
    asked = await _posted(request, installed)
    return await _answer(request, installed, call, asked, asked.questionnaire(installed))


@router.get("/$populate", openapi_extra=_WHICH)
async def populate_named_by_url(request: Request, installed: Installed, call: Authenticated) -> Response:
    """The same, with the parameters in the URL."""
    asked = _in_url(request, installed)
    return await _answer(request, installed, call, asked, asked.questionnaire(installed))


@router.post("/{resource_id}/$populate", openapi_extra=_BODY)
async def populate_one(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """A response to begin with, to this questionnaire."""
    asked = await _posted(request, installed)
    return await _answer(request, installed, call, asked, questionnaire_of_id(installed, resource_id))


@router.get("/{resource_id}/$populate", openapi_extra=_QUERY)
async def populate_one_by_url(
    request: Request, installed: Installed, call: Authenticated, resource_id: FhirId
) -> Response:
    """The same, with the parameters in the URL."""
    asked = _in_url(request, installed)
    return await _answer(request, installed, call, asked, questionnaire_of_id(installed, resource_id))


async def _posted(request: Request, installed: Installation) -> PopulateRequest:
    if not await request.body():
        return _in_url(request, installed)
    _, body = await read_body(request)
    return read_parameters(body, service_base(request))


def _in_url(request: Request, installed: Installation) -> PopulateRequest:
    return read_form(request.query_params.multi_items(), service_base(request))


async def _answer(
    request: Request, installed: Installation, call: Call, asked: PopulateRequest, questionnaire: Questionnaire
) -> Response:
    found = await populate(installed, call, questionnaire, asked.patient_id(), local=asked.local)
    issues = [OutcomeIssue("warning", "not-supported", None, text, place) for place, text in asked.ignored]
    issues += [OutcomeIssue("information", "informational", None, _SAID[note]) for note in found.notes]
    parts: list[Resource] = [{"name": "response", "resource": found.response}]
    if issues:
        base = installed.knowledge.settings.canonical_base.rstrip("/")
        parts.append({"name": "issues", "resource": operation_outcome(issues, base)})
    return answer(request, {"resourceType": "Parameters", "parameter": parts}, headers=LANGUAGE_DEPENDENT)
