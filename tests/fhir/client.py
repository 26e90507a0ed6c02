"""What the tests of `/fhir` ask with: every answer is checked by readers that we did not write."""

import json
from decimal import Decimal
from typing import Any

import httpx

from app.security.caller import Role
from tests.export.narratives import narrative_faults, narratives
from tests.export.readers import broken_invariants, structure_issues, typed_reading
from tests.support.service import CALM, Service

FHIR_JSON = "application/fhir+json"
CONTENT_TYPE = f"{FHIR_JSON}; charset=utf-8"
QUESTIONNAIRE = "pre-consultation-1.0.0"
PAIN = {"pain-frequency": "4", "pain-severity": "3", "pain-interference": "2", "quality-of-life": 4, **CALM}
SECRET = "Colette-0612345678"
"""What no answer may repeat."""


async def get(
    service: Service,
    path: str,
    role: Role = Role.CLINICIAN,
    patient: str | None = None,
    languages: str = "fr",
    **headers: str,
) -> httpx.Response:
    """Read as somebody. `headers`: others, underscores for hyphens."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    own = {**service.as_(role, patient), "Accept-Language": languages}
    return await service.client.get(path, headers={**own, **sent})


def resource(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The resource of an answer, after every reader has found it to be R4."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == CONTENT_TYPE
    found: dict[str, Any] = json.loads(answer.content, parse_float=Decimal)
    typed_reading(found)
    assert broken_invariants(found) == []
    assert structure_issues(found) == []
    assert [fault for text in narratives(found) for fault in narrative_faults(text["div"])] == []
    return found


def outcome(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    """The OperationOutcome of a refusal: the same problem as on `/v1`, by its slug."""
    found = resource(answer, status)
    assert found["resourceType"] == "OperationOutcome"
    assert {issue["details"]["coding"][0]["code"] for issue in found["issue"]} == {slug}
    assert SECRET not in answer.text
    return found


def links(bundle: dict[str, Any]) -> dict[str, str]:
    """Relation -> URL."""
    return {link["relation"]: link["url"] for link in bundle["link"]}


async def pages(service: Service, path: str, limit: int = 20) -> list[dict[str, Any]]:
    """Every page, by following `next`."""
    found = [resource(await get(service, path))]
    while following := links(found[-1]).get("next"):
        assert len(found) < limit, "the pages come to an end"
        found.append(resource(await get(service, following)))
    return found
