"""One resource of each kind that defines something of ours, as the reviewed files have it."""

from collections.abc import Callable, Mapping
from typing import Any

from fhir_export.house_codes import house_systems
from fhir_export.operation_definition import DefinedOperation, OperationParameter, operation_definition
from fhir_export.structure_definition import extension_definitions
from fhir_export.terminology import instrument_definitions
from tests.export.builders import ARABIC_DRAFT, BASE, FRENCH, QUESTIONNAIRE, RULEBOOK

TEXTS = {"fr": FRENCH, "ar": ARABIC_DRAFT}

COLLECTION = DefinedOperation(
    "collection",
    "QuestionnaireResponse",
    frozenset({"instance"}),
    "One response with its Observations.",
    (OperationParameter("return", "out", "Bundle", "The response first.", 1),),
)


def _defined(type_: str, tail: str) -> dict[str, Any]:
    found = instrument_definitions([(QUESTIONNAIRE, [RULEBOOK])])
    return next(d for d in found if d.url == f"{BASE}/{type_}/{tail}").resource(TEXTS, "fr")


def _extension() -> dict[str, Any]:
    return next(iter(extension_definitions(BASE, "0.1.0"))).resource({}, "fr")


def _severities() -> dict[str, Any]:
    found = house_systems(BASE, "0.1.0", {}, {})
    return next(d for d in found if d.url.endswith("vigie-alert-severities")).resource({}, "fr")


def _operation() -> dict[str, Any]:
    url = f"{BASE}/OperationDefinition/QuestionnaireResponse-collection"
    return operation_definition(COLLECTION, url, "0.1.0").resource({}, "en")


TERMINOLOGY_CASES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "code-system-scores": lambda: _defined("CodeSystem", "example.scores"),
    "code-system-options": lambda: _defined("CodeSystem", "example.options.severity-private"),
    "code-system-alert-severities": _severities,
    "value-set": lambda: _defined("ValueSet", "example.options.severity-private"),
    "concept-map": lambda: _defined("ConceptMap", "example.items.ctcae"),
    "structure-definition": _extension,
    "operation-definition": _operation,
}
