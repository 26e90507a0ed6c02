"""Readers that we did not write: each says what it finds wrong in a resource, as sent on the wire."""

import importlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import fhirkit
from fhirpathpy import compile as compile_path
from fhirpathpy.models import models
from pyfhircheck import Validator
from pyfhircheck.config import ValidatorConfig

from fhir_export.encoding import encode

_WITH_OPTIONS = "'choice'|'open-choice'|'decimal'|'integer'|'date'|'dateTime'|'time'|'string'|'quantity'"
_WITH_LENGTH = "'boolean'|'decimal'|'integer'|'string'|'text'|'url'|'open-choice'"

# (key, context, expression): the invariants of R4 4.0.1 as published, on every element that they are about. `que-12`
# is written as its text says: its expression (`> 2`) lets two conditions pass without a behaviour.
INVARIANTS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "Questionnaire": [
        ("que-2", "Questionnaire", "descendants().linkId.isDistinct()"),
        ("que-1", "*item", "(type='group' implies item.empty().not()) and (type='display' implies item.empty())"),
        ("que-3", "*item", "type!='display' or code.empty()"),
        ("que-4", "*item", "answerOption.empty() or answerValueSet.empty()"),
        (
            "que-5",
            "*item",
            f"(type in ({_WITH_OPTIONS})) or (answerValueSet.empty() and answerOption.empty())",
        ),
        ("que-6", "*item", "type!='display' or (required.empty() and repeats.empty())"),
        # Published as `is Boolean`; fhirpathpy keeps FHIR.boolean apart from System.Boolean.
        ("que-7", "*enableWhen", "operator = 'exists' implies (answer is boolean)"),
        ("que-8", "*item", "(type!='group' and type!='display') or initial.empty()"),
        ("que-9", "*item", "type!='display' or readOnly.empty()"),
        (
            "que-10",
            "*item",
            f"(type in ({_WITH_LENGTH})) or maxLength.empty()",
        ),
        ("que-11", "*item", "answerOption.empty() or initial.empty()"),
        ("que-12", "*item", "enableWhen.count() > 1 implies enableBehavior.exists()"),
    ],
    "QuestionnaireResponse": [("qrs-1", "*item", "(answer.exists() and item.exists()).not()")],
    "Observation": [
        ("obs-3", "*referenceRange", "low.exists() or high.exists() or text.exists()"),
        ("obs-6", "Observation", "dataAbsentReason.empty() or value.empty()"),
        (
            "obs-7",
            "Observation",
            "value.empty() or component.code.where(coding.intersect(%resource.code.coding).exists()).empty()",
        ),
    ],
    "Bundle": [
        ("bdl-1", "Bundle", "total.empty() or (type = 'searchset') or (type = 'history')"),
        ("bdl-2", "Bundle", "entry.search.empty() or (type = 'searchset')"),
        ("bdl-5", "*entry", "resource.exists() or request.exists() or response.exists()"),
        (
            "bdl-7",
            "Bundle",
            "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()",
        ),
        ("bdl-8", "*entry", "fullUrl.contains('/_history/').not()"),
    ],
    "CapabilityStatement": [
        ("cpb-1", "CapabilityStatement", "rest.exists() or messaging.exists() or document.exists()"),
        ("cpb-2", "CapabilityStatement", "(description.count() + software.count() + implementation.count()) > 0"),
        ("cpb-9", "*rest", "resource.select(type).isDistinct()"),
        ("cpb-12", "*resource", "searchParam.select(name).isDistinct()"),
        ("cpb-14", "CapabilityStatement", "(kind != 'instance') or implementation.exists()"),
    ],
    "OperationOutcome": [],
}
_EVERYWHERE = ("ext-1", "*extension", "extension.exists() != value.exists()")


def _path(resource_type: str, context: str, expression: str) -> str:
    """One expression over every element of the context; `*name` means every element of that name, however deep."""
    if context == "*item":
        return f"{resource_type}.repeat(item | answer.item).all({expression})"
    if context.startswith("*"):
        everywhere = (f"{resource_type}.{context[1:]}", f"{resource_type}.descendants().select({context[1:]})")
        return " and ".join(f"{where}.all({expression})" for where in everywhere)
    return f"{resource_type}.all({expression})"


_COMPILED = {
    (resource_type, key): compile_path(_path(resource_type, context, expression), models["r4"])
    for resource_type, rules in INVARIANTS.items()
    for key, context, expression in [*rules, _EVERYWHERE]
}


def on_the_wire(resource: Mapping[str, Any]) -> Any:
    return json.loads(encode(resource))


def broken_invariants(resource: Mapping[str, Any]) -> list[str]:
    """The keys of the R4 invariants that the resource breaks, and those of the resources in its entries."""
    kind = resource["resourceType"]
    sent = on_the_wire(resource)
    broken = [
        key
        for resource_type, key in _COMPILED
        if resource_type == kind and _COMPILED[kind, key](sent, {"resource": on_the_wire(resource)}) != [True]
    ]
    inside = [entry["resource"] for entry in resource.get("entry", ()) if "resource" in entry]
    return broken + [key for one in inside for key in broken_invariants(one)]


def typed_reading(resource: Mapping[str, Any]) -> Any:
    """The resource as `fhir.resources` types it. Raises pydantic's ValidationError for what is not R4B."""
    kind = resource["resourceType"]
    module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
    return getattr(module, kind).model_validate_json(encode(resource))


def structure_issues(resource: Mapping[str, Any]) -> list[str]:
    """What fhirkit, generated from the R4 specification, finds wrong."""
    return [str(issue) for issue in fhirkit.validate(encode(resource).decode())]


# What pyfhircheck 0.2 says of valid R4: it knows no `text` on items (it takes it for the narrative), looks for
# `value[x]` by that literal name in an answerOption, and reads "xml | json | ttl | mime type" as a closed list.
_FALSE_FINDINGS = re.compile(
    r"element\.unknown \S*item\[\d+\]\._?text |\S+ \S*answerOption\S*value\[x\]|terminology\.required \S*\.format\["
)


def conformance_errors(resource: Mapping[str, Any], questionnaire: Mapping[str, Any] | None = None) -> list[str]:
    """The errors of pyfhircheck: required bindings, and a response against its questionnaire."""
    known = {f"{questionnaire['url']}|{questionnaire['version']}": on_the_wire(questionnaire)} if questionnaire else {}
    # Our one extension has no published StructureDefinition yet.
    config = ValidatorConfig.load_dict({"allowUnknownExtensions": True})
    validator = Validator(config, external_reference_resolver=known.get, reference_origin="https://vigie.example")
    report = validator.validate_resource(on_the_wire(resource))
    errors = (f"{issue.code} {issue.path} {issue.message}" for issue in report.errors)
    return [error for error in errors if not _FALSE_FINDINGS.match(error)]
