"""`/fhir/Questionnaire/$questionnaire-package`: a questionnaire with what its codes mean."""

from fastapi import Request, Response

from app.fhir.exchange import LANGUAGE_DEPENDENT, answer, service_base
from app.fhir.offer import OperationOffer
from app.fhir.routing import FhirId, fhir_router
from app.http.dependencies import Authenticated, Installed
from app.http.refusal import refusal
from app.services.populate_response import questionnaire_of_canonical, questionnaire_of_id
from app.services.terminology import read_package
from fhir_export.operation_definition import OperationParameter

OPERATION = OperationOffer(
    "questionnaire-package",
    "/OperationDefinition/Questionnaire-questionnaire-package",
    "A questionnaire version with the code systems and value sets of its questions and options, in a collection "
    "Bundle. Of the type: `url`, and `version`; without a version the newest active one.",
    on=frozenset({"type", "instance"}),
    parameters=(
        OperationParameter("url", "in", "uri", "The canonical of the questionnaire. Of the type it has to be there."),
        OperationParameter("version", "in", "string", "Its version. The canonical may name it as well: url|version."),
        OperationParameter("return", "out", "Bundle", "The questionnaire first, then what its codes mean.", 1),
    ),
)

router = fhir_router("Questionnaire")


@router.get("/$questionnaire-package")
async def package_of_url(request: Request, installed: Installed, call: Authenticated) -> Response:
    """The package of the questionnaire that `url` names, and `version`."""
    url, _, version = request.query_params.get("url", "").partition("|")
    if not url:
        issue = {"code": "required", "expression": "http.url", "text": "the canonical of a questionnaire"}
        raise refusal("request-invalid", "a package is of one questionnaire", issue)
    questionnaire = questionnaire_of_canonical(installed, url, request.query_params.get("version", version) or None)
    return answer(
        request, await read_package(installed, call, questionnaire, service_base(request)), headers=LANGUAGE_DEPENDENT
    )


@router.get("/{resource_id}/$questionnaire-package")
async def package(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """The package of one questionnaire version."""
    questionnaire = questionnaire_of_id(installed, resource_id)
    return answer(
        request, await read_package(installed, call, questionnaire, service_base(request)), headers=LANGUAGE_DEPENDENT
    )
