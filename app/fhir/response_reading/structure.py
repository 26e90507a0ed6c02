"""Whether something is an R4 QuestionnaireResponse at all: by `fhir.resources`, and by what that lets through.

The library types the whole resource in one pass. It takes an empty list, a null, an object written as a text, its own
names for elements (`status__ext`) and any `contained`, and refuses one thing that R4 has: a primitive extension on
`Extension.value[x]`. Those are looked at here.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from pydantic import ValidationError

from app.fhir.response_reading.faults import Fault, FaultCode
from app.fhir.response_reading.places import ROOT, Place

RESOURCE_TYPE: Final = "QuestionnaireResponse"

# Of the root; `text` of an item is a text. The library would read a text as JSON.
_OBJECTS: Final = ("meta", "text", "identifier", "subject", "encounter", "author", "source")
_LISTS: Final = frozenset({"item", "answer", "extension", "modifierExtension", "basedOn", "partOf", "contained"})

_UNKNOWN: Final = "R4 (4.0.1) has no such element here: what it has no place for goes into an extension"
_EMPTY: Final = "no element is empty or null in FHIR: leave it out"
_OBJECT: Final = "an object is needed here"
_LIST: Final = "a list of objects is needed here"
_BAD_TYPE: Final = "the value is not of the type that R4 has here"
_BAD_FORMAT: Final = "the value is not written as its R4 type wants"

# What pydantic and the library call a fault -> our code, and what is said of it.
_MEANINGS: Final[Mapping[str, tuple[FaultCode, str]]] = {
    "extra_forbidden": (FaultCode.UNKNOWN_ELEMENT, _UNKNOWN),
    "model_field_validation.missing": (FaultCode.MISSING_ELEMENT, "R4 wants this element"),
    "missing": (FaultCode.MISSING_ELEMENT, "R4 wants this element"),
    "json_invalid": (FaultCode.WRONG_JSON_TYPE, _OBJECT),
    "json_type": (FaultCode.WRONG_JSON_TYPE, _OBJECT),
    "model_validation_format": (FaultCode.WRONG_JSON_TYPE, _OBJECT),
    "list_type": (FaultCode.WRONG_JSON_TYPE, _LIST),
    "string_pattern_mismatch": (FaultCode.WRONG_FORMAT, _BAD_FORMAT),
    "value_error": (FaultCode.WRONG_FORMAT, _BAD_FORMAT),
    "less_than_equal": (FaultCode.WRONG_FORMAT, _BAD_FORMAT),
    "greater_than_equal": (FaultCode.WRONG_FORMAT, _BAD_FORMAT),
}
_ONE_OF_MANY: Final = "Any of one field value is expected"


def structure_faults(resource: Mapping[str, Any]) -> list[Fault]:
    """Every reason why a resource of the right type is no R4 QuestionnaireResponse, and what we must not ignore."""
    faults = [] if _is_plain(resource) else list(json_faults(resource, ROOT))
    texts = (name for name in _OBJECTS if isinstance(resource.get(name), str) and resource[name])
    faults += (Fault(FaultCode.WRONG_JSON_TYPE, (name,), _OBJECT) for name in texts)
    known = [fault.place for fault in faults]
    return faults + [fault for fault in _typed_faults(resource) if not is_below(fault.place, known)]


def is_below(place: Place, known: Iterable[Place]) -> bool:
    """Whether a place, or what it stands in, has its fault already."""
    return any(place[: len(other)] == other for other in known)


def other_type(resource: Any) -> Fault | None:
    """The fault of what is no QuestionnaireResponse, which is not read any further."""
    if not isinstance(resource, dict):
        return Fault(FaultCode.WRONG_JSON_TYPE, ROOT, "a resource is a JSON object")
    if "resourceType" not in resource:
        return Fault(FaultCode.MISSING_ELEMENT, ("resourceType",), f'"resourceType": "{RESOURCE_TYPE}" is needed')
    if resource["resourceType"] != RESOURCE_TYPE:
        return Fault(FaultCode.OTHER_RESOURCE_TYPE, ("resourceType",), f"a {RESOURCE_TYPE} is needed here")
    return None


def _typed_faults(resource: Mapping[str, Any]) -> Iterator[Fault]:
    # Contained resources may be of any type of R4; nothing here reads into them.
    own = {name: value for name, value in resource.items() if name != "contained"}
    try:
        QuestionnaireResponse.model_validate(own)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            place = tuple(step for step in found["loc"] if step != "root")
            if not _is_primitive_extension(found["type"], place, resource):
                yield _meant(found["type"], found["msg"], place)


def _meant(kind: str, message: str, place: Place) -> Fault:
    if _ONE_OF_MANY in message:
        return Fault(FaultCode.TWO_VALUES, place, "one value[x] at most: leave the others out")
    code, text = _MEANINGS.get(kind, (FaultCode.WRONG_JSON_TYPE, _BAD_TYPE))
    if kind.startswith(("date", "time")):
        code, text = FaultCode.WRONG_FORMAT, _BAD_FORMAT
    return Fault(code, place, text)


def _is_primitive_extension(kind: str, place: Place, resource: Mapping[str, Any]) -> bool:
    """Whether the library stumbles over `_valueString` and its like in an extension, which R4 has."""
    is_there = kind == "extra_forbidden" and len(place) >= 3 and place[-3] in ("extension", "modifierExtension")
    if not is_there or not str(place[-1]).startswith("_value"):
        return False
    found: Any = resource
    for step in place:
        found = found[step]
    return isinstance(found, dict) and set(found) <= {"id", "extension"}


def _is_plain(resource: Mapping[str, Any]) -> bool:
    """Whether there is nothing for `json_faults` to find: asked of every resource, so it builds no places."""
    waiting: list[Any] = [resource]
    while waiting:
        for name, value in waiting.pop().items():
            # Nothing in FHIR is empty: what is false here is a null, an empty text, list or object, or the number 0.
            if name in _LOOKED_AT or name.rfind("_") > 0 or (not value and isinstance(value, _MAY_BE_EMPTY)):
                return False
            if isinstance(value, dict):
                waiting.append(value)
            elif isinstance(value, list):
                objects = [inner for inner in value if inner and isinstance(inner, dict)]
                if name in _LISTS and len(objects) < len(value):
                    return False
                waiting += objects
    return True


_MAY_BE_EMPTY: Final = (str, list, dict, type(None))
_LOOKED_AT: Final = frozenset({"modifierExtension", "implicitRules", "contained"})


def json_faults(value: Mapping[str, Any], place: Place = ROOT) -> Iterator[Fault]:
    """What no R4 resource of any type has, and the library lets through; and what must not be ignored."""
    for name, inner in value.items():
        here = (*place, name)
        if name == "modifierExtension" and isinstance(inner, list):
            yield from (_modifier((*here, number)) for number in range(len(inner)))
        elif name == "implicitRules":
            text = "rules that change what the resource means are not known here: leave them out"
            yield Fault(FaultCode.IMPLICIT_RULES, here, text)
        if name.rfind("_") > 0:
            yield Fault(FaultCode.UNKNOWN_ELEMENT, here, _UNKNOWN)
        elif inner is None or inner in ("", [], {}):
            yield Fault(FaultCode.EMPTY_ELEMENT, here, _EMPTY)
        elif name == "contained":
            yield from _contained_faults(inner, here)
        elif isinstance(inner, dict):
            yield from json_faults(inner, here)
        elif isinstance(inner, list):
            yield from _list_faults(name, inner, here)


def _list_faults(name: str, values: list[Any], place: Place) -> Iterator[Fault]:
    for number, value in enumerate(values):
        if isinstance(value, dict) and value:
            yield from json_faults(value, (*place, number))
        elif value == {}:
            yield Fault(FaultCode.EMPTY_ELEMENT, (*place, number), _EMPTY)
        elif name in _LISTS:
            yield Fault(FaultCode.WRONG_JSON_TYPE, (*place, number), _OBJECT)


def _contained_faults(contained: Any, place: Place) -> Iterator[Fault]:
    if not isinstance(contained, list):
        yield Fault(FaultCode.WRONG_JSON_TYPE, place, _LIST)
        return
    for number, resource in enumerate(contained):
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            text = 'a resource with its "resourceType" is needed here'
            yield Fault(FaultCode.WRONG_JSON_TYPE, (*place, number), text)


def _modifier(place: Place) -> Fault:
    text = "an extension that changes the meaning must not be ignored, and is not known here (R4 extensibility)"
    return Fault(FaultCode.MODIFIER_EXTENSION, place, text)
