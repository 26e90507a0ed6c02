"""Bad input: each gets its right problem; nothing of it is repeated, and nothing is stored."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from app.security.caller import Role
from app.store.ids import new_id
from tests.api.database import Database
from tests.api.problems import MARK, issues, problem
from tests.support.service import CALM, INSTRUMENT, Service, days
from tests.unit.security.forge import claims, ec_token, raw_token, segment

pytestmark = pytest.mark.anyio

BODY = {
    "questionnaire": INSTRUMENT,
    "version": "1.0.0",
    "language": "fr",
    "answers": CALM,
    "authored": "2026-03-09T12:00:00Z",
}
JSON = {"Content-Type": "application/json"}


def with_answers(text: str) -> bytes:
    """A submission whose answers are written by hand."""
    return json.dumps(BODY | {"answers": "HERE"}).replace('"HERE"', text).encode("utf-8", "surrogatepass")


async def _send(
    service: Service, patient: str, content: bytes | AsyncIterator[bytes], **headers: str
) -> httpx.Response:
    sent = service.as_(Role.PATIENT, patient) | {"Idempotency-Key": "from-the-phone"} | JSON | headers
    return await service.client.post(f"/v1/patients/{patient}/responses", content=content, headers=sent)


MALFORMED = {
    "nothing that is JSON": MARK.encode(),
    "cut short": json.dumps(BODY)[:-1].encode(),
    "two bodies": json.dumps(BODY).encode() * 2,
    "invalid UTF-8": with_answers('{"can-wait": "yes", "topics-own-words": "MARK"}').replace(b"MARK", b"\xc3\x28"),
    "overlong UTF-8": with_answers('{"can-wait": "yes", "topics-own-words": "MARK"}').replace(b"MARK", b"\xc0\xaf"),
    "a raw surrogate": with_answers('{"can-wait": "yes", "topics-own-words": "\ud800"}'),
    "an escaped lone surrogate": with_answers('{"can-wait": "yes", "topics-own-words": "' + MARK + '\\ud800"}'),
    "an escaped lone surrogate in a key": with_answers('{"can-wait": "yes", "\\udfff": "1"}'),
    "UTF-16": json.dumps(BODY).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(BODY).encode(),
    "a key twice": b'{"language": "en", ' + json.dumps(BODY).encode()[1:],
    "a key twice in the answers": with_answers('{"can-wait": "no", "can-wait": "yes"}'),
    "NaN": with_answers('{"can-wait": "yes", "quality-of-life": NaN}'),
    "Infinity": with_answers('{"can-wait": "yes", "quality-of-life": -Infinity}'),
    "a number of 5000 digits": with_answers('{"can-wait": "yes", "quality-of-life": ' + "9" * 5000 + "}"),
    "an exponent of 30 digits": with_answers('{"can-wait": "yes", "quality-of-life": 1e' + "9" * 30 + "}"),
    "100,000 open brackets": b"[" * 100_000,
    "60 lists in each other": with_answers('{"can-wait": ' + "[" * 60 + "]" * 60 + "}"),
    "100,000 brackets": with_answers('{"can-wait": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    "100,000 objects in each other": with_answers('{"a":' * 100_000 + "1" + "}" * 100_000),
    "a control character": with_answers('{"can-wait": "yes", "topics-own-words": "\x00"}'),
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_not_json_is_refused(service: Service, database: Database, content: bytes) -> None:
    patient = await service.register()
    before = await database.rows(service.centre_id)
    problem(await _send(service, patient, content), 400, "malformed-body")
    assert await database.rows(service.centre_id) == before


WRONG_FORM: dict[str, tuple[bytes, set[tuple[str, str]]]] = {
    "null": (b"null", {("model_attributes_type", "/body")}),
    "a list": (b"[]", {("model_attributes_type", "/body")}),
    "a text": (json.dumps(MARK).encode(), {("model_attributes_type", "/body")}),
    "nothing in it": (
        b"{}",
        {("missing", f"/body/{name}") for name in ("questionnaire", "version", "language", "answers", "authored")},
    ),
    "an unknown field": (
        json.dumps(BODY | {"scores": MARK, "a/b~c": MARK}).encode(),
        {("extra_forbidden", "/body/scores"), ("extra_forbidden", "/body/a~1b~0c")},
    ),
    "answers that are a list": (with_answers("[]"), {("dict_type", "/body/answers")}),
    "100,000 answers": (
        with_answers("{" + ",".join(f'"{n}":1' for n in range(100_000)) + "}"),
        {("too_long", "/body/answers")},
    ),
    "everything of the wrong type": (
        json.dumps(
            {
                "questionnaire": MARK.upper(),
                "version": 1,
                "language": MARK * 9,
                "answers": MARK,
                "authored": MARK,
                "sent_at": {"a": MARK},
                "answered_by": MARK,
            }
        ).encode(),
        {
            ("string_pattern_mismatch", "/body/questionnaire"),
            ("string_type", "/body/version"),
            ("string_too_long", "/body/language"),
            ("dict_type", "/body/answers"),
            ("datetime_parsing", "/body/authored"),
            ("datetime_type", "/body/sent_at"),
            ("enum", "/body/answered_by"),
        },
    ),
}


@pytest.mark.parametrize(("content", "expected"), WRONG_FORM.values(), ids=WRONG_FORM)
async def test_a_request_of_the_wrong_form_is_told_every_issue(
    service: Service, database: Database, content: bytes, expected: set[tuple[str, str]]
) -> None:
    patient = await service.register()
    before = await database.rows(service.centre_id)
    answer = await _send(service, patient, content)
    assert issues(answer, "request-invalid") == expected
    assert await database.rows(service.centre_id) == before


WRONG_ANSWERS: dict[str, tuple[str, set[tuple[str, str]]]] = {
    "a NUL byte": (
        '{"can-wait": "yes", "topics-own-words": "' + MARK + '\\u0000"}',
        {("invalid-text", "/answers/topics-own-words")},
    ),
    "1e400": ('{"can-wait": "yes", "quality-of-life": 1e400}', {("wrong-type", "/answers/quality-of-life")}),
    "a number of 400 digits": (
        '{"can-wait": "yes", "quality-of-life": ' + "9" * 400 + "}",
        {("out-of-range", "/answers/quality-of-life")},
    ),
    "a fraction": ('{"can-wait": "yes", "quality-of-life": 6.5}', {("wrong-type", "/answers/quality-of-life")}),
    "true for a number": ('{"can-wait": "yes", "quality-of-life": true}', {("wrong-type", "/answers/quality-of-life")}),
    "a number for a code": ('{"can-wait": "yes", "pain-frequency": 3}', {("wrong-type", "/answers/pain-frequency")}),
    "an option of another item": (
        '{"can-wait": "prefer_not_to_answer", "pain-frequency": "prefer_not_to_answer"}',
        {("not-an-option", "/answers/can-wait"), ("not-an-option", "/answers/pain-frequency")},
    ),
    "null": ('{"can-wait": null}', {("wrong-type", "/answers/can-wait")}),
    "40 lists in each other": ('{"can-wait": ' + "[" * 40 + "]" * 40 + "}", {("wrong-type", "/answers/can-wait")}),
    "an object": ('{"can-wait": {"value": "' + MARK + '"}}', {("wrong-type", "/answers/can-wait")}),
    "101 topics": (
        '{"can-wait": "yes", "topics": [' + ",".join(['"pain"'] * 101) + "]}",
        {("too-many-answers", "/answers/topics")},
    ),
    "no answers": ("{}", {("required", "/answers/can-wait")}),
    "2,000 unknown items": (
        "{" + ",".join(f'"i{n}":1' for n in range(2_000)) + "}",
        {("unknown-item", f"/answers/i{n}") for n in range(2_000)} | {("required", "/answers/can-wait")},
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
async def test_answers_that_do_not_fit_are_told_every_issue(
    service: Service, database: Database, text: str, expected: set[tuple[str, str]]
) -> None:
    patient = await service.register()
    before = await database.rows(service.centre_id)
    assert issues(await _send(service, patient, with_answers(text))) == expected
    assert await database.rows(service.centre_id) == before


@pytest.mark.parametrize("change", [{"questionnaire": "nothing-of-ours"}, {"version": "9.9.9"}, {"version": "1.0"}])
async def test_an_unknown_questionnaire_or_version_is_refused(
    service: Service, database: Database, change: dict[str, str]
) -> None:
    patient = await service.register()
    before = await database.rows(service.centre_id)
    body = problem(await _send(service, patient, json.dumps(BODY | change).encode()), 404, "unknown-questionnaire")
    assert not set(change.values()) & set(body["known"])
    assert await database.rows(service.centre_id) == before


async def _in_pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


@pytest.mark.parametrize("streamed", [False, True])
async def test_ten_megabytes_are_too_large(service: Service, database: Database, streamed: bool) -> None:
    patient = await service.register()
    before = await database.rows(service.centre_id)
    content = with_answers('{"can-wait": "' + MARK * (10_000_000 // len(MARK)) + '"}')
    answer = await _send(service, patient, _in_pieces(content) if streamed else content)
    assert problem(answer, 413, "body-too-large")["limit_bytes"] == 1_000_000
    assert await database.rows(service.centre_id) == before


async def test_a_body_up_to_the_limit_is_read(service: Service) -> None:
    patient = await service.register()
    content = json.dumps(BODY).encode()
    fitting = content + b" " * (1_000_000 - len(content))
    problem(await _send(service, patient, fitting + b" "), 413, "body-too-large")
    assert (await _send(service, patient, _in_pieces(fitting))).status_code == 201


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", MARK])
async def test_a_body_that_is_not_sent_as_json_is_refused(service: Service, content_type: str) -> None:
    patient = await service.register()
    answer = await _send(service, patient, json.dumps(BODY).encode(), **{"Content-Type": content_type})
    problem(answer, 415, "unsupported-media-type")


async def test_an_empty_body_is_refused(service: Service) -> None:
    patient = await service.register()
    problem(await _send(service, patient, b""), 422, "request-invalid")


@pytest.mark.parametrize("key", [None, "", "short", "x" * 129, "with space", "é" * 8])
async def test_a_response_needs_an_idempotency_key(service: Service, database: Database, key: str | None) -> None:
    patient = await service.register()
    before = await database.rows(service.centre_id)
    sent = [(name.encode(), value.encode()) for name, value in service.as_(Role.PATIENT, patient).items()]
    if key is not None:
        sent.append((b"Idempotency-Key", key.encode()))
    answer = await service.client.post(f"/v1/patients/{patient}/responses", json=BODY, headers=sent)
    assert [pointer.lower() for _, pointer in issues(answer, "request-invalid")] == ["/header/idempotency-key"]
    assert await database.rows(service.centre_id) == before


@pytest.mark.parametrize(
    "path",
    [
        "/v1/patients/{id}",
        "/v1/patients/{id}/responses",
        "/v1/patients/{id}/scores",
        "/v1/patients/{id}/consultations",
        "/v1/patients/{id}/drafts/pre-consultation",
        "/v1/responses/{id}",
        "/v1/responses/{id}/revisions",
        "/v1/responses/{id}/revisions/1",
        "/v1/responses/{id}/scores/pain_composite",
        "/v1/consultations/{id}/synthesis",
    ],
)
@pytest.mark.parametrize("bad", [MARK, "%00", "1", "01a20020-9dd0-78e2-aad1-f278032f60d", "..%2f..%2fetc"])
async def test_an_id_that_is_no_uuid_is_refused(service: Service, path: str, bad: str) -> None:
    answer = await service.client.get(path.format(id=bad), headers=service.as_(Role.NURSE))
    if "%2f" in bad:
        problem(answer, 404, "not-found")
    else:
        assert [code for code, _ in issues(answer, "request-invalid")] == ["uuid_parsing"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        (f"cursor={MARK}", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=" + "A" * 201, "cursor"),
        ("cursor=MjAyNi0wMy0wOXxub3BlCg==", "cursor"),
        ("cursor=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMHwwMWEyMDAyMC05ZGQwLTc4ZTItYWFkMS1mMjc4MDMyZjYwZGE=", "cursor"),
        ("count=0", "count"),
        ("count=201", "count"),
        (f"count={MARK}", "count"),
        ("count=" + "9" * 5_000, "count"),
    ],
)
async def test_a_page_that_there_is_not_is_refused(service: Service, query: str, parameter: str) -> None:
    patient = await service.register()
    answer = await service.client.get(f"/v1/patients/{patient}/responses?{query}", headers=service.as_(Role.NURSE))
    assert [pointer for _, pointer in issues(answer, "request-invalid")] == [f"/query/{parameter}"]


@pytest.mark.parametrize(
    "value", [MARK, "2026", "1773057600", "2026-03-09", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
)
async def test_a_moment_that_is_none_is_refused(service: Service, value: str) -> None:
    patient = await service.register()
    visit = await service.plan(patient, service.clock() + days(1))
    nurse, client = service.as_(Role.NURSE), service.client
    put = await client.put(f"/v1/patients/{patient}/consultations/visit-1", json={"start": value}, headers=nurse)
    assert [pointer for _, pointer in issues(put, "request-invalid")] == ["/body/start"]
    for path, name in (
        (f"/v1/patients/{patient}/scores", "since"),
        (f"/v1/patients/{patient}/scores", "until"),
        (f"/v1/consultations/{visit}/synthesis", "as_of"),
    ):
        answer = await client.get(path, params={name: value}, headers=nurse)
        assert [pointer for _, pointer in issues(answer, "request-invalid")] == [f"/query/{name}"]


REGISTRATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "no identifier": ({"identifiers": []}, "/body/identifiers"),
    "21 identifiers": ({"identifiers": [{"system": "urn:x", "value": str(n)} for n in range(21)]}, "/body/identifiers"),
    "a system that is no URI": ({"identifiers": [{"system": MARK, "value": "1"}]}, "/body/identifiers/0/system"),
    "a NUL in the value": ({"identifiers": [{"system": "urn:x", "value": f"{MARK}\0"}]}, "/body/identifiers/0/value"),
    "a line break in the name": ({"family_name": f"{MARK}\n"}, "/body/family_name"),
    "a name of 201 letters": ({"given_name": "x" * 201}, "/body/given_name"),
    "a birth date that is a number": ({"birth_date": 0}, "/body/birth_date"),
    "a birth date that is a year": ({"birth_date": "1960"}, "/body/birth_date"),
    "a birth date that there is not": ({"birth_date": "1961-02-29"}, "/body/birth_date"),
    "a birth date with a time": ({"birth_date": "1961-02-28T00:00:00Z"}, "/body/birth_date"),
    "a language that is none": ({"language": MARK}, "/body/language"),
    "an id": ({"id": str(new_id())}, "/body/id"),
    "a centre": ({"centre_id": str(new_id())}, "/body/centre_id"),
}


@pytest.mark.parametrize(("change", "pointer"), REGISTRATIONS.values(), ids=REGISTRATIONS)
async def test_a_registration_of_the_wrong_form_is_refused(
    service: Service, database: Database, change: dict[str, Any], pointer: str
) -> None:
    before = await database.rows(service.centre_id)
    body = {"identifiers": [{"system": "urn:x", "value": "1"}], **change}
    answer = await service.client.post("/v1/patients", json=body, headers=service.as_(Role.SYSTEM))
    assert [place for _, place in issues(answer, "request-invalid")] == [pointer]
    assert await database.rows(service.centre_id) == before


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/nothing", f"/v1/{MARK}", "/v1/patients/", "/v1/%ff%fe", "/%2e%2e/etc/passwd", "/"]
)
async def test_an_unknown_path_is_not_found(service: Service, path: str) -> None:
    problem(await service.client.get(path, headers=service.as_(Role.NURSE)), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/me", {"GET"}),
        ("POST", "/v1/questionnaires", {"GET"}),
        ("GET", "/v1/patients", {"POST"}),
        ("GET", "/v1/score", {"POST"}),
        ("DELETE", "/v1/patients/{patient}/responses", {"GET", "POST"}),
        ("PATCH", "/v1/responses/{patient}", {"GET", "PUT"}),
        ("POST", "/v1/patients/{patient}/drafts/pre-consultation", {"GET", "PUT", "DELETE"}),
    ],
)
async def test_a_method_that_a_path_does_not_take_is_answered_with_those_it_takes(
    service: Service, method: str, path: str, allowed: set[str]
) -> None:
    patient = await service.register()
    answer = await service.client.request(method, path.format(patient=patient), headers=service.as_(Role.NURSE))
    problem(answer, 405, "method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) == allowed


# --- another centre's, another patient's ---

Ask = Callable[[str], tuple[str, str, Any]]

BY_PATIENT: list[tuple[str, str, Any]] = [
    ("GET", "/v1/patients/{}", None),
    ("GET", "/v1/patients/{}/responses", None),
    ("GET", "/v1/patients/{}/scores", None),
    ("GET", "/v1/patients/{}/consultations", None),
    ("POST", "/v1/patients/{}/responses", BODY),
    ("PUT", "/v1/patients/{}/consultations/visit-1", {"start": "2026-03-09T12:00:00Z"}),
    ("PUT", "/v1/patients/{}/drafts/pre-consultation", {"version": "1.0.0", "answers": {}}),
    ("GET", "/v1/patients/{}/drafts/pre-consultation", None),
]
BY_RESPONSE: list[tuple[str, str, Any]] = [
    ("GET", "/v1/responses/{}", None),
    ("GET", "/v1/responses/{}/revisions", None),
    ("GET", "/v1/responses/{}/revisions/1", None),
    ("GET", "/v1/responses/{}/scores/pain_composite", None),
    ("PUT", "/v1/responses/{}", {"answers": CALM, "reason": "x"}),
    ("POST", "/v1/responses/{}/entered-in-error", {"reason": "x"}),
]


async def _ask(
    service: Service, method: str, path: str, body: Any, headers: dict[str, str]
) -> tuple[int, bytes, dict[str, str]]:
    """What is answered: status, bytes, headers. The correlation id is the same for everybody who asks."""
    fixed = {"X-Correlation-Id": "018f0000-0000-7000-8000-00000000c0de", "Idempotency-Key": "the-same-key"}
    condition = {"If-None-Match": "*"} if "/drafts/" in path else {"If-Match": '"1"'}
    answer = await service.client.request(method, path, json=body, headers=headers | fixed | condition)
    return answer.status_code, answer.content, dict(answer.headers)


async def _rows_of_theirs(service: Service) -> tuple[str, str, str]:
    """A patient, a response and a consultation of this centre, with a draft."""
    patient = await service.register()
    response_id = str((await service.submit(patient, CALM)).json()["id"])
    visit = await service.plan(patient, service.clock() + days(1))
    saved = await service.client.put(
        f"/v1/patients/{patient}/drafts/pre-consultation",
        json={"version": "1.0.0", "answers": CALM},
        headers=service.as_(Role.NURSE) | {"If-None-Match": "*"},
    )
    assert saved.status_code == 200
    return patient, response_id, visit


@pytest.mark.parametrize(("method", "path", "body"), BY_PATIENT + BY_RESPONSE)
async def test_another_centres_rows_look_like_absent_ones(
    service: Service, database: Database, method: str, path: str, body: Any
) -> None:
    theirs = await service.with_new_centre()
    patient, response_id, _ = await _rows_of_theirs(theirs)
    known = response_id if path.startswith("/v1/responses") else patient
    before = [await database.rows(centre.centre_id) for centre in (service, theirs)]
    headers = service.as_(Role.NURSE)
    of_theirs = await _ask(service, method, path.format(known), body, headers)
    absent = await _ask(service, method, path.format(new_id()), body, headers)
    assert of_theirs == absent
    assert of_theirs[0] == 404
    assert [await database.rows(centre.centre_id) for centre in (service, theirs)] == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        case
        for case in BY_PATIENT + BY_RESPONSE
        if not any(word in case[1] for word in ("scores", "consultations/visit-1", "entered-in-error"))
    ],
)
async def test_another_patients_rows_look_like_absent_ones(
    service: Service, database: Database, method: str, path: str, body: Any
) -> None:
    patient, response_id, _ = await _rows_of_theirs(service)
    known = response_id if path.startswith("/v1/responses") else patient
    headers = service.as_(Role.PATIENT, await service.register())
    before = await database.rows(service.centre_id)
    of_theirs = await _ask(service, method, path.format(known), body, headers)
    absent = await _ask(service, method, path.format(new_id()), body, headers)
    assert of_theirs == absent
    assert of_theirs[0] == 404
    assert await database.rows(service.centre_id) == before


async def test_another_centres_consultation_looks_like_an_absent_one(service: Service) -> None:
    theirs = await service.with_new_centre()
    _, _, visit = await _rows_of_theirs(theirs)
    headers = service.as_(Role.CLINICIAN)
    of_theirs = await _ask(service, "GET", f"/v1/consultations/{visit}/synthesis", None, headers)
    absent = await _ask(service, "GET", f"/v1/consultations/{new_id()}/synthesis", None, headers)
    assert of_theirs == absent
    assert of_theirs[0] == 404


async def test_a_visit_id_of_another_centre_is_free(service: Service) -> None:
    theirs = await service.with_new_centre()
    first = await theirs.plan(await theirs.register(), service.clock() + days(1), visit_id="visit-1")
    assert await service.plan(await service.register(), service.clock() + days(1), visit_id="visit-1") != first


# --- tokens ---


def _of(service: Service, **changes: object) -> dict[str, Any]:
    """The claims of a good nurse's token, changed."""
    good = {"exp": 4e9, "vigie_centre": str(service.centre_id), "vigie_role": "nurse", "vigie_patient": None}
    return claims(**(good | {"scope": "user/*.cruds"} | changes))


