"""Parameters with nonsense in every place, and Patients with nulls: refused with the place, by every operation."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from app.security.caller import Role
from tests.fhir.bundles import bundle, entry, patient
from tests.fhir.bundles import post as posted_bundle
from tests.fhir.client import FHIR_JSON, QUESTIONNAIRE, outcome, resource
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio

NONSENSE: list[Any] = [
    None,
    "",
    [],
    {},
    [None],
    [[]],
    [{}],
    "text",
    7,
    1.5,
    True,
    {"name": []},
    {"reference": []},
    {"value": {}},
]
NAMES = [
    *("questionnaire", "canonical", "questionnaireRef", "identifier", "subject", "context", "local"),
    *("resource", "questionnaire-response", "mode", "profile", "other"),
]
VALUES = ["valueString", "valueCanonical", "valueUri", "valueCode", "valueReference", "valueIdentifier", "valueBoolean"]


def parameters() -> Iterator[Any]:
    """What stands in `Parameters.parameter`: nonsense there, in a name, in a value, in a part."""
    yield from NONSENSE
    for nonsense in NONSENSE:
        yield [{"name": nonsense}]
    for name in NAMES:
        for nonsense in NONSENSE:
            for value in (*VALUES, "resource", "part"):
                yield [{"name": name, value: nonsense}]
            yield [{"name": name, "resource": {"resourceType": nonsense, "id": nonsense, "url": nonsense}}]
    for nonsense in NONSENSE:
        yield [{"name": "context", "part": [{"name": nonsense}]}]
        for value in ("valueReference", "valueString", "resource"):
            parts = [{"name": "name", "valueString": "patient"}, {"name": "content", value: nonsense}]
            yield [{"name": "context", "part": parts}]
        yield [{"name": "context", "part": [{"name": "name", "valueString": nonsense}]}]


def operations(service: Service) -> set[str]:
    """Every operation that is posted to."""
    found = set()
    for context in iter_route_contexts(service.app.routes):
        path = context.path or ""
        if (
            path.startswith("/fhir")
            and "$" in path
            and "POST" in (getattr(context.original_route, "methods", ()) or ())
        ):
            found.add(path)
    return found


async def post(service: Service, path: str, body: Any) -> httpx.Response:
    headers = {**service.as_(Role.NURSE), "Content-Type": FHIR_JSON}
    return await service.client.post(path, json=body, headers=headers)


async def test_no_operation_stumbles_over_malformed_parameters(service: Service) -> None:
    known = await service.register()
    stored = str((await service.submit(known, CALM)).json()["id"])
    paths = operations(service)
    assert {path.rpartition("$")[2] for path in paths} >= {"populate", "validate", "extract"}
    for path in sorted(paths):
        where = re.sub(r"\{[^}]+\}", QUESTIONNAIRE if "/Questionnaire/" in path else stored, path)
        for sent in parameters():
            answer = await post(service, where, {"resourceType": "Parameters", "parameter": sent})
            assert answer.status_code < 500, (where, sent)


@pytest.mark.parametrize("name", [None, 7, [], {}, True])
async def test_a_part_is_named_by_a_text(service: Service, name: Any) -> None:
    sent = {"resourceType": "Parameters", "parameter": [{"name": "context", "part": [{"name": name}]}]}
    said = outcome(await post(service, "/fhir/Questionnaire/$populate", sent), 422, "request-invalid")
    assert said["issue"][0]["expression"] == ["Parameters.parameter[0].part[0]"]


@pytest.mark.parametrize("value", [1, 0, 1.0, None, [], "yes"])
async def test_local_is_true_or_false(service: Service, value: Any) -> None:
    sent = {"resourceType": "Parameters", "parameter": [{"name": "local", "valueBoolean": value}]}
    said = outcome(await post(service, f"/fhir/Questionnaire/{QUESTIONNAIRE}/$populate", sent), 422, "request-invalid")
    assert said["issue"][0]["expression"] == ["Parameters.parameter[0]"]


@pytest.mark.parametrize(
    ("elements", "place"),
    [
        ({"identifier": None}, "identifier"),
        ({"name": None}, "name"),
        ({"communication": None}, "communication"),
        ({"communication": [{"language": {"coding": None}}]}, "communication[0].language.coding"),
        ({"extension": None}, "extension"),
        ({"extension": [{"url": "urn:x", "extension": None}]}, "extension[0].extension"),
    ],
)
async def test_a_null_in_a_patient_is_refused_alone_and_in_a_transaction(
    service: Service, elements: dict[str, Any], place: str
) -> None:
    sent = patient(**elements)
    headers = {**service.as_(Role.SYSTEM), "Content-Type": FHIR_JSON}
    alone = await service.client.post("/fhir/Patient", json=sent, headers=headers)
    said = outcome(alone, 400, "resource-invalid")
    assert [issue["expression"] for issue in said["issue"]] == [[f"Patient.{place}"]]
    together = await posted_bundle(service, bundle("transaction", entry(sent)))
    said = outcome(together, 400, "resource-invalid")
    assert [issue["expression"] for issue in said["issue"]] == [[f"Bundle.entry[0].resource.{place}"]]
    resource(await posted_bundle(service, bundle("transaction", entry(patient()))))
