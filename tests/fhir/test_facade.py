"""`/fhir`, as an EHR meets it: what is declared works, the rest does not, and the numbers are those of `/v1`."""

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from app.security.caller import Role
from app.store.ids import new_id
from scoring.synthesis import Mode
from tests.fhir.client import PAIN, QUESTIONNAIRE, SECRET, get, links, outcome, pages, resource
from tests.support.service import CALM, Service, days

pytestmark = pytest.mark.anyio


@pytest.fixture
async def patient(service: Service) -> str:
    return await service.register()


@pytest.fixture
async def response(service: Service, patient: str) -> str:
    submitted = await service.submit(patient, PAIN)
    assert submitted.status_code == 201, submitted.text
    return str(submitted.json()["id"])


# --- what is declared --------------------------------------------------------------------------------------------


async def test_the_capability_statement_needs_no_token(service: Service) -> None:
    statement = resource(await service.client.get("/fhir/metadata"))
    assert statement["fhirVersion"] == "4.0.1"
    assert statement["implementation"]["url"] == "http://testserver/fhir"


async def test_everything_declared_works_and_nothing_else_is_there(
    service: Service, patient: str, response: str
) -> None:
    (rest,) = resource(await service.client.get("/fhir/metadata"))["rest"]
    ids = {"Questionnaire": QUESTIONNAIRE, "QuestionnaireResponse": response, "Observation": f"{response}.1"}
    assert {declared["type"] for declared in rest["resource"]} == set(ids)
    for declared in rest["resource"]:
        kind = declared["type"]
        interactions = {interaction["code"] for interaction in declared["interaction"]}
        assert interactions <= {"read", "search-type"}
        read = resource(await get(service, f"/fhir/{kind}/{ids[kind]}"))
        assert (read["resourceType"], read["id"]) == (kind, ids[kind])
        search = await get(service, f"/fhir/{kind}?patient={patient}")
        assert (search.status_code == 200) == ("search-type" in interactions), kind
        assert [p["name"] for p in declared.get("searchParam", ())] == (
            ["patient"] if "search-type" in interactions else []
        )
        for operation in declared.get("operation", ()):
            resource(await get(service, f"/fhir/{kind}/{ids[kind]}/${operation['name']}"))
        for undeclared in (f"/fhir/{kind}/{ids[kind]}/_history", f"/fhir/{kind}/{ids[kind]}/_history/1"):
            outcome(await get(service, undeclared), 404, "not-found")
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            where = f"/fhir/{kind}" if method == "POST" else f"/fhir/{kind}/{ids[kind]}"
            refused = await service.client.request(method, where, headers=service.as_(Role.SYSTEM), json={})
            assert refused.status_code in (404, 405), f"{method} {where}"
            outcome(refused, refused.status_code, "not-found" if refused.status_code == 404 else "method-not-allowed")
    for undeclared in ("Patient", "Encounter", "Bundle"):
        outcome(await get(service, f"/fhir/{undeclared}/{patient}"), 404, "not-found")


# --- reading by id -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wanted", "language"), [("fr", "fr"), ("ar;q=0.9, en;q=0.5", "ar"), ("de", "en")])
async def test_a_questionnaire_speaks_the_readers_language_and_carries_the_others(
    service: Service, wanted: str, language: str
) -> None:
    answer = await get(service, f"/fhir/Questionnaire/{QUESTIONNAIRE}", languages=wanted)
    found = resource(answer)
    assert found["language"] == language
    assert answer.headers["Vary"] == "Accept-Language"
    assert answer.headers["ETag"] == f'W/"{found["meta"]["versionId"]}"'
    translated = {
        part["valueCode"]
        for extension in found["_title"]["extension"]
        for part in extension["extension"]
        if part["url"] == "lang"
    }
    assert translated == {"fr", "en", "ar"} - {language}


async def test_a_response_says_what_was_answered(service: Service, patient: str, response: str) -> None:
    answer = await get(service, f"/fhir/QuestionnaireResponse/{response}")
    found = resource(answer)
    assert found["status"] == "completed"
    assert found["subject"] == {"reference": f"Patient/{patient}"}
    assert (
        found["questionnaire"] == resource(await get(service, f"/fhir/Questionnaire/{QUESTIONNAIRE}"))["url"] + "|1.0.0"
    )
    assert answer.headers["ETag"] == 'W/"1"'
    assert answered(found["item"]) == PAIN