TOKENS: dict[str, tuple[Callable[[Service], str], str]] = {
    "expired": (lambda s: ec_token(_of(s, exp=1_700_000_000)), "expired"),
    "not yet valid": (lambda s: ec_token(_of(s, nbf=3.9e9)), "not_yet_valid"),
    "of another audience": (lambda s: ec_token(_of(s, aud=MARK)), "wrong_audience"),
    "of another issuer": (lambda s: ec_token(_of(s, iss=f"https://{MARK}.example")), "unknown_issuer"),
    "unsigned": (lambda s: ec_token(_of(s)).rpartition(".")[0] + ".", "bad_signature"),
    "alg none": (lambda s: raw_token({"alg": "none", "typ": "JWT"}, _of(s)), "algorithm_not_allowed"),
    "alg HS256": (lambda s: raw_token({"alg": "HS256", "typ": "JWT"}, _of(s), b"x" * 32), "algorithm_not_allowed"),
    "signed by somebody else": (lambda s: ec_token(_of(s), key="stolen", kid="e1"), "bad_signature"),
    "of an unknown key": (lambda s: ec_token(_of(s), key="stolen"), "unknown_key"),
    "changed after signing": (lambda s: _changed(ec_token(_of(s)), _of(s, vigie_role="admin")), "bad_signature"),
    "garbage": (lambda _: MARK, "malformed"),
    "three garbages": (lambda _: f"{MARK}.{MARK}.{MARK}", "malformed"),
    "9,000 letters": (lambda _: "x" * 9_000, "too_large"),
    "without a role": (lambda s: ec_token(_of(s, vigie_role=None)), "claim_missing"),
    "of an unknown role": (lambda s: ec_token(_of(s, vigie_role=MARK)), "claim_invalid"),
    "of a centre that is no id": (lambda s: ec_token(_of(s, vigie_centre=MARK)), "claim_invalid"),
    "of a patient who is nobody": (lambda s: ec_token(_of(s, vigie_role="patient")), "claim_missing"),
}


