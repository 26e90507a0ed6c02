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
_NAMED = "name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')"
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
        (
            "bdl-3",
            "Bundle",
            "entry.all(request.exists() = (%resource.type in ('batch'|'transaction'|'history')))",
        ),
        (
            "bdl-4",
            "Bundle",
            "entry.all(response.exists() = (%resource.type in ('batch-response'|'transaction-response'|'history')))",
        ),
        # Of the Bundle itself: the sections of a Composition have entries too.
        ("bdl-5", "Bundle", "entry.all(resource.exists() or request.exists() or response.exists())"),
        (
            "bdl-7",
            "Bundle",
            "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()",
        ),
        # As R5 mended it: R4's expression is empty, and so not true, of an entry that has no fullUrl and needs none.
        ("bdl-8", "Bundle", "entry.where(fullUrl.exists()).all(fullUrl.contains('/_history/').not())"),
        ("bdl-9", "Bundle", "type = 'document' implies (identifier.system.exists() and identifier.value.exists())"),
        # Published with `hasValue()`, which fhirpathpy does not know.
        ("bdl-10", "Bundle", "type = 'document' implies timestamp.exists()"),
        ("bdl-11", "Bundle", "type = 'document' implies entry.first().resource.is(Composition)"),
        ("bdl-12", "Bundle", "type = 'message' implies entry.first().resource.is(MessageHeader)"),
    ],
    "Composition": [
        ("cmp-1", "*section", "text.exists() or entry.exists() or section.exists()"),
        ("cmp-2", "*section", "emptyReason.empty() or entry.empty()"),
        ("dom-6", "Composition", "text.`div`.exists()"),  # for the others it is good practice only
    ],
    "CapabilityStatement": [
        ("cpb-1", "CapabilityStatement", "rest.exists() or messaging.exists() or document.exists()"),
        ("cpb-2", "CapabilityStatement", "(description.count() + software.count() + implementation.count()) > 0"),
        ("cpb-9", "*rest", "resource.select(type).isDistinct()"),
        ("cpb-12", "*resource", "searchParam.select(name).isDistinct()"),
        ("cpb-14", "CapabilityStatement", "(kind != 'instance') or implementation.exists()"),
    ],
    "OperationOutcome": [],
    "CodeSystem": [
        ("csd-0", "CodeSystem", _NAMED),
        ("csd-1", "CodeSystem", "concept.code.combine(descendants().concept.code).isDistinct()"),
    ],
    "ValueSet": [
        ("vsd-0", "ValueSet", _NAMED),
        ("vsd-1", "*include", "valueSet.exists() or system.exists()"),
        ("vsd-2", "*include", "(concept.exists() or filter.exists()) implies system.exists()"),
        ("vsd-3", "*include", "concept.empty() or filter.empty()"),
    ],
    "ConceptMap": [
        ("cmd-0", "ConceptMap", _NAMED),
        (
            "cmd-1",
            "*target",
            "comment.exists() or equivalence.empty() or ((equivalence != 'narrower') and (equivalence != 'inexact'))",
        ),
        ("cmd-2", "*unmapped", "(mode = 'fixed') implies code.exists()"),
        ("cmd-3", "*unmapped", "(mode = 'other-map') implies url.exists()"),
    ],
    "StructureDefinition": [
        ("sdf-0", "StructureDefinition", _NAMED),
        ("sdf-4", "StructureDefinition", "abstract = true or baseDefinition.exists()"),
        ("sdf-5", "StructureDefinition", "type != 'Extension' or derivation = 'specialization' or context.exists()"),
        ("sdf-6", "StructureDefinition", "snapshot.exists() or differential.exists()"),
        ("sdf-8a", "StructureDefinition", "differential.element.tail().all(path.startsWith('Extension.'))"),
        ("sdf-14", "StructureDefinition", "differential.element.all(id.exists())"),
        ("sdf-17", "StructureDefinition", "differential.element.id.isDistinct()"),
        ("sdf-20", "StructureDefinition", "differential.element.where(path.contains('.').not()).slicing.empty()"),
        ("eld-2", "*element", "min.empty() or max.empty() or max = '*' or min <= max.toInteger()"),
        ("eld-13", "*element", "type.select(code).isDistinct()"),
    ],
    "OperationDefinition": [
        ("opd-0", "OperationDefinition", _NAMED),
        ("opd-1", "*parameter", "type.exists() or part.exists()"),
        ("opd-2", "*parameter", "searchType.exists() implies type = 'string'"),
    ],
    "Patient": [
        ("pat-1", "*contact", "name.exists() or telecom.exists() or address.exists() or organization.exists()"),
    ],
    "Encounter": [],
    "Provenance": [],
    "Organization": [
        ("org-1", "Organization", "(identifier.count() + name.count()) > 0"),
        ("org-2", "*address", "use != 'home'"),
        ("org-3", "*telecom", "use != 'home'"),
    ],
    "Practitioner": [],
    "Device": [],
}
_EVERYWHERE = (
    ("ext-1", "*extension", "extension.exists() != value.exists()"),
    # Published with `hasValue()`.
    ("per-1", "*period", "start.empty() or end.empty() or (start <= end)"),
    ("dom-2", "*contained", "contained.empty()"),
    ("dom-3", "*contained", "('#' + id) in %resource.descendants().reference"),
    ("dom-4", "*contained", "meta.versionId.empty() and meta.lastUpdated.empty()"),
    ("dom-5", "*contained", "meta.security.empty()"),
)


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
    for key, context, expression in [*rules, *_EVERYWHERE]
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


# What pyfhircheck 0.2 says of valid R4: it knows no `text` on items and sections (it takes it for the narrative), looks
# for `value[x]` by that literal name in an answerOption, and reads "xml | json | ttl | mime type" and "registered |
# preliminary | final | amended +" as closed lists; nor does it know the `language` of a Patient's
# communication and of a designation.
_FALSE_FINDINGS = re.compile(
    r"element\.unknown \S*(item|section)\[\d+\]\._?text |\S+ \S*answerOption\S*value\[x\]"
    r"|terminology\.required \S*\.format\["
    r"|terminology\.required \S*(Observation|Encounter)\.status Code 'entered-in-error'"
    r"|element\.unknown \S*(communication|designation)\[\d+\]\.language "
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
