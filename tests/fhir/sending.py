"""What the tests of writing send, and how."""

import json
from decimal import Decimal
from typing import Any

import httpx

from app.security.caller import Role
from fhir_export.encoding import encode
from questionnaires.catalogue import Catalogue
from questionnaires.definition import Item, Questionnaire
from tests.fhir.client import FHIR_JSON
from tests.fhir.every_kind import ANSWERS, EVERY_KIND
from tests.support.service import Service

WHERE = "/fhir/QuestionnaireResponse"
_VALUES = {
    "boolean": "valueBoolean",
    "integer": "valueInteger",
    "decimal": "valueDecimal",
    "date": "valueDate",
    "dateTime": "valueDateTime",
    "time": "valueTime",
    "string": "valueString",
    "text": "valueString",
}


async def send(
    service: Service,
    method: str,
    path: str,
    content: Any = None,
    role: Role = Role.SYSTEM,
    patient: str | None = None,
    **headers: str,
) -> httpx.Response:
    """Send a resource, or bytes as they are. `headers`: underscores for hyphens."""
    body = content if isinstance(content, bytes | None) else encode(content)
    own = service.as_(role, patient) | ({"Content-Type": FHIR_JSON} if body is not None else {})
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await service.client.request(method, path, content=body, headers=own | sent)


async def create(service: Service, content: Any, role: Role = Role.SYSTEM, **more: Any) -> httpx.Response:
    """Create a response."""
    return await send(service, "POST", WHERE, content, role, **more)


def written(catalogue: Catalogue, patient: str, answers: dict[str, Any] | None = None, **elements: Any) -> Any:
    """A resource that another server could have written, of `every-kind` or the instrument that is named by its
    questionnaire.
    """
    named = elements.pop("instrument", EVERY_KIND)
    questionnaire = catalogue.get(named, elements.pop("version", None))
    resource = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": questionnaire.canonical,
        "status": "completed",
        "subject": {"reference": f"Patient/{patient}"},
        "authored": "2026-11-20T09:30:00+01:00",
        "item": _items(questionnaire, questionnaire.items, ANSWERS if answers is None else answers),
    }
    return {name: value for name, value in (resource | elements).items() if value is not None}


def plain(answer: httpx.Response) -> dict[str, Any]:
    """The body of an answer."""
    found: dict[str, Any] = json.loads(answer.content, parse_float=Decimal)
    return found


def _items(questionnaire: Questionnaire, items: tuple[Item, ...], answers: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for item in items:
        inside = _items(questionnaire, item.items, answers)
        given = answers.get(item.link_id)
        entry: dict[str, Any] = {"linkId": item.link_id}
        if item.is_question and (given is not None or inside):
            values = given if isinstance(given, list) else [given]
            entry["answer"] = [_answer(item, value) for value in values if value is not None] or [{}]
            if inside:
                entry["answer"][0]["item"] = inside
            found.append(entry)
        elif inside:
            found.append(entry | {"item": inside})
    return found


def _answer(item: Item, value: Any) -> dict[str, Any]:
    if item.type.value == "choice":
        return {"valueCoding": {"code": value}}
    return {_VALUES[item.type.value]: value}
