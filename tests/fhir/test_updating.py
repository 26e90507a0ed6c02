"""Correcting and deleting a response as FHIR: always a version beside the ones before, never on top of them."""

from typing import Any

import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.api.database import Database
from tests.api.sending import at_once
from tests.fhir.client import PAIN, SECRET, get, outcome, resource
from tests.fhir.sending import WHERE, create, plain, send, written
from tests.fhir.test_creating import CATALOGUE
from tests.support.service import Service, days

pytestmark = pytest.mark.anyio

REASON_URL = "https://vigie.example/fhir/StructureDefinition/vigie-correction-reason"


@pytest.fixture
async def patient(service: Service) -> str:
    return await service.register()


@pytest.fixture
async def stored(service: Service, patient: str) -> dict[str, Any]:
    """A response that came as FHIR, as it is given out."""
    sent = written(CATALOGUE, patient, PAIN, instrument="pre-consultation", identifier={"value": "F-1"})
    return resource(await create(service, sent), 201)


def corrected(stored: dict[str, Any], **elements: Any) -> dict[str, Any]:
    """What somebody sends who read it and now knows that the pain was milder."""
    patient = stored["subject"]["reference"].removeprefix("Patient/")
    better = PAIN | {"pain-severity": "1", "pain-interference": "0"}
    items = written(CATALOGUE, patient, better, instrument="pre-consultation")["item"]
    return stored | {"item": items} | elements


async def put(service: Service, stored: dict[str, Any], content: Any, seen: int = 1, **more: Any) -> Any:
    return await send(service, "PUT", f"{WHERE}/{stored['id']}", content, **{"If_Match": f'W/"{seen}"', **more})


def places(answer: Any) -> list[list[str]]:
    return [[issue["details"]["coding"][1]["code"], *issue["expression"]] for issue in plain(answer)["issue"]]


async def test_a_correction_is_a_version_scored_anew(service: Service, stored: dict[str, Any]) -> None:
    answer = await put(service, stored, corrected(stored))
    found = resource(answer)
    assert (found["id"], found["status"], found["meta"]["versionId"]) == (stored["id"], "amended", "2")
    assert answer.headers["ETag"] == 'W/"2"'
    assert answer.headers["Location"] == f"http://testserver{WHERE}/{stored['id']}/_history/2"
    assert resource(await get(service, f"{WHERE}/{stored['id']}")) == found
    first, second = plain(await get(service, f"/v1/responses/{stored['id']}/revisions"))["revisions"]
    assert first["scores"] != second["scores"]
    assert second["answers"]["pain-severity"] == "1"
    assert (await put(service, stored, corrected(stored), seen=2, Prefer="return=minimal")).content == b""


async def test_every_version_keeps_what_was_sent(service: Service, stored: dict[str, Any]) -> None:
    body = corrected(stored, extension=[*stored["extension"], {"url": "https://ehr.example/why", "valueString": "x"}])
    answer = await put(service, stored, body)
    assert answer.status_code == 200
    sent = answer.request.content
    assert (await get(service, f"{WHERE}/{stored['id']}/$received")).content == sent
    first = (await get(service, f"{WHERE}/{stored['id']}/_history/1/$received")).content
    assert first not in (b"", sent)


@pytest.mark.parametrize(
    ("languages", "words"),
    [("fr", "Corrigé par FHIR"), ("en", "Corrected through FHIR"), ("ar", "صُحِّح عبر FHIR"), ("de", "Corrected")],
)
async def test_the_reason_is_the_clients_or_says_that_none_was_given(
    service: Service, stored: dict[str, Any], languages: str, words: str
) -> None:
    await put(service, stored, corrected(stored), Accept_Language=languages)
    said = plain(await get(service, f"/v1/responses/{stored['id']}"))["reason"]
    assert said.startswith(words)
    extension = {"url": REASON_URL, "valueString": "Read out wrongly on the telephone"}
    await put(service, stored, corrected(stored, extension=[extension]), seen=2)
    assert plain(await get(service, f"/v1/responses/{stored['id']}"))["reason"] == extension["valueString"]
    for wrong in ({"valueString": "x" * 201}, {"valueString": f"{SECRET}\nx"}, {"valueCode": "typo"}):
        refused = await put(service, stored, corrected(stored, extension=[{"url": REASON_URL, **wrong}]), seen=3)
        assert places(refused) == [["wrong-format", "QuestionnaireResponse.extension[0]"]]
        assert SECRET not in refused.text


