"""What `/fhir` can do, as an R4 CapabilityStatement: made from what the routes declare, nothing that is planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fhir_export import systems
from fhir_export.encoding import FHIR_JSON, Resource

FHIR_VERSION: Final = "4.0.1"

_SECURITY: Final = (
    "Every request but this one and `/.well-known/smart-configuration` carries a bearer token: a JWT of an issuer that "
    "the installation trusts, with SMART App Launch v2 scopes. The centre and the patient come from the token."
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one running installation states. `date` is when that last changed, ISO 8601.

    `resources` are entries of `CapabilityStatement.rest.resource`, `interactions` the system's own codes.
    `endpoints`: where clients get their tokens, by the names of SMART's extension (`token`, `authorize`).
    """

    service_base: str
    software_version: str
    date: str
    resources: Sequence[Resource]
    interactions: Sequence[str] = ()
    operations: Sequence[Resource] = ()
    documentation: str | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)


def capability_statement(stated: Statement) -> Resource:
    """The statement."""
    rest: Resource = {"mode": "server"}
    if stated.documentation is not None:
        rest["documentation"] = stated.documentation
    rest["security"] = _security(stated.endpoints)
    rest["resource"] = list(stated.resources)
    if stated.interactions:
        rest["interaction"] = [{"code": code} for code in stated.interactions]
    if stated.operations:
        rest["operation"] = list(stated.operations)
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": stated.date,
        "kind": "instance",
        "software": {"name": "Vigie", "version": stated.software_version},
        "implementation": {"description": "Patient-reported outcomes in oncology", "url": stated.service_base},
        "fhirVersion": FHIR_VERSION,
        "format": [FHIR_JSON, "json"],
        "rest": [rest],
    }


def _security(endpoints: Mapping[str, str]) -> Resource:
    """SMART 2 reads its own document; clients of SMART 1 read the extension."""
    entry: Resource = {}
    if endpoints:
        told = [{"url": name, "valueUri": address} for name, address in endpoints.items()]
        entry["extension"] = [{"url": systems.OAUTH_URIS, "extension": told}]
    entry["service"] = [{"coding": [{"system": systems.SECURITY_SERVICE, "code": "SMART-on-FHIR"}]}]
    entry["description"] = _SECURITY
    return entry
