"""The export compared with files that a person reviewed. After a change on purpose, write them again with
`VIGIE_WRITE_GOLDEN=1 make test` (or pytest on this file) and read the difference."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhir_export.bundle import collection_bundle, searchset_bundle
from fhir_export.capability import Statement, capability_statement
from fhir_export.device import device_resource
from fhir_export.encoding import encode
from fhir_export.encounter import encounter_resource
from fhir_export.observation import observations
from fhir_export.operation_outcome import OutcomeIssue, operation_outcome
from fhir_export.organization import organization_resource
from fhir_export.patient import patient_resource
from fhir_export.practitioner import practitioner_resource
from fhir_export.provenance import provenance_resource
from fhir_export.questionnaire import questionnaire_resource
from fhir_export.questionnaire_response import questionnaire_response
from fhir_export.source import Recorder
from questionnaires.response import ResponseStatus
from scoring.history import Respondent
from scoring.synthesis import Mode
from tests.export.answer_builders import answered
from tests.export.builders import ARABIC_DRAFT, BASE, FRENCH, QUESTIONNAIRE, SERVICE, exported
from tests.export.document_builders import EARLIER, NOW, document
from tests.export.indentation import indented
from tests.export.people_builders import CENTRE_ID, ENCOUNTER, PATIENT, RECORDER_ID, REVISION
from tests.export.terminology_cases import TERMINOLOGY_CASES

GOLDEN = Path(__file__).with_name("golden")


def _collection() -> dict[str, Any]:
    full = exported()
    return collection_bundle(questionnaire_response(full, FRENCH), observations(full, FRENCH), SERVICE)


def _corrected_by_a_nurse_with_gaps() -> dict[str, Any]:
    partial = exported(
        {"pain-severity": 2, "nausea-frequency": "1", "nausea-severity": "prefer_not_to_answer"},
        status=ResponseStatus.AMENDED,
        revision=2,
        answered_by=Respondent.RELATED_PERSON,
        recorded_by=Recorder.NURSE,
        encounter_id=None,
        mode=Mode.SCORE,
    )
    return collection_bundle(questionnaire_response(partial), observations(partial), SERVICE)


_OBSERVATION_OFFER = {
    "type": "Observation",
    "interaction": [{"code": "read"}, {"code": "search-type"}],
    "searchParam": [{"name": "patient", "type": "reference"}],
}
CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "questionnaire": lambda: questionnaire_resource(QUESTIONNAIRE, {"fr": FRENCH, "ar": ARABIC_DRAFT}, "fr"),
    "collection": _collection,
    "collection-corrected-with-gaps": _corrected_by_a_nurse_with_gaps,
    "searchset": lambda: searchset_bundle(
        observations(exported())[:1], SERVICE, {"self": f"{SERVICE}/Observation?patient=1"}, total=3
    ),
    "capability-statement": lambda: capability_statement(
        Statement(SERVICE, "0.1.0", "2026-11-21", [{"type": "Questionnaire"}, _OBSERVATION_OFFER])
    ),
    # Synthetic: nobody's.
    "patient": lambda: patient_resource(PATIENT, BASE),
    "encounter": lambda: encounter_resource(ENCOUNTER, BASE),
    "provenance": lambda: provenance_resource(REVISION, BASE),
    "organization": lambda: organization_resource(CENTRE_ID, "Synthetic centre", Mode.ALERT, BASE),
    "practitioner": lambda: practitioner_resource(RECORDER_ID, Mode.ALERT, BASE),
    "device": lambda: device_resource(RECORDER_ID, CENTRE_ID, "fr", Mode.ALERT, BASE),
    "document": lambda: document(NOW, EARLIER),
    "document-not-ready": document,
    "operation-outcome": lambda: operation_outcome(
        [
            OutcomeIssue(
                "error", "required", "invalid-answers", "An answer is missing.", "QuestionnaireResponse.item[0]"
            )
        ],
        BASE,
    ),
    "answers": lambda: searchset_bundle(observations(answered()), SERVICE, {"self": f"{SERVICE}/Observation"}),
    **TERMINOLOGY_CASES,
}


@pytest.mark.parametrize("name", CASES)
def test_the_export_is_the_reviewed_file(name: str) -> None:
    shown = indented(encode(CASES[name]()))
    file = GOLDEN / f"{name}.json"
    if os.environ.get("VIGIE_WRITE_GOLDEN"):
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")


def test_every_reviewed_file_is_still_compared() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(CASES)
