"""Creating a response as FHIR: kept as it came, and stored exactly like one that came by `/v1`."""

import asyncio
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from app.security.caller import Role
from app.services.submit_response import TEXT_UNKNOWN
from app.store import jsonb
from app.store.ids import new_id
from fhir_export.encoding import encode
from questionnaires.catalogue import load_catalogue
from questionnaires.definition import Questionnaire
from tests.api.database import Database
from tests.fhir.client import PAIN, SECRET, get, outcome, resource
from tests.fhir.every_kind import ANSWERS
from tests.fhir.sending import WHERE, create, plain, send, written
from tests.support.questionnaires import CANONICAL_BASE, INSTRUMENTS
from tests.support.service import CALM, Service, days
from tests.support.whole_answers import nearly_whole_answers

pytestmark = pytest.mark.anyio

CATALOGUE = load_catalogue(INSTRUMENTS, CANONICAL_BASE)
NEWEST = [CATALOGUE.get(name) for name in CATALOGUE.instruments]


@pytest.fixture
async def patient(service: Service) -> str:
    return await service.register()


def example(questionnaire: Questionnaire, number: int) -> dict[str, Any]:
    """Answers that Hypothesis makes, always the same ones."""
    found: list[dict[str, Any]] = []

    @seed(number)
    @settings(max_examples=1, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(nearly_whole_answers(questionnaire))
    def draw(answers: dict[str, Any]) -> None:
        found.append(answers)

    draw()
    return found[-1]


# --- the same as by /v1 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("questionnaire", NEWEST, ids=[q.instrument for q in NEWEST])
async def test_it_gives_what_v1_gives(service: Service, questionnaire: Questionnaire) -> None:
    """Same answers, scores, alerts and evaluation, of every instrument, whether it has words here or not."""
    for number in range(3):
        answers = json.loads(jsonb.dump(example(questionnaire, number)), parse_float=Decimal)
        one, other = await service.register(), await service.register()
        at = service.clock() - days(1)
        named: dict[str, Any] = {"questionnaire": questionnaire.instrument, "version": questionnaire.version}
        as_json = json.loads(jsonb.dump(answers))
        by_v1 = await service.submit(one, as_json, headers=service.as_(Role.SYSTEM), authored=at, **named)
        assert by_v1.status_code == 201, by_v1.text
        sent = written(CATALOGUE, other, answers, instrument=questionnaire.instrument, authored=at.isoformat())
        by_fhir = resource(await create(service, sent | {"language": "fr"}), 201)
        first, second = [
            plain(await get(service, f"/v1/responses/{name}")) for name in (by_v1.json()["id"], by_fhir["id"])
        ]
        for apart in ("id", "patient_id", "stored_at"):
            del first[apart], second[apart]
        assert first == second
        assert first["answers"] == answers


@pytest.mark.parametrize("questionnaire", NEWEST, ids=[q.instrument for q in NEWEST])
async def test_what_is_given_out_can_be_sent_back_and_gives_the_same(
    service: Service, questionnaire: Questionnaire
) -> None:
    answers = json.loads(jsonb.dump(example(questionnaire, 9)))
    patient = await service.register()
    named: dict[str, Any] = {"questionnaire": questionnaire.instrument, "version": questionnaire.version}
    first = await service.submit(patient, answers, headers=service.as_(Role.SYSTEM), **named)
    given_out = resource(await get(service, f"{WHERE}/{first.json()['id']}"))
    again = resource(await create(service, given_out), 201)
    assert again["id"] != given_out["id"], "an id of the client's is not taken"
    changing = ("id", "meta", "author")
    assert {k: v for k, v in again.items() if k not in changing} == {
        k: v for k, v in given_out.items() if k not in changing
    }
    one, other = [plain(await get(service, f"/v1/responses/{name}")) for name in (given_out["id"], again["id"])]
    for part in ("answers", "scores", "pins", "language", "authored_at"):
        assert one[part] == other[part]


async def test_an_item_of_every_type_is_read_digit_for_digit(kinds: Service, database: Database) -> None:
    patient = await kinds.register()
    sent = encode(written(kinds.app.state.installation.catalogue, patient)).replace(b"38.5", b"38.50")
    created = resource(await create(kinds, sent), 201)
    stored = jsonb.load((await database.responses(patient))[0]["answers"])
    assert stored == {**ANSWERS, "temperature": Decimal("38.50")}
    assert str(stored["temperature"]) == "38.50"
    again = resource(await create(kinds, created), 201)
    assert again["item"] == created["item"]


# --- what the answer says ----------------------------------------------------------------------------------------


async def test_the_answer_says_where_it_is_and_which_version(service: Service, patient: str) -> None:
    answer = await create(service, written(CATALOGUE, patient, PAIN, instrument="pre-consultation"))
    found = resource(answer, 201)
    assert answer.headers["Location"] == f"http://testserver{WHERE}/{found['id']}/_history/1"
    assert answer.headers["ETag"] == 'W/"1"'
    assert answer.headers["Last-Modified"].endswith("GMT")
    assert answer.headers["Cache-Control"] == "no-store"
    assert resource(await get(service, f"{WHERE}/{found['id']}")) == found


@pytest.mark.parametrize("preferred", ["minimal", "representation", "OperationOutcome"])
async def test_a_client_gets_the_body_that_it_prefers(service: Service, patient: str, preferred: str) -> None:
    sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation")
    answer = await create(service, sent, Prefer=f"return={preferred}")
    assert answer.status_code == 201
    assert answer.headers["ETag"] == 'W/"1"'
    assert "/_history/1" in answer.headers["Location"]
    match preferred:
        case "minimal":
            assert answer.content == b""
        case "OperationOutcome":
            (issue,) = resource(answer, 201)["issue"]
            assert (issue["severity"], issue["code"]) == ("information", "informational")
        case _:
            assert resource(answer, 201)["resourceType"] == "QuestionnaireResponse"


# --- kept as it came ---------------------------------------------------------------------------------------------

FOREIGN: dict[str, Any] = {
    "id": "7",
    "meta": {
        "versionId": "3",
        "source": "urn:ehr:forms",
        "profile": ["https://ehr.example/StructureDefinition/form"],
        "tag": [{"system": "https://ehr.example/tags", "code": "night-shift"}],
    },
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Answers</div>'},
    "contained": [
        {"resourceType": "RelatedPerson", "id": "daughter", "patient": {"reference": "Patient/7"}},
        # Of R4, and of no later version.
        {"resourceType": "EffectEvidenceSynthesis", "id": "e", "modifierExtension": [{"url": "https://ehr.example/x"}]},
    ],
    "extension": [
        {"url": "https://ehr.example/device", "valueString": "tablet 4"},
        {
            "url": "https://ehr.example/spoken",
            "_valueString": {
                "extension": [
                    {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
                ]
            },
        },
        {"url": "https://ehr.example/nested", "extension": [{"url": "depth", "valueDecimal": Decimal("1.50")}]},
    ],
    "basedOn": [{"reference": "https://ehr.example/fhir/CarePlan/9"}],
    "author": {"reference": "https://ehr.example/fhir/Practitioner/12", "display": "Night nurse"},
    "source": {"reference": "#daughter"},
    "_authored": {"extension": [{"url": "https://ehr.example/clock", "valueString": "ward"}]},
}


async def test_what_another_server_adds_is_accepted_and_kept(service: Service, patient: str) -> None:
    sent = encode(written(CATALOGUE, patient, PAIN, instrument="pre-consultation", **FOREIGN))
    sent = sent.replace(
        b'{"linkId":"symptoms"', b'{  "extension":[{"url":"https://ehr.example/e"}],"linkId":"symptoms"'
    )
    sent = sent.replace(b'"valueInteger":4', b'"id":"a1","valueInteger":4')
    created = resource(await create(service, sent, Content_Type="application/fhir+json; charset=utf-8"), 201)
    assert created["id"] != "7"
    assert created["source"] == {"type": "RelatedPerson", "display": created["source"]["display"]}
    for where in (f"{WHERE}/{created['id']}/$received", f"{WHERE}/{created['id']}/_history/1/$received"):
        answer = await get(service, where)
        assert answer.status_code == 200, answer.text
        assert answer.content == sent
        assert answer.headers["content-type"] == "application/fhir+json"
        assert answer.headers["Cache-Control"] == "no-store"


async def test_what_did_not_come_as_fhir_has_no_original(service: Service, patient: str) -> None:
    submitted = (await service.submit(patient, CALM)).json()["id"]
    outcome(await get(service, f"{WHERE}/{submitted}/$received"), 404, "not-found")
    created = plain(await create(service, written(CATALOGUE, patient, CALM, instrument="pre-consultation")))
    for where in (f"{created['id']}/_history/2", f"{new_id()}", "never-was-one"):
        outcome(await get(service, f"{WHERE}/{where}/$received"), 404, "not-found")
    other = await service.with_new_centre()
    outcome(await get(other, f"{WHERE}/{created['id']}/$received"), 404, "not-found")


# --- whom and what it names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/{}"},
        {"reference": "http://testserver/fhir/Patient/{}"},
        {"reference": "Patient/{}/_history/1", "type": "Patient", "display": "Somebody"},
        {"identifier": {"system": "urn:test:ipp", "value": "IPP-{}"}},
    ],
)
async def test_the_subject_is_named_by_id_or_identifier(
    service: Service, database: Database, subject: dict[str, Any]
) -> None:
    number = str(new_id())
    patient = await service.register(f"IPP-{number}")
    text = json.dumps(subject)
    named = json.loads(text.replace("{}", number if "IPP" in text else patient))
    sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation", subject=named, source=named)
    assert resource(await create(service, sent), 201)["subject"] == {"reference": f"Patient/{patient}"}
    audited = [event for event in await database.audited(service.centre_id) if event["operation"] == "submit_response"]
    assert [str(event["patient_id"]) for event in audited] == [patient]


