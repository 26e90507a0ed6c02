"""`/fhir/Provenance`: who answered, who recorded, and what was corrected, revision by revision of a response."""

from uuid import UUID

from fastapi import Request, Response

from app.fhir.exchange import answer
from app.fhir.offer import ID, ParameterType, ResourceOffer, SearchParameter
from app.fhir.routing import FhirId, documented, documented_form, fhir_router, uuid_of
from app.fhir.search.cursor import cursor_of, place_of
from app.fhir.search.named import references_of
from app.fhir.search.page import FoundPage, answer_search
from app.fhir.search.query import SearchQuery, Summary, read_query
from app.fhir.search.values import ReferenceValue, TokenValue
from app.http.dependencies import Authenticated, Installed
from app.http.refusal import refusal
from app.services.export_provenance import AskedRevision, ProvenanceSearch, find_provenances, read_provenance
from app.store.errors import NotFound
from app.store.revision import RevisionPlace
from fhir_export.provenance import split_provenance_id

OFFER = ResourceOffer(
    type="Provenance",
    interactions=("read", "search-type"),
    parameters=(
        SearchParameter(
            "target",
            ParameterType.REFERENCE,
            "http://hl7.org/fhir/SearchParameter/Provenance-target",
            "`QuestionnaireResponse/<id>`, or one version of it: `QuestionnaireResponse/<id>/_history/<version>`.",
            targets=("QuestionnaireResponse",),
            versioned=True,
        ),
        SearchParameter(
            "patient",
            ParameterType.REFERENCE,
            "http://hl7.org/fhir/SearchParameter/Provenance-patient",
            "Of the responses of this patient. Send it once.",
            targets=("Patient",),
        ),
        ID,
    ),
    summary=frozenset({"target", "recorded"}),
    mandatory=frozenset({"target", "recorded", "agent"}),
    documentation="One for each version of a response.",
)

router = fhir_router(OFFER.type)


@router.get("", openapi_extra=documented(OFFER))
async def search(request: Request, installed: Installed, call: Authenticated) -> Response:
    """The Provenances of a response or of a patient's responses, in the order in which they were stored."""
    query = await read_query(request, OFFER)
    centre_id = call.caller.centre_id
    found = await find_provenances(
        installed,
        call,
        _asked(query),
        after=place_of(request, centre_id, query, RevisionPlace.of) or RevisionPlace(),
        count=query.count,
        with_total=query.wants_total or query.summary is Summary.COUNT,
    )
    cursor = cursor_of(request, centre_id, query, found.next.plain) if found.next else None
    return answer_search(request, OFFER, query, FoundPage(found.resources, cursor=cursor, total=found.total))


@router.post("/_search", openapi_extra=documented_form(OFFER))
async def search_by_post(request: Request, installed: Installed, call: Authenticated) -> Response:
    """The same, with the parameters as a form."""
    return await search(request, installed, call)


@router.get("/{resource_id}")
async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    """How one version of a response came about."""
    split = split_provenance_id(resource_id)
    if split is None:
        raise NotFound
    return answer(request, await read_provenance(installed, call, uuid_of(split[0]), split[1]))


def _asked(query: SearchQuery) -> ProvenanceSearch:
    """Raises Refused."""
    named = [[_target(value) for value in values] for values in query.all_of("target", ReferenceValue)]
    named += [[_own(value) for value in values] for values in query.all_of("_id", TokenValue)]
    patients = references_of(query, "patient")
    if not named and not patients:
        raise refusal("search-too-costly", "name the target, the patient, or `_id`")
    if len(patients) > 1 or any(len(one) > 1 for one in patients):
        issue = {"code": "invalid", "expression": "http.patient", "text": "one patient, once"}
        raise refusal("search-invalid", "the search parameter patient cannot be read", issue)
    revisions = tuple(tuple(one for one in alternatives if one is not None) for alternatives in named)
    # What is no id of ours is nobody's.
    nobody = UUID(int=0)
    return ProvenanceSearch(revisions, next(iter(patients[0]), nobody) if patients else None)


def _target(value: ReferenceValue) -> AskedRevision | None:
    """The revision that a reference means; None for what never was one."""
    try:
        response_id = uuid_of(value.id)
    except NotFound:
        return None
    if value.version is None:
        return AskedRevision(response_id)
    return AskedRevision(response_id, int(value.version)) if _is_revision(value.version) else None


def _own(value: TokenValue) -> AskedRevision | None:
    """The revision that an id of a Provenance means; None for what never was one."""
    split = split_provenance_id(value.code or "")
    return _target(ReferenceValue(None, split[0], str(split[1]))) if split else None


def _is_revision(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9
