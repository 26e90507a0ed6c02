"""`/fhir/Observation`: the scores of responses, and the answers that say something by themselves."""

from uuid import UUID

from fastapi import Request, Response

from app.fhir.exchange import LANGUAGE_DEPENDENT, answer
from app.fhir.observation_search import INCLUDES, PARAMETERS, SORTS, observation_search
from app.fhir.offer import ResourceOffer
from app.fhir.routing import FhirId, VersionId, documented, documented_form, fhir_router, revision_of, uuid_of
from app.fhir.search.paged import answer_page
from app.fhir.search.query import read_query
from app.http.dependencies import Authenticated, Installed
from app.services.read_exported import read_observation_resource
from app.services.search_observations import search_observations
from app.store.errors import NotFound
from fhir_export import systems
from fhir_export.observation import split_observation_id

OFFER = ResourceOffer(
    type="Observation",
    interactions=("read", "vread", "search-type"),
    parameters=PARAMETERS,
    sorts=SORTS,
    includes=INCLUDES,
    summary=frozenset(
        {"status", "code", "subject", "encounter", "effectivePeriod", "issued", "performer", "hasMember"}
        | {"valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueDateTime", "valueTime"}
        | {"derivedFrom", "component"}
    ),
    mandatory=frozenset({"status", "code"}),
    profiles=(systems.TELESURVEILLANCE_OBSERVATION,),
    documentation=(
        "They change with their QuestionnaireResponse: its version is theirs. Without a patient a search goes through "
        "the whole centre in the order of storing; `Bundle.meta.lastUpdated` is what to ask on from. A page that "
        "looked at many responses may hold fewer matches than `_count`, even none, and still have a `next`. They "
        "conform to the profile where the caller's centre asks for it, and say so. Their words are in the language "
        "asked for."
    ),
    conditional_read=False,
)

router = fhir_router(OFFER.type)


@router.get("", openapi_extra=documented(OFFER))
async def search(request: Request, installed: Installed, call: Authenticated) -> Response:
    """Observations, as the CapabilityStatement says."""
    query = await read_query(request, OFFER)
    asked = observation_search(request, call.caller, query, installed.catalogue)
    found = await search_observations(installed, call, asked)
    answered = answer_page(request, call.caller.centre_id, OFFER, query, found)
    answered.headers.update(LANGUAGE_DEPENDENT)
    return answered


@router.post("/_search", openapi_extra=documented_form(OFFER))
async def posted_search(request: Request, installed: Installed, call: Authenticated) -> Response:
    """The same search, its parameters in the body."""
    return await search(request, installed, call)


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """One score or answer of a response."""
    response_id, number = _parts_of(resource_id)
    found = await read_observation_resource(installed, call, response_id, number)
    return answer(request, found, by_reader=True)


@router.get("/{resource_id}/_history/{version_id}")
async def vread(
    request: Request, installed: Installed, call: Authenticated, resource_id: FhirId, version_id: VersionId
) -> Response:
    """The same as of one version of the response."""
    response_id, number = _parts_of(resource_id)
    revision = revision_of(version_id)
    found = await read_observation_resource(installed, call, response_id, number, revision)
    return answer(request, found, by_reader=True)


def _parts_of(resource_id: str) -> tuple[UUID, int]:
    split = split_observation_id(resource_id)
    if split is None:
        raise NotFound
    return uuid_of(split[0]), split[1]