def answered(items: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        for answer in item.get("answer", ()):
            for name, value in answer.items():
                if name.startswith("value"):
                    found[item["linkId"]] = value["code"] if name == "valueCoding" else value
            found |= answered(answer.get("item", []))
        found |= answered(item.get("item", []))
    return found


async def test_the_numbers_are_those_of_v1(service: Service, response: str) -> None:
    stored = (await get(service, f"/v1/responses/{response}")).json()
    bundle = resource(await get(service, f"/fhir/QuestionnaireResponse/{response}/$collection"))
    exported, *observations = [entry["resource"] for entry in bundle["entry"]]
    assert exported == resource(await get(service, f"/fhir/QuestionnaireResponse/{response}"))
    found = {o["code"]["coding"][0]["code"]: o for o in observations}
    assert set(found) == set(stored["scores"])
    for name, score in stored["scores"].items():
        if "value" in score:
            assert found[name]["valueQuantity"]["value"] == Decimal(str(score["value"])), name
            assert "dataAbsentReason" not in found[name]
        else:
            assert "valueQuantity" not in found[name]
            assert found[name]["dataAbsentReason"]["coding"], name
    assert any("value" in score for score in stored["scores"].values())
    assert any("not_scored" in score for score in stored["scores"].values())
    for one in observations:
        assert resource(await get(service, f"/fhir/Observation/{one['id']}")) == one
        assert one["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{response}"}]


async def test_an_alert_of_v1_is_an_interpretation(service: Service, response: str) -> None:
    alerts = (await get(service, f"/v1/responses/{response}")).json()["alerts"]
    found = resource(await get(service, f"/fhir/QuestionnaireResponse/{response}/$collection"))
    interpreted = [e["resource"] for e in found["entry"] if "interpretation" in e["resource"]]
    assert alerts
    assert interpreted


async def test_a_correction_is_the_same_resource_in_a_new_version(service: Service, response: str) -> None:
    corrected = await service.client.put(
        f"/v1/responses/{response}",
        json={"answers": CALM, "reason": "the wrong patient's pain"},
        headers={**service.as_(Role.NURSE), "If-Match": '"1"'},
    )
    assert corrected.status_code == 200, corrected.text
    answer = await get(service, f"/fhir/QuestionnaireResponse/{response}")
    assert (resource(answer)["status"], answer.headers["ETag"]) == ("amended", 'W/"2"')
    score = await get(service, f"/fhir/Observation/{response}.1")
    assert (resource(score)["status"], score.headers["ETag"]) == ("amended", 'W/"2"')


async def test_what_was_entered_in_error_stays_and_says_so(service: Service, response: str) -> None:
    marked = await service.client.post(
        f"/v1/responses/{response}/entered-in-error",
        json={"reason": "another person answered"},
        headers={**service.as_(Role.NURSE), "If-Match": '"1"'},
    )
    assert marked.status_code == 200, marked.text
    for where in (f"QuestionnaireResponse/{response}", f"Observation/{response}.1"):
        assert resource(await get(service, f"/fhir/{where}"))["status"] == "entered-in-error"


async def test_a_centre_that_only_records_gives_no_scores(service: Service) -> None:
    recording = await service.with_new_centre(Mode.RECORD)
    patient = await recording.register()
    response = (await recording.submit(patient, PAIN)).json()["id"]
    bundle = resource(await get(recording, f"/fhir/QuestionnaireResponse/{response}/$collection"))
    assert [entry["resource"]["resourceType"] for entry in bundle["entry"]] == ["QuestionnaireResponse"]
    outcome(await get(recording, f"/fhir/Observation/{response}.1"), 404, "not-found")
    assert "entry" not in resource(await get(recording, f"/fhir/Observation?patient={patient}"))


# --- searching by patient ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["{}", "Patient/{}"])
async def test_a_search_gives_every_response_once_newest_first(service: Service, patient: str, reference: str) -> None:
    now = service.clock()
    submitted = [
        (await service.submit(patient, CALM, authored=now - days(back), headers=service.as_(Role.NURSE))).json()["id"]
        for back in range(5)
    ]
    await service.submit(await service.register(), CALM)
    where = f"/fhir/QuestionnaireResponse?patient={reference.format(patient)}&_count=2"
    found = await pages(service, where)
    assert [len(page["entry"]) for page in found] == [2, 2, 1]
    entries = [entry for page in found for entry in page["entry"]]
    assert [entry["resource"]["id"] for entry in entries] == submitted
    assert {entry["search"]["mode"] for entry in entries} == {"match"}
    for entry in entries:
        assert entry["fullUrl"] == f"http://testserver/fhir/QuestionnaireResponse/{entry['resource']['id']}"
    assert links(found[0])["self"].startswith("http://testserver/fhir/QuestionnaireResponse?")


async def test_a_search_gives_every_score_once(service: Service, patient: str) -> None:
    now = service.clock()
    responses = [
        (await service.submit(patient, PAIN, authored=now - days(back), headers=service.as_(Role.NURSE))).json()["id"]
        for back in range(3)
    ]
    found = await pages(service, f"/fhir/Observation?patient={patient}&_count=2")
    ids = [entry["resource"]["id"] for page in found for entry in page["entry"]]
    assert len(found) == 2
    assert len(ids) == len(set(ids))
    scores = (await get(service, f"/v1/responses/{responses[0]}")).json()["scores"]
    assert len(ids) == 3 * len(scores)
    assert list(dict.fromkeys(i.split(".")[0] for i in ids)) == responses


