"""Reading by id: what a response and its Observations are, and were."""

from typing import Any

import httpx
import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.fhir.client import PAIN, QUESTIONNAIRE, SECRET, get, outcome, resource
from tests.support.service import CALM, Service

pytestmark = pytest.mark.anyio

READS = ("QuestionnaireResponse/{}", "QuestionnaireResponse/{}/$collection", "Observation/{}.1")
VERSIONS = ("QuestionnaireResponse/{}/_history/{}", "Observation/{}.1/_history/{}")


@pytest.fixture
async def patient(service: Service) -> str:
    return await service.register()


@pytest.fixture
async def response(service: Service, patient: str) -> str:
    submitted = await service.submit(patient, PAIN)
    assert submitted.status_code == 201, submitted.text
    return str(submitted.json()["id"])


async def correct(service: Service, response: str, answers: dict[str, Any] = CALM, seen: int = 1) -> None:
    corrected = await service.client.put(
        f"/v1/responses/{response}",
        json={"answers": answers, "reason": "a slip"},
        headers={**service.as_(Role.NURSE), "If-Match": f'"{seen}"'},
    )
    assert corrected.status_code == 200, corrected.text


async def delete(service: Service, response: str) -> None:
    deleted = await service.client.delete(f"/fhir/QuestionnaireResponse/{response}", headers=service.as_(Role.SYSTEM))
    assert deleted.status_code == 204, deleted.text


async def test_a_correction_is_the_same_resource_in_a_new_version(service: Service, response: str) -> None:
    before = [resource(await get(service, f"/fhir/{read.format(response)}")) for read in READS[::2]]
    await correct(service, response)
    for read, first, version in zip(READS[::2], before, VERSIONS, strict=True):
        answer = await get(service, f"/fhir/{read.format(response)}")
        assert (resource(answer)["status"], answer.headers["ETag"]) == ("amended", 'W/"2"')
        assert resource(await get(service, f"/fhir/{version.format(response, 2)}")) == resource(answer)
        earlier = await get(service, f"/fhir/{version.format(response, 1)}")
        assert resource(earlier) == first
        assert earlier.headers["ETag"] == 'W/"1"'


async def test_one_observation_is_read_as_in_its_collection(service: Service, response: str) -> None:
    collection = resource(await get(service, f"/fhir/QuestionnaireResponse/{response}/$collection"))
    exported, *observations = [entry["resource"] for entry in collection["entry"]]
    assert exported == resource(await get(service, f"/fhir/QuestionnaireResponse/{response}"))
    for one in (observations[0], observations[-1]):
        assert resource(await get(service, f"/fhir/Observation/{one['id']}")) == one


@pytest.mark.parametrize("version", ["0", "01", "3", "-1", "9999999999", "latest", "1.0"])
async def test_a_version_that_never_was_is_not_found(service: Service, response: str, version: str) -> None:
    for path in VERSIONS:
        outcome(await get(service, f"/fhir/{path.format(response, version)}"), 404, "not-found")


async def asking(service: Service, where: str, conditions: dict[str, str]) -> httpx.Response:
    return await service.client.get(where, headers=service.as_(Role.CLINICIAN) | conditions)


async def test_what_a_client_has_already_is_not_sent_again(service: Service, response: str) -> None:
    for read in (READS[0], VERSIONS[0].format("{}", 1)):
        where = f"/fhir/{read.format(response)}"
        first = await get(service, where)
        for known in ({"If-None-Match": first.headers["ETag"]}, {"If-None-Match": "*"}):
            answer = await asking(service, where, known)
            assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", first.headers["ETag"])
            assert answer.headers["Last-Modified"] == first.headers["Last-Modified"]
        for other in ({"If-None-Match": 'W/"7"'}, {"If-Modified-Since": first.headers["Last-Modified"]}):
            assert resource(await asking(service, where, other)) == resource(first)
    await correct(service, response)
    assert resource(await get(service, where.partition("/_history")[0], If_None_Match='W/"1"'))["status"] == "amended"


