"""`/fhir/Questionnaire`: the versions of every instrument that the caller's centre has words for."""

from fastapi import Request, Response

from app.fhir import questionnaire_package
from app.fhir.exchange import LANGUAGE_DEPENDENT, answer
from app.fhir.offer import ID, LAST_UPDATED, ParameterType, ResourceOffer, SearchParameter
from app.fhir.populate import OPERATION
from app.fhir.questionnaire_search import matches
from app.fhir.routing import FhirId, documented, documented_form, fhir_router
from app.fhir.search.few import answer_few
from app.fhir.search.query import read_query
from app.http.dependencies import Authenticated, Installed
from app.services.export_questionnaire import list_shown, read_shown
from app.store.errors import NotFound

_R4 = "http://hl7.org/fhir/SearchParameter/Questionnaire-"


OFFER = ResourceOffer(
    type="Questionnaire",
    interactions=("read", "vread", "search-type"),
    parameters=(
        SearchParameter("url", ParameterType.URI, f"{_R4}url", "Every version of the instrument."),
        SearchParameter("version", ParameterType.TOKEN, f"{_R4}version"),
        SearchParameter("status", ParameterType.TOKEN, f"{_R4}status"),
        SearchParameter("title", ParameterType.STRING, f"{_R4}title", "How a title begins, in any language of it."),
        SearchParameter("code", ParameterType.TOKEN, f"{_R4}code", "The code of one of its items, at any depth."),
        SearchParameter(
            "questionnaire-code",
            ParameterType.TOKEN,
            "http://hl7.org/fhir/uv/sdc/SearchParameter/Questionnaire-questionnaire-code",
            "The code of the whole questionnaire, such as LOINC's of a panel.",
        ),
        SearchParameter("identifier", ParameterType.TOKEN, f"{_R4}identifier", "The instrument's id."),
        ID,
        LAST_UPDATED,
    ),
    operations=(OPERATION, questionnaire_package.OPERATION),
    summary=frozenset(
        {"url", "identifier", "version", "title", "status", "subjectType", "date", "code", "effectivePeriod"}
    ),
    mandatory=frozenset({"status"}),
    documentation=(
        "`Accept-Language` chooses the language of the elements; the others stand in the translation extension. A "
        "questionnaire whose wording is licensed is found once the centre has loaded its words. `_history` knows the "
        "current version of the resource: what is published never changes, and another `version` is another resource."
    ),
)

router = fhir_router(OFFER.type)


@router.get("", openapi_extra=documented(OFFER))
async def search(request: Request, installed: Installed, call: Authenticated) -> Response:
    """Questionnaires, as the CapabilityStatement says."""
    query = await read_query(request, OFFER)
    found = [shown for shown in await list_shown(installed, call) if matches(query, shown)]
    resources = [shown.as_resource(installed) for shown in found]
    answered = answer_few(request, OFFER, query, call.caller.centre_id, resources)
    answered.headers.update(LANGUAGE_DEPENDENT)
    return answered


@router.post("/_search", openapi_extra=documented_form(OFFER))
async def search_by_post(request: Request, installed: Installed, call: Authenticated) -> Response:
    """The same, with the parameters as a form."""
    return await search(request, installed, call)


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """One questionnaire version, with translations."""
    shown = await read_shown(installed, call, resource_id)
    return answer(request, shown.as_resource(installed), headers=LANGUAGE_DEPENDENT)


@router.get("/{resource_id}/_history/{version_id}")
async def read_version(
    request: Request, installed: Installed, call: Authenticated, resource_id: FhirId, version_id: FhirId
) -> Response:
    """The same as of one `meta.versionId`, whose language it has. What was shown before is not kept: 404."""
    shown = await read_shown(installed, call, resource_id)
    for language in shown.texts:
        resource = shown.as_resource(installed, language)
        if resource["meta"]["versionId"] == version_id:
            return answer(request, resource)
    raise NotFound
