from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fhir_export import systems
from fhir_export.questionnaire import questionnaire_id, questionnaire_resource
from questionnaires.definition import Item, ItemType, PublicationStatus
from tests.export.builders import ARABIC_DRAFT, BASE, FRENCH, QUESTIONNAIRE

TEXTS = {"fr": FRENCH, "ar": ARABIC_DRAFT}
RESOURCE = questionnaire_resource(QUESTIONNAIRE, TEXTS, "fr")


def item(link_id: str, inside: dict[str, Any] = RESOURCE) -> dict[str, Any]:
    found = _find(link_id, inside)
    assert found is not None
    return found


def _find(link_id: str, inside: dict[str, Any]) -> dict[str, Any] | None:
    for entry in inside.get("item", []):
        if entry["linkId"] == link_id:
            return dict(entry)
        found = _find(link_id, entry)
        if found:
            return found
    return None


def test_one_resource_a_published_version() -> None:
    assert RESOURCE["id"] == questionnaire_id(QUESTIONNAIRE) == "example-1.2.0"
    assert (RESOURCE["url"], RESOURCE["version"]) == (f"{BASE}/Questionnaire/example", "1.2.0")
    assert RESOURCE["status"] == "active"
    assert "effectivePeriod" not in RESOURCE


def test_a_retired_version_says_until_when_it_was_used() -> None:
    retired = replace(QUESTIONNAIRE, status=PublicationStatus.RETIRED, retired_on="2027-01-31")
    resource = questionnaire_resource(retired, TEXTS, "fr")
    assert (resource["status"], resource["effectivePeriod"]) == ("retired", {"end": "2027-01-31"})


def test_the_version_id_changes_with_a_word_a_language_and_the_status_only() -> None:
    reworded = replace(FRENCH, title="Autre titre")
    seen = [
        questionnaire_resource(QUESTIONNAIRE, TEXTS, "fr"),
        questionnaire_resource(QUESTIONNAIRE, TEXTS | {"fr": reworded}, "fr"),
        questionnaire_resource(QUESTIONNAIRE, TEXTS, "ar"),
        questionnaire_resource(replace(QUESTIONNAIRE, status=PublicationStatus.RETIRED), TEXTS, "fr"),
    ]
    version_ids = {resource["meta"]["versionId"] for resource in seen}
    assert len(version_ids) == len(seen)
    assert RESOURCE["meta"]["versionId"] in version_ids


def test_one_language_is_in_the_elements_and_the_others_are_translations() -> None:
    french, arabic = (
        item("nausea-frequency"),
        item("nausea-frequency", questionnaire_resource(QUESTIONNAIRE, TEXTS, "ar")),
    )
    assert french["text"] == "Avez-vous eu des nausées ?"
    assert french["_text"]["extension"][0]["extension"] == [
        {"url": "lang", "valueCode": "ar"},
        {"url": "content", "valueString": "هل شعرت بالغثيان؟"},
    ]
    assert arabic["text"] == "هل شعرت بالغثيان؟"
    assert arabic["_text"]["extension"][0]["extension"][0]["valueCode"] == "fr"


def test_what_a_draft_translation_lacks_is_not_written() -> None:
    arabic = questionnaire_resource(QUESTIONNAIRE, {"ar": ARABIC_DRAFT}, "ar")
    assert "text" not in item("alone", arabic)
    codings = [option["valueCoding"] for option in item("nausea-frequency", arabic)["answerOption"]]
    assert [coding.get("display") for coding in codings] == ["أبدًا", None, None, None, None]


def test_options_carry_their_code_weight_and_exclusiveness() -> None:
    severity = item("nausea-severity")["answerOption"]
    assert severity[3]["valueCoding"] == {
        "system": f"{BASE}/CodeSystem/example.options.severity-private",
        "code": "3",
        "display": "Intensité 3",
    }
    assert severity[3]["extension"] == [{"url": systems.ORDINAL_VALUE, "valueDecimal": 3}]
    exclusive = [{"url": systems.OPTION_EXCLUSIVE, "valueBoolean": True}]
    assert severity[5]["extension"] == exclusive, "an opted-out answer has no weight and stands alone"
    topics = item("topics")["answerOption"]
    assert topics[2]["extension"] == exclusive
    assert "extension" not in topics[0]
    assert topics[0]["valueCoding"]["system"] == f"{BASE}/CodeSystem/example.item.topics"


def test_branching_is_in_the_types_of_the_questions_it_asks() -> None:
    assert item("nausea-severity")["enableWhen"] == [
        {"question": "nausea-frequency", "operator": "exists", "answerBoolean": True},
        {
            "question": "nausea-frequency",
            "operator": "!=",
            "answerCoding": {"system": f"{BASE}/CodeSystem/example.options.frequency", "code": "0"},
        },
    ]
    assert item("nausea-severity")["enableBehavior"] == "all"
    assert item("weighed-on")["enableWhen"] == [
        {"question": "weight", "operator": ">", "answerDecimal": Decimal("40.50")}
    ]
    assert "enableBehavior" not in item("weighed-on")
    assert [
        condition.get("answerInteger", condition.get("answerDate")) for condition in item("worst-moment")["enableWhen"]
    ] == [
        3,
        "2026-11-19",
    ]
    assert item("worst-moment")["enableBehavior"] == "any"
    assert item("alone-since")["enableWhen"][0]["answerBoolean"] is True


def test_limits_are_those_that_validation_holds_answers_to() -> None:
    assert item("pain-severity")["extension"] == [
        {"url": systems.MIN_VALUE, "valueInteger": 0},
        {"url": systems.MAX_VALUE, "valueInteger": 10},
        {"url": systems.ENTRY_FORMAT, "valueString": "0-10"},
    ]
    assert item("weight")["extension"] == [
        {"url": systems.MIN_VALUE, "valueDecimal": Decimal("20.5")},
        {"url": systems.MAX_VALUE, "valueDecimal": Decimal(300)},
        {"url": systems.ENTRY_FORMAT, "valueString": "20.5-300"},
        {"url": systems.UNIT, "valueCoding": {"system": systems.UCUM, "code": "kg", "display": "kg"}},
    ]
    assert [item(link_id)["maxLength"] for link_id in ("alone-since", "neighbour", "topics-own-words")] == [
        255,
        40,
        1000,
    ]
    assert item("device-year")["extension"] == [{"url": systems.HIDDEN, "valueBoolean": True}]
    assert (item("pain-severity")["required"], item("topics")["repeats"]) == (True, True)
    assert "required" not in item("weight")


def test_help_is_a_display_under_its_question() -> None:
    help_item = item("pain-severity.help")
    assert help_item["text"] == "10 est la pire douleur imaginable."
    assert help_item["type"] == "display"
    assert help_item["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "help"
    assert _find("welcome.help", RESOURCE) is None, "a display has no children"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Item("b", ItemType.CHOICE, option_set="c"), Item("b", ItemType.CHOICE)),
        (Item("b", ItemType.CHOICE, option_set="scores"), Item("scores", ItemType.CHOICE)),
    ],
)
def test_the_options_of_two_owners_are_never_one_code_system(one: Item, other: Item) -> None:
    uris = {systems.options(QUESTIONNAIRE, one), systems.options(QUESTIONNAIRE, other), systems.scores(QUESTIONNAIRE)}
    assert len(uris) == 3
