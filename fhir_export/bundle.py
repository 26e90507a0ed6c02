"""Resources together: one response with its Observations, or a page of a search."""

from collections.abc import Iterable, Sequence

from fhir_export.encoding import Resource


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
    matches: Sequence[Resource], service_base: str, self_link: str, total: int | None = None
) -> Resource:
    """One page of a search. `self_link` holds the parameters that were understood, and only them (R4 Search, 3.1.1.2);
    `total` counts the matches of all pages where that is known.
    """
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        bundle["total"] = total
    bundle["link"] = [{"relation": "self", "url": self_link}]
    if matches:
        bundle["entry"] = [
            {"fullUrl": full_url(match, service_base), "resource": match, "search": {"mode": "match"}}
            for match in matches
        ]
    return bundle
