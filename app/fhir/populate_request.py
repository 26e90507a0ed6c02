"""The parameters of `$populate`, as SDC 4.0 has them, and as SDC 3.0 had them: which questionnaire, for whom.

SDC 4.0: `identifier`, `questionnaire` (a canonical, a Reference or the resource), `subject`, `context` (`name`,
`content`), `local`. SDC 3.0: `canonical`, `questionnaireRef`. What is not used is named in the answer.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

from app.fhir.routing import uuid_of
from app.fhir.search.values import (
    CanonicalValue,
    ReferenceValue,
    TokenValue,
    read_canonical,
    read_reference,
    read_token,
)
from app.http.refusal import refusal
from app.services.installation import Installation
from app.services.populate_response import questionnaire_of_canonical, questionnaire_of_id
from fhir_export import systems
from questionnaires.definition import Questionnaire
from questionnaires.errors import UnknownQuestionnaire

_TRANSPORT: Final = frozenset({"_format", "_pretty"})
_MOST: Final = 100
"""Parameters of one call."""

Which = CanonicalValue | ReferenceValue | TokenValue
"""How a questionnaire was named: by its canonical, its id, or its identifier."""

_Found = TypeVar("_Found")


@dataclass
class PopulateRequest:
    """What was asked. `ignored`: places of what was not used, each with the reason."""

    service_base: str
    which: list[Which] = field(default_factory=list)
    subject: ReferenceValue | None = None
    local: bool = False
    ignored: list[tuple[str, str]] = field(default_factory=list)

    def questionnaire(self, installation: Installation) -> Questionnaire:
        """The one that the parameters name. Raises Refused, NotFound, UnknownQuestionnaire."""
        if len(self.which) != 1:
            text = "name one questionnaire, by `questionnaire`, `canonical`, `questionnaireRef` or `identifier`"
            raise _refused("Parameters", text)
        match self.which[0]:
            case CanonicalValue(url, version):
                return questionnaire_of_canonical(installation, url, version)
            case ReferenceValue(_, resource_id):
                return questionnaire_of_id(installation, resource_id)
            case TokenValue(system, code):
                base = installation.knowledge.settings.canonical_base.rstrip("/")
                if system not in (None, systems.instruments(base)):
                    raise UnknownQuestionnaire(tuple(installation.catalogue.instruments))
                return installation.catalogue.get(code or "")

    def patient_id(self) -> UUID | None:
        """Whom it is for. Raises NotFound."""
        return None if self.subject is None else uuid_of(self.subject.id)


def read_form(sent: Iterable[tuple[str, str]], service_base: str) -> PopulateRequest:
    """The parameters of a URL. Raises Refused."""
    asked = PopulateRequest(service_base)
    for name, text in sent:
        if name not in _TRANSPORT:
            _take(asked, name, {"valueString": text}, f"http.{name}" if name in _READERS else "http")
    return asked


def read_parameters(body: Any, service_base: str) -> PopulateRequest:
    """The Parameters resource of a body. Raises Refused."""
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        raise _refused("Parameters", "send a Parameters resource")
    parameters = body.get("parameter", [])
    if not isinstance(parameters, list) or len(parameters) > _MOST:
        raise _refused("Parameters.parameter", f"a list of at most {_MOST} parameters")
    asked = PopulateRequest(service_base)
    for number, parameter in enumerate(parameters):
        place = f"Parameters.parameter[{number}]"
        if not isinstance(parameter, dict) or not isinstance(parameter.get("name"), str):
            raise _refused(place, "a parameter has a `name`")
        _take(asked, parameter["name"], parameter, place)
    return asked


def _take(asked: PopulateRequest, name: str, parameter: Mapping[str, Any], place: str) -> None:
    reader = _READERS.get(name)
    if reader is None:
        asked.ignored.append((place, "this service populates without it"))
    else:
        reader(asked, parameter, place)


def _read_questionnaire(asked: PopulateRequest, parameter: Mapping[str, Any], place: str) -> None:
    resource = parameter.get("resource")
    if isinstance(resource, dict):
        url, version = resource.get("url"), resource.get("version")
        if not isinstance(url, str) or not (version is None or isinstance(version, str)):
            raise _refused(place, "a Questionnaire is known here by its `url` and `version`")
        asked.which.append(CanonicalValue(url, version))
    elif "valueReference" in parameter:
        _read_questionnaire_reference(asked, parameter, place)
    else:
        asked.which.append(_read(read_canonical, _text(parameter, ("Canonical", "Uri", "String"), place), place))


def _read_questionnaire_reference(asked: PopulateRequest, parameter: Mapping[str, Any], place: str) -> None:
    asked.which.append(_reference(asked, _literal(parameter, place), "Questionnaire", place))


def _read_identifier(asked: PopulateRequest, parameter: Mapping[str, Any], place: str) -> None:
    identifier = parameter.get("valueIdentifier")
    if isinstance(identifier, dict):
        system, value = identifier.get("system"), identifier.get("value")
        if not isinstance(value, str) or not (system is None or isinstance(system, str)):
            raise _refused(place, "an identifier has a `value`, and its `system` is a text")
        asked.which.append(TokenValue(system, value))
    else:
        asked.which.append(_read(read_token, _text(parameter, ("String",), place), place))


def _read_subject(asked: PopulateRequest, parameter: Mapping[str, Any], place: str) -> None:
    _set_subject(asked, _reference(asked, _literal(parameter, place), "Patient", place), place)


def _read_context(asked: PopulateRequest, parameter: Mapping[str, Any], place: str) -> None:
    """A launch context: its `name`, and its `content` as a reference or as the resource itself."""
    parts = parameter.get("part")
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise _refused(place, "a context has the parts `name` and `content`")
    by_name: dict[str, Mapping[str, Any]] = {}
    for number, part in enumerate(parts):
        if not isinstance(part.get("name"), str):
            raise _refused(f"{place}.part[{number}]", "a part has a `name`, which is a text")
        by_name[part["name"]] = part
    name = by_name.get("name", {}).get("valueString")
    if name != "patient":
        asked.ignored.append((place, "the questionnaires here declare one launch context, `patient`"))
        return
    content = by_name.get("content", {})
    resource = content.get("resource")
    if isinstance(resource, dict):
        literal = f"{resource.get('resourceType')}/{resource.get('id')}"
    else:
        literal = _literal(content, place)
    _set_subject(asked, _reference(asked, literal, "Patient", place), place)


def _read_local(asked: PopulateRequest, parameter: Mapping[str, Any], place: str) -> None:
    said = parameter.get("valueBoolean", parameter.get("valueString"))
    if not isinstance(said, bool) and said not in ("true", "false"):
        raise _refused(place, "true or false")
    asked.local = said in (True, "true")


def _set_subject(asked: PopulateRequest, found: ReferenceValue, place: str) -> None:
    if asked.subject is not None and asked.subject.id != found.id:
        raise _refused(place, "the subject and the launch context `patient` are one patient")
    asked.subject = found


def _literal(parameter: Mapping[str, Any], place: str) -> str:
    reference = parameter.get("valueReference")
    said = reference.get("reference") if isinstance(reference, dict) else parameter.get("valueString")
    if not isinstance(said, str):
        raise _refused(place, "a literal reference to a resource of this server: `Type/id`")
    return said


def _reference(asked: PopulateRequest, literal: str, kind: str, place: str) -> ReferenceValue:
    found = _read(lambda text: read_reference(text, asked.service_base), literal, place)
    if found.type not in (None, kind):
        raise _refused(place, f"it refers to a {kind}")
    return found


def _text(parameter: Mapping[str, Any], types: Iterable[str], place: str) -> str:
    said = next((parameter[f"value{kind}"] for kind in types if f"value{kind}" in parameter), None)
    if not isinstance(said, str):
        raise _refused(place, f"it is a {' or '.join(f'value{kind}' for kind in types)}")
    return said


def _read(reader: Callable[[str], _Found], text: str, place: str) -> _Found:
    try:
        return reader(text)
    except ValueError as error:
        raise _refused(place, str(error)) from None


def _refused(place: str, text: str) -> Exception:
    issue = {"code": "invalid", "expression": place, "text": text}
    return refusal("request-invalid", "the parameters of the operation cannot be read", issue)


_READERS: Final[Mapping[str, Callable[[PopulateRequest, Mapping[str, Any], str], None]]] = {
    "questionnaire": _read_questionnaire,
    "canonical": _read_questionnaire,
    "questionnaireRef": _read_questionnaire_reference,
    "identifier": _read_identifier,
    "subject": _read_subject,
    "context": _read_context,
    "local": _read_local,
}
