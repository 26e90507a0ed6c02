"""Resources together: one response with its Observations, or a page of a search."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from fhir_export.encoding import Resource, instant


def full_url(resource: Resource, service_base: str) -> str:
    """Where the resource is served: `<service base>/<type>/<id>`, without its version (bdl-8)."""
    return f"{service_base}/{resource['resourceType']}/{resource['id']}"


def collection_bundle(response: Resource, observations: Iterable[Resource], service_base: str) -> Resource:
    """One QuestionnaireResponse, first, with the Observations computed from it, as of the response's revision."""
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": response["meta"]["lastUpdated"],
        "entry": [{"fullUrl": full_url(r, service_base), "resource": r} for r in (response, *observations)],
    }


def searchset_bundle(
    matches: Sequence[Resource],
    service_base: str,
    links: Mapping[str, str],
    *,
    total: int | None = None,
    included: Sequence[Resource] = (),
    outcome: Resource | None = None,
    as_of: datetime | None = None,
) -> Resource:
    """One page of a search.

    `links`: relation -> URL. `total` counts the matches of all pages where that is known; `included` were not searched
    for but asked for beside what was; `outcome` says what the search left out; nothing is missing up to `as_of`.
    """
    bundle: Resource = {"resourceType": "Bundle"}
    if as_of is not None:
        bundle["meta"] = {"lastUpdated": instant(as_of)}
    bundle["type"] = "searchset"
    if total is not None:
        bundle["total"] = total
    bundle["link"] = [{"relation": relation, "url": url} for relation, url in links.items()]
    entries = [_found(match, service_base, "match") for match in matches]
    entries += [_found(resource, service_base, "include") for resource in included]
    if outcome is not None:
        entries.append({"resource": outcome, "search": {"mode": "outcome"}})
    if entries:
        bundle["entry"] = entries
    return bundle


def _found(resource: Resource, service_base: str, mode: str) -> Resource:
    return {"fullUrl": full_url(resource, service_base), "resource": resource, "search": {"mode": mode}}
