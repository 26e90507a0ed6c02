"""Proof that the invariants of definitions see their faults."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from fhir_export.operation_definition import operation_definition
from tests.export.builders import BASE
from tests.export.readers import broken_invariants, conformance_errors, structure_issues, typed_reading
from tests.export.terminology_cases import COLLECTION, TERMINOLOGY_CASES

Change = Callable[[dict[str, Any]], Any]


def _include(resource: dict[str, Any]) -> Any:
    return resource["compose"]["include"][0]


def _target(resource: dict[str, Any]) -> Any:
    return resource["group"][0]["element"][0]["target"][0]


def _elements(resource: dict[str, Any]) -> Any:
    return resource["differential"]["element"]


BREAKING: list[tuple[str, str, Change]] = [
    ("csd-0", "code-system-scores", lambda r: r.update(name="example scores")),
    ("csd-1", "code-system-scores", lambda r: r["concept"].append(r["concept"][0])),
    ("csd-1", "code-system-scores", lambda r: r["concept"][0].update(concept=[{"code": "weight"}])),
    ("vsd-0", "value-set", lambda r: r.update(name="1")),
    ("vsd-1", "value-set", lambda r: _include(r).pop("system")),
    ("vsd-2", "value-set", lambda r: (_include(r).pop("system"), _include(r).update(concept=[{"code": "1"}]))),
    ("vsd-3", "value-set", lambda r: _include(r).update(concept=[{"code": "1"}], filter=[{"property": "x"}])),
    ("cmd-0", "concept-map", lambda r: r.update(name="")),
    ("cmd-1", "concept-map", lambda r: (_target(r).pop("comment"), _target(r).update(equivalence="narrower"))),
    ("cmd-2", "concept-map", lambda r: r["group"][0].update(unmapped={"mode": "fixed"})),
    ("cmd-3", "concept-map", lambda r: r["group"][0].update(unmapped={"mode": "other-map"})),
    ("sdf-0", "structure-definition", lambda r: r.update(name="vigie")),
    ("sdf-4", "structure-definition", lambda r: r.pop("baseDefinition")),
    ("sdf-5", "structure-definition", lambda r: r.pop("context")),
    ("sdf-6", "structure-definition", lambda r: r.pop("differential")),
    ("sdf-8a", "structure-definition", lambda r: _elements(r)[2].update(path="Patient.extension")),
    ("sdf-14", "structure-definition", lambda r: _elements(r)[2].pop("id")),
    ("sdf-17", "structure-definition", lambda r: _elements(r)[2].update(id="Extension")),
    ("sdf-20", "structure-definition", lambda r: _elements(r)[0].update(slicing={"rules": "open"})),
    ("eld-2", "structure-definition", lambda r: _elements(r)[2].update(min=2)),
    ("eld-13", "structure-definition", lambda r: _elements(r)[-1].update(type=[{"code": "code"}, {"code": "code"}])),
    ("opd-0", "operation-definition", lambda r: r.update(name="collection of a response")),
    ("opd-1", "operation-definition", lambda r: r["parameter"][0].pop("type")),
    ("opd-2", "operation-definition", lambda r: r["parameter"][0].update(searchType="token")),
]


@pytest.mark.parametrize(
    ("key", "name", "change"), BREAKING, ids=[f"{key} {n}" for n, (key, _, _) in enumerate(BREAKING)]
)
def test_each_invariant_sees_its_fault(key: str, name: str, change: Change) -> None:
    resource = copy.deepcopy(TERMINOLOGY_CASES[name]())
    assert broken_invariants(resource) == []
    change(resource)
    assert key in broken_invariants(resource)


def test_an_operation_without_stated_parameters_is_one() -> None:
    bare = type(COLLECTION)(COLLECTION.name, COLLECTION.resource, frozenset({"system", "type"}), COLLECTION.says)
    resource = operation_definition(bare, f"{BASE}/OperationDefinition/x-y", "0.1.0").resource({}, "fr")
    assert (resource["system"], resource["type"], resource["instance"]) == (True, True, False)
    assert "parameter" not in resource
    typed_reading(resource)
    assert structure_issues(resource) == []
    assert conformance_errors(resource) == []