async def test_what_a_response_keeps_cannot_be_corrected(service: Service, stored: dict[str, Any]) -> None:
    other = await service.register()
    visit = await service.plan(stored["subject"]["reference"][8:], service.clock() + days(1))
    url = CATALOGUE.get("pre-consultation").url
    changes: dict[str, Any] = {
        "identifier": {"value": "F-2"},
        "questionnaire": CATALOGUE.get("symptom-watch").canonical,
        "subject": {"reference": f"Patient/{other}"},
        "encounter": {"reference": f"Encounter/{visit}"},
        "authored": "2026-11-01T09:30:00Z",
        "source": {"type": "Practitioner"},
    }
    for name, value in changes.items():
        answer = await put(service, stored, corrected(stored, **{name: value}))
        assert ["unchangeable", f"QuestionnaireResponse.{name}"] in places(answer), name
        assert answer.status_code == 422
    answer = await put(service, stored, corrected(stored, **changes, id=str(new_id())))
    assert {"other-id", "unchangeable"} <= {code for code, _ in places(answer)}
    assert {name for code, name in places(answer) if code == "unchangeable"} == {
        f"QuestionnaireResponse.{name}" for name in changes
    }
    assert url in stored["questionnaire"]
    assert resource(await get(service, f"{WHERE}/{stored['id']}"))["meta"]["versionId"] == "1"


async def test_what_it_does_not_say_or_says_the_same_way_stays(service: Service, stored: dict[str, Any]) -> None:
    less = {
        name: value for name, value in corrected(stored).items() if name not in ("authored", "source", "identifier")
    }
    assert resource(await put(service, stored, less))["authored"] == stored["authored"]
    same = corrected(stored, authored="2026-11-20T08:30:00.000Z", identifier={"value": "F-1"})
    assert resource(await put(service, stored, same, seen=2))["source"] == stored["source"]


async def test_an_update_needs_the_version_that_was_seen(service: Service, stored: dict[str, Any]) -> None:
    where, body = f"{WHERE}/{stored['id']}", corrected(stored)
    outcome(await send(service, "PUT", where, body), 428, "precondition-required")
    outcome(await send(service, "PUT", where, body, If_Match=SECRET), 422, "request-invalid")
    stale = await put(service, stored, body, seen=7)
    outcome(stale, 412, "precondition-failed")
    assert stale.headers["ETag"] == 'W/"1"'
    # A resource that is wrong besides does not hide that the version is.
    outcome(await put(service, stored, body | {"status": "stopped"}, seen=7), 412, "precondition-failed")
    answers = await at_once(5, lambda _: put(service, stored, body))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]


async def test_there_is_no_creating_by_update(service: Service, stored: dict[str, Any]) -> None:
    for name in (str(new_id()), "never-was-one"):
        absent = stored | {"id": name}
        outcome(await put(service, absent, corrected(absent)), 404, "not-found")
    elsewhere = await service.with_new_centre()
    outcome(await put(elsewhere, stored, corrected(stored)), 404, "not-found")


async def test_the_resource_says_the_id_of_its_url(service: Service, stored: dict[str, Any]) -> None:
    for body in (corrected(stored, id=str(new_id())), {k: v for k, v in corrected(stored).items() if k != "id"}):
        assert places(await put(service, stored, body)) == [["other-id", "QuestionnaireResponse.id"]]


async def test_wrong_answers_are_all_told_and_nothing_is_stored(
    service: Service, database: Database, patient: str, stored: dict[str, Any]
) -> None:
    body = corrected(stored, status="in-progress", foo=SECRET, subject={"reference": f"Patient/{new_id()}"})
    del body["item"][-1], body["source"]
    answer = await put(service, stored, body)
    outcome(answer, 400, "resource-invalid")
    assert {code for code, _ in places(answer)} == {"required", "status-not-taken", "unknown-element", "unchangeable"}
    assert len(await database.responses(patient)) == 1