async def test_an_observation_in_one_language_is_not_kept_for_another(service: Service, response: str) -> None:
    """Its version is the response's, its words are the reader's."""
    for where in (f"/fhir/Observation/{response}.1", f"/fhir/Observation/{response}.1/_history/1"):
        french = await get(service, where, languages="fr")
        for known in (french.headers["ETag"], "*"):
            english = await get(service, where, languages="en", If_None_Match=known)
            assert (english.headers["ETag"], english.headers["Vary"]) == (french.headers["ETag"], "Accept-Language")
            assert resource(english) == resource(await get(service, where, languages="en"))
            assert resource(english) != resource(french)
    for bundle in (f"QuestionnaireResponse/{response}/$collection", f"Observation?derived-from={response}"):
        assert (await get(service, f"/fhir/{bundle}")).headers["Vary"] == "Accept-Language"


async def test_what_was_deleted_is_gone_and_its_versions_stay(service: Service, patient: str, response: str) -> None:
    before = resource(await get(service, f"/fhir/QuestionnaireResponse/{response}"))
    await delete(service, response)
    for read in (*READS, *(path.format("{}", 2) for path in VERSIONS)):
        outcome(await get(service, f"/fhir/{read.format(response)}"), 410, "gone")
    assert resource(await get(service, f"/fhir/{VERSIONS[0].format(response, 1)}")) == before
    assert resource(await get(service, f"/fhir/{VERSIONS[1].format(response, 1)}"))["status"] == "final"
    for search in (f"patient={patient}", f"_id={response}", ""):
        assert "entry" not in resource(await get(service, f"/fhir/QuestionnaireResponse?{search}"))
    for search in (f"patient={patient}", f"derived-from={response}", f"_id={response}.1", ""):
        assert "entry" not in resource(await get(service, f"/fhir/Observation?{search}"))
    elsewhere = await service.with_new_centre()
    for read in READS:
        outcome(await get(elsewhere, f"/fhir/{read.format(response)}"), 404, "not-found")


async def test_every_version_is_told_the_latest_first(service: Service, response: str) -> None:
    await correct(service, response)
    await delete(service, response)
    where = f"/fhir/QuestionnaireResponse/{response}/_history"
    bundle = resource(await get(service, where))
    assert bundle["type"] == "history"
    told = [
        (entry["request"]["method"], entry["request"]["url"], entry["response"]["status"]) for entry in bundle["entry"]
    ]
    itself = f"QuestionnaireResponse/{response}"
    assert told == [("DELETE", itself, "204"), ("PUT", itself, "200"), ("POST", "QuestionnaireResponse", "201")]
    assert [entry["response"]["etag"] for entry in bundle["entry"]] == ['W/"3"', 'W/"2"', 'W/"1"']
    assert ["resource" in entry for entry in bundle["entry"]] == [False, True, True]
    for entry in bundle["entry"][1:]:
        version = entry["resource"]["meta"]["versionId"]
        assert resource(await get(service, f"{where}/{version}")) == entry["resource"]
        assert entry["response"]["lastModified"] == entry["resource"]["meta"]["lastUpdated"]
    since = bundle["entry"][1]["response"]["lastModified"]
    assert len(resource(await get(service, f"{where}?_since={since}"))["entry"]) == 2
    assert "entry" not in resource(await get(service, f"{where}?_since=2099-01-01T00:00:00Z"))
    (shortened, *_) = resource(await get(service, f"{where}?_since={since}&_elements=status&_count=2"))["entry"][1:]
    assert set(shortened["resource"]) == {"resourceType", "id", "meta", "status"}


