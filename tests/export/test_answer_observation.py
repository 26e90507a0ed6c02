"""Single answers as Observations: which, with what value, as whose members, under which alert."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fhir_export import systems
from fhir_export.encoding import encode
from fhir_export.observation import observations
from fhir_export.observation_parts import Parts
from fhir_export.significant_answers import members, significant_answers
from scoring.synthesis import Mode
from tests.export.answer_builders import DECLINED, FULL, QUESTIONNAIRE, RULEBOOK, answered
from tests.export.builders import BASE, FRENCH, RESPONSE_ID
from tests.export.readers import broken_invariants, conformance_errors, structure_issues, typed_reading

SCORES = ["mood", "cough", "sleep", "temperature_highest", "weight_loss", "burden"]
ITEMS = [
    *("low", "tense", "hopeless", "sleep", "weight", "weight-before", "steps-walked", "coughing", "alone", "since"),
    *("worst-at", "bedtime", "medicine", "new-signs", "can-wait"),
]


def by_code(answers: dict[str, object] | None = None, text: Any = None) -> dict[str, dict[str, Any]]:
    found = observations(answered({**FULL, **(answers or {})}), text)
    return {one["code"]["coding"][0]["system"].rsplit(".", 1)[1] + ":" + code_of(one): one for one in found}


def code_of(observation: dict[str, Any]) -> str:
    return str(observation["code"]["coding"][0]["code"])


def without(*link_ids: str) -> dict[str, object]:
    return {link_id: value for link_id, value in FULL.items() if link_id not in link_ids}


def severity_of(observation: dict[str, Any]) -> str | None:
    said = observation.get("interpretation")
    return str(said[0]["coding"][1]["code"]) if said else None


def test_scores_come_first_then_what_no_score_says_then_nothing() -> None:
    found = observations(answered())
    assert [code_of(one) for one in found] == [*SCORES, *ITEMS]
    assert {one["category"][0]["coding"][0]["code"] for one in found} == {"survey"}
    assert {one["code"]["coding"][0]["system"] for one in found[len(SCORES) :]} == {f"{BASE}/CodeSystem/evening.items"}


def test_the_number_of_an_answer_is_its_place_in_the_definition() -> None:
    places = {reach.item.link_id: place for place, reach in enumerate(QUESTIONNAIRE.reaches)}
    assert {a.item.link_id: a.number for a in significant_answers(RULEBOOK)} == {
        link_id: 1001 + places[link_id] for link_id in ITEMS
    }
    assert observations(answered())[len(SCORES)]["id"] == f"{RESPONSE_ID}.1002"


@pytest.mark.parametrize(
    ("link_id", "value"),
    [
        ("steps-walked", {"valueQuantity": {"value": 4000, "unit": "steps"}}),
        ("sleep", {"valueQuantity": {"value": 8}}),
        (
            "weight",
            {"valueQuantity": {"value": Decimal("60.5"), "unit": "kg", "system": systems.UCUM, "code": "kg"}},
        ),
        ("alone", {"valueBoolean": True}),
        ("since", {"valueDateTime": "2026-11"}),
        ("worst-at", {"valueDateTime": "2026-11-19T22:00:00+01:00"}),
        ("bedtime", {"valueTime": "22:30:00"}),
        ("medicine", {"valueString": "the white one"}),
    ],
)
def test_an_answer_has_the_value_of_its_type(link_id: str, value: dict[str, Any]) -> None:
    found = by_code()[f"items:{link_id}"]
    assert {key: found[key] for key in found if key.startswith(("value", "dataAbsent"))} == value


def test_a_choice_is_its_option_with_the_weight_of_scoring() -> None:
    low, waiting = by_code()["items:low"], by_code()["items:can-wait"]
    assert low["valueCodeableConcept"]["coding"] == [
        {
            "extension": [{"url": systems.ORDINAL_VALUE, "valueDecimal": 1}],
            "system": f"{BASE}/CodeSystem/evening.options.steps",
            "code": "1",
        }
    ]
    assert waiting["valueCodeableConcept"]["coding"] == [
        {"system": f"{BASE}/CodeSystem/evening.item.can-wait", "code": "no"}
    ]


def test_several_options_are_a_component_each() -> None:
    words = {("item:new-signs", "rash"): "Une éruption"}
    text = replace(FRENCH, option_words=words)
    found = by_code(text=text)["items:new-signs"]
    assert [component["code"]["coding"][0]["code"] for component in found["component"]] == ["chest_pain", "rash"]
    assert [component["valueBoolean"] for component in found["component"]] == [True, True]
    assert found["valueString"] == "chest_pain; Une éruption"


def test_only_what_is_wanted_is_built() -> None:
    whole = replace(answered(), withdrawn={8: "gone"})
    everything = {one["id"].rsplit(".", 1)[1]: one for one in observations(whole)}
    for number, one in everything.items():

        def this_one(parts: Parts, wanted: int = int(number)) -> bool:
            return parts.number == wanted

        assert observations(whole, wanted=this_one) == (one,)
    assert observations(whole, wanted=lambda parts: False) == ()


def test_an_answer_that_was_not_given_is_no_observation_and_one_that_was_declined_says_so() -> None:
    found = observations(answered({"low": DECLINED, "new-signs": [DECLINED]}))
    declined = [one for one in found if one["code"]["coding"][0]["system"].endswith(".items")]
    assert [code_of(one) for one in declined] == ["low", "new-signs"]
    for one in declined:
        assert one["dataAbsentReason"]["coding"][0]["code"] == "asked-declined"
        assert not [key for key in one if key.startswith(("value", "component"))]


def test_what_patients_write_and_wish_is_no_observation() -> None:
    said = encode({"all": list(observations(answered()))})
    assert b"It was long" not in said
    assert not {"story", "wishes", "nights", "shoe-size"} & {code_of(one) for one in observations(answered())}


def test_a_topic_that_an_alert_rule_watches_is_one_all_the_same() -> None:
    rulebook = replace(RULEBOOK, topics=("new-signs",))
    assert "new-signs" in {code_of(one) for one in observations(answered(FULL, rulebook))}


def members_of(observation: dict[str, Any]) -> list[str]:
    return [m["reference"].removeprefix(f"Observation/{RESPONSE_ID}.") for m in observation.get("hasMember", ())]


def test_a_scale_has_its_items_as_members_and_a_score_of_scores_has_these() -> None:
    found = by_code()
    assert members_of(found["scores:mood"]) == ["1002", "1003", "1004"]
    assert members_of(found["scores:burden"]) == ["1", "2", "4"], "the temperature is what score 4 says"
    assert members_of(found["scores:sleep"]) == ["1006"], "the answer before it was turned round"
    assert members_of(found["scores:weight_loss"]) == ["1008", "1009"]
    for said_by_itself in ("cough", "temperature_highest"):
        assert "hasMember" not in found[f"scores:{said_by_itself}"]
    ids = {one["id"] for one in found.values()}
    assert {m["reference"].removeprefix("Observation/") for o in found.values() for m in o.get("hasMember", ())} <= ids


def test_what_was_skipped_is_no_member() -> None:
    found = observations(answered(without("tense")))
    assert members_of(found[0]) == ["1002", "1004"]
    assert found[0]["valueQuantity"]["value"] == 3, "two answers of three, prorated"
    assert "hasMember" not in observations(answered(without("low", "tense", "hopeless")))[0]


def test_of_two_scores_that_say_an_item_the_first_is_the_member() -> None:
    again = replace(RULEBOOK.rules["temperature_highest"])
    again = replace(again, rule=again.rule.model_copy(update={"number": 9, "name": "again"}))
    rulebook = replace(RULEBOOK, rules={**RULEBOOK.rules, "again": again})
    assert members(rulebook.rules["burden"], rulebook) == (1, 2, 4)


def test_an_alert_stands_on_the_answer_that_raised_it() -> None:
    found = by_code()
    assert severity_of(found["items:hopeless"]) == "urgent"
    assert severity_of(found["items:can-wait"]) == "soon"
    assert severity_of(found["items:new-signs"]) == "urgent", "of two alerts the more severe one"
    assert severity_of(found["scores:cough"]) == "urgent", "an alert of another concept on the same answer"
    assert severity_of(found["items:coughing"]) is None, "the score shows the alerts of its concept"
    assert severity_of(found["items:low"]) is None
    calm = by_code({"hopeless": "0", "can-wait": "yes", "new-signs": ["rash"], "cough-severity": "0"})
    assert [name for name, one in calm.items() if severity_of(one)] == ["items:new-signs"]
    assert severity_of(calm["items:new-signs"]) == "routine"


def test_only_the_mode_alert_interprets() -> None:
    quiet = observations(replace(answered(), mode=Mode.SCORE))
    assert len(quiet) == len(observations(answered()))
    assert not [one for one in quiet if "interpretation" in one]


def test_a_weight_and_a_temperature_are_vital_signs_beside_our_own_codes() -> None:
    found = by_code()
    vital = {
        name: [coding["code"] for coding in one["code"]["coding"] if coding["system"] == systems.LOINC]
        for name, one in found.items()
        if len(one["category"]) == 2
    }
    assert vital == {"scores:temperature_highest": ["8310-5"], "items:weight": ["29463-7"]}
    assert found["scores:temperature_highest"]["valueQuantity"] == {
        "value": Decimal("38.40"),
        "unit": "°C",
        "system": systems.UCUM,
        "code": "Cel",
    }
    for name in vital:
        assert [c["coding"][0]["code"] for c in found[name]["category"]] == ["survey", "vital-signs"]
        assert "hasMember" not in found[name], "R4: a vital sign has vital signs as members only"
    assert "http://loinc.org" not in str(found["items:weight-before"]), "a weight of another day"


def test_a_percentage_is_one_in_ucum_and_another_score_has_no_unit_there() -> None:
    found = by_code()
    assert found["scores:weight_loss"]["valueQuantity"]["code"] == "%"
    assert found["scores:mood"]["valueQuantity"]["code"] == "{score}"
    assert found["scores:mood"]["valueQuantity"]["unit"] == "mood-points"


def test_a_question_is_shown_in_its_words_and_a_symptom_with_what_was_asked_of_it() -> None:
    unscored = replace(RULEBOOK, rules={"mood": RULEBOOK.rules["mood"]})
    text = replace(FRENCH, items={"cough-severity": "Toussez-vous ?"})
    found = {code_of(one): one for one in observations(answered(FULL, unscored), text)}
    assert found["cough-severity"]["code"] == {
        "coding": [
            {"system": f"{BASE}/CodeSystem/evening.items", "code": "cough-severity"},
            {"system": f"{BASE}/CodeSystem/vigie-attributes", "code": "severity"},
        ],
        "text": "Toussez-vous ?",
    }
    assert severity_of(found["cough-severity"]) == "urgent"
    assert severity_of(found["coughing"]) == "soon", "no score has its concept"


@pytest.mark.parametrize("answers", [FULL, {}, {"low": DECLINED, "new-signs": [DECLINED]}])
def test_every_one_is_valid(answers: dict[str, object]) -> None:
    for one in observations(answered(answers)):
        typed_reading(one)
        assert structure_issues(one) == []
        assert broken_invariants(one) == []
        assert conformance_errors(one) == []
