"""Everything that is given out, read by programs that we did not write; and proof that these would see a fault."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.export.readers import broken_invariants, conformance_errors, structure_issues, typed_reading
from tests.export.test_golden_files import CASES

Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize("name", CASES)
def test_every_resource_reads_as_valid_r4(name: str) -> None:
    resource, questionnaire = CASES[name](), CASES["questionnaire"]()
    typed_reading(resource)
    assert structure_issues(resource) == []
    assert broken_invariants(resource) == []
    assert conformance_errors(resource, questionnaire) == []


def _first_question(resource: dict[str, Any]) -> Any:
    return resource["item"][1]["item"][0]


def _of_the_response(bundle: dict[str, Any]) -> Any:
    return bundle["entry"][0]["resource"]


def _of_the_first_score(bundle: dict[str, Any]) -> Any:
    return bundle["entry"][1]["resource"]


_first_page = _of_the_response


def _contain(bundle: dict[str, Any], **changes: Any) -> None:
    """A Device of the Composition's own, which its author is unless the id is changed."""
    own = {"resourceType": "Device", "id": "own", **changes}
    _first_page(bundle).update(contained=[own], author=[{"reference": "#own"}])


BREAKING: list[tuple[str, str, Change]] = [
    ("que-1", "questionnaire", lambda r: r["item"][1].pop("item")),
    ("que-2", "questionnaire", lambda r: _first_question(r).update(linkId="weight")),
    ("que-3", "questionnaire", lambda r: r["item"][0].update(code=[{"code": "x"}])),
    ("que-4", "questionnaire", lambda r: _first_question(r).update(answerValueSet="https://vigie.example/v")),
    ("que-5", "questionnaire", lambda r: _first_question(r).update(type="boolean")),
    ("que-6", "questionnaire", lambda r: r["item"][0].update(required=True)),
    ("que-7", "questionnaire", lambda r: r["item"][3]["enableWhen"][0].update(operator="exists")),
    ("que-8", "questionnaire", lambda r: r["item"][0].update(initial=[{"valueString": "x"}])),
    ("que-9", "questionnaire", lambda r: r["item"][0].update(readOnly=True)),
    ("que-10", "questionnaire", lambda r: _first_question(r).update(maxLength=3)),
    ("que-11", "questionnaire", lambda r: _first_question(r).update(initial=[{"valueString": "x"}])),
    ("que-12", "questionnaire", lambda r: r["item"][4].pop("enableBehavior")),
    ("ext-1", "questionnaire", lambda r: r["extension"][0].update(valueString="x")),
    ("qrs-1", "collection", lambda r: _of_the_response(r)["item"][0].update(answer=[{"valueInteger": 1}])),
    ("obs-3", "collection", lambda r: _of_the_first_score(r).update(referenceRange=[{"age": {}}])),
    ("obs-6", "collection", lambda r: _of_the_first_score(r).update(dataAbsentReason={"text": "x"})),
    (
        "obs-7",
        "collection",
        lambda r: _of_the_first_score(r)["component"][0].update(code=_of_the_first_score(r)["code"]),
    ),
    ("per-1", "document", lambda r: _first_page(r)["event"][0]["period"].update(end="2026-10-01T00:00:00Z")),
    ("cmp-1", "document", lambda r: [_first_page(r)["section"][-1].pop("text")]),
    ("cmp-2", "document", lambda r: _first_page(r)["section"][0].update(emptyReason={"text": "x"})),
    ("dom-6", "document", lambda r: _first_page(r).pop("text")),
    ("dom-2", "document", lambda r: _contain(r, contained=[{"resourceType": "Device"}])),
    ("dom-3", "document", lambda r: _contain(r, id="never-referred-to")),
    ("dom-4", "document", lambda r: _contain(r, meta={"versionId": "1"})),
    ("dom-5", "document", lambda r: _contain(r, meta={"security": [{"code": "R"}]})),
    ("bdl-3", "document", lambda r: r["entry"][0].update(request={"method": "GET", "url": "Patient/1"})),
    ("bdl-4", "document", lambda r: r["entry"][0].update(response={"status": "200"})),
    ("bdl-9", "document", lambda r: r["identifier"].pop("value")),
    ("bdl-10", "document", lambda r: r.pop("timestamp")),
    ("bdl-11", "document", lambda r: r["entry"].reverse()),
    ("bdl-12", "document", lambda r: r.update(type="message")),
    ("bdl-1", "collection", lambda r: r.update(total=1)),
    ("bdl-2", "collection", lambda r: r["entry"][0].update(search={"mode": "match"})),
    ("bdl-5", "collection", lambda r: r["entry"][0].pop("resource")),
    ("bdl-7", "collection", lambda r: r["entry"][1].update(fullUrl=r["entry"][2]["fullUrl"])),
    ("bdl-8", "collection", lambda r: r["entry"][1].update(fullUrl="https://a.example/Observation/1/_history/2")),
    ("cpb-1", "capability-statement", lambda r: r.pop("rest")),
    ("cpb-2", "capability-statement", lambda r: [r.pop("software"), r.pop("implementation")]),
    ("cpb-9", "capability-statement", lambda r: r["rest"][0]["resource"].append({"type": "Observation"})),
    (
        "cpb-12",
        "capability-statement",
        lambda r: r["rest"][0]["resource"][1]["searchParam"].append({"name": "patient"}),
    ),
    ("cpb-14", "capability-statement", lambda r: r.pop("implementation")),
    ("pat-1", "patient", lambda r: r.update(contact=[{"gender": "other"}])),
    ("org-1", "organization", lambda r: r.pop("name")),
    ("org-2", "organization", lambda r: r.update(address=[{"use": "home"}])),
    ("org-3", "organization", lambda r: r.update(telecom=[{"use": "home"}])),
]


@pytest.mark.parametrize(("key", "name", "change"), BREAKING, ids=[key for key, _, _ in BREAKING])
def test_each_invariant_sees_its_fault(key: str, name: str, change: Change) -> None:
    resource = copy.deepcopy(CASES[name]())
    change(resource)
    assert key in broken_invariants(resource)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: _of_the_response(r).update(status="bogus"),
        lambda r: _of_the_first_score(r).update(status="bogus"),
        lambda r: _of_the_response(r)["item"][0]["item"][2].update(answer=[{"valueString": "8"}]),
        lambda r: _of_the_response(r)["item"][0]["item"].pop(),
        lambda r: _of_the_response(r)["item"].append({"linkId": "unknown"}),
    ],
    ids=["status of a response", "status of an observation", "type of an answer", "required", "unknown item"],
)
def test_the_conformance_reader_sees_its_faults(change: Change) -> None:
    bundle = copy.deepcopy(CASES["collection"]())
    change(bundle)
    assert conformance_errors(bundle, CASES["questionnaire"]())


def test_the_structure_reader_sees_its_faults() -> None:
    bundle = copy.deepcopy(CASES["collection"]())
    _of_the_first_score(bundle).pop("code")
    assert structure_issues(bundle)
    _of_the_first_score(bundle)["unknown"] = 1
    with pytest.raises(ValueError, match="unknown"):
        typed_reading(bundle)
