"""A posted Bundle as its entries: what each asks for, and what is wrong with it. https://hl7.org/fhir/R4/http.html#transaction."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.fhir.bundles.original import original_resources
from app.http.refusal import refusal

MAX_ENTRIES: Final = 100

_METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE"})
_WITH_RESOURCE: Final = frozenset({"POST", "PUT"})
_CONDITIONS: Final = ("ifMatch", "ifNoneMatch", "ifNoneExist")
_FULL_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f]{1,500}")

Issue = dict[str, str]
"""One fault: `code`, `expression`, `text`."""


class BundleType(StrEnum):
    """The types that are posted to the service base."""

    TRANSACTION = "transaction"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One entry. `number`: its place, from 0. `original`: the bytes of its resource. `faults`: why it is not
    followed.

    `conditions`: the entry's `ifMatch`, `ifNoneMatch` and `ifNoneExist`.
    """

    number: int
    full_url: str | None
    method: str
    url: str
    conditions: Mapping[str, str]
    resource: Mapping[str, Any] | None
    original: bytes | None
    faults: tuple[Issue, ...]

    @property
    def at(self) -> str:
        """Its FHIRPath."""
        return f"Bundle.entry[{self.number}]"

    @property
    def type(self) -> str | None:
        """The type of its resource."""
        return self.resource["resourceType"] if self.resource is not None else None


@dataclass(frozen=True, slots=True)
class ReadBundle:
    """What was posted."""

    type: BundleType
    entries: tuple[ReadEntry, ...]


def read_bundle(body: bytes, data: Any, service_base: str) -> ReadBundle:
    """The Bundle of a body and of the plain data that was parsed from it. Raises Refused where it is none.

    The URLs of its entries are relative to the service base, also those that were written with it.
    """
    faults = list(_bundle_faults(data))
    if faults:
        raise refusal("request-invalid", "the body is no Bundle that is taken here", *faults)
    originals = original_resources(body)
    entries = [
        _entry(number, plain, originals[number], f"{service_base}/")
        for number, plain in enumerate(data.get("entry", []))
    ]
    return ReadBundle(BundleType(data["type"]), tuple(_with_repeated_urls(entries)))


def fault(code: str, expression: str, text: str) -> Issue:
    """One fault."""
    return {"code": code, "expression": expression, "text": text}


def _bundle_faults(data: Any) -> Iterator[Issue]:
    if not isinstance(data, dict) or data.get("resourceType") != "Bundle":
        yield fault("type", "Bundle.resourceType", "a Bundle is posted to the service base")
        return
    if data.get("type") not in list(BundleType):
        yield fault("value", "Bundle.type", " or ".join(BundleType))
    entries = data.get("entry", [])
    if not isinstance(entries, list):
        yield fault("type", "Bundle.entry", "a list of entries")
    elif len(entries) > MAX_ENTRIES:
        yield fault("too-long", "Bundle.entry", f"at most {MAX_ENTRIES} entries: send them in several Bundles")


def _entry(number: int, plain: Any, original: bytes | None, base: str) -> ReadEntry:
    at = f"Bundle.entry[{number}]"
    entry = plain if isinstance(plain, dict) else {}
    request = entry["request"] if isinstance(entry.get("request"), dict) else {}
    faults = tuple(_entry_faults(at, entry, request))
    resource = entry.get("resource")
    return ReadEntry(
        number=number,
        full_url=None if faults else entry.get("fullUrl"),
        method="" if faults else request["method"],
        url="" if faults else request["url"].removeprefix(base),
        conditions={} if faults else {name: request[name] for name in _CONDITIONS if name in request},
        resource=None if faults else resource,
        original=original,
        faults=faults,
    )


def _entry_faults(at: str, entry: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[Issue]:
    method = str(request.get("method"))
    if method not in _METHODS:
        yield fault("value", f"{at}.request.method", f"one of {', '.join(sorted(_METHODS))}")
    for name in ("url", *(name for name in _CONDITIONS if name in request)):
        text = request.get(name)
        # They become the line and the headers of a request.
        if not isinstance(text, str) or not text or not (text.isascii() and text.isprintable()):
            yield fault("value", f"{at}.request.{name}", "a text of printable ASCII characters")
    if "fullUrl" in entry and not (isinstance(entry["fullUrl"], str) and _FULL_URL.fullmatch(entry["fullUrl"])):
        yield fault("value", f"{at}.fullUrl", "an absolute URL, such as urn:uuid:...")
    resource = entry.get("resource")
    if method in _WITH_RESOURCE and not (isinstance(resource, dict) and isinstance(resource.get("resourceType"), str)):
        yield fault("required", f"{at}.resource", f"a resource with its resourceType: {method} sends one")
    if method in _METHODS - _WITH_RESOURCE and resource is not None:
        yield fault("value", f"{at}.resource", f"none: {method} sends no resource")


def _with_repeated_urls(entries: list[ReadEntry]) -> Iterator[ReadEntry]:
    """A reference to a URL that two entries have would have two meanings (bdl-7)."""
    seen: set[str] = set()
    for entry in entries:
        if entry.full_url is not None and entry.full_url in seen:
            repeated = fault("duplicate", f"{entry.at}.fullUrl", "no other entry may have the same fullUrl (bdl-7)")
            yield ReadEntry(entry.number, None, "", "", {}, None, entry.original, (repeated,))
        else:
            yield entry
        if entry.full_url is not None:
            seen.add(entry.full_url)
