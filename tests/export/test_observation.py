from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fhir_export import systems
from fhir_export.encoding import encode
from fhir_export.observation import observation_id, observations, split_observation_id
from questionnaires.response import ResponseStatus
from scoring.history import Respondent
from scoring.synthesis import Mode
from tests.export.builders import ARABIC_DRAFT, BASE, FRENCH, PATIENT_ID, RESPONSE_ID, RULEBOOK, exported
from tests.support.scoring import bound_rule


def by_name(found: tuple[dict[str, Any], ...]) -> dict[str, dict[str, Any]]:
    return {one["code"]["coding"][0]["code"]: one for one in found}


def component(observation: dict[str, Any], attribute: str) -> dict[str, Any]:
    return next(dict(c) for c in observation["component"] if c["code"]["coding"][1]["code"] == attribute)


def reason(element: dict[str, Any]) -> str:
    coding = element["dataAbsentReason"]["coding"][0]
    assert coding["system"] == systems.DATA_ABSENT_REASON
    return str(coding["code"])


def test_one_observation_for_every_score_with_the_number_of_its_rule() -> None:
    found = observations(exported(), FRENCH)
    assert [one["id"] for one in found] == [f"{RESPONSE_ID}.{number}" for number in (1, 2, 7)]
    assert [one["valueQuantity"]["value"] for one in found] == [3, 8, Decimal("62.50")]
    assert b'"value":62.50,' in encode(found[2])


def test_the_mode_record_gives_out_no_score() -> None:
    assert observations(exported(mode=Mode.RECORD), FRENCH) == ()


def test_our_own_code_and_never_a_ctcae_concept() -> None:
    nausea = by_name(observations(exported(), FRENCH))["nausea_composite"]
    words = "Nausées (0-3)"
    coding = {"system": f"{BASE}/CodeSystem/example.scores", "code": "nausea_composite", "display": words}
    assert nausea["code"] == {"coding": [coding], "text": words}
    assert nausea["category"][0]["coding"][0]["code"] == "survey"
    assert "locale" in nausea["method"]["text"]
    assert nausea["method"]["text"].endswith("Basch E, et al. Clin Trials 2021;18(1):104-114.")


def test_without_words_in_a_language_only_the_code_stands() -> None:
    for text in (None, replace(ARABIC_DRAFT, concepts={})):
        nausea = by_name(observations(exported(), text))["nausea_composite"]
        assert nausea["code"] == {
            "coding": [{"system": f"{BASE}/CodeSystem/example.scores", "code": "nausea_composite"}]
        }
    assert "text" not in component(by_name(observations(exported()))["nausea_composite"], "frequency")["code"]


def test_a_score_without_words_is_called_by_its_concept() -> None:
    nausea = by_name(observations(exported(), replace(FRENCH, scores={})))["nausea_composite"]
    assert (nausea["code"]["coding"][0]["display"], nausea["code"]["text"]) == ("Nausées", "Nausées")


@pytest.mark.parametrize("language", ["fr", "en", "ar", "de"])
def test_that_a_composite_is_of_local_words_is_said_only_where_the_words_are_local(language: str) -> None:
    own, owners = (
        by_name(observations(exported(language=language, is_restricted=is_restricted)))
        for is_restricted in (False, True)
    )
    local, published = own["nausea_composite"]["method"]["text"], owners["nausea_composite"]["method"]["text"]
    assert "CTCAE" in published
    assert "PRO-CTCAE" not in published
    neutral = published.removesuffix("Basch E, et al. Clin Trials 2021;18(1):104-114.")
    assert local.startswith(neutral)
    assert "PRO-CTCAE" in local.removeprefix(neutral)
    assert own["weight"]["method"] == owners["weight"]["method"] == {"text": "The Vigie project."}


def test_it_speaks_the_language_that_was_asked_for_not_the_patient_s() -> None:
    arabic_patient = exported(language="ar", answered_by=Respondent.RELATED_PERSON)
    in_french, as_answered = observations(arabic_patient, FRENCH)[0], observations(arabic_patient)[0]
    assert (in_french["language"], in_french["performer"][0]["display"]) == ("fr", "Un proche du patient")
    assert as_answered["language"] == "ar"


def test_the_recall_window_ends_when_the_answers_were_given() -> None:
    pain = by_name(observations(exported(), FRENCH))["pain_severity"]
    assert pain["effectivePeriod"] == {"start": "2026-11-13T18:30:00.250000Z", "end": "2026-11-20T18:30:00.250000Z"}
    assert pain["issued"] == "2026-11-20T18:31:00Z"
    assert pain["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{RESPONSE_ID}"}]
    assert pain["subject"] == pain["performer"][0] == {"reference": f"Patient/{PATIENT_ID}"}
    assert pain["encounter"]["reference"].startswith("Encounter/")
    assert "encounter" not in observations(exported(encounter_id=None))[0]


