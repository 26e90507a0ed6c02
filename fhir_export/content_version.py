"""`meta` of what has no revisions of its own: its version is a fingerprint of what it says."""

from datetime import datetime

from fhir_export import systems
from fhir_export.encoding import Resource, fingerprint, instant
from scoring.synthesis import Mode


def versioned(resource: Resource, mode: Mode, canonical_base: str, stored_at: datetime | None = None) -> Resource:
    """The resource with its `meta` behind its id: the version changes with the content, and with nothing else.

    `stored_at`: when its content last changed, None where that is not known.
    """
    meta: Resource = {"versionId": fingerprint(resource | {"mode": mode.value})}
    if stored_at is not None:
        meta["lastUpdated"] = instant(stored_at)
    meta["tag"] = [{"system": systems.modes_under(canonical_base), "code": mode.value}]
    identity = {name: resource[name] for name in ("resourceType", "id")}
    return identity | {"meta": meta} | resource