async def test_a_patient_of_another_centre_is_nobody(service: Service, patient: str) -> None:
    elsewhere = await service.with_new_centre()
    for subject in (
        {"reference": f"Patient/{patient}"},
        {"identifier": {"system": "urn:test:ipp", "value": "shared"}},
    ):
        await service.register("shared")
        sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation", subject=subject)
        theirs = plain(await create(elsewhere, sent))
        assert theirs["issue"][0]["code"] == "not-found"
        absent = plain(await create(elsewhere, sent | {"subject": {"reference": f"Patient/{new_id()}"}}))
        assert theirs == absent


async def test_a_patient_answers_for_themselves_and_those_they_act_for(service: Service, patient: str) -> None:
    other, child = await service.register(), await service.register()
    sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation")
    mine = await create(service, sent, Role.PATIENT, patient=patient)
    assert resource(mine, 201)["source"] == {"reference": f"Patient/{patient}"}
    refused = await create(service, sent, Role.PATIENT, patient=other)
    assert plain(refused)["issue"][0]["expression"] == ["QuestionnaireResponse.subject"]
    token: dict[str, Any] = service.as_(Role.PATIENT, other, acts_for=(child,))
    body = written(CATALOGUE, child, CALM, instrument="pre-consultation")
    entrusted = await send(service, "POST", WHERE, body, **token)
    assert resource(entrusted, 201)["source"]["type"] == "RelatedPerson"


