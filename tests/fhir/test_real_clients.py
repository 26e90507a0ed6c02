"""FHIR clients that others wrote, against the running service over real HTTP: fhirpy and fhirclient."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.capabilitystatement import CapabilityStatement
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.models.questionnaire import Questionnaire
from fhirclient.models.questionnaireresponse import QuestionnaireResponse
from fhirpy import AsyncFHIRClient
from fhirpy.base.exceptions import ForbiddenError, OperationOutcome, ResourceNotFound

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from tests.api.worker_processes import Workers, worker_processes
from tests.fhir.client import PAIN, QUESTIONNAIRE
from tests.support.service import CALM, Service, days

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

RESPONSES = 7


@pytest.fixture(scope="module")
def workers(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    with worker_processes(postgres.service_url, tmp_path_factory.mktemp("workers")) as running:
        yield running


@pytest.fixture
async def remote(service: Service, workers: Workers) -> AsyncIterator[Service]:
    """The same centre, asked through the worker processes."""
    async with httpx.AsyncClient(base_url=workers.base_url, timeout=30) as client:
        yield replace(service, client=client)


@pytest.fixture
async def patient(remote: Service) -> str:
    """A patient with a response a week."""
    patient = await remote.register()
    for weeks_ago in range(RESPONSES):
        at = remote.clock() - days(7 * weeks_ago)
        answers = PAIN if weeks_ago == 0 else CALM
        stored = await remote.submit(patient, answers, authored=at, headers=remote.as_(Role.NURSE))
        assert stored.status_code == 201, stored.text
    return patient


def fhirpy_of(
    remote: Service, workers: Workers, role: Role = Role.SYSTEM, headers: dict[str, str] | None = None
) -> AsyncFHIRClient:
    token = remote.token(role)
    return AsyncFHIRClient(f"{workers.base_url}/fhir", authorization=f"Bearer {token}", extra_headers=headers)


def fhirclient_of(remote: Service, workers: Workers) -> Any:
    client = FHIRClient(settings={"app_id": "an-ehr", "api_base": f"{workers.base_url}/fhir"})
    client.server.session.headers["Authorization"] = f"Bearer {remote.token(Role.SYSTEM)}"
    return client.server


async def test_fhirpy_pages_through_responses_and_observations(remote: Service, workers: Workers, patient: str) -> None:
    client = fhirpy_of(remote, workers)
    search = client.resources("QuestionnaireResponse").search(patient=patient).limit(2)
    found = [response async for response in search]
    assert len({response.id for response in found}) == len(found) == RESPONSES
    newest = found[0]
    observations = await client.resources("Observation").search(patient=patient).limit(50).fetch_all()
    assert len({one.id for one in observations}) == len(observations)
    of_newest = [one for one in observations if one["derivedFrom"][0]["reference"].endswith(newest.id)]
    pain = next(one for one in of_newest if one["code"]["coding"][0]["code"] == "pain_composite")
    assert pain["valueQuantity"]["value"] == 3
    read = await client.get("Observation", pain.id)
    assert (read["meta"], read["valueQuantity"]) == (pain["meta"], pain["valueQuantity"])


async def test_fhirpy_stores_a_response_once_corrects_it_and_sees_who_did(
    remote: Service, workers: Workers, patient: str
) -> None:
    client = fhirpy_of(remote, workers)
    (newest,) = await client.resources("QuestionnaireResponse").search(patient=patient).limit(1).fetch()
    sent = {name: value for name, value in newest.items() if name not in ("id", "meta", "extension", "author")}
    form = {"system": "urn:test:forms", "value": str(new_id())}
    condition = {"If-None-Exist": f"identifier={form['system']}|{form['value']}"}
    once = fhirpy_of(remote, workers, headers=condition)
    new = sent | {"identifier": form}
    made, again = [await once.execute("QuestionnaireResponse", method="post", data=new) for _ in range(2)]
    assert made["id"] == again["id"] != newest.id
    read = await client.execute(f"QuestionnaireResponse/{made['id']}", method="get")
    changed = {name: value for name, value in read.items() if name != "meta"} | {"status": "amended"}
    seen = fhirpy_of(remote, workers, headers={"If-Match": f'W/"{read["meta"]["versionId"]}"'})
    corrected = await seen.execute(f"QuestionnaireResponse/{made['id']}", method="put", data=changed)
    assert (corrected["status"], corrected["meta"]["versionId"]) == ("amended", "2")
    told = await client.resources("Provenance").search(target=f"QuestionnaireResponse/{made['id']}").fetch_all()
    versions = {one["target"][0]["reference"].rpartition("/")[2] for one in told}
    assert versions == {"1", "2"}


async def test_fhirpy_reads_the_document_and_resolves_what_it_cites(
    remote: Service, workers: Workers, patient: str
) -> None:
    visit = await remote.plan(patient, remote.clock() + days(1))
    client = fhirpy_of(remote, workers)
    bundle = await client.execute(f"Composition/{visit}/$document", method="get")
    assert bundle["type"] == "document"
    inside = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert {"Composition", "Patient", "QuestionnaireResponse", "Observation"} <= set(inside.values())
    sections = bundle["entry"][0]["resource"]["section"]
    cited = [entry["reference"] for section in sections for entry in section.get("entry", ())]
    assert cited
    for reference in cited:
        assert any(url.endswith(f"/{reference.partition('/fhir/')[2] or reference}") for url in inside), reference


async def test_fhirpy_understands_our_refusals(remote: Service, workers: Workers) -> None:
    with pytest.raises(ResourceNotFound):
        await fhirpy_of(remote, workers).get("QuestionnaireResponse", str(new_id()))
    with pytest.raises(ForbiddenError, match="not-permitted"):
        await fhirpy_of(remote, workers, Role.ADMIN).get("QuestionnaireResponse", str(new_id()))
    unfit = {"resourceType": "QuestionnaireResponse", "status": "completed"}
    with pytest.raises(OperationOutcome) as refused:
        await fhirpy_of(remote, workers).execute("QuestionnaireResponse", method="post", data=unfit)
    assert refused.value.resource["issue"][0]["details"]["coding"][0]["code"] == "response-invalid"


async def test_fhirpys_own_way_of_a_conditional_create_is_refused_and_stores_nothing(
    remote: Service, workers: Workers
) -> None:
    """It puts the condition into the URL, which R4 does not: left unread, it would store a second one."""
    client = fhirpy_of(remote, workers)
    search = client.resources("QuestionnaireResponse").search(identifier="urn:test:forms|1")
    with pytest.raises(OperationOutcome) as refused:
        await search.get_or_create(client.resource("QuestionnaireResponse", status="completed"))
    assert "If-None-Exist" in refused.value.resource["issue"][0]["details"]["text"]


async def test_fhirclient_reads_the_capability_statement_and_a_questionnaire(remote: Service, workers: Workers) -> None:
    server = fhirclient_of(remote, workers)
    statement = CapabilityStatement.read_from("metadata", server)
    assert statement.fhirVersion == "4.0.1"
    questionnaire = Questionnaire.read(QUESTIONNAIRE, server)
    assert questionnaire.item[0].linkId
    assert questionnaire.url.endswith("/Questionnaire/pre-consultation")


async def test_fhirclient_types_every_response_and_score_of_a_patient(
    remote: Service, workers: Workers, patient: str
) -> None:
    server = fhirclient_of(remote, workers)
    assert Patient.read(patient, server).identifier[0].value
    responses = list(QuestionnaireResponse.where({"patient": patient}).perform_resources_iter(server))
    assert len(responses) == RESPONSES
    search = Observation.where({"derived-from": f"QuestionnaireResponse/{responses[0].id}", "patient": patient})
    scores = list(search.perform_resources_iter(server))
    assert scores
    for one in scores:
        assert one.status == "final"
        assert one.subject.reference == f"Patient/{patient}"
