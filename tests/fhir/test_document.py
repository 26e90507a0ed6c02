"""`Composition/{consultation}` and its `$document`: versions, whether it is ready, who may read it."""

import asyncio
from datetime import timedelta

import pytest

from app.security.caller import Role
from app.security.operations import Operation
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from tests.api.database import Database
from tests.api.test_synthesis import BEFORE, BETWEEN, EVE, NOW, VISIT, Story
from tests.export.readers import conformance_errors
from tests.fhir.client import get, outcome, resource
from tests.fhir.reading_documents import Document, read_document, same_everywhere
from tests.fhir.visits import Visit
from tests.support.service import CALM, Service, days

pytestmark = pytest.mark.anyio


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Database:
    return Database(postgres.url("postgres"))


@pytest.fixture
async def visit(service: Service) -> Visit:
    return await Visit(service).planned()


# --- the Composition and its document ----------------------------------------------------------------------------


async def test_the_composition_alone_is_the_first_entry_of_the_document(visit: Visit) -> None:
    await visit.answered()
    document = await visit.document("ar")
    alone = await get(visit.service, f"/fhir/Composition/{visit.id}", languages="ar")
    assert resource(alone) == document.composition
    assert (alone.headers["ETag"], alone.headers["Vary"]) == ('W/"1"', "Accept-Language")
    for reference in ("author", "custodian", "subject", "encounter"):
        named = document.composition[reference]
        path = (named[0] if isinstance(named, list) else named)["reference"]
        assert resource(await get(visit.service, f"/fhir/{path}", languages="ar")) == document.resolved(path)


async def test_every_resource_inside_is_the_one_that_the_server_has(service: Service) -> None:
    story = await Story(service).told()
    document = await read_document(service, story.visit)
    assert len(document.by_url) > 30
    for url, inside in document.by_url.items():
        assert resource(await get(service, url)) == inside


async def test_the_required_bindings_hold(visit: Visit) -> None:
    await visit.answered()
    document = await visit.document()
    questionnaire = resource(await get(visit.service, "/fhir/Questionnaire/pre-consultation-1.0.0"))
    assert conformance_errors(document.bundle, questionnaire) == []


async def test_who_recorded_is_inside_too(visit: Visit) -> None:
    service = visit.service
    for role in (Role.NURSE, Role.SYSTEM):
        headers = service.as_(role)
        by = {"answered_by": "related-person"} if role is Role.NURSE else {}
        sent = await service.submit(visit.patient, CALM, headers=headers, authored=EVE, **by)
        assert sent.status_code == 201, sent.text
    document = await visit.document()
    kinds = [one["resourceType"] for one in document.by_url.values()]
    assert (kinds.count("Practitioner"), kinds.count("Device")) == (1, 2)


async def test_a_patient_who_replaced_another_is_there_with_the_other(visit: Visit) -> None:
    service, other = visit.service, await visit.service.register()
    merged = await service.client.post(
        f"/v1/patients/{other}/replaced-by", json={"patient_id": visit.patient}, headers=service.as_(Role.SYSTEM)
    )
    assert merged.status_code in (200, 201), merged.text
    document = await visit.document()
    patients = {one["id"] for one in document.by_url.values() if one["resourceType"] == "Patient"}
    assert patients == {visit.patient, other}


# --- versions ----------------------------------------------------------------------------------------------------


async def test_reading_again_gives_the_same_bytes_but_for_the_time_of_reading(visit: Visit) -> None:
    await visit.answered()
    first = await visit.document()
    again = await visit.document(after=timedelta(hours=2))
    assert first.version == again.version == "1"
    assert first.bundle.pop("timestamp") == "2026-03-22T18:00:00Z"
    assert again.bundle.pop("timestamp") == "2026-03-22T20:00:00Z"
    assert first.bundle == again.bundle
    assert first.composition["date"] == "2026-03-22T18:00:00Z"
    in_english = await visit.document("en")
    assert (in_english.version, in_english.composition["date"]) == ("1", "2026-03-22T18:00:00Z")


