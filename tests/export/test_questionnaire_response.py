import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fhir_export.encoding import encode
from fhir_export.questionnaire_response import questionnaire_response
from fhir_export.source import Recorder
from questionnaires.response import ResponseStatus
from scoring.history import Respondent
from tests.export.builders import (
    ARABIC_DRAFT,
    BASE,
    ENCOUNTER_ID,
    FRENCH,
    FULL_ANSWERS,
    PATIENT_ID,
    exported,
    parsed_answers,
)

NOTHING_BUT_PAIN: Mapping[str, object] = {"pain-severity": 0}


def sent(answers: Mapping[str, object]) -> Any:
    return json.loads(encode(questionnaire_response(exported(answers), FRENCH)), parse_float=Decimal)


@pytest.mark.parametrize(
    "answers",
    [
        FULL_ANSWERS,
        NOTHING_BUT_PAIN,
        {"pain-severity": 1, "nausea-frequency": "2", "nausea-severity": "prefer_not_to_answer"},
        {"pain-severity": 1, "topics-own-words": "Words under a question that was left open"},
        {"pain-severity": 1, "topics": ["none"]},
        {"pain-severity": 1, "weight": Decimal("70.000000000000001")},
        {"pain-severity": 1, "alone": False, "neighbour": "Anne"},
    ],
)
def test_reading_the_export_back_gives_the_same_answers(answers: Mapping[str, object]) -> None:
    assert parsed_answers(sent(answers)["item"]) == exported(answers).response.answers


def test_what_another_system_knows_the_response_by() -> None:
    assert "identifier" not in questionnaire_response(exported())
    for system, said in (("urn:ehr", {"system": "urn:ehr"}), (None, {})):
        known = replace(exported(), identifier=(system, "form-17"))
        assert questionnaire_response(known)["identifier"] == {**said, "value": "form-17"}


def test_only_what_was_answered_and_the_groups_around_it() -> None:
    assert [item["linkId"] for item in sent(NOTHING_BUT_PAIN)["item"]] == ["symptoms"]
    assert [item["linkId"] for item in sent(NOTHING_BUT_PAIN)["item"][0]["item"]] == ["pain-severity"]
    silent = exported({"pain-severity": 0})
    object.__setattr__(silent.response, "answers", {})
    assert "item" not in questionnaire_response(silent, FRENCH)


def test_what_stands_under_a_question_goes_under_its_first_answer() -> None:
    topics = next(item for item in sent(FULL_ANSWERS)["item"] if item["linkId"] == "topics")
    assert [answer["valueCoding"]["code"] for answer in topics["answer"]] == ["work", "pain"]
    assert [child["linkId"] for child in topics["answer"][0]["item"]] == ["topics-own-words"]
    assert "item" not in topics
    assert "item" not in topics["answer"][1]


def test_an_exact_decimal_keeps_its_digits() -> None:
    assert b'"valueDecimal":62.50}' in encode(questionnaire_response(exported(), FRENCH))


def test_it_pins_what_was_asked_and_when() -> None:
    resource = questionnaire_response(exported(revision=3, status=ResponseStatus.AMENDED), FRENCH)
    assert resource["questionnaire"] == f"{BASE}/Questionnaire/example|1.2.0"
    assert resource["meta"]["versionId"] == "3"
    assert resource["meta"]["lastUpdated"] == "2026-11-20T18:31:00Z"
    assert resource["meta"]["tag"] == [{"system": f"{BASE}/CodeSystem/vigie-modes", "code": "alert"}]
    assert resource["authored"] == "2026-11-20T18:30:00.250000Z"
    assert resource["status"] == "amended"
    assert resource["encounter"] == {"reference": f"Encounter/{ENCOUNTER_ID}"}
    assert resource["language"] == "fr"


def test_without_words_the_codes_stand_alone() -> None:
    resource = questionnaire_response(exported(encounter_id=None))
    first = resource["item"][0]
    assert "text" not in first
    assert first["item"][0]["answer"] == [
        {"valueCoding": {"system": f"{BASE}/CodeSystem/example.options.frequency", "code": "3"}}
    ]
    assert "encounter" not in resource
    pinned = [part["url"] for part in resource["extension"][0]["extension"]]
    assert pinned == ["definition", "definitionDigest"]


def test_words_that_a_draft_lacks_are_left_out() -> None:
    item = questionnaire_response(exported(language="ar"), ARABIC_DRAFT)["item"][0]["item"][0]
    assert item["text"] == "هل شعرت بالغثيان؟"
    assert "display" not in item["answer"][0]["valueCoding"]


PATIENT = {"reference": f"Patient/{PATIENT_ID}"}


@pytest.mark.parametrize(
    ("answered_by", "recorded_by", "source", "author"),
    [
        (Respondent.PATIENT, Recorder.PATIENT, PATIENT, PATIENT),
        (
            Respondent.PATIENT,
            Recorder.NURSE,
            PATIENT,
            {"type": "Practitioner", "display": "Un infirmier ou une infirmière"},
        ),
        (Respondent.PATIENT, Recorder.SYSTEM, PATIENT, {"type": "Device", "display": "Un système connecté"}),
        (
            Respondent.RELATED_PERSON,
            Recorder.PATIENT,
            {"type": "RelatedPerson", "display": "Un proche du patient"},
            {"type": "RelatedPerson", "display": "Un proche du patient"},
        ),
        (
            Respondent.PRACTITIONER,
            Recorder.CLINICIAN,
            {"type": "Practitioner", "display": "Un professionnel de santé"},
            {"type": "Practitioner", "display": "Un clinicien"},
        ),
    ],
)
def test_who_answered_and_who_recorded(
    answered_by: Respondent, recorded_by: Recorder, source: dict[str, str], author: dict[str, str]
) -> None:
    resource = questionnaire_response(exported(answered_by=answered_by, recorded_by=recorded_by), FRENCH)
    assert (resource["source"], resource["author"]) == (source, author)


@pytest.mark.parametrize("recorded_by", Recorder)
@pytest.mark.parametrize(("language", "answered_by"), [("fr", r) for r in Respondent] + [("ar", r) for r in Respondent])
def test_every_person_has_words(recorded_by: Recorder, language: str, answered_by: Respondent) -> None:
    resource = questionnaire_response(exported(language=language, recorded_by=recorded_by, answered_by=answered_by))
    for person in (resource["source"], resource["author"]):
        assert person.keys() in ({"reference"}, {"type", "display"})


def test_another_language_gets_english_and_a_region_its_language() -> None:
    shown = [
        questionnaire_response(exported(language=language, recorded_by=Recorder.NURSE))["author"]["display"]
        for language in ("de", "fr-CA")
    ]
    assert shown == ["A nurse", "Un infirmier ou une infirmière"]
