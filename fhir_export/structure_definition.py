"""The extensions of the house as R4 StructureDefinitions."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from fhir_export.capability import FHIR_VERSION
from fhir_export.definition import Definition, Texts
from fhir_export.encoding import Resource
from fhir_export.phrases import Phrase

RESOURCE_TYPE: Final = "StructureDefinition"

_CORE: Final = "http://hl7.org/fhir/StructureDefinition"


@dataclass(frozen=True, slots=True)
class Part:
    """One extension, or one part of one. It has a value of a type, or parts of its own."""

    name: str
    says: str
    value: str | None = None
    parts: tuple["Part", ...] = ()
    minimum: int = 0
    maximum: str = "1"


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension, and the elements that it stands on."""

    part: Part
    on: tuple[str, ...]


EXTENSIONS: Final = (
    Extension(
        Part(
            "vigie-pinned-artefacts",
            "The published artefacts behind a resource, with their digests: the definition, the words, the scoring.",
            parts=(
                Part("definition", "The questionnaire version, url|version.", "canonical", minimum=1),
                Part("definitionDigest", "The sha256 of its definition.", "string", minimum=1),
                Part("scoringVersion", "The version of the rules that computed the scores.", "string"),
                Part("scoringDigest", "The sha256 of these rules.", "string"),
                Part(
                    "text",
                    "The words of one language.",
                    parts=(
                        Part("language", "BCP 47.", "code", minimum=1),
                        Part("revision", "Of the words of this language.", "positiveInt", minimum=1),
                        Part("digest", "The sha256 of these words.", "string", minimum=1),
                        Part("status", "draft, local or validated.", "code"),
                    ),
                    maximum="*",
                ),
            ),
        ),
        on=("Questionnaire", "QuestionnaireResponse", "Observation"),
    ),
    Extension(
        Part("vigie-consultation-status", "The status of a visit, where R4's encounter-status has no code.", "Coding"),
        on=("Encounter.status",),
    ),
    Extension(
        Part("vigie-answer-state", "Whether a document is ready, and if not, why.", "Coding"),
        on=("Composition",),
    ),
    Extension(
        Part("vigie-correction-reason", "Why a response is corrected.", "string"),
        on=("QuestionnaireResponse",),
    ),
)
"""Every extension of ours."""


def extension_definitions(canonical_base: str, version: str) -> Iterator[Definition]:
    """The definitions of all extensions, at the version of the service."""
    for extension in EXTENSIONS:
        url = f"{canonical_base}/{RESOURCE_TYPE}/{extension.part.name}"
        yield Definition(
            type=RESOURCE_TYPE,
            url=url,
            version=version,
            title=Phrase.EXTENSION,
            body=partial(_structure, extension, url),
        )


def _structure(extension: Extension, url: str, _texts: Texts, _language: str) -> Resource:
    return {
        "description": extension.part.says,
        "fhirVersion": FHIR_VERSION,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": element} for element in extension.on],
        "type": "Extension",
        "baseDefinition": f"{_CORE}/Extension",
        "derivation": "constraint",
        "differential": {"element": list(_elements(extension.part, url, "Extension", "Extension"))},
    }


def _elements(part: Part, url: str, path: str, identifier: str) -> Iterator[Resource]:
    """The element itself, then its parts or its value: an extension has the one or the other (ext-1)."""
    root: Resource = {"id": identifier, "path": path}
    if "." in path:
        root["sliceName"] = part.name
        root |= {"short": part.says, "min": part.minimum, "max": part.maximum}
    else:
        root |= {"short": part.says, "definition": part.says, "min": 0, "max": "1"}
    yield root
    if part.parts:
        discriminator = {"type": "value", "path": "url"}
        slicing = {"discriminator": [discriminator], "rules": "closed"}
        yield {"id": f"{identifier}.extension", "path": f"{path}.extension", "slicing": slicing}
        for inner in part.parts:
            yield from _elements(inner, inner.name, f"{path}.extension", f"{identifier}.extension:{inner.name}")
    else:
        yield {"id": f"{identifier}.extension", "path": f"{path}.extension", "max": "0"}
    yield {"id": f"{identifier}.url", "path": f"{path}.url", "fixedUri": url}
    value = {"id": f"{identifier}.value[x]", "path": f"{path}.value[x]"}
    yield value | ({"min": 1, "type": [{"code": part.value}]} if part.value else {"max": "0"})
