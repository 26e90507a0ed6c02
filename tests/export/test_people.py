"""Patient, Encounter, Organization, Practitioner, Device: what is said of them, and what is kept back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fhir_export.device import device_resource
from fhir_export.encoding import Resource
from fhir_export.encounter import encounter_resource
from fhir_export.ins import IdentityStatus, InsSystem
from fhir_export.organization import organization_resource
from fhir_export.patient import PatientIdentifier, patient_resource
from fhir_export.people import author, source
from fhir_export.practitioner import practitioner_resource
from fhir_export.source import Recorder
from scoring.history import ConsultationStatus, Respondent
from scoring.synthesis import Mode
from tests.export.builders import BASE, PATIENT_ID, exported
from tests.export.people_builders import (
    CENTRE_ID,
    ENCOUNTER,
    IPP,
    OTHER_PATIENT_ID,
    PATIENT,
    RECORDER_ID,
    SYNTHETIC_INS,
)
from tests.export.readers import broken_invariants, conformance_errors, structure_issues, typed_reading


def read(resource: Resource) -> Resource:
    """The resource, after every reader has found it to be R4."""
    typed_reading(resource)
    assert structure_issues(resource) == []
    assert broken_invariants(resource) == []
    assert conformance_errors(resource) == []
    return resource


def patient(**changes: Any) -> Resource:
    return read(patient_resource(replace(PATIENT, **changes), BASE))


# --- Patient -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "type_"),
    [
        (InsSystem.NIR, "INS-NIR"),
        (InsSystem.NIA, "INS-NIA"),
        (InsSystem.NIR_TEST, "INS-NIR-TEST"),
        (InsSystem.NIR_DEMO, "INS-NIR-DEMO"),
    ],
)
def test_an_ins_is_official_and_says_of_which_kind_it_is(system: InsSystem, type_: str) -> None:
    (shown,) = patient(identifiers=(PatientIdentifier(system, SYNTHETIC_INS),))["identifier"]
    assert (shown["use"], shown["system"], shown["value"]) == ("official", system.value, SYNTHETIC_INS)
    assert shown["type"]["coding"] == [
        {"system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "code": type_}
    ]


def test_the_number_of_an_establishment_is_usual_and_of_the_type_pi() -> None:
    (shown,) = patient(identifiers=(IPP,))["identifier"]
    assert shown == {
        "use": "usual",
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "PI"}]},
        "system": IPP.system,
        "value": IPP.value,
    }


@pytest.mark.parametrize("status", [None, *(s.value for s in IdentityStatus if s is not IdentityStatus.VALI)])
def test_an_ins_of_an_identity_that_is_not_validated_is_left_out(status: str | None) -> None:
    assert [shown["system"] for shown in patient(identity_status=status)["identifier"]] == [IPP.system]
    assert "identifier" not in patient(identity_status=status, identifiers=PATIENT.identifiers[:1])


def test_the_status_of_an_identity_stands_in_the_extension_of_fr_core() -> None:
    assert patient()["extension"] == [
        {
            "extension": [
                {
                    "url": "identityStatus",
                    "valueCoding": {
                        "system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445",
                        "code": "VALI",
                    },
                }
            ],
            "url": "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability",
        }
    ]
    assert "extension" not in patient(identity_status=None)


def test_what_is_not_known_of_a_patient_is_not_said() -> None:
    bare = patient(family_name=None, given_name=None, birth_date=None, language=None, identifiers=(), replaces=())
    assert not {"name", "birthDate", "communication", "identifier", "link"} & set(bare)
    assert bare["active"] is True
    assert patient(given_name=None)["name"] == [{"use": "official", "family": "SYNTHETIC"}]
    assert patient(family_name=None)["name"] == [{"use": "official", "given": ["Patient"]}]


def test_a_replaced_patient_is_not_active_and_both_say_of_each_other() -> None:
    replaced = patient(replaced_by=OTHER_PATIENT_ID, replaces=())
    assert replaced["active"] is False
    assert replaced["link"] == [{"other": {"reference": f"Patient/{OTHER_PATIENT_ID}"}, "type": "replaced-by"}]
    surviving = patient()
    assert surviving["active"] is True
    assert surviving["link"] == [{"other": {"reference": f"Patient/{OTHER_PATIENT_ID}"}, "type": "replaces"}]


# --- versions ----------------------------------------------------------------------------------------------------


def test_a_version_changes_with_the_content_and_with_nothing_else() -> None:
    first = patient()["meta"]
    later = patient(stored_at=PATIENT.stored_at + timedelta(days=1))["meta"]
    assert first["versionId"] == later["versionId"]
    assert first["lastUpdated"] != later["lastUpdated"]
    for change in ({"identity_status": "PROV"}, {"replaced_by": OTHER_PATIENT_ID}, {"mode": Mode.RECORD}):
        assert patient(**change)["meta"]["versionId"] != first["versionId"]


def test_everything_carries_the_mode_of_the_installation() -> None:
    for resource in (
        patient(mode=Mode.SCORE),
        encounter_resource(replace(ENCOUNTER, mode=Mode.SCORE), BASE),
        organization_resource(CENTRE_ID, "x", Mode.SCORE, BASE),
        practitioner_resource(RECORDER_ID, Mode.SCORE, BASE),
        device_resource(RECORDER_ID, CENTRE_ID, "fr", Mode.SCORE, BASE),
    ):
        assert resource["meta"]["tag"] == [{"system": f"{BASE}/CodeSystem/vigie-modes", "code": "score"}]
        assert list(resource)[:3] == ["resourceType", "id", "meta"]


# --- Encounter ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ConsultationStatus)
def test_a_status_is_r4s_and_a_missed_visit_is_kept_apart(status: ConsultationStatus) -> None:
    found = read(encounter_resource(replace(ENCOUNTER, status=status), BASE))
    missed = status is ConsultationStatus.NO_SHOW
    assert found["status"] == ("cancelled" if missed else status.value)
    said = {
        "extension": [
            {
                "url": f"{BASE}/StructureDefinition/vigie-consultation-status",
                "valueCoding": {"system": "http://hl7.org/fhir/appointmentstatus", "code": "noshow"},
            }
        ]
    }
    assert found.get("_status") == (said if missed else None)


def test_a_visit_is_known_by_the_hospitals_id_within_its_centre() -> None:
    found = read(encounter_resource(ENCOUNTER, BASE))
    elsewhere = encounter_resource(replace(ENCOUNTER, centre_id=OTHER_PATIENT_ID), BASE)
    (identifier,), (other,) = found["identifier"], elsewhere["identifier"]
    assert (identifier["use"], identifier["value"]) == ("official", ENCOUNTER.visit_id)
    assert identifier["system"].startswith(f"{BASE}/")
    assert identifier["system"] != other["system"]
    assert found["period"] == {"start": "2026-11-23T09:00:00Z"}
    assert found["class"]["code"] == "AMB"
    assert found["subject"] == {"reference": f"Patient/{PATIENT_ID}"}
    assert found["serviceProvider"] == identifier["assigner"] == {"reference": f"Organization/{CENTRE_ID}"}


# --- who records -------------------------------------------------------------------------------------------------


def test_the_centre_has_its_name() -> None:
    found = read(organization_resource(CENTRE_ID, "Synthetic centre", Mode.ALERT, BASE))
    assert (found["id"], found["name"], found["active"]) == (CENTRE_ID, "Synthetic centre", True)


def test_nobody_of_the_staff_has_a_name() -> None:
    found = read(practitioner_resource(RECORDER_ID, Mode.ALERT, BASE))
    assert set(found) == {"resourceType", "id", "meta", "active"}


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Un système connecté"), ("en", "A connected system"), ("ar", "نظام متصل")]
)
def test_a_system_is_called_so_in_the_readers_language(language: str, words: str) -> None:
    found = read(device_resource(RECORDER_ID, CENTRE_ID, language, Mode.ALERT, BASE))
    assert found["type"] == {"text": words}
    assert found["deviceName"] == [{"name": words, "type": "user-friendly-name"}]


@pytest.mark.parametrize(
    ("recorded_by", "type_"),
    [
        (Recorder.NURSE, "Practitioner"),
        (Recorder.CLINICIAN, "Practitioner"),
        (Recorder.ADMIN, "Practitioner"),
        (Recorder.SYSTEM, "Device"),
    ],
)
def test_who_recorded_is_a_reference_where_it_was_stored_who_it_was(recorded_by: Recorder, type_: str) -> None:
    known = replace(exported(recorded_by=recorded_by), recorder_id=RECORDER_ID)
    said = author(known, "en")
    assert said["reference"] == f"{type_}/{RECORDER_ID}"
    assert said["type"] == type_
    assert said["display"]
    before = author(exported(recorded_by=recorded_by), "en")
    assert before == {name: value for name, value in said.items() if name != "reference"}


def test_behind_a_patients_access_the_one_who_answered_recorded() -> None:
    for answered_by in Respondent:
        answered = exported(answered_by=answered_by, recorded_by=Recorder.PATIENT)
        assert author(answered, "fr") == source(answered, "fr")
