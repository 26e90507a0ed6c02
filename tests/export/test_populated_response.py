"""A response to begin with: every question, and no answer but those of the patient's own draft."""

from datetime import UTC, datetime
from typing import Any

from fhir_export.encoding import Resource
from fhir_export.populated_response import Begun, populated_response
from fhir_export.questionnaire import questionnaire_resource
from questionnaires.response import Answers
from tests.export.builders import ARABIC_DRAFT, FRENCH, PATIENT_ID, QUESTIONNAIRE, parsed_answers
from tests.export.readers import broken_invariants, conformance_errors, structure_issues, typed_reading

SAVED_AT = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
BEGUN: Answers = {
    "nausea-frequency": ("0",),
    "nausea-severity": ("4",),
    "pain-severity": (8,),
    "alone": (True,),
    "alone-since": ("mars",),
    "topics": ("work", "pain"),
    "topics-own-words": ("Puis-je reprendre ?",),
}


def populated(answers: Answers | None = None, patient_id: str | None = PATIENT_ID) -> Resource:
    begun = Begun(answers, SAVED_AT) if answers is not None else None
    found = populated_response(QUESTIONNAIRE, FRENCH, patient_id, begun)
    typed_reading(found)
    assert structure_issues(found) == []
    assert broken_invariants(found) == []
    return found


def listed(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        found[item["linkId"]] = item
        for holder in (item, *item.get("answer", ())):
            found |= listed(holder.get("item", []))
    return found


def test_without_a_draft_every_item_is_there_and_none_is_answered() -> None:
    found = populated()
    children = {"alone-since", "neighbour", "topics-own-words"}
    assert set(listed(found["item"])) == {reach.item.link_id for reach in QUESTIONNAIRE.reaches} - children
    assert parsed_answers(found["item"]) == {}
    assert found["status"] == "in-progress"
    assert found["questionnaire"] == QUESTIONNAIRE.canonical
    assert found["subject"] == {"reference": f"Patient/{PATIENT_ID}"}
    assert "id" not in found
    assert "authored" not in found
    assert listed(found["item"])["pain-severity"]["text"] == FRENCH.items["pain-severity"]


def test_nobodys_response_has_no_subject() -> None:
    assert "subject" not in populated(patient_id=None)


def test_a_draft_is_carried_but_for_what_branching_hides_now() -> None:
    found = populated(BEGUN)
    assert parsed_answers(found["item"]) == {name: v for name, v in BEGUN.items() if name != "nausea-severity"}
    assert "nausea-severity" in listed(found["item"])
    assert found["authored"] == "2026-11-20T18:30:00Z"


def test_what_stands_under_a_question_stands_under_its_answer() -> None:
    found = populated(BEGUN)
    (alone,) = listed(found["item"])["alone"]["answer"]
    assert [child["linkId"] for child in alone["item"]] == ["alone-since", "neighbour"]
    first, second = listed(found["item"])["topics"]["answer"]
    assert "item" in first
    assert "item" not in second


def test_an_answer_under_an_open_question_stands_under_an_answer_without_a_value() -> None:
    found = populated({"topics-own-words": ("Puis-je reprendre ?",)})
    (answer,) = listed(found["item"])["topics"]["answer"]
    assert [name for name in answer if name.startswith("value")] == []
    assert parsed_answers(found["item"]) == {"topics-own-words": ("Puis-je reprendre ?",)}


def test_the_conformance_reader_takes_it_for_a_response_in_progress() -> None:
    questionnaire = questionnaire_resource(QUESTIONNAIRE, {"fr": FRENCH}, "fr")
    assert conformance_errors(populated(BEGUN), questionnaire) == []


def test_words_that_a_draft_text_lacks_are_not_written() -> None:
    found = populated_response(QUESTIONNAIRE, ARABIC_DRAFT, None)
    assert "text" not in listed(found["item"])["alone"]