async def test_a_history_is_paged(service: Service, response: str) -> None:
    for seen in (1, 2):
        await correct(service, response, CALM | {"quality-of-life": seen}, seen)
    other = (await service.submit(await service.register(), CALM)).json()["id"]
    for path, expected in (
        (f"{response}/_history?", [(response, 3), (response, 2), (response, 1)]),
        ("_history?", [(other, 1), (response, 3), (response, 2), (response, 1)]),
        ("_history?_sort=_lastUpdated&", [(response, 1), (response, 2), (response, 3), (other, 1)]),
        ("_history?_sort=-_lastUpdated&", [(other, 1), (response, 3), (response, 2), (response, 1)]),
    ):
        where: str | None = f"/fhir/QuestionnaireResponse/{path}_count=2"
        found, horizons = [], set()
        while where:
            page = resource(await get(service, where))
            horizons.add(page["meta"]["lastUpdated"])
            found += [(e["resource"]["id"], int(e["resource"]["meta"]["versionId"])) for e in page["entry"]]
            said = {link["relation"]: link["url"] for link in page["link"]}
            assert said["self"].startswith(f"http://testserver/fhir/QuestionnaireResponse/{path.partition('?')[0]}?")
            where = said.get("next")
        assert found == expected, path
        assert len(horizons) == 1


async def test_a_patient_reads_the_history_of_their_own(service: Service, patient: str, response: str) -> None:
    other = await service.register()
    await service.submit(other, CALM)
    own: dict[str, Any] = {"role": Role.PATIENT, "patient": patient}
    for where in ("_history", f"{response}/_history"):
        (entry,) = resource(await get(service, f"/fhir/QuestionnaireResponse/{where}", **own))["entry"]
        assert entry["resource"]["id"] == response
    outcome(
        await get(service, f"/fhir/QuestionnaireResponse/{response}/_history", Role.PATIENT, other), 404, "not-found"
    )
    assert len(resource(await get(service, "/fhir/QuestionnaireResponse/_history"))["entry"]) == 2


@pytest.mark.parametrize("since", [SECRET, "gt2020", "2020,2021", "2020&_since=2021"])
async def test_a_history_that_cannot_be_understood_says_where(service: Service, response: str, since: str) -> None:
    for where in ("_history", f"{response}/_history"):
        found = outcome(
            await get(service, f"/fhir/QuestionnaireResponse/{where}?_since={since}"), 400, "search-invalid"
        )
        assert found["issue"][0]["expression"] == ["http._since"]


@pytest.mark.parametrize("identifier", ["01a20000-0000-7000-8000-000000000000", "never-was-one", "1"])
async def test_what_is_not_there_is_not_found(service: Service, identifier: str) -> None:
    for read in (*READS, *(path.format("{}", 1) for path in VERSIONS), "QuestionnaireResponse/{}/_history"):
        outcome(await get(service, f"/fhir/{read.format(identifier)}"), 404, "not-found")


@pytest.mark.parametrize("identifier", ["{}", "{}.", "{}.0", "{}.01", "{}.9999", "{}.x", "{}.1.1"])
async def test_an_observation_is_found_by_its_own_id_only(service: Service, response: str, identifier: str) -> None:
    outcome(await get(service, f"/fhir/Observation/{identifier.format(response)}"), 404, "not-found")


async def test_another_centres_things_look_like_absent_ones(service: Service, response: str) -> None:
    elsewhere = await service.with_new_centre()
    for read in (*READS, *(path.format("{}", 1) for path in VERSIONS), "QuestionnaireResponse/{}/_history"):
        resource(await get(service, f"/fhir/{read.format(response)}"))
        theirs = outcome(await get(elsewhere, f"/fhir/{read.format(response)}"), 404, "not-found")
        assert theirs == outcome(await get(elsewhere, f"/fhir/{read.format(new_id())}"), 404, "not-found")


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


@pytest.mark.parametrize("read", [*READS, "Questionnaire/{}", "QuestionnaireResponse?patient={}"])
async def test_without_a_token_there_is_nothing(service: Service, read: str) -> None:
    where = f"/fhir/{read.format(new_id())}"
    for headers in ({}, {"Authorization": f"Bearer {SECRET}"}, {"Authorization": f"Basic {SECRET}"}):
        answer = await service.client.get(where, headers=headers)
        outcome(answer, 401, "not-authenticated")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


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