@pytest.mark.parametrize(
    ("source", "answered_by"),
    [
        (None, "patient"),
        ({"type": "Patient"}, "patient"),
        ({"type": "RelatedPerson", "display": "A daughter"}, "related-person"),
        ({"reference": "RelatedPerson/5"}, "related-person"),
        ({"reference": "https://ehr.example/fhir/Practitioner/12"}, "practitioner"),
        ({"reference": "PractitionerRole/12"}, "practitioner"),
    ],
)
async def test_who_answered_is_the_type_of_the_source(
    service: Service, patient: str, source: dict[str, str] | None, answered_by: str
) -> None:
    sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation", source=source)
    created = resource(await create(service, sent), 201)
    assert plain(await get(service, f"/v1/responses/{created['id']}"))["answered_by"] == answered_by


async def test_the_visit_is_named_by_id_or_by_the_hospitals_visit_id(service: Service, patient: str) -> None:
    other = await service.register()
    visit_id = f"V-{new_id()}"
    visit = await service.plan(patient, service.clock() + days(2), visit_id=visit_id)
    system = f"{CANONICAL_BASE}/NamingSystem/visits-{service.centre_id}"
    for encounter in (
        {"reference": f"Encounter/{visit}"},
        {"identifier": {"value": visit_id}},
        {"identifier": {"system": system, "value": visit_id}},
    ):
        sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation", encounter=encounter)
        created = resource(await create(service, sent), 201)
        assert created["encounter"] == {"reference": f"Encounter/{visit}"}
        theirs = plain(await create(service, sent | {"subject": {"reference": f"Patient/{other}"}}))
        assert [issue["expression"] for issue in theirs["issue"]] == [["QuestionnaireResponse.encounter"]]
    wrong: Sequence[dict[str, Any]] = (
        {"identifier": {"system": "urn:other", "value": visit_id}},
        {"identifier": {"value": f"{visit_id}-x"}},
        {"display": "the visit of Monday"},
    )
    for encounter in wrong:
        sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation", encounter=encounter)
        assert plain(await create(service, sent))["issue"][0]["expression"] == ["QuestionnaireResponse.encounter"]


