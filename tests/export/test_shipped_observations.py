"""What every shipped instrument says in Observations: how many, which members, which alerts, what profile."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_export import systems
from fhir_export.encoding import encode
from fhir_export.observation import observations, split_observation_id
from fhir_export.source import ExportedResponse
from questionnaires.definition import Questionnaire
from scoring.rules import AlertSeverity
from tests.export.builders import exported
from tests.export.readers import broken_invariants, conformance_errors, on_the_wire, structure_issues, typed_reading
from tests.export.test_shipped_instruments import ALL, RULEBOOKS, fullest_answers, responses, texts_of

TELESURVEILLANCE = "https://interop.esante.gouv.fr/ig/fhir/telesurveillance/StructureDefinition/tlsv-observation"
_LEVELS = [severity.value for severity in AlertSeverity]

EXPECTED: Mapping[str, tuple[int, list[str]]] = {
    "distress-thermometer": (1, []),
    "ecog-pro": (1, []),
    "eortc-qlq-c30": (16, [f"Q{number}" for number in range(1, 31)]),
    "eq-5d-5l": (4, ["MO", "SC", "UA", "PD", "AD"]),
    "esas-r": (
        3,
        ["pain", "tiredness", "drowsiness", "nausea", "appetite", "dyspnea", "depression", "anxiety", "wellbeing"],
    ),
    "facit-fatigue": (
        1,
        ["HI7", "HI12", "AN1", "AN2", "AN3", "AN4", "AN5", "AN7", "AN8", "AN12", "AN14", "AN15", "AN16"],
    ),
    "fact-g": (
        5,
        [f"G{scale}{n}" for scale, count in (("P", 7), ("S", 7), ("E", 6), ("F", 7)) for n in range(1, count + 1)],
    ),
    "g8": (
        1,
        [
            f"G8_{part}"
            for part in ("INTAKE", "WEIGHT_LOSS", "MOBILITY", "NEUROPSYCH", "BMI", "DRUGS", "SELF_RATED", "AGE")
        ],
    ),
    "gad-7": (1, [f"GAD{number}" for number in range(1, 8)]),
    "hads": (2, [f"HADS{number}" for number in range(1, 15)]),
    "oral-therapy-weekly": (26, ["doses-planned", "weight", "weight-baseline", "contacts", "can-wait"]),
    "phq-9": (1, [f"PHQ{number}" for number in range(1, 10)]),
    "pre-consultation": (33, ["can-wait"]),
    # The 21 terms that are asked by their presence alone have no composite.
    "pro-ctcae": (
        59,
        [
            f"PROCTCAE_{term}A_IND"
            for term in (5, 12, 24, 29, 31, 32, 33, 34, 35, 37, 38, 42, 43, 57, 58, 64, 69, 70, 73, 76, 79)
        ],
    ),
    "symptom-watch": (9, ["new-symptoms", "breathlessness-new", "can-wait"]),
}
"""Instrument -> how many scores, and the answers beside them, of a response to every question."""


BRANCHES = {"oral-therapy-weekly": {"doses-due": "yes", "doses-planned": 14, "doses-missed": 2}}
"""What has to be answered besides, for every question to be open."""


def full_response(questionnaire: Questionnaire) -> ExportedResponse:
    answers = fullest_answers(questionnaire) | BRANCHES.get(questionnaire.instrument, {})
    return exported(answers, rulebook=RULEBOOKS.current(questionnaire))


def answers_among(found: tuple[dict[str, Any], ...]) -> list[str]:
    return [
        str(coding["code"])
        for coding in (one["code"]["coding"][0] for one in found)
        if coding["system"].endswith(".items")
    ]


def test_every_shipped_instrument_is_counted() -> None:
    assert set(EXPECTED) == {questionnaire.instrument for questionnaire in ALL.values()}


@pytest.mark.parametrize("canonical", ALL)
def test_a_full_response_gives_its_scores_and_what_they_do_not_say(canonical: str) -> None:
    questionnaire = ALL[canonical]
    scores, answers = EXPECTED[questionnaire.instrument]
    found = observations(full_response(questionnaire))
    assert answers_among(found) == answers
    assert len(found) == scores + len(answers)
    assert len({one["id"] for one in found}) == len(found)
    assert all(split_observation_id(one["id"]) for one in found)


@pytest.mark.parametrize("canonical", ALL)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_alert_and_every_member_is_in_a_resource(canonical: str, data: st.DataObject) -> None:
    questionnaire = ALL[canonical]
    rulebook = RULEBOOKS.current(questionnaire)
    response = exported(data.draw(responses(questionnaire)), rulebook=rulebook)
    found = observations(response)
    ids = {f"Observation/{one['id']}" for one in found}
    assert {member["reference"] for one in found for member in one.get("hasMember", ())} <= ids
    said = [level_of(one) for one in found if "interpretation" in one]
    for alert in response.response.alerts:
        assert any(_LEVELS.index(level) >= _LEVELS.index(alert.severity) for level in said), alert.concept
    assert bool(said) == bool(response.response.alerts)


def level_of(observation: dict[str, Any]) -> str:
    standard, own = observation["interpretation"][0]["coding"]
    assert standard["system"] == systems.INTERPRETATION
    assert standard["code"] == ("AA" if own["code"] == "urgent" else "A")
    return str(own["code"])


def breaches_of_telesurveillance(observation: dict[str, Any]) -> list[str]:
    """What the facts say of the profile tlsv-observation, in words that need no validator."""
    categories = [c["coding"][0] for c in observation.get("category", ())]
    evidence = [r["reference"].split("/")[0] for r in observation.get("derivedFrom", ())]
    has_value = any(key.startswith("value") for key in observation)
    rules = {
        "profile": observation["meta"].get("profile") == [TELESURVEILLANCE],
        "subject 1..1": isinstance(observation.get("subject"), dict),
        "effective[x] 1..1": len([key for key in observation if key.startswith("effective")]) == 1,
        "category": bool(categories)
        and all(
            c["system"] == systems.CATEGORY and c["code"] in ("survey", "vital-signs", "activity") for c in categories
        ),
        "derivedFrom": bool(evidence) and set(evidence) <= {"QuestionnaireResponse", "Observation"},
        "dataAbsentReason": has_value != ("dataAbsentReason" in observation),
    }
    return [rule for rule, holds in rules.items() if not holds]


@pytest.mark.parametrize("canonical", ALL)
@pytest.mark.parametrize("is_full", [True, False])
def test_where_a_centre_asks_for_it_every_one_obeys_telesurveillance(canonical: str, is_full: bool) -> None:
    questionnaire = ALL[canonical]
    fullest = fullest_answers(questionnaire)
    emptiest = {item.link_id: fullest[item.link_id] for item in questionnaire.questions if item.required}
    response = exported(fullest if is_full else emptiest, rulebook=RULEBOOKS.current(questionnaire))
    gone = {9: "a_score_of_before", 1001: questionnaire.reaches[0].item.link_id}
    asked = replace(response, profiles=(systems.TELESURVEILLANCE_OBSERVATION,), withdrawn=gone)
    found = observations(asked, texts_of(questionnaire)["fr"])
    assert found
    for one in found:
        sent = on_the_wire(one)
        assert breaches_of_telesurveillance(sent) == []
        typed_reading(one)
        assert structure_issues(one) == []
        assert broken_invariants(one) == []
        assert conformance_errors(one) == []
    assert [one for one in observations(response) if "profile" in one["meta"]] == []


def test_the_check_of_telesurveillance_sees_its_faults() -> None:
    whole = on_the_wire(observations(full_response(next(iter(ALL.values()))))[0])
    assert breaches_of_telesurveillance(whole) == ["profile"]
    for element in ("subject", "effectivePeriod", "category", "derivedFrom", "valueQuantity"):
        assert len(breaches_of_telesurveillance({k: v for k, v in whole.items() if k != element})) == 2


def breaches_of_vital_signs(observation: dict[str, Any]) -> list[str]:
    """R4, vital signs profile, with body weight and body temperature: the codes bind whoever uses them."""
    units = {"29463-7": {"kg", "g", "[lb_av]"}, "8310-5": {"Cel", "[degF]"}}
    codes = {coding["code"] for coding in observation["code"]["coding"] if coding["system"] == systems.LOINC}
    quantity = observation.get("valueQuantity", {})
    unit = units[next(iter(codes & units.keys()))]
    measured = quantity.get("system") == systems.UCUM and quantity.get("code") in unit and "value" in quantity
    categories = [coding["code"] for category in observation["category"] for coding in category["coding"]]
    return [
        rule
        for rule, holds in {
            "category": categories.count("vital-signs") == 1,
            "effective": "effectivePeriod" in observation,
            "value": measured or "dataAbsentReason" in observation,
            "members": "hasMember" not in observation,
        }.items()
        if not holds
    ]


@pytest.mark.parametrize("canonical", [c for c in ALL if "weekly" in c or "watch" in c])
def test_a_weight_and_a_temperature_obey_the_vital_signs_profile(canonical: str) -> None:
    fullest = fullest_answers(ALL[canonical])
    rulebook = RULEBOOKS.current(ALL[canonical])
    without = {link_id: value for link_id, value in fullest.items() if link_id != "temperature"}
    for answers in (fullest, without):
        found = observations(exported(answers, rulebook=rulebook))
        vital = [one for one in found if {"29463-7", "8310-5"} & {c["code"] for c in one["code"]["coding"]}]
        assert vital
        assert [breaches_of_vital_signs(one) for one in vital] == [[]] * len(vital)
        assert [one for one in found if len(one["category"]) == 2] == vital


@pytest.mark.parametrize("canonical", ALL)
def test_no_ctcae_concept_and_no_code_of_a_clinician_names_an_observation(canonical: str) -> None:
    text = texts_of(ALL[canonical])["fr"]
    for one in observations(full_response(ALL[canonical]), text):
        said = {coding["system"]: coding["code"] for coding in one["code"]["coding"]}
        assert systems.NCIT not in said
        assert said.get(systems.LOINC) not in ("89247-1", "89243-0")
        assert b"meddra" not in encode(one).lower()
