"""Every instrument that ships, in every language: it exports, reads as valid, and gives its answers back. One whose
wording is licensed does so with the words that a centre loads."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import questionnaires
from fhir_export.bundle import collection_bundle
from fhir_export.encoding import encode
from fhir_export.observation import observations
from fhir_export.questionnaire import questionnaire_resource
from fhir_export.questionnaire_response import questionnaire_response
from questionnaires.catalogue import load_catalogue
from questionnaires.definition import Item, ItemType, Questionnaire
from questionnaires.enablement import enabled_items
from questionnaires.translations import Text
from scoring.loading import load_rulebooks
from scoring.score import Score, State
from tests.export.builders import BASE, SERVICE, exported, parsed_answers
from tests.export.readers import broken_invariants, conformance_errors, structure_issues, typed_reading
from tests.support.answers import values_for
from tests.support.licensed import filler_text

ROOT = Path(questionnaires.__file__).with_name("instruments")
CATALOGUE = load_catalogue(ROOT, BASE)
RULEBOOKS = load_rulebooks(ROOT, CATALOGUE)
ALL = {questionnaire.canonical: questionnaire for questionnaire in CATALOGUE.questionnaires}


def texts_of(questionnaire: Questionnaire) -> dict[str, Text]:
    instrument = CATALOGUE.instruments[questionnaire.instrument]
    if instrument.is_restricted:
        return {"fr": filler_text(questionnaire)}
    found = {language: instrument.text(questionnaire, language) for language in instrument.texts}
    return {language: text for language, text in found.items() if text}


def assert_valid(resource: dict[str, Any], questionnaire: dict[str, Any]) -> None:
    typed_reading(resource)
    assert structure_issues(resource) == []
    assert broken_invariants(resource) == []
    assert conformance_errors(resource, questionnaire) == []


@pytest.mark.parametrize("canonical", ALL)
def test_it_exports_in_each_of_its_languages(canonical: str) -> None:
    texts = texts_of(ALL[canonical])
    assert texts
    for language in texts:
        resource = questionnaire_resource(ALL[canonical], texts, language)
        assert_valid(resource, resource)


@pytest.mark.parametrize("canonical", ALL)
def test_the_fullest_and_the_emptiest_response_are_valid(canonical: str) -> None:
    questionnaire = ALL[canonical]
    texts = texts_of(questionnaire)
    fullest = fullest_answers(questionnaire)
    emptiest = {item.link_id: _one_answer(item, 0) for item in questionnaire.questions if item.required}
    for raw in (fullest, _without_hidden(questionnaire, emptiest)):
        response = exported(raw, rulebook=RULEBOOKS.current(questionnaire))
        text = texts["fr"]
        bundle = collection_bundle(questionnaire_response(response, text), observations(response, text), SERVICE)
        assert_valid(bundle, questionnaire_resource(questionnaire, texts, "fr"))


def fullest_answers(questionnaire: Questionnaire) -> dict[str, Any]:
    """The last option, the highest number, something written, wherever branching lets it."""
    return _without_hidden(questionnaire, {item.link_id: _one_answer(item, -1) for item in questionnaire.questions})


def _one_answer(item: Item, position: int) -> object:
    if item.type is ItemType.CHOICE:
        code = [option.code for option in item.options if not option.opt_out][position]
        return [code] if item.repeats else code
    if item.type in (ItemType.INTEGER, ItemType.DECIMAL):
        return int(item.maximum or 1)
    return "2026-11-20" if item.type is ItemType.DATE else "words"


def _without_hidden(questionnaire: Questionnaire, raw: dict[str, Any]) -> dict[str, Any]:
    given_answers = {link_id: tuple(v) if isinstance(v, list) else (v,) for link_id, v in raw.items()}
    enabled = enabled_items(questionnaire, given_answers)
    return {link_id: value for link_id, value in raw.items() if link_id in enabled}


def _values(item: Item) -> st.SearchStrategy[Any]:
    if item.type is ItemType.CHOICE and item.repeats:
        alone = [option.code for option in item.options if option.exclusive or option.opt_out]
        together = [option.code for option in item.options if option.code not in alone]
        several = st.lists(st.sampled_from(together), min_size=1, unique=True)
        return several | st.sampled_from([[code] for code in alone]) if alone else several
    if item.type is ItemType.TEXT:
        # Only what XML can hold: the readers are strict about it, and `answers` draws more than that.
        return st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=40)
    return values_for(item)


def responses(questionnaire: Questionnaire) -> st.SearchStrategy[dict[str, Any]]:
    always = {item.link_id: _values(item) for item in questionnaire.questions if item.required}
    perhaps = {item.link_id: _values(item) for item in questionnaire.questions if not item.required}
    drawn = st.fixed_dictionaries(always, optional=perhaps)
    return drawn.map(lambda raw: _without_hidden(questionnaire, raw))


@pytest.mark.parametrize("canonical", ALL)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_export_then_parse_gives_the_same_answers_and_no_number_where_there_is_no_score(
    canonical: str, data: st.DataObject
) -> None:
    questionnaire = ALL[canonical]
    response = exported(data.draw(responses(questionnaire)), rulebook=RULEBOOKS.current(questionnaire))
    sent = json.loads(encode(questionnaire_response(response)), parse_float=Decimal)
    assert parsed_answers(sent.get("item", [])) == response.response.answers
    scores = list(response.response.scores.values())
    found = observations(response)
    for observation, score in zip(found, scores, strict=False):
        said = {key for key in ("valueQuantity", "valueString", "dataAbsentReason") if key in observation}
        if isinstance(score, Score):
            assert (said, observation["valueQuantity"]["value"]) == ({"valueQuantity"}, score.value)
        elif isinstance(score, State):
            assert (said, observation["valueString"]) == ({"valueString"}, score.code)
        else:
            assert said == {"dataAbsentReason"}
