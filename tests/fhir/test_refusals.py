"""Every refusal of `/fhir` is an OperationOutcome that says what and where, and repeats nothing of what was sent."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import quote

import anyio.from_thread
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.fhir.offers import OFFERS
from app.http.problem_kinds import KINDS
from app.security.caller import Role
from app.store.embedded import EmbeddedPostgres
from app.store.ids import new_id
from tests.fhir.bundles import bundle, entry, patient, post, response
from tests.fhir.client import CONTENT_TYPE, FHIR_JSON, SECRET, get, outcome, resource
from tests.support.service import CALM, Service, running_service

pytestmark = pytest.mark.anyio

TYPES = [offer.type for offer in OFFERS]


def text_of(found: dict[str, Any]) -> str:
    return str(found["issue"][0]["details"]["text"])


# --- where there is nothing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["Medication", "Medication/1", "patient/1", f"{SECRET}", "Bundle", "Patients/$op"])
async def test_an_unknown_type_is_told_which_there_are(service: Service, where: str) -> None:
    said = text_of(outcome(await get(service, f"/fhir/{where}"), 404, "not-found"))
    assert all(type_ in said for type_ in TYPES)


async def test_an_unknown_operation_is_told_which_there_are(service: Service) -> None:
    answer = await get(service, f"/fhir/QuestionnaireResponse/1/${SECRET}")
    assert "$collection" in text_of(outcome(answer, 404, "not-found"))
    assert "no operation" in text_of(outcome(await get(service, "/fhir/Encounter/1/$everything"), 404, "not-found"))


@pytest.mark.parametrize("where", [f"Patient/1/{SECRET}", "Patient/1/_history/1/2", "Observation/", "Patient/1/name"])
async def test_an_address_without_anything_is_not_found(service: Service, where: str) -> None:
    assert "/fhir/metadata" in text_of(outcome(await get(service, f"/fhir/{where}"), 404, "not-found"))


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize(
    "id_", ["a_b", "%00", "1" * 65, "%E2%98%83", "1%202", SECRET + "!", "01a20000-0000-7000-8000-000000000000"]
)
async def test_what_can_be_no_id_is_as_absent_as_any_other(service: Service, type_: str, id_: str) -> None:
    found = outcome(await get(service, f"/fhir/{type_}/{id_}"), 404, "not-found")
    assert text_of(found) == "nothing of that id is within reach"


async def test_nothing_but_fhir_speaks_fhir(service: Service) -> None:
    answer = await service.client.get("/fhirs/Patient")
    assert answer.headers["content-type"] == "application/problem+json"


# --- who asks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization", [None, f"Bearer {SECRET}", f"Basic {SECRET}", "Bearer", f"Bearer {SECRET}.a.b"]
)
@pytest.mark.parametrize(("method", "where"), [("GET", "Patient/1"), ("POST", ""), ("GET", "Observation?code=x")])
async def test_nobody_is_told_anything(service: Service, method: str, where: str, authorization: str | None) -> None:
    headers = {"Content-Type": FHIR_JSON} | ({"Authorization": authorization} if authorization else {})
    answer = await service.client.request(
        method, f"/fhir/{where}".rstrip("/"), headers=headers, content=b"{}" * (method == "POST")
    )
    said = outcome(answer, 401, "not-authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert said["issue"][0]["diagnostics"].startswith("reason: ")


async def test_a_missing_scope_is_named(service: Service) -> None:
    headers = service.as_(Role.CLINICIAN, scope="user/Patient.r")
    answer = await service.client.get(f"/fhir/QuestionnaireResponse/{new_id()}", headers=headers)
    said = outcome(answer, 403, "not-permitted")
    assert "missing_scope: user/QuestionnaireResponse.r" in said["issue"][0]["diagnostics"]


async def test_another_centres_things_look_like_absent_ones(service: Service) -> None:
    known = await service.register()
    stored = (await service.submit(known, CALM)).json()["id"]
    elsewhere = await service.with_new_centre()
    absent = str(new_id())
    for where, theirs in (
        ("Patient/{}", known),
        ("QuestionnaireResponse/{}", stored),
        ("QuestionnaireResponse/{}/_history", stored),
        ("QuestionnaireResponse/{}/_history/1", stored),
        ("QuestionnaireResponse/{}/$collection", stored),
        ("Observation/{}.1", stored),
        ("Patient/{}/$pro-summary", known),
    ):
        refused = [await get(elsewhere, f"/fhir/{where.format(one)}") for one in (theirs, absent)]
        assert outcome(refused[0], 404, "not-found") == outcome(refused[1], 404, "not-found"), where


# --- what is sent ----------------------------------------------------------------------------------------------------

MALFORMED = {
    "nothing": b"",
    "no JSON": SECRET.encode(),
    "cut short": f'{{"resourceType": "{SECRET}'.encode(),
    "no UTF-8": b'{"a": "\xc3\x28"}',
    "a key twice": f'{{"{SECRET}": 1, "{SECRET}": 2}}'.encode(),
    "NaN": b'{"a": NaN}',
    "a lone surrogate": b'{"a": "\\ud800"}',
    "too deep": b"[" * 5000 + b"]" * 5000,
    "XML": f"<Patient><id value='{SECRET}'/></Patient>".encode(),
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("where", ["/fhir", "/fhir/Patient", "/fhir/QuestionnaireResponse"])
async def test_a_body_that_cannot_be_read_is_not_repeated(service: Service, where: str, content: bytes) -> None:
    headers = {**service.as_(Role.SYSTEM), "Content-Type": FHIR_JSON}
    outcome(await service.client.post(where, content=content, headers=headers), 400, "malformed-body")


@pytest.mark.parametrize(
    "content", [b"null", b"[]", b'"x"', b"1", b"{}", b'{"resourceType": 1}', b'{"resourceType": "X"}']
)
@pytest.mark.parametrize("where", ["/fhir", "/fhir/Patient", "/fhir/QuestionnaireResponse"])
async def test_another_resource_is_refused(service: Service, where: str, content: bytes) -> None:
    headers = {**service.as_(Role.SYSTEM), "Content-Type": FHIR_JSON}
    answer = await service.client.post(where, content=content, headers=headers)
    assert answer.status_code in (400, 422)
    found = outcome(answer, answer.status_code, "request-invalid" if where == "/fhir" else "resource-invalid")
    assert all(issue["expression"] for issue in found["issue"])


@pytest.mark.parametrize("where", ["/fhir", "/fhir/Patient", "/fhir/QuestionnaireResponse", "/fhir/Patient/_search"])
async def test_a_body_that_is_too_large_is_stopped(service: Service, where: str) -> None:
    limit = service.settings.body_limit_bytes
    form = "application/x-www-form-urlencoded" if where.endswith("_search") else FHIR_JSON
    headers = {**service.as_(Role.SYSTEM), "Content-Type": form}

    async def drops() -> AsyncIterator[bytes]:
        for _ in range(limit // 1000 + 2):
            yield b" " * 1000

    for content in (b" " * (limit + 1), drops()):
        answer = await service.client.post(where, content=content, headers=headers)
        said = outcome(answer, 413, "body-too-large")
        assert said["issue"][0]["diagnostics"] == f"limit_bytes: {limit}"


@pytest.mark.parametrize(
    "query", ["a=1&" * 1001, "identifier=%00", "_count=1e9", "_count=-1", "_sort=x", "_summary=all", "_total=1"]
)
async def test_a_posted_search_that_cannot_be_read_is_refused(service: Service, query: str) -> None:
    headers = {**service.as_(Role.SYSTEM), "Content-Type": "application/x-www-form-urlencoded"}
    answer = await service.client.post("/fhir/Patient/_search", content=query, headers=headers)
    outcome(answer, 400, "search-invalid")


PATIENTS: dict[str, tuple[dict[str, Any], str]] = {
    "no R4": (patient(gender=SECRET, birthDate=1), "resource-invalid"),
    "unknown element": (patient(species=SECRET), "resource-invalid"),
    "no identifier": (patient(identifier=[{"value": SECRET}]), "request-invalid"),
    "a system that is no URI": (patient(identifier=[{"system": SECRET, "value": "1"}]), "request-invalid"),
    "a value with a line break": (patient(identifier=[{"system": "urn:x", "value": "1\n2"}]), "request-invalid"),
    "not in use": (patient(active=False), "request-invalid"),
    "a changed meaning": (patient(modifierExtension=[{"url": "urn:x", "valueString": SECRET}]), "request-invalid"),
    "a long name": (patient(name=[{"family": "x" * 201}]), "request-invalid"),
    "born long ago": (patient(birthDate="1720-01-01"), "request-invalid"),
}


@pytest.mark.parametrize(("sent", "slug"), PATIENTS.values(), ids=PATIENTS)
async def test_a_patient_that_cannot_be_registered_is_told_why(
    service: Service, sent: dict[str, Any], slug: str
) -> None:
    headers = {**service.as_(Role.SYSTEM), "Content-Type": FHIR_JSON}
    answer = await service.client.post("/fhir/Patient", json=sent, headers=headers)
    found = outcome(answer, KINDS[slug].status, slug)
    assert all(issue["expression"][0].startswith("Patient.") for issue in found["issue"])


async def test_a_patient_that_can_be_registered_may_say_more_than_is_kept(service: Service) -> None:
    headers = {**service.as_(Role.SYSTEM), "Content-Type": FHIR_JSON}
    sent = patient(
        gender="female",
        birthDate="1960",
        name=[{"use": "old", "family": "Avant"}, {"given": ["Anne"], "family": "Exemple"}],
        communication=[
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}]}},
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "ar"}]}, "preferred": True},
        ],
        extension=[{"url": "urn:theirs", "valueString": "kept by them"}],
    )
    found = resource(await service.client.post("/fhir/Patient", json=sent, headers=headers), 201)
    assert found["name"][0]["family"] == "Exemple"
    assert found["communication"][0]["language"]["coding"][0]["code"] == "ar"
    assert "birthDate" not in found


# --- whatever is sent ------------------------------------------------------------------------------------------------

ODD = st.sampled_from(
    ["", "/", "?", "$", "..", "%2e%2e", "%00", "%0A", "#", "é", "☃", "'", '"', "<", "\\", "_history", "$x", "~"]
)
SEGMENT = st.one_of(ODD, st.sampled_from([*TYPES, "metadata", "_search", SECRET]), st.text(max_size=8))
PATHS = st.lists(SEGMENT, max_size=5).map(lambda parts: quote("/fhir/" + "/".join(parts), safe="/%?$"))
NAMES = st.one_of(
    st.sampled_from(
        ["patient", "identifier", "_count", "_cursor", "_sort", "_include", "_id", "_lastUpdated", "date", "code"]
    ),
    st.text(max_size=8).map(lambda text: SECRET + text),
)
VALUES = st.one_of(ODD, st.text(max_size=20)).map(lambda text: f"{SECRET}{text}")
BODIES = st.one_of(
    st.binary(max_size=40).map(lambda noise: SECRET.encode() + noise),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.just(SECRET), st.floats(allow_nan=False)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(["resourceType", "type", "entry", "item", "identifier", SECRET]), inner, max_size=4
            ),
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
)


@pytest.fixture(scope="module")
def asked(postgres: EmbeddedPostgres) -> Any:
    """How to send a request from outside of the event loop."""
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(running_service(postgres.service_url, postgres.owner_url)) as started,
    ):
        service = portal.call(started.with_new_centre)

        async def send(method: str, url: httpx.URL, form: str, body: bytes | None) -> httpx.Response:
            headers = {**service.as_(Role.SYSTEM), "Content-Type": form}
            return await service.client.request(method, url, headers=headers, content=body)

        yield lambda *arguments: portal.call(send, *arguments)


LAW = settings(
    max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def refused_quietly(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == CONTENT_TYPE
        found = answer.json()
        assert found["resourceType"] == "OperationOutcome"
        assert all(issue["details"]["coding"][0]["code"] in KINDS for issue in found["issue"])
        assert SECRET not in answer.text


@LAW
@given(
    method=st.sampled_from(["GET", "GET", "POST", "PUT", "DELETE", "PATCH"]),
    path=PATHS,
    query=st.lists(st.tuples(NAMES, VALUES), max_size=4),
)
def test_no_address_makes_us_repeat_it(
    asked: Callable[..., httpx.Response], method: str, path: str, query: list[tuple[str, str]]
) -> None:
    url = httpx.URL(f"http://testserver{path}").copy_merge_params(dict(query))
    if url.path.startswith("/fhir/"):
        refused_quietly(asked(method, url, FHIR_JSON, None))


@LAW
@given(type_=st.sampled_from(TYPES), query=st.lists(st.tuples(NAMES, VALUES), max_size=5), posted=st.booleans())
def test_no_search_makes_us_repeat_it(
    asked: Callable[..., httpx.Response], type_: str, query: list[tuple[str, str]], *, posted: bool
) -> None:
    base = httpx.URL(f"http://testserver/fhir/{type_}" + ("/_search" if posted else ""))
    url = base.copy_merge_params(dict(query))
    body = url.query if posted else None
    form = "application/x-www-form-urlencoded"
    refused_quietly(asked("POST", base, form, body) if posted else asked("GET", url, FHIR_JSON, None))


@LAW
@given(
    where=st.sampled_from(
        ["", "/Patient", "/QuestionnaireResponse", "/QuestionnaireResponse/$validate", "/Questionnaire/$populate"]
    ),
    body=BODIES,
)
def test_no_body_makes_us_repeat_it(asked: Callable[..., httpx.Response], where: str, body: bytes) -> None:
    refused_quietly(asked("POST", httpx.URL(f"http://testserver/fhir{where}"), FHIR_JSON, body))


@LAW
@given(type_=st.sampled_from(["transaction", "batch"]), parts=st.lists(st.tuples(NAMES, BODIES), max_size=3))
def test_no_bundle_makes_us_repeat_it(
    asked: Callable[..., httpx.Response], type_: str, parts: list[tuple[str, bytes]]
) -> None:
    entries = [
        f'{{"fullUrl": {json.dumps(name)}, "resource": HERE, "request": {{"method": "POST", "url": "Patient"}}}}'
        for name, _ in parts
    ]
    sent = f'{{"resourceType": "Bundle", "type": "{type_}", "entry": [{", ".join(entries)}]}}'.encode()
    for _, body in parts:
        sent = sent.replace(b"HERE", body, 1)
    answer = asked("POST", httpx.URL("http://testserver/fhir"), FHIR_JSON, sent)
    refused_quietly(answer)
    assert SECRET not in answer.text


async def test_a_value_of_an_answer_is_never_repeated(service: Service) -> None:
    known = await service.register()
    sent = bundle("batch", entry(response(f"Patient/{known}", SECRET)))
    answer = await post(service, sent)
    assert resource(answer)["entry"][0]["response"]["status"].startswith("422")
    assert SECRET not in answer.text
