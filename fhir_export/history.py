"""Versions of resources as a history Bundle: what each was, and how it came about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fhir_export.encoding import Resource, instant


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one resource; `resource` is None where that version is its withdrawal."""

    resource_type: str
    id: str
    version: int
    stored_at: datetime
    resource: Resource | None

    @property
    def _interaction(self) -> tuple[str, str, str]:
        """The method, the address and the status of what brought the version about."""
        if self.resource is None:
            return "DELETE", f"{self.resource_type}/{self.id}", "204"
        if self.version == 1:
            return "POST", self.resource_type, "201"
        return "PUT", f"{self.resource_type}/{self.id}", "200"

    def entry(self, service_base: str) -> Resource:
        """`Bundle.entry`: request and response are there always (bdl-3 and bdl-4)."""
        method, url, status = self._interaction
        entry: Resource = {"fullUrl": f"{service_base}/{self.resource_type}/{self.id}"}
        if self.resource is not None:
            entry["resource"] = self.resource
        entry["request"] = {"method": method, "url": url}
        stored = instant(self.stored_at)
        entry["response"] = {"status": status, "etag": f'W/"{self.version}"', "lastModified": stored}
        return entry


def history_bundle(
    versions: Iterable[Version], service_base: str, links: Mapping[str, str], as_of: datetime
) -> Resource:
    """One page of a history. `links`: relation -> URL; nothing is missing up to `as_of`."""
    bundle: Resource = {
        "resourceType": "Bundle",
        "meta": {"lastUpdated": instant(as_of)},
        "type": "history",
        "link": [{"relation": relation, "url": url} for relation, url in links.items()],
    }
    entries = [version.entry(service_base) for version in versions]
    return bundle | {"entry": entries} if entries else bundle
