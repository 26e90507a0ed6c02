"""Reading resources: nesting, places and references, without a service."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from app.fhir.incoming import digest_of
from app.fhir.response_reading.faults import FHIR_CODES, FaultCode, issues_of, refused
from app.fhir.response_reading.places import order_of, path_of
from app.fhir.response_reading.reading import Purpose, Reading, ResponseReader
from app.services.incoming_response import Referred
from app.store.ids import new_id
from app.store.patient import Identifier
from questionnaires.catalogue import Catalogue, load_catalogue
from questionnaires.issues import IssueCode
from scoring.history import Respondent
from tests.fhir.every_kind import ANSWERS, with_every_kind
from tests.fhir.sending import written
from tests.support.questionnaires import CANONICAL_BASE

BASE = "https://here.example/fhir"
PATIENT = str(new_id())


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load_catalogue(with_every_kind(tmp_path_factory.mktemp("every-kind")), CANONICAL_BASE)


@pytest.fixture
def sound(catalogue: Catalogue) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(written(catalogue, PATIENT))
    return found


def read(catalogue: Catalogue, resource: Any, purpose: Purpose = Purpose.CREATE, **entries: str) -> Reading:
    return ResponseReader(catalogue, BASE, {f"urn:uuid:{name}": to for name, to in entries.items()}).read(
        resource, purpose
    )


def faults(reading: Reading) -> list[tuple[str, str]]:
    return [(fault.code.value, path_of(fault.place, "")) for fault in reading.faults]


def item_of(resource: dict[str, Any], link_id: str) -> dict[str, Any]:
    """The entry of a link id, wherever it stands."""
    waiting = list(resource["item"])
    while waiting:
        entry: dict[str, Any] = waiting.pop()
        if entry.get("linkId") == link_id:
            return entry
        waiting += entry.get("item", [])
        waiting += [inner for answer in entry.get("answer", []) for inner in answer.get("item", [])]
    raise AssertionError(link_id)


def answers_of(reading: Reading) -> dict[str, Any]:
    assert reading.faults == ()
    assert reading.incoming is not None
    assert reading.incoming.checked is not None
    return dict(reading.incoming.checked.answers)


# --- nesting -----------------------------------------------------------------------------------------------------


def test_every_type_is_read(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    expected = {name: tuple(value) if isinstance(value, list) else (value,) for name, value in ANSWERS.items()}
    # Numbers with a fraction come as Decimal from the parser; a float is what a test writes.
    item_of(sound, "temperature")["answer"][0]["valueDecimal"] = 38
    assert answers_of(read(catalogue, sound)) == expected | {"temperature": (38,)}


def test_order_display_and_help_do_not_matter(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    plain = answers_of(read(catalogue, copy.deepcopy(sound) | {"item": [*sound["item"][:1], *sound["item"][3:]]}))
    sound["item"] = [{"linkId": "note", "text": "Think."}, *reversed([*sound["item"][:1], *sound["item"][3:]])]
    item_of(sound, "pain")["answer"][0]["item"].insert(0, {"linkId": "pain.help"})
    item_of(sound, "symptoms")["item"].reverse()
    assert answers_of(read(catalogue, sound)) == plain


def test_help_of_nothing_and_help_with_an_answer_are_unknown(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    sound["item"] += [
        {"linkId": "nobody.help"},
        {"linkId": "note.help"},
        {"linkId": "word.help", "answer": [{"valueString": "x"}]},
    ]
    drop_fraction(sound)
    assert [code for code, _ in faults(read(catalogue, sound))] == ["unknown-item"] * 3


def drop_fraction(resource: dict[str, Any]) -> None:
    item_of(resource, "temperature")["answer"][0]["valueDecimal"] = 38


def test_children_of_an_open_question_stand_under_an_answer_without_a_value(
    catalogue: Catalogue, sound: dict[str, Any]
) -> None:
    drop_fraction(sound)
    del item_of(sound, "pain")["answer"][0]["valueCoding"]
    assert faults(read(catalogue, sound)) == [("not-enabled", ".item[0].item[0].answer[0].item[0]")]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("again", "under `answer.item` of `pain`"),
        ("pain", "under `item` of `symptoms`"),
        ("rating", "at the top, under `QuestionnaireResponse.item`"),
    ],
)
def test_wrong_nesting_says_where_it_belongs(
    catalogue: Catalogue, sound: dict[str, Any], place: str, words: str
) -> None:
    drop_fraction(sound)
    entry = item_of(sound, place)
    moved = copy.deepcopy(entry)
    entry.clear()
    entry.update({"linkId": "pain.help"})
    if place == "rating":
        item_of(sound, "symptoms")["item"].append(moved)
    else:
        sound["item"].append(moved)
    (fault,) = read(catalogue, sound).faults
    assert fault.code is FaultCode.WRONG_NESTING
    assert words in fault.text


def test_below_an_unknown_item_only_that_is_unknown(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    drop_fraction(sound)
    symptoms = sound["item"][0]
    symptoms["linkId"] = "elsewhere"
    assert faults(read(catalogue, sound)) == [("unknown-item", ".item[0].linkId")]


def test_a_group_in_two_halves_is_one_fault(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    drop_fraction(sound)
    pain, topics = sound["item"][0]["item"]
    sound["item"][:1] = [{"linkId": "symptoms", "item": [pain]}, {"linkId": "symptoms", "item": [topics]}]
    assert faults(read(catalogue, sound)) == [("repeated-item", ".item[1].linkId")]


def test_a_group_with_answers_and_items_breaks_qrs_1_once(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    drop_fraction(sound)
    sound["item"][0]["answer"] = [{"valueString": "x"}]
    assert faults(read(catalogue, sound)) == [("answer-beside-item", ".item[0]")]


def test_a_fault_of_one_answer_does_not_hide_those_of_the_others(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    drop_fraction(sound)
    item_of(sound, "topics")["answer"] = [
        {"valueCoding": {"code": "sleep"}},
        {"valueString": "x"},
        {"valueCoding": {"code": "nothing of ours"}},
        "x",
        {"valueCoding": {"code": "none"}},
    ]
    assert faults(read(catalogue, sound)) == [
        ("exclusive-option", ".item[0].item[1]"),
        ("wrong-type", ".item[0].item[1].answer[1].value"),
        ("not-an-option", ".item[0].item[1].answer[2].value"),
        ("wrong-json-type", ".item[0].item[1].answer[3]"),
    ]


def test_an_answer_without_a_value_is_no_answer(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    drop_fraction(sound)
    masked = {"_valueString": {"extension": [{"url": "https://x.example", "valueCode": "masked"}]}}
    item_of(sound, "word")["answer"] = [masked]
    assert "word" not in answers_of(read(catalogue, sound))


@pytest.mark.parametrize(
    "broken", [{"answer": "x"}, {"answer": [5]}, {"answer": [{}]}, {"answer": [{"valueCoding": 5}]}]
)
def test_what_cannot_be_read_is_not_missing_too(
    catalogue: Catalogue, sound: dict[str, Any], broken: dict[str, Any]
) -> None:
    drop_fraction(sound)
    item_of(sound, "can-wait").update(broken)
    assert [code for code, _ in faults(read(catalogue, sound))] in (["wrong-json-type"], ["empty-element"])


@pytest.mark.parametrize("entry", ["x", 5, {"linkId": 5}, {"linkId": ""}])
def test_an_entry_that_is_no_item_is_one_fault(catalogue: Catalogue, sound: dict[str, Any], entry: Any) -> None:
    drop_fraction(sound)
    sound["item"].append(entry)
    assert len(read(catalogue, sound).faults) == 1


# --- references --------------------------------------------------------------------------------------------------


def test_references_of_a_bundle_lead_to_what_its_entries_became(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    drop_fraction(sound)
    visit = str(new_id())
    sound |= {
        "subject": {"reference": "urn:uuid:p"},
        "encounter": {"reference": "urn:uuid:e"},
        "source": {"reference": "urn:uuid:p"},
    }
    found = read(catalogue, sound, p=f"Patient/{PATIENT}", e=f"Encounter/{visit}").incoming
    assert found is not None
    assert (str(found.subject and found.subject.id), str(found.visit and found.visit.id)) == (PATIENT, visit)
    assert found.answered_by is Respondent.PATIENT


@pytest.mark.parametrize(
    ("subject", "referred"),
    [
        ({"reference": f"Patient/{PATIENT.upper()}"}, Referred()),
        ({"reference": f"http://elsewhere.example/fhir/Patient/{PATIENT}"}, Referred()),
        ({"reference": "urn:uuid:nobody"}, Referred()),
        ({"reference": "#p"}, Referred()),
        ({"display": "Somebody"}, Referred()),
        ({"identifier": {"value": "1"}}, Referred(identifier=Identifier("", "1"))),
        ({"identifier": {"system": "urn:x"}}, Referred()),
        ({"identifier": {"system": "urn:x", "value": "a\u0000"}}, Referred()),
    ],
)
def test_a_subject_leads_to_an_id_an_identifier_or_nowhere(
    catalogue: Catalogue, sound: dict[str, Any], subject: dict[str, Any], referred: Referred
) -> None:
    drop_fraction(sound)
    found = read(catalogue, sound | {"subject": subject}).incoming
    assert found is not None
    assert found.subject == referred


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"identifier": {"system": "urn:x", "value": "1"}}, "wrong-target"),
        ({"display": "Somebody"}, "wrong-target"),
        ({"reference": "#nobody"}, "wrong-target"),
        ({"type": "Patient", "identifier": {"system": "urn:x", "value": "1"}}, None),
        ({"reference": "http://elsewhere.example/fhir/Patient/1"}, "not-the-subject"),
    ],
)
def test_a_source_that_is_nobody_is_told(
    catalogue: Catalogue, sound: dict[str, Any], source: dict[str, Any], code: str | None
) -> None:
    drop_fraction(sound)
    expected = [] if code is None else [(code, ".source")]
    assert faults(read(catalogue, sound | {"source": source})) == expected


def test_a_source_by_another_identifier_is_somebody_else(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    drop_fraction(sound)
    one, other = ({"type": "Patient", "identifier": {"system": "urn:x", "value": value}} for value in "12")
    assert faults(read(catalogue, sound | {"subject": one, "source": other})) == [("not-the-subject", ".source")]


def test_what_is_broken_is_not_looked_up(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    drop_fraction(sound)
    found = read(catalogue, sound | {"subject": {"reference": 5}, "encounter": {"foo": 1}}).incoming
    assert found is not None
    assert (found.subject, found.visit) == (None, None)


# --- versions, statuses, places ----------------------------------------------------------------------------------


def test_a_canonical_without_a_version_is_taken_where_there_is_one_only(catalogue: Catalogue) -> None:
    sent = written(catalogue, PATIENT, {"can-wait": "yes"}, instrument="pre-consultation")
    sent["questionnaire"] = sent["questionnaire"].partition("|")[0]
    found = read(catalogue, sent)
    assert found.faults == ()
    assert found.incoming is not None
    assert found.incoming.questionnaire is not None
    assert found.incoming.questionnaire.version == "1.0.0"


def test_a_change_may_be_any_status_that_is_stored(catalogue: Catalogue, sound: dict[str, Any]) -> None:
    drop_fraction(sound)
    for status in ("completed", "amended", "entered-in-error"):
        assert read(catalogue, sound | {"status": status}, Purpose.CHANGE).faults == ()
    for status in ("in-progress", "stopped"):
        assert faults(read(catalogue, sound | {"status": status}, Purpose.CHANGE)) == [("status-not-taken", ".status")]


@pytest.mark.parametrize(
    ("authored", "stored"),
    [
        ("0001-01-01T00:00:00+14:00", "0001-01-02T00:00:00+00:00"),
        ("9999-12-31T23:59:59-14:00", "9999-12-30T00:00:00+00:00"),
        ("2026-11-20T09:30:00.123456789+01:00", "2026-11-20T08:30:00.123456+00:00"),
    ],
)
def test_any_clock_is_let_through(catalogue: Catalogue, sound: dict[str, Any], authored: str, stored: str) -> None:
    drop_fraction(sound)
    found = read(catalogue, sound | {"authored": authored})
    assert found.faults == ()
    assert found.incoming is not None
    assert found.incoming.authored is not None
    assert found.incoming.authored.isoformat() == stored


def test_a_place_is_a_path_of_r4() -> None:
    place = ("item", 0, "answer", 1, "valueCoding", "code")
    assert path_of(place, "Bundle.entry[2].resource") == "Bundle.entry[2].resource.item[0].answer[1].value.code"
    assert path_of(("_authored", "extension", 0), "Q") == "Q.authored.extension[0]"
    assert path_of(("item", 0, "0612-345678", "x"), "Q") == "Q.item[0]"
    assert path_of(("valuation",), "Q") == "Q.valuation"
    assert order_of(("b", 5, "x"), {"a": 1, "b": []}) == (1, 5, 0)


def test_every_code_is_one_of_r4() -> None:
    of_structure = {"structure", "required", "value", "invariant", "code-invalid", "too-long"}
    allowed = of_structure | {"extension", "not-supported", "not-found", "business-rule"}
    assert set(FHIR_CODES.values()) == allowed
    assert set(FHIR_CODES) == set(FaultCode) | set(IssueCode)


def test_faults_are_told_below_any_path(catalogue: Catalogue) -> None:
    reading = read(catalogue, {"resourceType": "QuestionnaireResponse", "status": "stopped"})
    problem = refused(reading.faults, "Bundle.entry[0].resource").problem
    assert {issue["expression"] for issue in problem.issues} == {
        f"Bundle.entry[0].resource.{name}" for name in ("status", "questionnaire", "subject")
    }
    assert next(iter(issues_of(reading.faults))).expression == "QuestionnaireResponse.status"


# --- what the library lets through, and what it must not refuse --------------------------------------------------


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"extension": [{"url": "u", "_valueString": {"extension": [{"url": "x", "valueCode": "y"}]}}]}, []),
        ({"extension": [{"url": "u", "_valueString": {"id": "a"}}]}, []),
        ({"extension": [{"url": "u", "_valueString": {"foo": 1}}]}, [("unknown-element", ".extension[0].value")]),
        ({"extension": [{"url": "u", "_other": {"id": "a"}}]}, [("unknown-element", ".extension[0].other")]),
        ({"extension": [{}]}, [("empty-element", ".extension[0]")]),
        ({"extension": [{"url": "u", "valueString": ""}]}, [("empty-element", ".extension[0].value")]),
        ({"extension": ["{}"]}, [("wrong-json-type", ".extension[0]")]),
        ({"contained": {}}, [("empty-element", ".contained")]),
        ({"contained": {"resourceType": "Patient"}}, [("wrong-json-type", ".contained")]),
        ({"contained": [{"id": "p"}]}, [("wrong-json-type", ".contained[0]")]),
        ({"meta": "{}"}, [("wrong-json-type", ".meta")]),
        ({"meta": {"lastUpdated": "2026-11-20"}}, [("wrong-format", ".meta.lastUpdated")]),
        ({"meta": {"profile": ["urn:p", None], "_profile": [None, {"id": "a"}]}}, []),
        ({"authored": "2026-02-30T10:00:00Z"}, [("wrong-format", ".authored")]),
        ({"status": 5}, [("wrong-json-type", ".status")]),
        ({"identifier": {"system": "urn:x"}}, []),
        ({"partOf": {"reference": "Procedure/1"}}, [("wrong-json-type", ".partOf")]),
    ],
)
def test_each_element_is_what_r4_has_there(
    catalogue: Catalogue, sound: dict[str, Any], element: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    drop_fraction(sound)
    assert faults(read(catalogue, sound | element)) == expected


def test_a_number_that_no_integer_is_has_a_digest_all_the_same() -> None:
    one, other = (digest_of(b"a", {"n": 2**70}), digest_of(b"b", {"n": 2**70}))
    assert one != other
    assert digest_of(b"a", {"n": 1, "m": Decimal("1.50")}) == digest_of(b"b", {"m": Decimal("1.50"), "n": 1})