@pytest.mark.parametrize(
    ("answers", "expected", "of_frequency", "of_severity"),
    [
        ({}, "unknown", "unknown", "not-asked"),
        ({"nausea-frequency": "2"}, "unknown", None, "unknown"),
        (
            {"nausea-frequency": "2", "nausea-severity": "prefer_not_to_answer"},
            "asked-declined",
            None,
            "asked-declined",
        ),
    ],
)
def test_a_missing_answer_is_a_reason_and_never_a_number(
    answers: dict[str, object], expected: str, of_frequency: str | None, of_severity: str
) -> None:
    nausea = by_name(observations(exported({"pain-severity": 0} | answers), FRENCH))["nausea_composite"]
    assert reason(nausea) == expected
    assert not [key for key in nausea if key.startswith("value")]
    frequency = component(nausea, "frequency")
    assert (reason(frequency) if "dataAbsentReason" in frequency else None) == of_frequency
    assert reason(component(nausea, "severity")) == of_severity
    assert not [key for key in component(nausea, "severity") if key.startswith("value")]


def test_a_score_of_a_hidden_item_was_not_asked() -> None:
    severity = RULEBOOK.rules["nausea_composite"].items[1]
    bound = bound_rule(RULEBOOK.rules["pain_severity"].rule, (severity,))
    rulebook = replace(RULEBOOK, rules={**RULEBOOK.rules, "pain_severity": bound})
    hidden = exported({"pain-severity": 0, "nausea-frequency": "0"}, rulebook=rulebook)
    assert reason(by_name(observations(hidden, FRENCH))["pain_severity"]) == "not-asked"


def test_a_follow_up_that_counted_as_0_is_still_shown_as_not_asked() -> None:
    nausea = by_name(observations(exported({"pain-severity": 0, "nausea-frequency": "0"}), FRENCH))["nausea_composite"]
    assert nausea["valueQuantity"]["value"] == 0, "the patient said that there was none"
    assert reason(component(nausea, "severity")) == "not-asked"


def test_components_show_what_was_answered_with_its_weight() -> None:
    found = by_name(observations(exported(), FRENCH))
    frequency = component(found["nausea_composite"], "frequency")
    assert frequency["code"]["text"] == "Avez-vous eu des nausées ?"
    assert frequency["valueCodeableConcept"]["coding"] == [
        {
            "extension": [{"url": systems.ORDINAL_VALUE, "valueDecimal": 3}],
            "system": f"{BASE}/CodeSystem/example.options.frequency",
            "code": "3",
            "display": "Fréquence 3",
        }
    ]
    assert component(found["pain_severity"], "severity")["valueQuantity"] == {"value": 8}
    assert "component" not in found["weight"]


def test_the_alert_of_the_concept_is_its_interpretation_in_the_mode_alert_only() -> None:
    found = by_name(observations(exported(), FRENCH))
    codes = {
        name: [coding["code"] for coding in one["interpretation"][0]["coding"]] if "interpretation" in one else None
        for name, one in found.items()
    }
    assert codes == {"nausea_composite": ["A", "soon"], "pain_severity": ["AA", "urgent"], "weight": None}
    routine = by_name(observations(exported({"pain-severity": 0, "nausea-frequency": "3"}), FRENCH))["nausea_composite"]
    assert [coding["code"] for coding in routine["interpretation"][0]["coding"]] == ["A", "routine"]
    assert all("interpretation" not in one for one in observations(exported(mode=Mode.SCORE), FRENCH))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (ResponseStatus.COMPLETED, "final"),
        (ResponseStatus.AMENDED, "amended"),
        (ResponseStatus.ENTERED_IN_ERROR, "entered-in-error"),
    ],
)
def test_the_status_follows_the_response(status: ResponseStatus, expected: str) -> None:
    found = observations(exported(status=status, revision=2), FRENCH)
    assert {one["status"] for one in found} == {expected}
    assert {one["meta"]["versionId"] for one in found} == {"2"}


def test_it_names_the_definition_and_the_scoring_with_their_digests() -> None:
    pinned = {part["url"]: part for part in observations(exported())[0]["extension"][0]["extension"]}
    assert pinned["definition"]["valueCanonical"] == f"{BASE}/Questionnaire/example|1.2.0"
    assert pinned["scoringVersion"]["valueString"] == "2.0.0"
    assert pinned["scoringDigest"]["valueString"] == RULEBOOK.digest
    assert pinned["definitionDigest"]["valueString"] == RULEBOOK.questionnaire.digest


def test_an_observation_id_is_read_back() -> None:
    assert split_observation_id(observation_id(RESPONSE_ID, 31)) == (RESPONSE_ID, 31)


@pytest.mark.parametrize(
    "wrong",
    ["", ".", ".1", RESPONSE_ID, f"{RESPONSE_ID}.", f"{RESPONSE_ID}.0", f"{RESPONSE_ID}.01", "a.12345", "a.²", "a.1\n"],
)
def test_what_never_was_an_observation_id_is_none(wrong: str) -> None:
    assert split_observation_id(wrong) is None


def test_a_loinc_code_stands_beside_ours_where_it_means_the_patients_own_report() -> None:
    bound = RULEBOOK.rules["pain_severity"]
    with_loinc = replace(bound, rule=bound.rule.model_copy(update={"loinc": "72514-3"}))
    rulebook = replace(RULEBOOK, rules={**RULEBOOK.rules, "pain_severity": with_loinc})
    found = by_name(observations(exported(rulebook=rulebook), FRENCH))
    systems_of = [coding["system"] for coding in found["pain_severity"]["code"]["coding"]]
    assert systems_of == [f"{BASE}/CodeSystem/example.scores", "http://loinc.org"]
    assert [coding["system"] for coding in found["nausea_composite"]["code"]["coding"]] == systems_of[:1]
