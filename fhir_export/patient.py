"""A registered patient as an R4 Patient: identifiers by the rules of the INS, and who replaced whom."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from fhir_export import systems
from fhir_export.content_version import versioned
from fhir_export.encoding import Resource
from fhir_export.ins import TYPES, ins_system, may_be_given_out
from scoring.synthesis import Mode

RESOURCE_TYPE: Final = "Patient"


@dataclass(frozen=True, slots=True)
class PatientIdentifier:
    """A hospital's or a country's name for a patient: a system (URI) and a value in it."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class ExportedPatient:
    """What is known of a patient. `identity_status`: a code of FR Core's table 0445.

    `replaced_by` is the patient whom this one turned out to be; `replaces` are those who turned out to be this one.
    `stored_at`: when any of this last changed.
    """

    id: str
    centre_id: str
    identifiers: tuple[PatientIdentifier, ...]
    family_name: str | None
    given_name: str | None
    birth_date: date | None
    language: str | None
    identity_status: str | None
    replaced_by: str | None
    replaces: tuple[str, ...]
    stored_at: datetime
    mode: Mode


def patient_resource(patient: ExportedPatient, canonical_base: str) -> Resource:
    """The patient, with an INS only where the identity is validated."""
    resource: Resource = {"resourceType": RESOURCE_TYPE, "id": patient.id}
    if patient.identity_status is not None:
        resource["extension"] = [_reliability(patient.identity_status)]
    given_out = [i for i in patient.identifiers if may_be_given_out(i.system, patient.identity_status)]
    if given_out:
        resource["identifier"] = [_identifier(identifier) for identifier in given_out]
    resource["active"] = patient.replaced_by is None
    if patient.family_name or patient.given_name:
        resource["name"] = [_name(patient.family_name, patient.given_name)]
    if patient.birth_date is not None:
        resource["birthDate"] = patient.birth_date.isoformat()
    if patient.language is not None:
        spoken = {"coding": [{"system": systems.LANGUAGES, "code": patient.language}]}
        resource["communication"] = [{"language": spoken, "preferred": True}]
    resource["managingOrganization"] = {"reference": f"Organization/{patient.centre_id}"}
    links = [_link(patient.replaced_by, "replaced-by")] if patient.replaced_by else []
    links += [_link(other, "replaces") for other in patient.replaces]
    if links:
        resource["link"] = links
    return versioned(resource, patient.mode, canonical_base, patient.stored_at)


def _identifier(identifier: PatientIdentifier) -> Resource:
    """What is no INS is taken for an establishment's own number of the patient (in France, the IPP)."""
    national = ins_system(identifier.system)
    if national is not None:
        use, type_ = "official", {"system": systems.FR_IDENTIFIER_TYPES, "code": TYPES[national]}
    else:
        use, type_ = "usual", {"system": systems.IDENTIFIER_TYPES, "code": "PI"}
    return {"use": use, "type": {"coding": [type_]}, "system": identifier.system, "value": identifier.value}


def _name(family: str | None, given: str | None) -> Resource:
    name: Resource = {"use": "official"}
    if family:
        name["family"] = family
    if given:
        name["given"] = [given]
    return name


def _link(patient_id: str, type_: str) -> Resource:
    return {"other": {"reference": f"{RESOURCE_TYPE}/{patient_id}"}, "type": type_}


def _reliability(status: str) -> Resource:
    """FR Core 2.1: how far the identity is to be trusted."""
    coding = {"system": systems.FR_IDENTITY_STATUS, "code": status}
    return {"extension": [{"url": "identityStatus", "valueCoding": coding}], "url": systems.FR_IDENTITY_RELIABILITY}
