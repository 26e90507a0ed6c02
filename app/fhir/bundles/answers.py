"""The answers to the entries of a Bundle, in the order of the entries (R4 Bundle, bdl-4)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fhir_export.encoding import Resource


def response_bundle(bundle_type: str, entries: Sequence[Resource]) -> Resource:
    """The Bundle that answers a `transaction` or a `batch`."""
    bundle: Resource = {"resourceType": "Bundle", "type": f"{bundle_type}-response"}
    return bundle | {"entry": list(entries)} if entries else bundle


def entry_answer(
    status: int,
    *,
    location: str | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    outcome: Resource | None = None,
    resource: Resource | None = None,
) -> Resource:
    """One entry: what an HTTP answer would say, and the resource where one is given."""
    said: dict[str, Any] = {
        "status": f"{status} {HTTPStatus(status).phrase}",
        "location": location,
        "etag": etag,
        "lastModified": last_modified,
        "outcome": outcome,
    }
    entry: Resource = {"response": {name: value for name, value in said.items() if value is not None}}
    return entry if resource is None else {"resource": resource} | entry