async def test_a_patient_without_responses_gives_an_empty_page(service: Service, patient: str) -> None:
    for kind in ("QuestionnaireResponse", "Observation"):
        found = resource(await get(service, f"/fhir/{kind}?patient={patient}"))
        assert (found["type"], "entry" in found, set(links(found))) == ("searchset", False, {"self"})


async def test_links_repeat_only_the_parameters_that_were_understood(service: Service, patient: str) -> None:
    for _ in range(2):
        await service.submit(patient, CALM)
    asked = f"/fhir/QuestionnaireResponse?patient={patient}&_count=1&identifier={SECRET}"
    said = links(resource(await get(service, asked)))
    assert set(parse_qs(urlsplit(said["self"]).query)) == {"patient", "_count"}
    assert set(parse_qs(urlsplit(said["next"]).query)) == {"patient", "_count", "_cursor"}


# --- refusals ----------------------------------------------------------------------------------------------------

READS = ("QuestionnaireResponse/{}", "QuestionnaireResponse/{}/$collection", "Observation/{}.1")


@pytest.mark.parametrize("read", [*READS, "Questionnaire/{}", "QuestionnaireResponse?patient={}"])
async def test_without_a_token_there_is_nothing(service: Service, read: str) -> None:
    where = f"/fhir/{read.format(new_id())}"
    for headers in ({}, {"Authorization": f"Bearer {SECRET}"}, {"Authorization": f"Basic {SECRET}"}):
        answer = await service.client.get(where, headers=headers)
        outcome(answer, 401, "not-authenticated")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("identifier", ["01a20000-0000-7000-8000-000000000000", "never-was-one", "1"])
@pytest.mark.parametrize("read", [*READS, "Questionnaire/{}"])
async def test_what_is_not_there_is_not_found(service: Service, read: str, identifier: str) -> None:
    outcome(await get(service, f"/fhir/{read.format(identifier)}"), 404, "not-found")


async def test_a_score_number_that_never_was_is_not_found(service: Service, response: str) -> None:
    for number in ("0", "9999", "01", "-1", "1.1", ""):
        outcome(await get(service, f"/fhir/Observation/{response}.{number}"), 404, "not-found")


@pytest.mark.parametrize(
    "query",
    [
        "patient=Practitioner/1",
        f"patient=%00{SECRET}",
        f"patient={UUID(int=0)}&_count={SECRET}",
        f"patient={UUID(int=0)}&_cursor={SECRET}",
    ],
)
@pytest.mark.parametrize("kind", ["QuestionnaireResponse", "Observation"])
async def test_a_search_that_cannot_be_understood_says_where_and_repeats_nothing(
    service: Service, kind: str, query: str
) -> None:
    found = outcome(await get(service, f"/fhir/{kind}?{query}"), 400, "search-invalid")
    assert all(issue["expression"] for issue in found["issue"])


async def test_another_centres_things_look_like_absent_ones(service: Service, patient: str, response: str) -> None:
    elsewhere = await service.with_new_centre()
    absent, absent_patient = str(new_id()), str(new_id())
    for read in (*READS, "QuestionnaireResponse?patient={}", "Observation?patient={}"):
        about, nothing = (patient, absent_patient) if "?" in read else (response, absent)
        resource(await get(service, f"/fhir/{read.format(about)}"))
        theirs = outcome(await get(elsewhere, f"/fhir/{read.format(about)}"), 404, "not-found")
        assert theirs == outcome(await get(elsewhere, f"/fhir/{read.format(nothing)}"), 404, "not-found")


async def test_a_patient_reads_their_own_responses_and_no_scores(service: Service, patient: str, response: str) -> None:
    other = await service.register()
    others = (await service.submit(other, PAIN)).json()["id"]
    own: dict[str, Any] = {"role": Role.PATIENT, "patient": patient}
    resource(await get(service, f"/fhir/Questionnaire/{QUESTIONNAIRE}", **own))
    assert resource(await get(service, f"/fhir/QuestionnaireResponse/{response}", **own))["id"] == response
    listed = resource(await get(service, f"/fhir/QuestionnaireResponse?patient={patient}", **own))
    assert [entry["resource"]["id"] for entry in listed["entry"]] == [response]
    for where in (f"QuestionnaireResponse/{others}", f"QuestionnaireResponse?patient={other}"):
        outcome(await get(service, f"/fhir/{where}", **own), 404, "not-found")
    for where in (
        f"Observation/{response}.1",
        f"Observation?patient={patient}",
        f"QuestionnaireResponse/{response}/$collection",
    ):
        outcome(await get(service, f"/fhir/{where}", **own), 403, "not-permitted")


async def test_a_token_without_the_grant_is_refused(service: Service, response: str) -> None:
    headers = service.as_(Role.CLINICIAN, scope="user/QuestionnaireResponse.r")
    allowed = await service.client.get(f"/fhir/QuestionnaireResponse/{response}", headers=headers)
    resource(allowed)
    for where in (f"Observation/{response}.1", f"QuestionnaireResponse/{response}/$collection"):
        outcome(await service.client.get(f"/fhir/{where}", headers=headers), 403, "not-permitted")
