"""Synthetic people: one patient of nobody, a visit, and revisions of a response, at fixed times."""

from datetime import UTC, date, datetime

from fhir_export.encounter import ExportedEncounter
from fhir_export.ins import InsSystem
from fhir_export.patient import ExportedPatient, PatientIdentifier
from fhir_export.provenance import ExportedRevision
from fhir_export.source import Recorder
from questionnaires.response import ResponseStatus
from scoring.history import ConsultationStatus, Respondent
from scoring.synthesis import Mode
from tests.export.builders import ENCOUNTER_ID, PATIENT_ID, RESPONSE_ID, STORED_AT

CENTRE_ID = "019aa000-0000-7000-8000-0000000000cc"
RECORDER_ID = "019aa000-0000-8000-8000-0000000000bb"
OTHER_PATIENT_ID = "019aa000-0000-7000-8000-00000000000b"

# Born in the 99th month at no place of France: nobody's.
SYNTHETIC_NUMBER = "2619999999999"
SYNTHETIC_INS = f"{SYNTHETIC_NUMBER}{97 - int(SYNTHETIC_NUMBER) % 97:02d}"
DEMO_INS = PatientIdentifier(InsSystem.NIR_DEMO, SYNTHETIC_INS)
IPP = PatientIdentifier("urn:oid:2.999.1", "SYNTHETIC-17")

PATIENT = ExportedPatient(
    id=PATIENT_ID,
    centre_id=CENTRE_ID,
    identifiers=(DEMO_INS, IPP),
    family_name="SYNTHETIC",
    given_name="Patient",
    birth_date=date(1961, 4, 30),
    language="fr",
    identity_status="VALI",
    replaced_by=None,
    replaces=(OTHER_PATIENT_ID,),
    stored_at=STORED_AT,
    mode=Mode.ALERT,
)

ENCOUNTER = ExportedEncounter(
    id=ENCOUNTER_ID,
    centre_id=CENTRE_ID,
    patient_id=PATIENT_ID,
    visit_id="2026/SYNTHETIC/17",
    starts_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    status=ConsultationStatus.NO_SHOW,
    stored_at=STORED_AT,
    mode=Mode.ALERT,
)

REVISION = ExportedRevision(
    response_id=RESPONSE_ID,
    revision=2,
    patient_id=PATIENT_ID,
    status=ResponseStatus.AMENDED,
    answered_by=Respondent.RELATED_PERSON,
    recorded_by=Recorder.NURSE,
    recorder_id=RECORDER_ID,
    stored_at=STORED_AT,
    reason="A synthetic correction",
    language="fr",
    is_deleted=False,
    is_rescored=False,
    was_received=True,
    mode=Mode.ALERT,
)
