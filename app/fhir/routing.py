"""What every route of `/fhir` shares."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response

from app.fhir.exchange import FhirRoute
from app.fhir.offer import ResourceOffer
from app.http.problem_kinds import KINDS
from app.store.errors import NotFound
from fhir_export.encoding import FHIR_JSON

_RESOURCE = {"content": {FHIR_JSON: {"schema": {"type": "object", "required": ["resourceType"]}}}}
_OUTCOMES = {
    status: {"description": "OperationOutcome", **_RESOURCE}
    for status in sorted({kind.status for kind in KINDS.values()})
}
_REVISION = re.compile(r"[1-9][0-9]{0,8}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

FhirId = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,64}$", description="The logical id of a resource.")]
VersionId = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,64}$", description="The `meta.versionId` of a resource.")]


def fhir_router(resource_type: str | None = None) -> APIRouter:
    """The router of a resource type, or of the whole system."""
    return APIRouter(
        prefix=f"/fhir/{resource_type}" if resource_type else "/fhir",
        tags=["fhir"],
        responses={200: {"description": "A FHIR R4 resource", **_RESOURCE}, **_OUTCOMES},  # type: ignore[dict-item]
        default_response_class=Response,
        route_class=FhirRoute,
    )


def uuid_of(resource_id: str) -> UUID:
    """The UUID of a logical id. Raises NotFound: what is no UUID in its canonical form was never an id of ours."""
    if not _UUID.fullmatch(resource_id):
        raise NotFound
    return UUID(resource_id)


def revision_of(version_id: str) -> int:
    """The revision of a version id. Raises NotFound: what is no number was never a version of ours."""
    if not _REVISION.fullmatch(version_id):
        raise NotFound
    return int(version_id)


def documented(offer: ResourceOffer) -> dict[str, Any]:
    """What `openapi.yaml` says of a search: its parameters, as the CapabilityStatement has them."""
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}
            for name, text in _described(offer).items()
        ]
    }


def documented_form(offer: ResourceOffer) -> dict[str, Any]:
    """The same of a search whose parameters are posted, so that they stand in no URL."""
    properties = {name: {"type": "string", "description": text} for name, text in _described(offer).items()}
    schema = {"type": "object", "properties": properties}
    return {"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}}


def documented_body() -> dict[str, Any]:
    """What `openapi.yaml` says of a route that takes a resource."""
    return {"requestBody": {"content": _RESOURCE["content"]}}


def _described(offer: ResourceOffer) -> dict[str, str]:
    """Parameter -> what it is."""
    result = {
        "_count": "Resources a page.",
        "_summary": "true, false, text, data or count.",
        "_elements": "Names of elements, separated by commas.",
        "_total": "none, estimate or accurate.",
        "_cursor": "As in the `next` link.",
    }
    if offer.sorts:
        result["_sort"] = f"One of {', '.join(offer.sorts)}; a hyphen before it turns it round."
    if offer.includes:
        result["_include"] = ", ".join(offer.includes)
    own = {parameter.name: parameter.documentation or parameter.type.value for parameter in offer.parameters}
    return own | result
