"""Bundles that an EHR posts: a patient and an answered questionnaire."""

from typing import Any

import httpx

from app.security.caller import Role
from app.store.ids import new_id
from tests.fhir.client import FHIR_JSON
from tests.support.service import Service

Resource = dict[str, Any]

IPP = "urn:oid:1.2.250.1.99999.1"
CANONICAL = "https://vigie.example/fhir/Questionnaire/pre-consultation|1.0.0"


def patient(value: str | None = None, **elements: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "identifier": [{"system": IPP, "value": value or str(new_id())}],
        "name": [{"use": "official", "family": "Exemple", "given": ["Anne", "Marie"]}],
        "birthDate": "1960-02-29",
    } | elements


def response(subject: str, code: str = "yes", **elements: Any) -> Resource:
    """The fewest answers that a response to the shipped questionnaire may have."""
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": CANONICAL,
        "status": "completed",
        "subject": {"reference": subject},
        "authored": "2026-03-02T09:00:00+01:00",
        "item": items("can-wait", code),
    } | elements


def items(link_id: str, code: str) -> list[Resource]:
    answered = {"linkId": link_id, "answer": [{"valueCoding": {"code": code}}]}
    return [{"linkId": "visit", "item": [answered]}] if link_id == "can-wait" else [answered]


def entry(resource: Resource | None, method: str = "POST", url: str | None = None, **parts: Any) -> Resource:
    """`full_url` and the conditions of the request are `parts`."""
    full_url = parts.pop("full_url", None)
    made: Resource = {"fullUrl": full_url} if full_url else {}
    if resource is not None:
        made["resource"] = resource
    return made | {"request": {"method": method, "url": url or (resource or {}).get("resourceType"), **parts}}


def bundle(type_: str, *entries: Any) -> Resource:
    return {"resourceType": "Bundle", "type": type_, "entry": list(entries)}


async def post(service: Service, content: Any, role: Role = Role.SYSTEM, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    own = {**service.as_(role), "Content-Type": FHIR_JSON}
    how = {"content": content} if isinstance(content, bytes) else {"json": content}
    return await service.client.post("/fhir", headers={**own, **sent}, **how)
