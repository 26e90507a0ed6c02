"""Provenance: what each revision of a response says about how it came about."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_export.encoding import Resource
from fhir_export.provenance import provenance_id, provenance_resource, split_provenance_id
from fhir_export.source import Recorder
from questionnaires.response import ResponseStatus
from scoring.history import Respondent
from tests.export.builders import BASE, PATIENT_ID, RESPONSE_ID
from tests.export.people_builders import RECORDER_ID, REVISION
from tests.export.test_people import read

FIRST: dict[str, Any] = {"revision": 1, "status": ResponseStatus.COMPLETED, "reason": None, "was_received": False}


def provenance(**changes: Any) -> Resource:
    return read(provenance_resource(replace(REVISION, **changes), BASE))


def agents(resource: Resource) -> dict[str, Resource]:
    """Participation -> who."""
    return {agent["type"]["coding"][0]["code"]: agent["who"] for agent in resource["agent"]}


def test_it_names_the_version_and_when_it_was_stored() -> None:
    found = provenance()
    assert found["id"] == f"{RESPONSE_ID}.2"
    assert found["target"] == [{"reference": f"QuestionnaireResponse/{RESPONSE_ID}/_history/2"}]
    assert found["recorded"] == found["meta"]["lastUpdated"] == "2026-11-20T18:31:00Z"
    assert found["reason"] == [{"text": "A synthetic correction"}]


def test_a_first_version_has_neither_a_reason_nor_one_before_it() -> None:
    found = provenance(**FIRST)
    assert not {"reason", "entity"} & set(found)


@pytest.mark.parametrize(
    ("changes", "activity"),
    [
        (FIRST, "CREATE"),
        ({}, "UPDATE"),
        ({"is_rescored": True, "status": ResponseStatus.COMPLETED}, "UPDATE"),
        ({"status": ResponseStatus.ENTERED_IN_ERROR}, "NULLIFY"),
        ({"status": ResponseStatus.ENTERED_IN_ERROR, "is_deleted": True}, "DELETE"),
    ],
)
def test_what_was_done_is_a_data_operation(changes: dict[str, Any], activity: str) -> None:
    assert provenance(**changes)["activity"]["coding"] == [
        {"system": "http://terminology.hl7.org/CodeSystem/v3-DataOperation", "code": activity}
    ]


def test_who_answered_is_the_author_and_who_recorded_the_enterer() -> None:
    assert agents(provenance()) == {
        "author": {"type": "RelatedPerson", "display": "Un proche du patient"},
        "enterer": {
            "reference": f"Practitioner/{RECORDER_ID}",
            "type": "Practitioner",
            "display": "Un infirmier ou une infirmière",
        },
    }
    alone = agents(provenance(answered_by=Respondent.PATIENT, recorded_by=Recorder.PATIENT, recorder_id=None))
    assert alone == {who: {"reference": f"Patient/{PATIENT_ID}"} for who in ("author", "enterer")}


def test_what_was_scored_again_nobody_answered_or_entered() -> None:
    assert agents(provenance(is_rescored=True)) == {
        "assembler": {"type": "Device", "display": "Le service lui-même, sur décision d’un exploitant"}
    }


def test_it_names_the_version_before_and_that_an_original_is_kept() -> None:
    before, original = provenance()["entity"]
    assert before == {
        "role": "revision",
        "what": {"reference": f"QuestionnaireResponse/{RESPONSE_ID}/_history/1"},
    }
    assert (original["role"], original["what"]["type"]) == ("source", "QuestionnaireResponse")
    assert [entity["role"] for entity in provenance(was_received=False)["entity"]] == ["revision"]


@pytest.mark.parametrize(
    "identifier", [RESPONSE_ID, f"{RESPONSE_ID}.0", f"{RESPONSE_ID}.01", f"{RESPONSE_ID}.", ".1", ""]
)
def test_what_never_was_an_id_is_none(identifier: str) -> None:
    assert split_provenance_id(identifier) is None


def test_an_id_is_of_a_response_and_a_revision() -> None:
    assert split_provenance_id(provenance_id(RESPONSE_ID, 12)) == (RESPONSE_ID, 12)
