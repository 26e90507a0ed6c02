"""What a response comes to, as the transaction Bundle of SDC's `$extract`: the same response gives the same Bundle."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from fhir_export.bundle import full_url
from fhir_export.encoding import Resource

_OF_STORING: Final = frozenset({"id", "meta", "issued", "derivedFrom"})


def stored_extraction(observations: Iterable[Resource], service_base: str) -> Resource:
    """The Observations of a stored response, each under its own id: sent again they change nothing."""
    return _transaction(
        {
            "fullUrl": full_url(observation, service_base),
            "resource": observation,
            "request": {"method": "PUT", "url": f"Observation/{observation['id']}"},
        }
        for observation in observations
    )


def unsaved_extraction(observations: Sequence[Resource], content: bytes, response_id: str | None) -> Resource:
    """The Observations of a response that is stored nowhere here: `POST`, under URNs that come from its `content`.

    They have no id, version and time of ours; the time of issue is that of the answers (SDC). `response_id`: what the
    sender's server knows the response by, which they are then derived from.
    """
    urls = {f"Observation/{one['id']}": _urn(content, one["id"]) for one in observations}
    return _transaction(
        {
            "fullUrl": urls[f"Observation/{observation['id']}"],
            "resource": _unsaved(observation, urls, response_id),
            "request": {"method": "POST", "url": "Observation"},
        }
        for observation in observations
    )


def _transaction(entries: Iterable[Resource]) -> Resource:
    bundle: Resource = {"resourceType": "Bundle", "type": "transaction"}
    listed = list(entries)
    return bundle | {"entry": listed} if listed else bundle


def _unsaved(observation: Resource, urls: dict[str, str], response_id: str | None) -> Resource:
    tags = {"tag": observation["meta"]["tag"]}
    profiles: dict[str, Any] = {name: observation["meta"][name] for name in ("profile",) if name in observation["meta"]}
    resource: Resource = {"resourceType": observation["resourceType"], "meta": profiles | tags}
    for name, value in observation.items():
        if name == "issued":
            resource["issued"] = observation["effectivePeriod"]["end"]
        elif name == "hasMember":
            resource[name] = [{"reference": urls[member["reference"]]} for member in value]
        elif name not in _OF_STORING:
            resource[name] = value
    if response_id is not None:
        resource["derivedFrom"] = [{"reference": f"QuestionnaireResponse/{response_id}"}]
    return resource


def _urn(content: bytes, observation_id: str) -> str:
    """A UUID version 8 (RFC 9562) of a digest: the same for the same content, and it tells nothing of it."""
    digest = hashlib.sha256(content + observation_id.rpartition(".")[2].encode()).digest()
    value = int.from_bytes(digest[:16])
    return f"urn:uuid:{UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x8 << 76 | 0x2 << 62)}"