async def test_an_answer_a_correction_and_the_visit_are_versions_of_one_document(visit: Visit) -> None:
    found = [await visit.document()]
    response = await visit.answered(at=EVE + timedelta(minutes=1) - timedelta(minutes=2))
    found.append(await visit.document(after=timedelta(hours=1)))
    found.append(await visit.document(after=days(1)))
    await visit.corrected(response, CALM | {"pain-frequency": "1"})
    found.append(await visit.document(after=timedelta(hours=1)))
    await visit.becomes("finished")
    found.append(await visit.document(after=days(1)))
    assert [document.version for document in found] == ["1", "2", "3", "4", "4"]
    statuses = [document.composition["status"] for document in found]
    assert statuses == ["preliminary", "preliminary", "final", "amended", "amended"]
    identifiers = {str(document.bundle["identifier"]) for document in found}
    assert identifiers == {str(document.composition["identifier"]) for document in found}
    assert found[0].bundle["identifier"] == {
        "system": "https://vigie.example/fhir/NamingSystem/documents",
        "value": visit.id,
    }
    assert "relatesTo" not in found[0].composition
    (replaced,) = found[3].composition["relatesTo"]
    assert (replaced["code"], replaced["targetReference"]["display"]) == ("replaces", "Version 3")
    assert replaced["targetReference"]["identifier"] == found[0].bundle["identifier"]
    assert "Modifié après la consultation." in found[3].composition["text"]["div"]
    await same_everywhere(visit.service, visit.id)


@pytest.mark.parametrize("change", ["entered in error", "moved", "new response"])
async def test_whatever_changes_what_is_said_is_a_new_version(visit: Visit, change: str) -> None:
    response = await visit.answered(at=EVE - days(1))
    assert (await visit.document()).version == "1"
    if change == "entered in error":
        marked = await visit.service.client.post(
            f"/v1/responses/{response}/entered-in-error",
            json={"reason": "somebody else"},
            headers=visit.service.as_(Role.NURSE) | {"If-Match": '"1"'},
        )
        assert marked.status_code == 200, marked.text
    elif change == "moved":
        await visit.becomes("planned", VISIT + days(1))
    else:
        await visit.answered(NOW)
    changed = await visit.document()
    assert changed.version == "2"
    assert changed.state == ("not-ready" if change == "entered in error" else "answered")


@pytest.mark.parametrize("what", ["treatment", "identity", "another record"])
async def test_what_stands_at_the_head_is_said_too(visit: Visit, what: str) -> None:
    """A print must be recognised as old although no answer changed."""
    service, system = visit.service, visit.service.as_(Role.SYSTEM)
    await visit.answered()
    assert (await visit.document()).version == "1"
    if what == "treatment":
        path = f"/v1/patients/{visit.patient}/consultations/{visit.visit_id}"
        said = await service.client.put(path, json={"start": VISIT.isoformat(), "treatment_cycle": 4}, headers=system)
    elif what == "identity":
        known = (await service.client.get(f"/v1/patients/{visit.patient}", headers=system)).json()
        body = {"identifiers": known["identifiers"], "identity_status": "PROV"}
        said = await service.client.post("/v1/patients", json=body, headers=system)
    else:
        other = await service.register()
        body = {"patient_id": visit.patient}
        said = await service.client.post(f"/v1/patients/{other}/replaced-by", json=body, headers=system)
    assert said.status_code == 200, said.text
    assert (await visit.document()).version == "2"


async def test_what_is_not_said_is_no_new_version(visit: Visit) -> None:
    await visit.document()
    await visit.service.submit(await visit.service.register(), CALM, authored=EVE)  # another patient
    await visit.becomes("arrived")
    await visit.service.plan(visit.patient, VISIT + days(30))
    assert (await visit.document()).version == "1"


async def test_many_readers_at_a_time_make_one_version(visit: Visit, database: Database) -> None:
    await visit.answered()
    paths = [f"/fhir/Composition/{visit.id}", f"/fhir/Composition/{visit.id}/$document"] * 6
    answers = await asyncio.gather(*(get(visit.service, path) for path in paths))
    assert {answer.headers["ETag"] for answer in answers} == {'W/"1"'}
    rows = await database.fetch("SELECT version FROM document_version WHERE consultation_id = $1", visit.id)
    assert [row["version"] for row in rows] == [1]


