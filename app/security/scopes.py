"""SMART App Launch 2.2 scopes (version 2 syntax) -> what a token grants.

`patient/QuestionnaireResponse.crus` grants four interactions. A scope that we cannot honour exactly grants
nothing: version 1 (`.read`), letters out of order, a query that narrows. So a token never opens more than
its user agreed to. Scopes of other families (`openid`, `launch/patient`) are not ours and grant nothing either.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

EVERY_RESOURCE = "*"

# SMART App Launch 2.2, "Scopes for requesting FHIR Resources": c r u d s, each at most once, in this order.
_RESOURCE_SCOPE = re.compile(
    r"(?P<context>patient|user|system)/(?P<resource>\*|[A-Z][A-Za-z]{1,63})"
    r"\.(?P<letters>(?=[cruds])c?r?u?d?s?)(?P<query>\?.*)?"
)

# All our Observations are survey Observations: of all narrowing queries, only this one leaves the whole.
_WHOLE = ("Observation", "?category=http://terminology.hl7.org/CodeSystem/observation-category|survey")


class Context(StrEnum):
    """On whose behalf: one patient's, a signed-in user's, or a system's own."""

    PATIENT = "patient"
    USER = "user"
    SYSTEM = "system"


class Interaction(StrEnum):
    """The five letters of a SMART v2 scope."""

    CREATE = "c"
    READ = "r"
    UPDATE = "u"
    DELETE = "d"
    SEARCH = "s"


@dataclass(frozen=True, slots=True)
class Grant:
    """One interaction with one resource type (or with every one, `*`) in one context."""

    context: Context
    resource: str
    interaction: Interaction

    def __str__(self) -> str:
        return f"{self.context}/{self.resource}.{self.interaction}"


@lru_cache(maxsize=1_024)
def parse_scopes(text: str) -> frozenset[Grant]:
    """Read a space-separated scope string (RFC 6749 section 3.3); what is not understood is not granted."""
    return frozenset(grant for scope in text.split(" ") for grant in _grants_of(scope))


def holds(scopes: frozenset[Grant], wanted: Grant) -> bool:
    """Whether the scopes grant it, by name or by the wildcard."""
    return wanted in scopes or Grant(wanted.context, EVERY_RESOURCE, wanted.interaction) in scopes


def _grants_of(scope: str) -> tuple[Grant, ...]:
    match = _RESOURCE_SCOPE.fullmatch(scope)
    if match is None:
        return ()
    resource, query = match["resource"], match["query"]
    if query is not None and (resource, query) != _WHOLE:
        return ()
    context = Context(match["context"])
    return tuple(Grant(context, resource, Interaction(letter)) for letter in match["letters"])