async def test_entered_in_error_marks_it_whatever_its_items_say(service: Service, stored: dict[str, Any]) -> None:
    body = {k: v for k, v in stored.items() if k != "item"} | {"status": "entered-in-error"}
    outcome(
        await send(service, "PUT", f"{WHERE}/{stored['id']}", body, Role.PATIENT, **_mine(stored)), 403, "not-permitted"
    )
    marked = resource(await put(service, stored, body))
    assert (marked["status"], marked["meta"]["versionId"]) == ("entered-in-error", "2")
    assert marked["item"] == stored["item"]
    outcome(await put(service, stored, corrected(stored), seen=2), 409, "not-in-effect")


def _mine(stored: dict[str, Any]) -> dict[str, str]:
    return {"patient": stored["subject"]["reference"].removeprefix("Patient/"), "If_Match": 'W/"1"'}


async def test_patients_correct_their_own(service: Service, stored: dict[str, Any]) -> None:
    where = f"{WHERE}/{stored['id']}"
    mine = await send(service, "PUT", where, corrected(stored), Role.PATIENT, **_mine(stored))
    assert resource(mine)["status"] == "amended"
    other = await service.register()
    theirs = await send(service, "PUT", where, corrected(stored), Role.PATIENT, patient=other, If_Match='W/"2"')
    outcome(theirs, 404, "not-found")


# --- deleting ----------------------------------------------------------------------------------------------------


async def test_deleting_withdraws_and_destroys_nothing(
    service: Service, database: Database, patient: str, stored: dict[str, Any]
) -> None:
    where = f"{WHERE}/{stored['id']}"
    answer = await send(service, "DELETE", where, If_Match='W/"1"')
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (204, b"", 'W/"2"')
    outcome(await get(service, where), 410, "gone")
    outcome(await get(service, f"{where}/$received"), 410, "gone")
    assert (await get(service, f"{where}/_history/1/$received")).status_code == 200
    first, second = await database.responses(patient)
    assert (first["is_deleted"], second["is_deleted"], second["status"]) == (False, True, "entered-in-error")
    assert first["answers"] == second["answers"]
    assert second["reason"] == "Deleted through FHIR."
    again = await send(service, "DELETE", where, If_Match='W/"1"')
    assert (again.status_code, again.headers["ETag"]) == (204, 'W/"2"')
    outcome(await put(service, stored, corrected(stored), seen=2), 410, "gone")
    assert len(await database.responses(patient)) == 2


async def test_deleting_at_the_same_time_is_deleting_once(
    service: Service, database: Database, patient: str, stored: dict[str, Any]
) -> None:
    answers = await at_once(5, lambda _: send(service, "DELETE", f"{WHERE}/{stored['id']}"))
    assert {answer.status_code for answer in answers} == {204}
    assert len(await database.responses(patient)) == 2


async def test_what_was_marked_already_can_be_deleted(service: Service, stored: dict[str, Any]) -> None:
    await put(service, stored, stored | {"status": "entered-in-error"})
    assert (await send(service, "DELETE", f"{WHERE}/{stored['id']}")).status_code == 204


async def test_deleting_is_for_the_care_team_and_of_what_was_seen(service: Service, stored: dict[str, Any]) -> None:
    where = f"{WHERE}/{stored['id']}"
    stale = await send(service, "DELETE", where, If_Match='W/"9"')
    outcome(stale, 412, "precondition-failed")
    assert stale.headers["ETag"] == 'W/"1"'
    mine = stored["subject"]["reference"].removeprefix("Patient/")
    outcome(await send(service, "DELETE", where, role=Role.PATIENT, patient=mine), 403, "not-permitted")
    outcome(await send(service, "DELETE", f"{WHERE}/{new_id()}"), 404, "not-found")
    elsewhere = await service.with_new_centre()
    outcome(await send(elsewhere, "DELETE", where), 404, "not-found")
