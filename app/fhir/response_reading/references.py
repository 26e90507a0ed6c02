"""References of a resource: to this server by id, to whatever bears an identifier, into its Bundle, or elsewhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from app.services.incoming_response import Referred
from app.store.patient import Identifier
from questionnaires.answer_types import NOT_WRITING

MAX_IDENTIFIER: Final = 200
"""Characters of an identifier's system or value, as on `/v1`."""

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# R4 references, "Literal references": the type and id end it, a version may follow.
_LITERAL: Final = re.compile(
    r"(?P<base>.*/)?(?P<type>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9.-]{1,64})(/_history/[A-Za-z0-9.-]{1,64})?"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What references are read against. `service_base`: of this server; `contained`: the types of the contained
    resources by id; `entries`: full URL of a Bundle's entry -> `Type/id` here.
    """

    service_base: str
    contained: Mapping[str, str] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference says of its target. `type` None: it does not say. `is_here`: whether it is of this server."""

    type: str | None
    referred: Referred


def read_reference(reference: Any, known: Known) -> Target:
    """The target of a Reference; one that leads nowhere has a target without id and identifier."""
    if not isinstance(reference, dict):
        return Target(None, Referred())
    stated = reference.get("type")
    kind = stated if isinstance(stated, str) else None
    literal = reference.get("reference")
    if isinstance(literal, str):
        return _literal(known.entries.get(literal, literal), kind, known)
    return Target(kind, Referred(identifier=read_identifier(reference.get("identifier"))))


def read_identifier(identifier: Any) -> Identifier | None:
    """An Identifier that has a value; its system is empty where it has none. None where it cannot be stored."""
    if not isinstance(identifier, dict):
        return None
    value, system = identifier.get("value"), identifier.get("system", "")
    if not isinstance(value, str) or not isinstance(system, str) or not value:
        return None
    if any(len(text) > MAX_IDENTIFIER or NOT_WRITING.search(text) for text in (value, system)):
        return None
    return Identifier(system, value)


def _literal(text: str, kind: str | None, known: Known) -> Target:
    if text.startswith("#"):
        return Target(kind or known.contained.get(text[1:]), Referred())
    found = _LITERAL.fullmatch(text)
    if found is None:
        return Target(kind, Referred())
    is_here = found["base"] in (None, known.service_base + "/")
    is_ours = is_here and _UUID.fullmatch(found["id"])
    return Target(found["type"], Referred(UUID(found["id"])) if is_ours else Referred())
