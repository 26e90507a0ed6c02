"""The import of a FHIR Questionnaire: what comes over, under which name, and what an author is told of the rest."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.fhir.questionnaire_import import names
from app.fhir.questionnaire_import.folder import files_of
from app.fhir.questionnaire_import.questionnaire import Imported, NotAQuestionnaire, import_questionnaire
from app.fhir.questionnaire_import.reading import read_resource
from app.fhir.questionnaire_import.validity import faults_of
from fhir_export import systems
from fhir_export.encoding import encode
from fhir_export.questionnaire import questionnaire_resource
from questionnaires.catalogue import Instrument, load_catalogue
from questionnaires.definition import Item, Questionnaire
from questionnaires.instrument_files import Code, InstrumentId, Language, LinkId, Version, Word
from questionnaires.text_fhir import read_fhir
from questionnaires.text_parts import Kind, Part
from questionnaires.translations import Text
from tests.export.builders import FRENCH, QUESTIONNAIRE
from tests.support.questionnaires import CANONICAL_BASE, shipped

TODAY = date(2026, 11, 22)
ENGLISH = replace(FRENCH, language="en", title="Example", introduction="About the last 7 days.")
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def resource(*items: dict[str, Any], **head: Any) -> dict[str, Any]:
    fixed = {"resourceType": "Questionnaire", "status": "draft", "title": "A sample", "language": "en"}
    return fixed | head | {"item": list(items)}


def imported(*items: dict[str, Any], **head: Any) -> Imported:
    return import_questionnaire(resource(*items, **head), today=TODAY)


def loaded(found: Imported, folder: Path, *, own_wording: bool = True) -> Instrument:
    for name, text in files_of(found, (), own_wording=own_wording).inside.items():
        path = folder / found.instrument / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_catalogue(folder, CANONICAL_BASE).instruments[found.instrument]


def told(found: Imported) -> dict[str, tuple[str, ...]]:
    return {finding.what: finding.paths for finding in found.ledger.findings}


def structure(items: tuple[Item, ...]) -> list[Any]:
    """What FHIR says of items: without the concept and the attribute, which it has no element for."""
    return [(replace(item, concept=None, attribute=None, items=()), structure(item.items)) for item in items]


def sent(questionnaire: Questionnaire, texts: dict[str, Text], language: str) -> Any:
    return json.loads(encode(questionnaire_resource(questionnaire, texts, language)))


def test_what_we_export_comes_back_with_the_same_structure_and_words(tmp_path: Path) -> None:
    found = import_questionnaire(sent(QUESTIONNAIRE, {"fr": FRENCH, "en": ENGLISH}, "fr"), today=TODAY)
    family = loaded(found, tmp_path)
    back = family.versions[QUESTIONNAIRE.version]
    assert (back.instrument, back.date) == (QUESTIONNAIRE.instrument, QUESTIONNAIRE.date)
    assert structure(back.items) == structure(QUESTIONNAIRE.items)
    for words in (FRENCH, ENGLISH):
        text = family.text(back, words.language)
        assert text is not None
        assert (text.title, text.introduction, text.items) == (words.title, words.introduction, words.items)
        assert text.option_words == words.option_words
        # R4 lets no display hold its help, so the export leaves that one out.
        assert text.helps == {"pain-severity": words.helps["pain-severity"]}


def worded() -> list[Questionnaire]:
    """The shipped questionnaires that may be shown: the others are not exported."""
    return [q for q in shipped().questionnaires if shipped().instruments[q.instrument].texts]


@pytest.mark.parametrize("questionnaire", worded(), ids=lambda q: f"{q.instrument}-{q.version}")
def test_every_shipped_questionnaire_comes_back_with_the_same_structure(
    questionnaire: Questionnaire, tmp_path: Path
) -> None:
    family = shipped().instruments[questionnaire.instrument]
    texts = {language: text for language in family.texts if (text := family.text(questionnaire, language))}
    found = import_questionnaire(sent(questionnaire, texts, next(iter(texts))), today=TODAY)
    back = loaded(found, tmp_path).versions[questionnaire.version]
    assert structure(back.items) == structure(questionnaire.items)


def test_a_restricted_wording_goes_beside_the_folder_and_nowhere_into_it(tmp_path: Path) -> None:
    secret = "Did you cough up anything unusual?"
    option = {"valueString": "Now and then, in the mornings"}
    found = imported(
        {"linkId": "a", "type": "choice", "text": secret, "answerOption": [option]}, copyright="(c) Somebody"
    )
    files = files_of(found, ("x",), own_wording=False)
    assert [name for name in files.inside if name.startswith("text/")] == []
    assert [t for t in files.inside.values() if secret in t or "mornings" in t] == []
    assert "(c) Somebody" in files.inside["licence.yaml"]
    assert files.beside["a-sample.wording-en.csv"].splitlines() == [
        "kind,key,code,text",
        "title,,,A sample",
        "introduction,,,To be written.",
        f"item,a,,{secret}",
        'option,a,option-1,"Now and then, in the mornings"',
    ]
    assert loaded(found, tmp_path, own_wording=False).licence.redistribution == "restricted"


def test_link_ids_that_do_not_fit_get_names_that_nobody_has() -> None:
    found = imported(
        {"linkId": "1.1", "type": "boolean", "text": "a"},
        {"linkId": "q-1-1", "type": "string", "text": "b"},
        {"linkId": "q-1-1", "type": "string", "text": "c", "enableWhen": [
            {"question": "1.1", "operator": "=", "answerBoolean": True}]},
        {"type": "display", "text": "d"},
        {"linkId": "é", "type": "display", "text": "e"},
    )  # fmt: skip
    assert [item["link_id"] for item in found.items.items] == ["q-1-1-2", "q-1-1", "q-1-1-3", "item-4", "item-5"]
    assert found.items.items[2]["enable_when"] == [{"question": "q-1-1-2", "operator": "=", "answer": "true"}]
    assert told(found)["item without a link id"] == ("item[3]",)


@pytest.mark.parametrize(
    ("stated", "type_"),
    [
        ("open-choice", "choice"), ("coding", "choice"), ("choice", "choice"), ("integer", "choice"),
        ("question", "choice"), ("quantity", "decimal"), ("url", "string"), ("reference", "string"),
        ("attachment", "display"), ("group", "display"), ("date", "choice"), ("essay", "choice"),
    ],
)  # fmt: skip
def test_a_type_that_an_instrument_has_not_becomes_the_nearest(stated: str, type_: str) -> None:
    options = [] if type_ != "choice" else [{"valueCoding": {"code": "1"}}]
    found = imported({"linkId": "a", "type": stated, "text": "A", "answerOption": options})
    assert found.items.items[0]["type"] == type_
    if stated != "choice":
        assert any("item[0]" in paths for paths in told(found).values())


def test_a_choice_without_options_is_a_string_and_that_is_told() -> None:
    found = imported({"linkId": "a", "type": "choice", "text": "A", "answerValueSet": "http://loinc.org/vs/LL1"})
    assert found.items.items[0]["type"] == "string"
    assert told(found)["choice without options"] == ("item[0]",)
    assert told(found)["item.answerValueSet"] == ("item[0].answerValueSet",)


def test_options_of_a_contained_value_set_are_a_set_that_items_share(tmp_path: Path) -> None:
    weight = [{"url": ORDINAL, "valueDecimal": 1}]
    concepts = [
        {"code": "no", "display": "No"},
        {"code": "yes!", "display": "Yes", "extension": weight, "designation": [{"language": "fr", "value": "Oui"}]},
    ]
    value_set = {"resourceType": "ValueSet", "id": "YesNo", "compose": {"include": [{"concept": concepts}]}}
    item = {"type": "choice", "text": "?", "answerValueSet": "#YesNo"}
    follow = {"question": "a", "operator": "=", "answerCoding": {"code": "yes!"}}
    found = imported(item | {"linkId": "a"}, item | {"linkId": "b", "enableWhen": [follow]}, contained=[value_set])
    assert found.items.option_sets == {"yesno": [{"code": "no"}, {"code": "yes", "weight": 1}]}
    assert [entry["option_set"] for entry in found.items.items] == ["yesno", "yesno"]
    assert found.items.items[1]["enable_when"][0]["answer"] == "yes"
    text = loaded(found, tmp_path).texts["fr"][0]
    assert text.option_words == {("set:yesno", "yes"): "Oui"}


def test_an_expanded_value_set_is_read_where_its_composition_names_no_codes() -> None:
    contains = [{"code": "top", "abstract": True, "contains": [{"code": "a", "display": "A"}]}, {"code": "b"}]
    value_set = {
        "resourceType": "ValueSet",
        "id": "v",
        "compose": {"include": [{"system": "http://loinc.org"}]},
        "expansion": {"contains": contains},
    }
    found = imported({"linkId": "x", "type": "choice", "text": "?", "answerValueSet": "#v"}, contained=[value_set])
    assert found.items.option_sets == {"v": [{"code": "a"}, {"code": "b"}]}


@pytest.mark.parametrize(
    "condition",
    [
        {"question": "later", "operator": "=", "answerBoolean": True},
        {"question": "nobody", "operator": "exists", "answerBoolean": True},
        {"question": "a", "operator": "=", "answerInteger": 11},
        {"question": "a", "operator": "=", "answerInteger": 1.5},
        {"question": "a", "operator": "~", "answerInteger": 1},
        {"question": "a", "operator": "exists"},
        {"question": "words", "operator": ">", "answerString": "x"},
        {"question": "yes", "operator": "=", "answerString": "true"},
    ],
)
def test_a_condition_that_cannot_be_kept_is_told(condition: dict[str, Any]) -> None:
    extension = [{"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 10}]
    found = imported(
        {"linkId": "a", "type": "integer", "text": "A", "extension": extension},
        {"linkId": "words", "type": "string", "text": "W"},
        {"linkId": "yes", "type": "boolean", "text": "Y"},
        {"linkId": "b", "type": "string", "text": "B", "enableWhen": [condition]},
        {"linkId": "later", "type": "boolean", "text": "L"},
    )
    assert "enable_when" not in found.items.items[3]
    assert told(found)["branching condition"] == ("item[3].enableWhen[0]",)


def test_limits_units_and_flags_come_over() -> None:
    urls = "http://hl7.org/fhir/StructureDefinition"
    found = imported(
        {"linkId": "a", "type": "decimal", "text": "A", "required": True, "repeats": True, "extension": [
            {"url": f"{urls}/minValue", "valueDecimal": 0.5},
            {"url": f"{urls}/maxValue", "valueInteger": 9},
            {"url": f"{urls}/questionnaire-unit", "valueCoding": {"system": "http://unitsofmeasure.org", "code": "kg"}},
            {"url": f"{urls}/questionnaire-hidden", "valueBoolean": True},
        ]},
        {"linkId": "t", "type": "text", "text": "T", "maxLength": 9000},
        {"linkId": "g", "type": "group", "required": True, "item": [{"linkId": "s", "type": "string", "text": "S"}]},
    )  # fmt: skip
    first, text, group = found.items.items
    assert {key: str(value) for key, value in first.items()} == {
        "link_id": "a", "type": "decimal", "required": "True", "repeats": "True", "hidden": "True",
        "minimum": "0.5", "maximum": "9", "unit": "kg",
    }  # fmt: skip
    assert text == {"link_id": "t", "type": "text"}
    assert "required" not in group
    assert {"maxLength", "required on a group", "recall period"} <= told(found).keys()


def test_bounds_that_contradict_each_other_are_left() -> None:
    urls = "http://hl7.org/fhir/StructureDefinition"
    bounds = [{"url": f"{urls}/minValue", "valueInteger": 5}, {"url": f"{urls}/maxValue", "valueInteger": 1}]
    found = imported({"linkId": "a", "type": "integer", "text": "A", "extension": bounds})
    assert found.items.items == [{"link_id": "a", "type": "integer"}]
    assert {f"extension {urls}/minValue", f"extension {urls}/maxValue"} <= told(found).keys()


def test_options_that_are_numbers_weigh_what_they_say() -> None:
    options = [{"valueInteger": 0}, {"valueInteger": -2}]
    found = imported({"linkId": "a", "type": "integer", "text": "A", "answerOption": options})
    assert found.items.items[0]["options"] == [{"code": "0", "weight": 0}, {"code": "2", "weight": -2}]


@pytest.mark.parametrize(
    ("head", "instrument"),
    [
        ({"url": "https://x.org/Questionnaire/PHQ_9|1"}, "phq-9-1"),
        ({"url": "https://x.org/12345", "id": "Sleep.Diary"}, "sleep-diary"),
        ({"url": "https://x.org/12345", "name": "VAS", "id": "7"}, "vas"),
        ({"title": "!"}, "imported"),
    ],
)
def test_the_instrument_is_named_after_its_canonical_or_the_next_best(head: dict[str, Any], instrument: str) -> None:
    assert imported(**head).instrument == instrument


@pytest.mark.parametrize(
    ("pattern", "shape"),
    [
        (names.LINK_ID, LinkId), (names.CODE, Code), (names.INSTRUMENT_ID, InstrumentId), (names.WORD, Word),
        (names.LANGUAGE, Language), (names.VERSION, Version),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "name", ["a", "A", "ab-c", "a_b", "1", "1.0", "1.0.0", "1.0.0.0", "1234567890.0", "pt-BR", "x" * 65, "ab\n", ""]
)
def test_a_name_fits_here_where_it_fits_in_the_files(pattern: re.Pattern[str], shape: Any, name: str) -> None:
    try:
        TypeAdapter(shape).validate_python(name)
    except ValidationError:
        assert pattern.fullmatch(name) is None
    else:
        assert pattern.fullmatch(name)


@pytest.mark.parametrize("control", ["help", "flyover"])
def test_what_the_import_takes_as_help_the_text_import_takes_as_help(control: str) -> None:
    concept = {"coding": [{"code": control}]}
    help_item = {
        "linkId": "a.h",
        "type": "display",
        "text": "Any will do.",
        "extension": [{"url": systems.ITEM_CONTROL_EXTENSION, "valueCodeableConcept": concept}],
    }
    given = resource({"linkId": "a", "type": "string", "text": "A", "item": [help_item]})
    help_part = Part(Kind.HELP, "a")
    assert import_questionnaire(given, today=TODAY).words["en"][help_part] == "Any will do."
    assert help_part in {entry.part for entry in read_fhir(json.dumps(given), "en", {"a"}).entries}


def test_the_title_is_one_line_of_the_readme() -> None:
    files = files_of(imported(title="Sleep\n\n# Approved\n[here](https://x.org)"), (), own_wording=True)
    assert files.inside["README.md"].splitlines()[0] == "# Sleep # Approved [here](https://x.org)"


def test_words_that_a_spreadsheet_could_run_stay_as_they_are_and_the_page_warns() -> None:
    found = imported({"linkId": "a", "type": "string", "text": "=1+1"})
    files = files_of(found, (), own_wording=False)
    assert "item,a,,=1+1" in files.beside["a-sample.wording-en.csv"].splitlines()
    assert "A spreadsheet may run words that begin with `=`" in files.inside["IMPORT.md"].partition("|")[0]
    assert "spreadsheet" not in files_of(found, (), own_wording=True).inside["IMPORT.md"]


def test_a_protected_name_is_kept_out_of_the_folder_until_it_is_true(tmp_path: Path) -> None:
    found = imported(
        {"linkId": "a", "type": "string", "text": "A"},
        title="The PRO-CTCAE® form",
        url="https://x.org/pro-ctcae",
        name="Form",
    )
    family = loaded(found, tmp_path)
    assert (family.id, family.about.title, family.texts["en"][0].title) == ("form", "form", "form")
    assert "The PRO-CTCAE® form" in family.references["imported"].citation
    assert "protected name" in told(found)


def test_versions_and_days_that_do_not_fit_are_told() -> None:
    found = imported(version="2024-R1", date="2024-02-31")
    assert (found.version, found.date) == ("1.0.0", "2026-11-22")
    assert {"version", "date"} <= told(found).keys()
    (why,) = (finding.why for finding in found.ledger.findings if finding.what == "version")
    assert "two or three numbers" in why
    fitting = imported(version="2.1", date="2024-02-28T10:00:00Z")
    assert (fitting.version, fitting.date) == ("2.1", "2024-02-28")


@pytest.mark.parametrize("found", [None, [], "text", {"resourceType": "Patient"}, {"resourceType": "\x00"}, {}])
def test_what_is_no_questionnaire_is_refused(found: Any) -> None:
    with pytest.raises(NotAQuestionnaire, match="give one FHIR R4 Questionnaire"):
        import_questionnaire(found, today=TODAY)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not JSON (line 1, column 2)"),
        (b"\xff", "not UTF-8 (byte 0)"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b'{"a": 1, "a": 2}', r"the same key twice (a)"),
        (b"[" * 60 + b"]" * 60, "more than 50 objects and lists"),
        (b"[" * 100_000, "more than 50 objects and lists"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "q.json"
    file.write_bytes(content)
    with pytest.raises(NotAQuestionnaire) as refused:
        read_resource(file)
    assert words in str(refused.value)
    with pytest.raises(NotAQuestionnaire, match="No such file"):
        read_resource(tmp_path / "nowhere.json")


def test_what_the_file_gets_wrong_by_fhir_is_told_without_its_values() -> None:
    assert faults_of(resource({"linkId": "a", "type": "string"})) == ()
    faults = faults_of(resource({"linkId": "a", "type": "string", "required": "certainly not"}))
    assert any("item.0.required" in fault for fault in faults)
    assert not any("certainly" in fault for fault in faults)
    (whole,) = faults_of(resource(_title="0"))
    assert "unreadable to a FHIR library" in whole


def test_the_unit_of_a_condition_is_told_because_the_folder_compares_the_number_alone() -> None:
    heavy = {"question": "a", "operator": ">", "answerQuantity": {"value": 3, "unit": "lb", "code": "[lb_av]"}}
    found = imported(
        {"linkId": "a", "type": "decimal", "text": "A"},
        {"linkId": "b", "type": "string", "text": "B", "enableWhen": [heavy]},
    )
    assert "item[1].enableWhen[0].answerQuantity.unit" in told(found)["item.enableWhen.answerQuantity.unit"]
    assert "item[1].enableWhen[0].answerQuantity.code" in told(found)["item.enableWhen.answerQuantity.code"]
