"""`$validate`: everything that a create or an update would say, as an answer and not as an error. Nothing is stored."""

from typing import Any

import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.api.database import Database
from tests.fhir.client import PAIN, SECRET, outcome, resource
from tests.fhir.sending import WHERE, create, plain, send, written
from tests.fhir.test_creating import CATALOGUE
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio


@pytest.fixture
async def patient(service: Service) -> str:
    return await service.register()


@pytest.fixture
async def stored(service: Service, patient: str) -> dict[str, Any]:
    return resource(await create(service, written(CATALOGUE, patient, PAIN, instrument="pre-consultation")), 201)


async def validate(service: Service, content: Any, below: str = "", **more: Any) -> list[list[str]]:
    """The severity, our code and the place of each issue."""
    answer = await send(service, "POST", f"{WHERE}{below}/$validate{more.pop('query', '')}", content, **more)
    assert SECRET not in answer.text
    issues = resource(answer)["issue"]
    assert all(issue["severity"] == "error" or len(issues) == 1 for issue in issues)
    return [
        [issue["severity"], *(c["code"] for c in issue["details"].get("coding", ())[1:]), *issue.get("expression", ())]
        for issue in issues
    ]


def parameters(content: Any, **texts: str) -> dict[str, Any]:
    more = [{"name": name, "valueCode": text} for name, text in texts.items()]
    return {"resourceType": "Parameters", "parameter": [*more, {"name": "resource", "resource": content}]}


async def test_what_would_be_stored_is_all_right_and_is_not_stored(
    service: Service, database: Database, patient: str
) -> None:
    sent = written(CATALOGUE, patient, PAIN, instrument="pre-consultation")
    for content in (sent, parameters(sent), parameters(sent, mode="create")):
        assert await validate(service, content) == [["information"]]
    assert await validate(service, sent, query="?mode=create") == [["information"]]
    assert await database.responses(patient) == []
    (event,) = {event["operation"] for event in await database.audited(service.centre_id)} - {"register_patient"}
    assert event == "validate_response"


async def test_the_place_is_that_of_the_body_that_was_sent(service: Service, patient: str) -> None:
    wrong = written(CATALOGUE, patient, {}, instrument="pre-consultation", status="stopped", item=None)
    said = await validate(service, parameters(wrong, mode="create"))
    at = "Parameters.parameter[1].resource"
    assert said == [["error", "required", at], ["error", "status-not-taken", f"{at}.status"]]


async def test_what_only_storing_finds_is_found(kinds: Service) -> None:
    patient = await kinds.register()
    catalogue = kinds.app.state.installation.catalogue
    retired = written(catalogue, patient, version="1.0.0", authored="2126-01-01T00:00:00Z")
    assert await validate(kinds, retired) == [["error", "authored-in-future", "QuestionnaireResponse.authored"]]
    # A person's device is not refused for its clock: it is now, and the version was retired before.
    by_a_nurse = await validate(kinds, retired, role=Role.NURSE)
    assert by_a_nurse == [["error", "questionnaire-retired", "QuestionnaireResponse.questionnaire"]]
    in_time = retired | {"authored": "2026-03-01T00:00:00Z"}
    assert await validate(kinds, in_time, role=Role.NURSE) == [["information"]]


async def test_an_update_is_checked_against_what_is_stored(
    service: Service, database: Database, patient: str, stored: dict[str, Any]
) -> None:
    below = f"/{stored['id']}"
    assert await validate(service, stored, below) == [["information"]]
    assert await validate(service, stored | {"status": "entered-in-error"}, below) == [["information"]]
    assert await validate(service, stored, query="?mode=update") == [["information"]]
    other = await service.register()
    changed = stored | {"subject": {"reference": f"Patient/{other}"}, "id": str(new_id()), "status": "in-progress"}
    del changed["source"]
    said = await validate(service, changed, below)
    assert sorted(code for _, code, _ in said) == ["other-id", "status-not-taken", "unchangeable"]
    assert len(await database.responses(patient)) == 1


async def test_deleting_can_be_asked_about(service: Service, stored: dict[str, Any]) -> None:
    assert await validate(service, None, f"/{stored['id']}", query="?mode=delete") == [["information"]]
    mine = stored["subject"]["reference"].removeprefix("Patient/")
    where = f"{WHERE}/{stored['id']}/$validate?mode=delete"
    outcome(await send(service, "POST", where, role=Role.PATIENT, patient=mine), 403, "not-permitted")
    absent = await send(service, "POST", f"{WHERE}/{new_id()}/$validate?mode=delete")
    outcome(absent, 404, "not-found")


async def test_what_is_not_there_cannot_be_updated(service: Service, stored: dict[str, Any]) -> None:
    for name in (str(new_id()), "never-was-one"):
        outcome(await send(service, "POST", f"{WHERE}/{name}/$validate", stored), 404, "not-found")
    assert (await send(service, "DELETE", f"{WHERE}/{stored['id']}")).status_code == 204
    outcome(await send(service, "POST", f"{WHERE}/{stored['id']}/$validate", stored), 410, "gone")


async def test_what_was_marked_cannot_be_updated(service: Service, stored: dict[str, Any]) -> None:
    where = f"{WHERE}/{stored['id']}"
    await send(service, "PUT", where, stored | {"status": "entered-in-error"}, If_Match='W/"1"')
    outcome(await send(service, "POST", f"{where}/$validate", stored), 409, "not-in-effect")


@pytest.mark.parametrize(
    "content",
    [
        None,
        {"resourceType": "Parameters"},
        {"resourceType": "Parameters", "parameter": {}},
        {"resourceType": "Parameters", "parameter": [SECRET]},
        {"resourceType": "Parameters", "parameter": [{"name": SECRET, "valueCode": "create"}]},
        {"resourceType": "Parameters", "parameter": [{"name": "mode", "valueBoolean": True}]},
        {"resourceType": "Parameters", "parameter": [{"name": "mode", "valueCode": "delete"}]},
        {"resourceType": "Parameters", "parameter": [{"name": "mode", "valueCode": SECRET}]},
        {"resourceType": "Parameters", "parameter": [{"name": "profile", "valueUri": "https://x.example/p"}]},
    ],
)
async def test_parameters_that_cannot_be_read_are_refused(service: Service, content: Any) -> None:
    found = outcome(await send(service, "POST", f"{WHERE}/$validate", content), 422, "request-invalid")
    assert all(issue["expression"] for issue in found["issue"])


async def test_another_resource_is_told_so(service: Service, stored: dict[str, Any]) -> None:
    assert await validate(service, {"resourceType": "Patient"}) == [
        ["error", "other-resource-type", "QuestionnaireResponse.resourceType"]
    ]
    assert await validate(service, {"resourceType": "Patient"}, f"/{stored['id']}") == [
        ["error", "other-resource-type", "QuestionnaireResponse.resourceType"]
    ]


async def test_who_may_not_create_may_not_ask(service: Service, patient: str) -> None:
    sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation")
    outcome(await send(service, "POST", f"{WHERE}/$validate", sent, Role.ADMIN), 403, "not-permitted")
    answer = plain(await send(service, "POST", f"{WHERE}/$validate", sent, Role.PATIENT, patient=patient))
    assert answer["issue"][0]["severity"] == "information"
