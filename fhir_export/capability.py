"""What `/fhir` can do, as an R4 CapabilityStatement: exactly what is served, nothing that is planned."""

from typing import Final

from fhir_export import systems
from fhir_export.encoding import Resource

FHIR_VERSION: Final = "4.0.1"
FHIR_JSON: Final = "application/fhir+json"

_SEARCH_BY_PATIENT: Final[dict[str, str]] = {
    "QuestionnaireResponse": "http://hl7.org/fhir/SearchParameter/QuestionnaireResponse-patient",
    "Observation": "http://hl7.org/fhir/SearchParameter/clinical-patient",
}
_SECURITY: Final = (
    "Every request but this one carries a bearer token: a JWT of an issuer that the installation trusts, with SMART "
    "App Launch v2 scopes. The centre and the patient come from the token."
)


def capability_statement(*, canonical_base: str, service_base: str, software_version: str, date: str) -> Resource:
    """The statement of one running installation. `date` is when what it states last changed, ISO 8601."""
    patient = [_searchable(name, canonical_base) for name in _SEARCH_BY_PATIENT]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "Vigie", "version": software_version},
        "implementation": {"description": "Patient-reported outcomes in oncology", "url": service_base},
        "fhirVersion": FHIR_VERSION,
        "format": [FHIR_JSON, "json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "service": [{"coding": [{"system": systems.SECURITY_SERVICE, "code": "SMART-on-FHIR"}]}],
                    "description": _SECURITY,
                },
                "resource": [_readable("Questionnaire"), *patient],
            }
        ],
    }


def _readable(name: str) -> Resource:
    return {"type": name, "interaction": [{"code": "read"}], "versioning": "versioned"}


def _searchable(name: str, canonical_base: str) -> Resource:
    entry = _readable(name)
    entry["interaction"].append({"code": "search-type"})
    entry["searchParam"] = [{"name": "patient", "definition": _SEARCH_BY_PATIENT[name], "type": "reference"}]
    if name == "QuestionnaireResponse":
        entry["operation"] = [{"name": "collection", "definition": systems.collection_operation(canonical_base)}]
    return entry
