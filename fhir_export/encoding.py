"""A resource as bytes. A number keeps exactly its digits (R4 datatypes: the precision of a decimal counts)."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import orjson

FHIR_JSON: Final = "application/fhir+json"
CONTENT_TYPE: Final = f"{FHIR_JSON}; charset=utf-8"

Resource = dict[str, Any]
"""One FHIR resource or element as plain data: dict, list, str, int, bool, Decimal; never float, None or empty."""


def encode(resource: Mapping[str, Any], *, indented: bool = False) -> bytes:
    """The UTF-8 JSON of a resource, for people indented. Raises TypeError for a value that no FHIR resource holds."""
    return orjson.dumps(resource, default=_exact, option=orjson.OPT_INDENT_2 if indented else None)


def fingerprint(resource: Mapping[str, Any]) -> str:
    """32 hex digits that change whenever the resource does: a `meta.versionId` for what has no revision of its own."""
    return hashlib.sha256(encode(resource)).hexdigest()[:32]


def instant(moment: datetime) -> str:
    """An aware time as an R4 instant in UTC, with its fraction of a second where it has one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _exact(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(type(value).__name__)