# --- when, and in which words ------------------------------------------------------------------------------------


async def test_without_a_time_it_is_that_of_receiving_and_says_so(service: Service, patient: str) -> None:
    sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation", authored=None)
    created = resource(await create(service, sent), 201)
    read = plain(await get(service, f"/v1/responses/{created['id']}"))
    assert "authored-unknown" in read["flags"]
    assert created["authored"]


@pytest.mark.parametrize(
    ("stated", "accepted", "language"),
    [("ar", "fr", "ar"), ("FR-fr", "en", "fr-fr"), (None, "en", "en"), (None, "", "fr")],
)
async def test_the_language_is_the_resources_else_the_readers_else_the_centres(
    service: Service, patient: str, stated: str | None, accepted: str, language: str
) -> None:
    sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation", language=stated)
    created = resource(await create(service, sent, Accept_Language=accepted), 201)
    assert created["language"].lower() == language


async def test_the_words_that_were_shown_are_pinned_by_their_digest(service: Service, patient: str) -> None:
    by_v1 = plain(await service.submit(patient, CALM, language="ar"))
    given_out = resource(await get(service, f"{WHERE}/{by_v1['id']}"))
    del given_out["language"]
    created = resource(await create(service, given_out, Accept_Language="fr"), 201)
    pinned = [plain(await get(service, f"/v1/responses/{name}"))["pins"] for name in (by_v1["id"], created["id"])]
    assert pinned[0] == pinned[1]
    unknown = plain(
        await create(service, written(CATALOGUE, patient, CALM, instrument="pre-consultation", language="de"))
    )
    assert TEXT_UNKNOWN in plain(await get(service, f"/v1/responses/{unknown['id']}"))["flags"]


# --- exactly once, and by whom -----------------------------------------------------------------------------------


async def test_a_key_stores_it_once(service: Service, database: Database, patient: str) -> None:
    key = str(new_id())
    sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation")
    answers = await asyncio.gather(*(create(service, sent, Idempotency_Key=key) for _ in range(5)))
    turned = {name: sent[name] for name in reversed(sent)}
    answers.append(await create(service, turned, Idempotency_Key=key))
    assert {answer.status_code for answer in answers} == {201}
    assert len({plain(answer)["id"] for answer in answers}) == 1
    assert len(await database.responses(patient)) == 1
    other = sent | {"authored": "2026-11-20T10:00:00Z"}
    outcome(await create(service, other, Idempotency_Key=key), 422, "idempotency-key-reused")
    outcome(await create(service, sent, Idempotency_Key=f"{SECRET} !"), 422, "request-invalid")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CLINICIAN])
async def test_it_needs_role_and_scope(service: Service, patient: str, role: Role) -> None:
    sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation")
    token: dict[str, Any] = service.as_(role, scope="user/QuestionnaireResponse.rs user/Observation.rs")
    outcome(await send(service, "POST", WHERE, sent, **token), 403, "not-permitted")
    outcome(await send(service, "POST", WHERE, b"{", **token), 403, "not-permitted")
    nobody = await service.client.post(WHERE, content=encode(sent), headers={"Content-Type": "application/fhir+json"})
    outcome(nobody, 401, "not-authenticated")


async def test_the_identifier_of_another_system_is_kept(service: Service, database: Database, patient: str) -> None:
    identifiers: tuple[dict[str, str], ...] = ({"system": "urn:ehr:forms", "value": "F-1"}, {"value": "F-2"})
    for identifier in identifiers:
        sent = written(CATALOGUE, patient, CALM, instrument="pre-consultation", identifier=identifier)
        resource(await create(service, sent), 201)
    rows = await database.responses(patient)
    assert [(row["identifier_system"], row["identifier_value"]) for row in rows] == [
        ("urn:ehr:forms", "F-1"),
        (None, "F-2"),
    ]
