"""What a correction, or scoring again, takes away stays readable as entered in error."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fhir_export.observation import observations
from fhir_export.observation_parts import Parts
from fhir_export.withdrawn_observation import withdrawn
from questionnaires.response import ResponseStatus
from scoring.synthesis import Mode
from tests.export.answer_builders import FULL, RULEBOOK, answered
from tests.export.builders import FRENCH, RESPONSE_ID
from tests.export.readers import broken_invariants, structure_issues, typed_reading

FULL_ANSWERS = answered().response.answers
EMPTY = answered({}).response.answers
WITHOUT_MOOD = replace(RULEBOOK, rules={name: b for name, b in RULEBOOK.rules.items() if name != "burden"})


def test_a_correction_withdraws_the_answers_that_it_takes_away() -> None:
    few = {link_id: values for link_id, values in FULL_ANSWERS.items() if link_id != "can-wait"}
    assert withdrawn((RULEBOOK, FULL_ANSWERS), {}, (RULEBOOK, few)) == {1018: "can-wait"}
    assert withdrawn((RULEBOOK, FULL_ANSWERS), {}, (RULEBOOK, FULL_ANSWERS)) == {}
    assert withdrawn((RULEBOOK, EMPTY), {}, (RULEBOOK, FULL_ANSWERS)) == {}


def test_what_was_withdrawn_stays_so_until_it_comes_back() -> None:
    gone = withdrawn((RULEBOOK, FULL_ANSWERS), {}, (RULEBOOK, EMPTY))
    assert withdrawn((RULEBOOK, EMPTY), gone, (RULEBOOK, EMPTY)) == gone
    low = {"low": FULL_ANSWERS["low"]}
    assert withdrawn((RULEBOOK, EMPTY), gone, (RULEBOOK, low)) == {n: c for n, c in gone.items() if c != "low"}
    assert withdrawn((RULEBOOK, EMPTY), gone, (RULEBOOK, FULL_ANSWERS)) == {}


def test_a_score_that_new_rules_do_not_have_is_withdrawn() -> None:
    assert withdrawn((RULEBOOK, EMPTY), {}, (WITHOUT_MOOD, EMPTY)) == {6: "burden"}
    assert withdrawn((WITHOUT_MOOD, EMPTY), {6: "burden"}, (RULEBOOK, EMPTY)) == {}


def _withdrawn_of(text: Any = None) -> list[dict[str, Any]]:
    amended = replace(answered({}).response, status=ResponseStatus.AMENDED)
    gone = {8: "an_old_score", 1008: "weight", 1018: "can-wait"}
    exported = replace(answered({}), response=amended, withdrawn=gone)
    return list(observations(exported, text))[-3:]


def test_it_says_what_it_was_and_no_value() -> None:
    score, weight, waiting = _withdrawn_of()
    assert [one["id"] for one in (score, weight, waiting)] == [f"{RESPONSE_ID}.{n}" for n in (8, 1008, 1018)]
    assert score["code"]["coding"][0]["code"] == "an_old_score"
    assert [coding["code"] for coding in weight["code"]["coding"]] == ["weight", "29463-7"]
    assert len(weight["category"]) == 2
    for one in (score, weight, waiting):
        assert one["status"] == "entered-in-error"
        assert one["dataAbsentReason"]["coding"][0]["code"] == "error"
        assert not [key for key in one if key.startswith(("value", "interpretation", "component", "hasMember"))]
        assert one["subject"]
        assert one["effectivePeriod"]
        assert one["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{RESPONSE_ID}"}]
        typed_reading(one)
        assert structure_issues(one) == []
        assert broken_invariants(one) == []


def test_it_is_shown_in_its_words_where_they_are_known() -> None:
    text = replace(FRENCH, scores={"an_old_score": "Un ancien score"}, items={"weight": "Votre poids ?"})
    score, weight, waiting = _withdrawn_of(text)
    assert (score["code"]["text"], weight["code"]["text"]) == ("Un ancien score", "Votre poids ?")
    assert "text" not in waiting["code"]


@pytest.mark.parametrize("mode", Mode)
def test_the_mode_record_shows_none(mode: Mode) -> None:
    exported = replace(answered(), mode=mode, withdrawn={8: "an_old_score"})
    found = [one for one in observations(exported) if one["status"] == "entered-in-error"]
    assert len(found) == (0 if mode is Mode.RECORD else 1)


def test_full_answers_withdraw_nothing() -> None:
    assert {one["status"] for one in observations(answered(FULL))} == {"final"}


def _numbered(number: int) -> Callable[[Parts], bool]:
    return lambda parts: parts.number == number


def test_only_what_is_wanted_is_given() -> None:
    """By number, so that whoever reads one Observation builds no others."""
    exported = replace(answered(), withdrawn={8: "an_old_score"})
    for one in observations(exported, FRENCH):
        number = int(one["id"].rpartition(".")[2])
        assert observations(exported, FRENCH, _numbered(number)) == (one,)
    assert observations(exported, FRENCH, _numbered(9999)) == ()