def _changed(token: str, content: dict[str, Any]) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{segment(content)}.{signature}"


@pytest.mark.parametrize(("token", "reason"), TOKENS.values(), ids=TOKENS)
async def test_a_token_that_proves_nothing_is_refused(
    service: Service, database: Database, token: Callable[[Service], str], reason: str
) -> None:
    patient = await service.register()
    before = await database.rows(service.centre_id)
    headers = {"Authorization": f"Bearer {token(service)}", "Idempotency-Key": "from-the-phone"}
    for method, path, body in (
        ("GET", f"/v1/patients/{patient}", None),
        ("POST", f"/v1/patients/{patient}/responses", BODY),
    ):
        answer = await service.client.request(method, path, json=body, headers=headers)
        assert problem(answer, 401, "not-authenticated")["reason"] == reason
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        assert MARK not in answer.headers["WWW-Authenticate"]
    assert await database.rows(service.centre_id) == before


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic dTpw", f"Token {MARK}"])
async def test_no_token_is_refused_with_a_challenge(service: Service, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = await service.client.get("/v1/me", headers=headers)
    assert problem(answer, 401, "not-authenticated")["reason"] == "missing"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_the_same_claims_in_a_good_token_are_let_in(service: Service) -> None:
    headers = {"Authorization": f"Bearer {ec_token(_of(service))}"}
    assert (await service.client.get("/v1/me", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "missing"),
    [
        ("POST", "/v1/patients/{}/responses", BODY, "user/QuestionnaireResponse.c"),
        ("GET", "/v1/patients/{}/responses", None, "user/QuestionnaireResponse.s"),
        ("GET", "/v1/patients/{}/scores", None, "user/Observation.s"),
        ("GET", "/v1/patients/{}", None, "user/Patient.r"),
        ("POST", "/v1/patients", {"identifiers": [{"system": "urn:x", "value": MARK}]}, "user/Patient.c"),
        ("POST", "/v1/score", {"questionnaire": INSTRUMENT, "answers": CALM}, "user/Questionnaire.r"),
    ],
)
async def test_a_scope_that_is_missing_is_named(
    service: Service, database: Database, method: str, path: str, body: Any, missing: str
) -> None:
    patient = await service.register()
    before = await database.rows(service.centre_id)
    # Another context opens nothing, even with everything in it.
    headers = service.as_(Role.NURSE, scope="patient/*.cruds system/*.cruds openid")
    headers |= {"Idempotency-Key": "from-the-phone"}
    answer = await service.client.request(method, path.format(patient), json=body, headers=headers)
    assert problem(answer, 403, "not-permitted")["missing_scope"] == missing
    assert await database.rows(service.centre_id) == before


@pytest.mark.parametrize(
    ("role", "method", "path", "body"),
    [
        (Role.PATIENT, "POST", "/v1/patients", {"identifiers": [{"system": "urn:x", "value": MARK}]}),
        (Role.PATIENT, "GET", "/v1/patients/{}/scores", None),
        (Role.PATIENT, "PUT", "/v1/patients/{}/consultations/visit-1", {"start": "2026-03-09T12:00:00Z"}),
        (Role.ADMIN, "GET", "/v1/patients/{}", None),
        (Role.ADMIN, "POST", "/v1/patients/{}/responses", BODY),
        (Role.SYSTEM, "GET", "/v1/patients/{}/drafts/pre-consultation", None),
    ],
)
async def test_a_role_that_never_does_this_is_refused(
    service: Service, database: Database, role: Role, method: str, path: str, body: Any
) -> None:
    patient = await service.register()
    before = await database.rows(service.centre_id)
    headers = service.as_(
        role, patient if role is Role.PATIENT else None, scope="user/*.cruds system/*.cruds patient/*.cruds"
    )
    headers |= {"Idempotency-Key": "from-the-phone"}
    answer = await service.client.request(method, path.format(patient), json=body, headers=headers)
    assert problem(answer, 403, "not-permitted")["missing_scope"] is None
    assert await database.rows(service.centre_id) == before