async def test_readers_beside_writers_never_go_back(visit: Visit) -> None:
    versions: list[list[str]] = [[], []]

    async def read(seen: list[str]) -> None:
        for _ in range(8):
            answer = await get(visit.service, f"/fhir/Composition/{visit.id}")
            assert answer.status_code == 200, answer.text
            seen.append(answer.headers["ETag"])

    async def write() -> None:
        for hours in range(5):
            await visit.answered(at=EVE - timedelta(hours=hours))

    await asyncio.gather(read(versions[0]), read(versions[1]), write())
    for seen in versions:
        assert seen == sorted(seen)
    final = await visit.document()
    assert len(final.cited("answers")) == 5
    assert int(final.version) <= 6


async def test_a_version_in_one_language_is_not_kept_for_another(visit: Visit) -> None:
    for path in (
        f"Composition/{visit.id}",
        f"Composition/{visit.id}/$document",
        f"Patient/{visit.patient}/$pro-summary",
    ):
        french = await get(visit.service, f"/fhir/{path}", languages="fr")
        known = french.headers["ETag"]
        english = await get(visit.service, f"/fhir/{path}", languages="en", if_none_match=known)
        assert english.headers["Vary"] == "Accept-Language"
        assert resource(english) == resource(await get(visit.service, f"/fhir/{path}", languages="en"))
        assert resource(english) != resource(french)


# --- who may read it, and how ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/$document"])
async def test_the_document_is_for_the_care_team(visit: Visit, path: str) -> None:
    where = f"/fhir/Composition/{visit.id}{path}"
    for role in (Role.NURSE, Role.CLINICIAN, Role.SYSTEM):
        assert (await get(visit.service, where, role)).status_code == 200
    outcome(await get(visit.service, where, Role.PATIENT, visit.patient), 403, "not-permitted")
    outcome(await get(visit.service, where, Role.ADMIN), 403, "not-permitted")
    elsewhere = await visit.service.with_new_centre()
    outcome(await get(elsewhere, where), 404, "not-found")
    outcome(await get(visit.service, f"/fhir/Composition/{new_id()}{path}"), 404, "not-found")
    outcome(await get(visit.service, f"/fhir/Composition/no-id-of-ours{path}"), 404, "not-found")


async def test_a_token_for_compositions_alone_opens_no_document(visit: Visit) -> None:
    headers = visit.service.as_(Role.CLINICIAN, scope="user/Composition.r")
    where = f"/fhir/Composition/{visit.id}"
    assert (await visit.service.client.get(where, headers=headers)).status_code == 200
    refused = await visit.service.client.get(f"{where}/$document", headers=headers)
    outcome(refused, 403, "not-permitted")


async def test_reading_is_audited_as_reading_the_synthesis(visit: Visit, database: Database) -> None:
    await visit.document()
    events = await database.fetch(
        "SELECT operation, resource_id, patient_id, revision FROM audit_event WHERE resource_id = $1", visit.id
    )
    read = [event for event in events if event["operation"] == Operation.READ_SYNTHESIS.value]
    assert [(str(event["patient_id"]), event["revision"]) for event in read] == [(visit.patient, 1)]


@pytest.mark.parametrize(
    ("query", "status"), [("?persist=false", 200), ("?persist=true", 422), ("?graph=http://x", 422)]
)
async def test_a_document_is_not_stored(visit: Visit, query: str, status: int) -> None:
    answer = await get(visit.service, f"/fhir/Composition/{visit.id}/$document{query}")
    if status == 200:
        resource(answer)
    else:
        (issue,) = outcome(answer, status, "request-invalid")["issue"]
        assert issue["expression"][0] in ("http.persist", "http.graph")


async def test_one_read_holds_the_answers_of_one_moment(service: Service) -> None:
    """A response that comes in between the reading of two parts of a document is in both parts or in neither."""
    visit = await Visit(service).planned()
    for answers in (BEFORE, BETWEEN):
        await visit.answered(answers, EVE - days(1))
    minutes = (timedelta(minutes=minute) for minute in range(4))
    writes = [asyncio.ensure_future(visit.answered(NOW, EVE - late)) for late in minutes]
    read = await asyncio.gather(*(get(service, f"/fhir/Composition/{visit.id}/$document") for _ in writes))
    await asyncio.gather(*writes)
    for answer in read:
        document = Document(resource(answer))
        cited = {one["reference"] for one in document.composition["event"][0]["detail"]}
        inside = {one["id"] for one in document.by_url.values() if one["resourceType"] == "QuestionnaireResponse"}
        assert cited == {f"QuestionnaireResponse/{identifier}" for identifier in inside}
