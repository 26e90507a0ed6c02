"""FHIR over HTTP: the forms that a client asks for and sends, versions, conditions, preferences, links."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from tests.fhir.bundles import bundle, patient
from tests.fhir.client import CONTENT_TYPE, FHIR_JSON, PAIN, QUESTIONNAIRE, get, links, outcome, resource
from tests.support.service import CALM, Service, running_service

pytestmark = pytest.mark.anyio

WHERE = f"/fhir/Questionnaire/{QUESTIONNAIRE}"
ELSEWHERE = "https://vigie.hospital.example/fhir"


@pytest.fixture
async def known(service: Service) -> str:
    return await service.register()


# --- the form of the answer -----------------------------------------------------------------------------------------

GIVEN = [
    "*/*",
    "application/*",
    FHIR_JSON,
    "application/json",
    "application/fhir+json; fhirVersion=4.0",
    "APPLICATION/FHIR+JSON; charset=UTF-8",
    "application/fhir+xml, application/fhir+json;q=0.1",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "",
]
NOT_GIVEN = [
    "application/fhir+xml",
    "text/turtle",
    "text/html",
    "application/fhir+json; fhirVersion=5.0",
    "application/fhir+json;q=0",
    "application/fhir+json;q=0.000, text/turtle",
    "nothing",
]


@pytest.mark.parametrize("accept", GIVEN)
async def test_json_is_given_to_who_takes_it(service: Service, accept: str) -> None:
    answer = await get(service, "/fhir/metadata", accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, CONTENT_TYPE)


@pytest.mark.parametrize("accept", NOT_GIVEN)
async def test_another_form_is_not_acceptable(service: Service, accept: str) -> None:
    outcome(await get(service, WHERE, accept=accept), 406, "not-acceptable")


@pytest.mark.parametrize("form", ["json", "application/json", "application/fhir%2Bjson", "application/fhir+json"])
async def test_the_url_may_name_the_form_and_overrules_the_header(service: Service, form: str) -> None:
    for accept in ("*/*", "application/fhir+xml"):
        answer = await get(service, f"/fhir/metadata?_format={form}", accept=accept)
        assert (answer.status_code, answer.headers["content-type"]) == (200, CONTENT_TYPE)


@pytest.mark.parametrize("form", ["xml", "ttl", "application/fhir+xml", "html"])
async def test_another_form_in_the_url_is_not_acceptable(service: Service, form: str) -> None:
    outcome(await get(service, f"/fhir/metadata?_format={form}"), 406, "not-acceptable")


async def test_a_person_may_ask_for_indented_json(service: Service, known: str) -> None:
    plain, indented = [await get(service, f"/fhir/Patient/{known}{query}") for query in ("", "?_pretty=true")]
    assert indented.text.startswith('{\n  "resourceType"')
    assert plain.text.startswith('{"resourceType"')
    assert plain.json() == indented.json()


async def test_what_names_the_form_is_no_search_parameter(service: Service, known: str) -> None:
    asked = f"/fhir/QuestionnaireResponse?patient={known}&_format=json&_pretty=false"
    found = resource(await get(service, asked, prefer="handling=strict"))
    assert "_format" not in links(found)["self"]


# --- the form of what is sent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", [FHIR_JSON, "application/json", "application/fhir+json; charset=utf-8; fhirVersion=4.0", "text/json"]
)
async def test_json_is_taken(service: Service, form: str) -> None:
    headers = {**service.as_(Role.SYSTEM), "Content-Type": form}
    resource(await service.client.post("/fhir/Patient", json=patient(), headers=headers), 201)


@pytest.mark.parametrize(
    "form",
    [
        "application/fhir+xml",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/fhir+json; charset=utf-16",
        "application/fhir+json; fhirVersion=5.0",
        "",
    ],
)
@pytest.mark.parametrize("where", ["/fhir/Patient", "/fhir", "/fhir/QuestionnaireResponse"])
async def test_another_body_is_not_taken(service: Service, where: str, form: str) -> None:
    headers = {**service.as_(Role.SYSTEM), "Content-Type": form}
    answer = await service.client.post(where, content=b"<Patient/>", headers=headers)
    said = outcome(answer, 415, "unsupported-media-type")
    assert said["issue"][0]["expression"] == ["http.Content-Type"]


async def test_a_posted_search_is_a_form(service: Service, known: str) -> None:
    headers = service.as_(Role.SYSTEM)
    where = "/fhir/Patient/_search"
    resource(await service.client.post(where, data={"_id": known}, headers=headers))
    resource(await service.client.post(f"{where}?_id={known}", headers=headers))
    outcome(await service.client.post(where, json={"_id": known}, headers=headers), 415, "unsupported-media-type")


# --- versions and conditions ----------------------------------------------------------------------------------------


async def test_a_read_names_its_version_and_is_not_sent_twice(service: Service, known: str) -> None:
    stored = (await service.submit(known, PAIN)).json()["id"]
    where = f"/fhir/QuestionnaireResponse/{stored}"
    read = await get(service, where)
    assert read.headers["etag"] == 'W/"1"'
    conditions: list[dict[str, Any]] = [
        {"If-None-Match": 'W/"1"'},
        {"If-None-Match": '"1"'},
        {"If-None-Match": 'W/"7", W/"1"'},
        {"If-None-Match": "*"},
    ]
    for condition in conditions:
        same = await get(service, where, **condition)
        assert (same.status_code, same.content) == (304, b""), condition
        assert same.headers["etag"] == 'W/"1"'
    others: list[dict[str, Any]] = [
        {"If-None-Match": 'W/"2"'},
        {"If-Modified-Since": read.headers["last-modified"]},
        {"If-None-Match": "nonsense"},
    ]
    for condition in others:
        resource(await get(service, where, **condition))


@pytest.mark.parametrize("stated", ["1", "W/1", '"one"', "*", 'W/"1", W/"2"', 'W/"99999999999"', '"１"'])
async def test_a_change_names_one_version(service: Service, known: str, stated: str) -> None:
    stored = (await service.submit(known, CALM)).json()["id"]
    where = f"/fhir/QuestionnaireResponse/{stored}"
    sent = resource(await get(service, where))
    headers = {**service.as_(Role.SYSTEM), "Content-Type": FHIR_JSON}
    outcome(await service.client.put(where, json=sent, headers=headers), 428, "precondition-required")
    raw = {**headers, "If-Match": stated.encode()}
    answer = await service.client.put(where, json=sent, headers=raw)  # type: ignore[arg-type]
    said = outcome(answer, 422, "request-invalid")
    assert said["issue"][0]["expression"] == ["http.If-Match"]


async def test_what_was_written_is_answered_as_the_client_prefers(service: Service) -> None:
    headers = {**service.as_(Role.SYSTEM), "Content-Type": FHIR_JSON}

    async def written(prefer: str) -> Any:
        return await service.client.post("/fhir/Patient", json=patient(), headers={**headers, "Prefer": prefer})

    for prefer in ("", "return=representation", "respond-async, return=representation", "handling=strict"):
        whole = await written(prefer)
        assert whole.headers["location"] == f"http://testserver/fhir/Patient/{resource(whole, 201)['id']}"
    for prefer in ("return=minimal", 'handling=strict; return="minimal"', "Return=minimal"):
        least = await written(prefer)
        assert (least.status_code, least.content) == (201, b"")
        assert least.headers["etag"]
        resource(await service.client.get(least.headers["location"], headers=headers))
    assert resource(await written("return=OperationOutcome"), 201)["resourceType"] == "OperationOutcome"


async def test_a_response_is_located_by_its_version(service: Service, known: str) -> None:
    headers = {**service.as_(Role.SYSTEM), "Content-Type": FHIR_JSON}
    stored = (await service.submit(known, CALM)).json()["id"]
    sent = resource(await get(service, f"/fhir/QuestionnaireResponse/{stored}"))
    kept = {name: value for name, value in sent.items() if name not in ("id", "meta", "author")}
    created = await service.client.post("/fhir/QuestionnaireResponse", json=kept, headers=headers)
    assert created.headers["location"].endswith(f"/{resource(created, 201)['id']}/_history/1")


# --- methods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "where", "allowed"),
    [
        ("HEAD", "/fhir/metadata", "GET"),
        ("DELETE", "/fhir/metadata", "GET"),
        ("GET", "/fhir", "POST"),
        ("PATCH", "/fhir/Patient/1", "GET"),
        ("PUT", "/fhir/Patient", "GET, POST"),
        ("OPTIONS", "/fhir/Observation", "GET"),
    ],
)
async def test_another_method_is_told_which_there_are(service: Service, method: str, where: str, allowed: str) -> None:
    answer = await service.client.request(method, where, headers=service.as_(Role.SYSTEM))
    assert answer.headers["allow"] == allowed
    if method == "HEAD":
        assert (answer.status_code, answer.content) == (405, b"")
    else:
        assert allowed in outcome(answer, 405, "method-not-allowed")["issue"][0]["details"]["text"]


# --- where the server is ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def proxied(postgres: EmbeddedPostgres) -> AsyncIterator[Service]:
    """Behind a proxy, which the setting says."""
    async with running_service(postgres.service_url, postgres.owner_url, service_base=f"{ELSEWHERE}/") as started:
        yield await started.with_new_centre()


async def test_links_begin_with_the_base_that_the_operator_set(proxied: Service) -> None:
    statement = resource(await proxied.client.get("/fhir/metadata"))
    assert statement["implementation"]["url"] == ELSEWHERE
    known = await proxied.register()
    for _ in range(2):
        await proxied.submit(known, CALM)
    found = resource(await get(proxied, f"/fhir/QuestionnaireResponse?patient={ELSEWHERE}/Patient/{known}&_count=1"))
    assert all(url.startswith(f"{ELSEWHERE}/QuestionnaireResponse?") for url in links(found).values())
    assert found["entry"][0]["fullUrl"].startswith(f"{ELSEWHERE}/QuestionnaireResponse/")
    following = resource(await get(proxied, links(found)["next"].replace(ELSEWHERE, "/fhir", 1)))
    assert following["entry"][0]["resource"]["id"] != found["entry"][0]["resource"]["id"]


async def test_the_host_header_says_nothing_then(proxied: Service) -> None:
    statement = resource(await proxied.client.get("/fhir/metadata", headers={"Host": "evil.example"}))
    assert "evil.example" not in str(statement)


async def test_a_batch_knows_the_base_too(proxied: Service) -> None:
    known = await proxied.register()
    sent = bundle("batch", {"request": {"method": "GET", "url": f"{ELSEWHERE}/Patient/{known}"}})
    headers = {**proxied.as_(Role.SYSTEM), "Content-Type": FHIR_JSON}
    (found,) = resource(await proxied.client.post("/fhir", json=sent, headers=headers))["entry"]
    assert found["resource"]["id"] == known
