"""What our codes, extensions and operations mean: `/fhir/CodeSystem`, `ValueSet`, `ConceptMap` and the definitions."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from app import __version__
from app.fhir.exchange import LANGUAGE_DEPENDENT, answer
from app.fhir.offer import ID, OperationOffer, ParameterType, ResourceOffer, SearchParameter
from app.fhir.response_reading.faults import FaultCode
from app.fhir.routing import FhirId, documented, documented_form, fhir_router
from app.fhir.search.few import answer_few
from app.fhir.search.query import SearchQuery, read_query
from app.fhir.search.values import CanonicalValue, StringValue, TokenValue
from app.http.dependencies import Authenticated, Installed
from app.http.problem_kinds import KINDS
from app.security.operations import Operation
from app.services.installation import Knowledge
from app.services.terminology import definitions, in_words
from app.store.errors import NotFound
from fhir_export import systems
from fhir_export.definition import Definition
from fhir_export.house_codes import house_systems
from fhir_export.operation_definition import DefinedOperation, operation_definition
from fhir_export.structure_definition import extension_definitions
from questionnaires.issues import IssueCode

_PARAMETERS: Final = (
    SearchParameter("url", ParameterType.URI, "http://hl7.org/fhir/SearchParameter/conformance-url"),
    SearchParameter("version", ParameterType.TOKEN, "http://hl7.org/fhir/SearchParameter/conformance-version"),
    SearchParameter("name", ParameterType.STRING, "http://hl7.org/fhir/SearchParameter/conformance-name"),
    SearchParameter("status", ParameterType.TOKEN, "http://hl7.org/fhir/SearchParameter/conformance-status"),
    ID,
)
_SUMMARY: Final = frozenset({"url", "version", "name", "title", "status", "content", "count", "kind", "code", "type"})
_MANDATORY: Final = {
    "CodeSystem": frozenset({"status", "content"}),
    "ValueSet": frozenset({"status"}),
    "ConceptMap": frozenset({"status"}),
    "StructureDefinition": frozenset({"url", "name", "status", "kind", "abstract", "type"}),
    "OperationDefinition": frozenset({"name", "status", "kind", "code", "system", "type", "instance"}),
}
_DOCUMENTATION: Final = (
    "Ours only, as published: one resource a version. Words of licensed instruments are those that the caller's centre "
    "has loaded. It needs the grant of Questionnaire."
)

Source = Callable[[Knowledge], Iterable[Definition]]
"""Where the definitions of one resource type come from."""


@dataclass(frozen=True, slots=True)
class Served:
    """One resource type: what is offered of it, and its routes."""

    OFFER: ResourceOffer
    router: APIRouter


def served(declared: Sequence[ResourceOffer]) -> tuple[Served, ...]:
    """The five types. `declared` are the offers whose operations are defined here."""

    def operations(knowledge: Knowledge) -> Iterator[Definition]:
        for offer in declared:
            for operation in offer.operations:
                if operation.definition.startswith("/"):
                    yield _defined(operation, offer.type, _base(knowledge))

    return (
        _served("CodeSystem", _code_systems),
        _served("ValueSet", definitions),
        _served("ConceptMap", definitions),
        _served("StructureDefinition", lambda knowledge: extension_definitions(_base(knowledge), __version__)),
        _served("OperationDefinition", operations),
    )


def _served(resource_type: str, source: Source) -> Served:
    offer = ResourceOffer(
        type=resource_type,
        interactions=("read", "search-type"),
        parameters=_PARAMETERS,
        summary=_SUMMARY,
        mandatory=_MANDATORY[resource_type],
        documentation=_DOCUMENTATION,
    )
    router = fhir_router(resource_type)

    def known(knowledge: Knowledge) -> list[Definition]:
        return sorted((d for d in source(knowledge) if d.type == resource_type), key=lambda d: d.id)

    async def search(request: Request, installed: Installed, call: Authenticated) -> Response:
        """Definitions by their canonical URL, version, name, status or id."""
        query = await read_query(request, offer)
        found = [definition for definition in known(installed.knowledge) if _matches(definition, query)]
        resources = await in_words(installed, call, found, Operation.LIST_QUESTIONNAIRES)
        answered = answer_few(request, offer, query, call.caller.centre_id, resources)
        answered.headers.update(LANGUAGE_DEPENDENT)
        return answered

    async def read(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
        """One version of one definition."""
        found = [definition for definition in known(installed.knowledge) if definition.id == resource_id]
        resources = await in_words(installed, call, found, Operation.READ_QUESTIONNAIRE)
        if not resources:
            raise NotFound
        return answer(request, resources[0], headers=LANGUAGE_DEPENDENT)

    router.get("", openapi_extra=documented(offer), name=f"search_{resource_type}")(search)
    router.post("/_search", openapi_extra=documented_form(offer), name=f"search_{resource_type}_by_post")(search)
    router.get("/{resource_id}", name=f"read_{resource_type}")(read)
    return Served(offer, router)


def _code_systems(knowledge: Knowledge) -> Iterator[Definition]:
    problems = {kind.slug: kind.title for kind in KINDS.values()}
    issues = {code.value: code.value.replace("-", " ") for code in (*IssueCode, *FaultCode)}
    yield from house_systems(_base(knowledge), __version__, problems, issues)
    yield from definitions(knowledge)


def _defined(operation: OperationOffer, resource_type: str, canonical_base: str) -> Definition:
    said = operation.documentation or operation.name
    defined = DefinedOperation(operation.name, resource_type, operation.on, said, operation.parameters)
    return operation_definition(defined, f"{canonical_base}{operation.definition}", __version__)


def _matches(definition: Definition, query: SearchQuery) -> bool:
    """Each criterion holds where one of its values does."""
    stated = {
        "version": ("", definition.version),
        "status": (systems.PUBLICATION_STATUS, definition.status.value),
        "_id": ("", definition.id),
    }
    tokens = (
        any(value.means_bound(*token) for value in values)
        for name, token in stated.items()
        for values in query.all_of(name, TokenValue)
    )
    urls = (any(v.url == definition.url for v in values) for values in query.all_of("url", CanonicalValue))
    names = (
        any(definition.name.casefold().startswith(value.text.casefold()) for value in values)
        for values in query.all_of("name", StringValue)
    )
    return all(tokens) and all(urls) and all(names)


def _base(knowledge: Knowledge) -> str:
    return knowledge.settings.canonical_base.rstrip("/")
