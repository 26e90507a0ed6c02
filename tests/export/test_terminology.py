"""Our code systems, value sets and maps: complete, in every language, and valid; and every code in use is in one."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fhir_export import systems
from fhir_export.bundle import full_url
from fhir_export.code_system import score_systems
from fhir_export.concept_map import ctcae_maps
from fhir_export.ctcae_terms import ctcae_terms, read_ctcae_terms
from fhir_export.definition import Definition
from fhir_export.house_codes import house_systems
from fhir_export.observation import observations
from fhir_export.questionnaire import questionnaire_resource
from fhir_export.questionnaire_package import needed, questionnaire_package
from fhir_export.questionnaire_response import questionnaire_response
from fhir_export.structure_definition import extension_definitions
from fhir_export.terminology import instrument_definitions
from questionnaires.definition import PublicationStatus
from questionnaires.errors import InstrumentInvalid
from questionnaires.folder import Folder
from questionnaires.published_structure import published_structures
from scoring.synthesis import Mode
from tests.export.answer_builders import RULEBOOK as EVENING
from tests.export.answer_builders import answered
from tests.export.builders import ARABIC_DRAFT, BASE, FRENCH, QUESTIONNAIRE, RULEBOOK, SERVICE
from tests.export.readers import broken_invariants, conformance_errors, structure_issues, typed_reading
from tests.export.test_shipped_instruments import ALL, CATALOGUE, RULEBOOKS, texts_of
from tests.export.test_shipped_observations import full_response

TEXTS = {"fr": FRENCH, "ar": ARABIC_DRAFT}
OURS = list(instrument_definitions([(QUESTIONNAIRE, [RULEBOOK])]))
HOUSE = list(house_systems(BASE, "0.1.0", {"not-found": "There is no such resource"}, {"required": "required"}))
INSTRUMENTS = list(CATALOGUE.instruments)


def definitions_of(instrument: str) -> list[Definition]:
    versions = CATALOGUE.instruments[instrument].versions.values()
    return list(instrument_definitions([(v, RULEBOOKS.by_canonical[v.canonical]) for v in versions]))


def named(definitions: list[Definition], type_: str, tail: str) -> Definition:
    (found,) = [d for d in definitions if d.url == f"{BASE}/{type_}/{tail}"]
    return found


def assert_valid(resource: dict[str, Any]) -> None:
    typed_reading(resource)
    assert structure_issues(resource) == []
    assert broken_invariants(resource) == []
    assert conformance_errors(resource) == []


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_what_an_instrument_defines_is_valid_in_each_of_its_languages(instrument: str) -> None:
    found = definitions_of(instrument)
    assert len({(d.type, d.id) for d in found}) == len(found)
    assert len({(d.url, d.version) for d in found}) == len(found)
    for definition in found:
        assert definition.questionnaire is not None
        texts = texts_of(definition.questionnaire)
        assert_valid(definition.resource(texts, "fr"))
        for resource in (definition.resource({}, "en"), *(definition.resource(texts, language) for language in texts)):
            typed_reading(resource)
            assert structure_issues(resource) == []


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_codes_and_extensions_of_the_house_are_valid_in_each_language(language: str) -> None:
    for definition in [*HOUSE, *extension_definitions(BASE, "0.1.0")]:
        resource = definition.resource({}, language)
        assert_valid(resource)
        assert (resource["language"], resource["version"]) == (language, "0.1.0")


def test_every_code_of_the_house_has_words_in_three_languages() -> None:
    for definition in HOUSE:
        if definition.url.endswith(("problems", "issues")):
            continue
        for entry in definition.resource({}, "fr")["concept"]:
            said = [entry["display"], *(other["value"] for other in entry["designation"])]
            assert len(set(said)) >= 2, "Urgent is the same word twice"
            assert [other["language"] for other in entry["designation"]] == ["ar", "en"]


def test_a_concept_says_its_words_and_what_scoring_knows() -> None:
    scores = named(OURS, "CodeSystem", "example.scores").resource(TEXTS, "fr")
    assert (scores["content"], scores["count"], scores["caseSensitive"]) == ("complete", 3, True)
    assert scores["title"] == "Exemple: scores"
    assert scores["concept"][0] == {
        "code": "nausea_composite",
        "display": "Nausées (0-3)",
        "designation": [{"language": "ar", "value": "Nausées"}],
        "property": [
            {"code": "concept", "valueString": "nausea"},
            {"code": "kind", "valueString": "composite_grade"},
            {"code": "scale", "valueString": "nausea-composite-grade"},
            {"code": "number", "valueInteger": 1},
        ],
    }
    items = named(OURS, "CodeSystem", "example.items").resource(TEXTS, "ar")
    assert [c["code"] for c in items["concept"]] == [item.link_id for item in QUESTIONNAIRE.questions]
    assert items["concept"][1]["designation"] == [{"language": "fr", "value": "Étaient-elles fortes ?"}]
    assert "display" not in items["concept"][1], "the draft does not say it yet"
    assert [p["code"] for p in items["property"]] == ["type", "concept", "attribute"]


def test_an_option_has_its_weight_or_declines() -> None:
    options = named(OURS, "CodeSystem", "example.options.severity-private").resource(TEXTS, "fr")
    assert options["concept"][4]["property"] == [{"code": "weight", "valueDecimal": 4}]
    assert options["concept"][5]["property"] == [{"code": "declines", "valueBoolean": True}]
    topics = named(OURS, "CodeSystem", "example.item.topics").resource(TEXTS, "fr")
    assert "property" not in topics
    assert topics["concept"][0] == {"code": "pain", "display": "La douleur"}


def test_a_value_set_is_all_of_its_code_system() -> None:
    frequency = named(OURS, "ValueSet", "example.options.frequency").resource(TEXTS, "fr")
    system = named(OURS, "CodeSystem", "example.options.frequency").resource(TEXTS, "fr")
    assert system["valueSet"] == frequency["url"]
    assert frequency["compose"] == {"include": [{"system": system["url"], "version": system["version"]}]}
    assert len([d for d in OURS if d.type == "ValueSet"]) == 3


def test_without_words_of_the_centre_a_licensed_instrument_shows_its_codes_only() -> None:
    for definition in definitions_of("phq-9"):
        resource = definition.resource({}, "fr")
        assert resource["title"].startswith("phq-9: ")
        assert "display" not in str(resource)


def test_scores_have_the_version_of_their_rules_whatever_definitions_these_score() -> None:
    older = replace(QUESTIONNAIRE, version="1.1.0", status=PublicationStatus.RETIRED)
    books = [replace(RULEBOOK, questionnaire=older), replace(RULEBOOK, questionnaire=older, version="1.9.0"), RULEBOOK]
    found = {d.version: d for d in score_systems(books)}
    assert {version: d.status.value for version, d in found.items()} == {"2.0.0": "active", "1.9.0": "retired"}
    assert found["2.0.0"].questionnaire is QUESTIONNAIRE


def test_two_versions_of_a_definition_are_two_versions_of_its_codes() -> None:
    older = replace(QUESTIONNAIRE, version="1.1.0")
    found = list(
        instrument_definitions([(older, [replace(RULEBOOK, questionnaire=older)]), (QUESTIONNAIRE, [RULEBOOK])])
    )
    assert [d.version for d in found if d.url.endswith("/CodeSystem/example.items")] == ["1.1.0", "1.2.0"]
    assert [d.version for d in found if d.url.endswith(".scores.ctcae")] == ["2.0.0"]
    assert len({(d.url, d.version) for d in found}) == len(found)


def test_an_id_is_readable_or_a_digest() -> None:
    ids = {d.url.rsplit("/", 1)[1]: d.id for d in definitions_of("g8")}
    assert ids["g8.item.G8_INTAKE"] == "g8.item.G8.INTAKE-1.0"
    long = replace(OURS[0], url=f"{BASE}/CodeSystem/example.item.{'x' * 60}")
    assert re.fullmatch(r"[0-9a-f]{32}", long.id)
    assert long.id != replace(long, version="9.9").id


def test_the_version_id_changes_with_a_word() -> None:
    items = named(OURS, "CodeSystem", "example.items")
    reworded = replace(FRENCH, items={**FRENCH.items, "weight": "Combien pesez-vous ?"})
    assert items.resource(TEXTS, "fr")["meta"] != items.resource({**TEXTS, "fr": reworded}, "fr")["meta"]
    assert items.resource(TEXTS, "fr")["meta"] == items.resource(dict(TEXTS), "fr")["meta"]


# --- towards CTCAE terms -----------------------------------------------------------------------------------------


def targets(definition: Definition) -> dict[str, str]:
    (group,) = definition.resource({}, "en")["group"]
    assert group["target"] == systems.NCIT
    assert {t["equivalence"] for e in group["element"] for t in e["target"]} == {"relatedto"}
    return {e["code"]: e["target"][0]["code"] for e in group["element"]}


def test_pro_ctcae_is_mapped_term_by_term() -> None:
    items, scores = (d for d in definitions_of("pro-ctcae") if d.type == "ConceptMap")
    of_items, of_scores = targets(items), targets(scores)
    (structure,) = published_structures()
    numbers = {int(re.findall(r"\d+", code)[0]) for code in of_items}
    assert numbers == {term.number for term in structure.terms} - {38}, "CTCAE has no term for stretch marks"
    assert (of_items["PROCTCAE_9A_SCL"], of_scores["PROCTCAE_9_COMP"]) == ("C146764", "C146764")
    assert len(of_scores) == 59


def test_our_own_symptoms_are_mapped_and_other_scales_are_not() -> None:
    mapped = {name for name in INSTRUMENTS if any(d.type == "ConceptMap" for d in definitions_of(name))}
    assert mapped == {"pro-ctcae", "pre-consultation", "oral-therapy-weekly", "symptom-watch"}
    _, scores = (d for d in definitions_of("oral-therapy-weekly") if d.type == "ConceptMap")
    found = targets(scores)
    assert found["fever_pre_grade_v6"] == "C143485"
    assert found["weight_loss_pre_grade_v5"] == "C55339"
    assert not {"adherence_percent", "doses_missed"} & found.keys()


def test_a_symptom_without_a_term_is_left_out() -> None:
    items, scores = (targets(definition) for definition in ctcae_maps(EVENING.questionnaire, [EVENING]))
    assert items.keys() == {"cough-severity", "coughing", "temperature"}
    assert scores.keys() == {"cough", "temperature_highest"}


def test_a_target_says_what_both_versions_call_it_and_how_sure_the_pairing_is() -> None:
    items, _ = (d for d in definitions_of("pro-ctcae") if d.type == "ConceptMap")
    elements = {e["code"]: e["target"][0]["comment"] for e in items.resource({}, "en")["group"][0]["element"]}
    assert elements["PROCTCAE_21A_SCL"] == (
        "CTCAE 5.0: Wheezing; CTCAE 6.0: Bronchospasm; paired by their published names"
    )
    assert elements["PROCTCAE_11A_SCL"].endswith("which differ in scope")


def test_the_table_of_terms_is_whole() -> None:
    (structure,) = published_structures()
    terms = ctcae_terms()
    assert set(terms) == {term.concept for term in structure.terms if term.number != 38} | {
        "temperature",
        "weight-loss",
        "weight-gain",
    }
    assert all(re.fullmatch(r"C\d{4,6}", term.ncit) for term in terms.values())
    assert {term.pairing for term in terms.values()} == {"high", "low", "own"}


def test_a_table_that_is_not_there_is_a_damage(tmp_path: Any) -> None:
    with pytest.raises(InstrumentInvalid, match="missing"):
        read_ctcae_terms(Folder(tmp_path))


# --- what is used is defined -------------------------------------------------------------------------------------


def codings(element: Any) -> Iterator[tuple[str, str]]:
    if isinstance(element, dict):
        if "system" in element and "code" in element:
            yield element["system"], element["code"]
        for inside in element.values():
            yield from codings(inside)
    elif isinstance(element, list):
        for inside in element:
            yield from codings(inside)


@pytest.mark.parametrize("canonical", ALL)
def test_every_code_of_ours_in_an_exported_resource_is_in_its_code_system(canonical: str) -> None:
    questionnaire = ALL[canonical]
    texts = texts_of(questionnaire)
    known: dict[str, set[str]] = {}
    for definition in [*definitions_of(questionnaire.instrument), *HOUSE]:
        if definition.type == "CodeSystem":
            concepts = definition.resource(texts, "fr")["concept"]
            known.setdefault(definition.url, set()).update(c["code"] for c in concepts)
    full = full_response(questionnaire)
    used = {
        coding
        for resource in (
            questionnaire_resource(questionnaire, texts, "fr"),
            questionnaire_response(full, texts["fr"]),
            *observations(full, texts["fr"]),
        )
        for coding in codings(resource)
    }
    published = {system for system, _ in used if not system.startswith(BASE)}
    assert all(system.startswith("http") for system in published)
    ours = {(system, code) for system, code in used if system.startswith(BASE)}
    assert len(ours) > 3
    assert {(system, code) for system, code in ours if code not in known.get(system, ())} == set()


def test_an_extension_says_what_stands_in_it() -> None:
    pinned, *others = (d.resource({}, "en") for d in extension_definitions(BASE, "0.1.0"))
    assert pinned["url"] == systems.pinned_artefacts(QUESTIONNAIRE)
    paths = {element["id"]: element for element in pinned["differential"]["element"]}
    assert paths["Extension.url"]["fixedUri"] == pinned["url"]
    assert paths["Extension.value[x]"]["max"] == "0"
    assert paths["Extension.extension:text.extension:revision.value[x]"]["type"] == [{"code": "positiveInt"}]
    for extension in observations(answered())[0]["extension"]:
        assert {f"Extension.extension:{part['url']}" for part in extension["extension"]} <= paths.keys()
    assert {other["url"] for other in others} == {
        systems.consultation_status(BASE),
        systems.answer_state(BASE),
        systems.correction_reason(QUESTIONNAIRE),
    }


# --- the package -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("canonical", ALL)
def test_a_package_holds_a_questionnaire_and_all_that_its_codes_need(canonical: str) -> None:
    texts = texts_of(ALL[canonical])
    questionnaire = questionnaire_resource(ALL[canonical], texts, "fr")
    chosen = needed(questionnaire, definitions_of(ALL[canonical].instrument))
    package = questionnaire_package(questionnaire, [d.resource(texts, "fr") for d in chosen], SERVICE)
    typed_reading(package)
    assert structure_issues(package) == []
    assert [e["fullUrl"] for e in package["entry"]] == [full_url(e["resource"], SERVICE) for e in package["entry"]]
    first, *others = [entry["resource"] for entry in package["entry"]]
    assert first is questionnaire
    defined = {other["url"] for other in others if other["resourceType"] == "CodeSystem"}
    assert defined == {system for system, _ in codings(questionnaire) if system.startswith(f"{BASE}/CodeSystem/")}
    included = {i["system"] for o in others if o["resourceType"] == "ValueSet" for i in o["compose"]["include"]}
    assert included == {url for url in defined if not url.endswith(".items")}


def test_modes_are_all_there() -> None:
    modes = named(HOUSE, "CodeSystem", "vigie-modes").resource({}, "en")
    assert [c["code"] for c in modes["concept"]] == [mode.value for mode in Mode]
