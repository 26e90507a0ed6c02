"""The CapabilityStatement is true: all that it declares works, and nothing else is there."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.fhir.metadata import STATED_ON
from app.fhir.offers import OFFERS
from app.fhir.smart import PATHS as SMART
from app.security.caller import Role
from app.store.ids import new_id
from tests.fhir.client import CONTENT_TYPE, get, links, outcome, resource
from tests.fhir.declared import OPERATIONS, World, finds, finds_nothing, furnish
from tests.support.service import Service

pytestmark = pytest.mark.anyio

TYPES = [offer.type for offer in OFFERS]
LOCK = Path(__file__).parent / "capability.lock"

Declared = dict[str, Any]


@pytest.fixture(scope="module")
async def world(shared_service: Service) -> World:
    return await furnish(await shared_service.with_new_centre())


def interactions(declared: Declared) -> set[str]:
    return {interaction["code"] for interaction in declared["interaction"]}


async def ask(world: World, path: str, **headers: str) -> httpx.Response:
    return await get(world.service, f"/fhir/{path}", Role.SYSTEM, **headers)


def plain(answer: httpx.Response, status: int = 200) -> Declared:
    """The resource, without the readers of `resource`: what each says of R4 is seen in the tests of its own."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == CONTENT_TYPE
    found: Declared = answer.json()
    return found


async def searched(world: World, type_: str, query: str) -> Declared:
    """A search, with the example's patient or id beside it where it would be too costly alone."""
    answer = await ask(world, f"{type_}?{query}", prefer="handling=strict")
    if answer.status_code == 400:
        outcome(answer, 400, "search-too-costly")
        names = {parameter["name"] for parameter in world.declared(type_)["searchParam"]}
        beside = f"patient={world.ids['Patient']}" if "patient" in names else f"_id={world.ids[type_]}"
        answer = await ask(world, f"{type_}?{query}&{beside}", prefer="handling=strict")
    found = plain(answer)
    assert found["type"] == "searchset"
    return found


async def by_owner(world: World, type_: str) -> str:
    """A query that finds the example, with its patient's others where it has one."""
    names = [parameter["name"] for parameter in world.declared(type_)["searchParam"]]
    name = "patient" if "patient" in names else "_id"
    return f"{name}={await finds(world, type_, name)}&_count=200"


def matches(bundle: Declared) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", ()) if entry["search"]["mode"] == "match"]


# --- what is declared ---------------------------------------------------------------------------------------------


async def test_it_needs_no_token_and_says_what_runs(service: Service) -> None:
    found = resource(await service.client.get("/fhir/metadata"))
    (rest,) = found["rest"]
    assert (found["fhirVersion"], found["kind"], found["status"]) == ("4.0.1", "instance", "active")
    assert found["implementation"]["url"] == "http://testserver/fhir"
    assert found["date"] == STATED_ON.isoformat()
    assert [entry["type"] for entry in rest["resource"]] == TYPES
    assert len(set(TYPES)) == len(TYPES)
    assert {interaction["code"] for interaction in rest["interaction"]} == {"transaction", "batch"}
    for entry in rest["resource"]:
        assert "searchRevInclude" not in entry
        assert (entry["conditionalUpdate"], entry["conditionalDelete"]) == (False, "not-supported")


async def test_the_date_follows_what_is_stated(service: Service) -> None:
    """`VIGIE_WRITE_GOLDEN=1` writes the digest anew; set STATED_ON first."""
    found = plain(await service.client.get("/fhir/metadata"))
    content = {name: value for name, value in found.items() if name not in ("date", "software", "implementation")}
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    written = f"{STATED_ON.isoformat()} sha256:{digest}\n"
    if os.environ.get("VIGIE_WRITE_GOLDEN"):
        LOCK.write_text(written, encoding="utf-8")
    assert LOCK.read_text(encoding="utf-8") == written, "what is stated changed: set STATED_ON, and write the lock"


@pytest.mark.parametrize("type_", TYPES)
async def test_every_interaction_that_reads_works(world: World, type_: str) -> None:
    declared, example = world.declared(type_), await world.example(type_)
    offered = interactions(declared)
    assert "read" in offered
    assert (example["resourceType"], example["id"]) == (type_, world.ids[type_])
    here = f"{type_}/{example['id']}"
    assert declared["readHistory"] == ("vread" in offered)
    assert ("versionId" in example.get("meta", {})) == (declared["versioning"] != "no-version")
    if "vread" in offered:
        assert resource(await ask(world, f"{here}/_history/{example['meta']['versionId']}")) == example
        outcome(await ask(world, f"{here}/_history/999"), 404, "not-found")
    for level, where in (("history-instance", f"{here}/_history"), ("history-type", f"{type_}/_history")):
        if level in offered:
            history = plain(await ask(world, where))
            assert history["type"] == "history"
            assert example["id"] in [entry["resource"]["id"] for entry in history["entry"] if "resource" in entry]
    outcome(await ask(world, f"{type_}/{new_id()}"), 404, "not-found")


@pytest.mark.parametrize("type_", TYPES)
async def test_a_conditional_read_is_what_is_declared(world: World, type_: str) -> None:
    declared, here = world.declared(type_), f"{type_}/{world.ids[type_]}"
    read = await ask(world, here)
    etag = read.headers["etag"]
    again = await ask(world, here, **{"If-None-Match": etag})
    assert again.headers["etag"] == etag
    if declared["conditionalRead"] == "not-match":
        assert (again.status_code, again.content) == (304, b"")
        assert "content-type" not in again.headers
    else:
        # The same version reads otherwise in another language: a cache must ask again.
        assert (declared["conditionalRead"], again.headers["vary"]) == ("not-supported", "Accept-Language")
        assert plain(again) == plain(read)
    # Whatever is declared: nobody keeps the words of one language for those of another.
    spoken = {language: await ask(world, here, **{"Accept-Language": language}) for language in ("fr", "en", "ar")}
    for language, said in spoken.items():
        asked = {"Accept-Language": language, "If-None-Match": etag}
        assert plain(said) == plain(read) or plain(await ask(world, here, **asked)) == plain(said)
    plain(await ask(world, here, **{"If-None-Match": 'W/"other"'}))
    # In the same second something may have changed: what is declared is `not-match` alone.
    if since := read.headers.get("last-modified"):
        plain(await ask(world, here, **{"If-Modified-Since": since}))


PARAMETERS = [(offer.type, parameter.name) for offer in OFFERS for parameter in offer.parameters]


@pytest.mark.parametrize(("type_", "name"), PARAMETERS, ids=map(".".join, PARAMETERS))
async def test_a_search_parameter_finds_and_finds_nothing(world: World, type_: str, name: str) -> None:
    declared, example = world.declared(type_), await world.example(type_)
    assert "search-type" in interactions(declared)
    (parameter,) = (one for one in declared["searchParam"] if one["name"] == name)
    assert parameter["definition"].startswith("http://hl7.org/fhir/")
    value = await finds(world, type_, name)
    assert example["id"] in matches(await searched(world, type_, f"{name}={value}&_count=200"))
    nothing = finds_nothing(parameter["type"], value)
    answer = await ask(world, f"{type_}?{name}={nothing}", prefer="handling=strict")
    if answer.status_code != 404:  # nobody is that patient
        assert matches(await searched(world, type_, f"{name}={nothing}")) == []
    else:
        outcome(answer, 404, "not-found")
        assert name in ("patient", "subject")


SEARCHED = [offer.type for offer in OFFERS if "search-type" in offer.interactions]


@pytest.mark.parametrize("type_", SEARCHED)
async def test_a_search_is_asked_by_get_and_by_post(world: World, type_: str) -> None:
    query = await by_owner(world, type_)
    by_get = await searched(world, type_, query)
    sent = {**world.service.as_(Role.SYSTEM), "Content-Type": "application/x-www-form-urlencoded"}
    by_post = await world.service.client.post(f"/fhir/{type_}/_search", content=query, headers=sent)
    assert matches(plain(by_post)) == matches(by_get)
    assert world.ids[type_] in matches(by_get)


@pytest.mark.parametrize("type_", SEARCHED)
async def test_the_result_parameters_are_obeyed(world: World, type_: str) -> None:
    query = await by_owner(world, type_)
    whole = await searched(world, type_, f"{query}&_total=accurate")
    count = len(matches(whole))
    assert whole["total"] == count
    for asked in ("_summary=count", "_count=0"):
        counted = await searched(world, type_, f"{query}&{asked}")
        assert (counted["total"], "entry" in counted, set(links(counted))) == (count, False, {"self"})
    first = await searched(world, type_, f"{query}&_count=1")
    assert len(matches(first)) == 1
    assert ("next" in links(first)) == (count > 1)
    for asked in ("_summary=true", "_summary=text", "_summary=data", "_elements=id"):
        for entry in (await searched(world, type_, f"{query}&{asked}"))["entry"]:
            assert "SUBSETTED" in {tag["code"] for tag in entry["resource"]["meta"]["tag"]}, asked


SORTS = [(offer.type, name) for offer in OFFERS for name in offer.sorts]


@pytest.mark.parametrize(("type_", "name"), SORTS, ids=map(".".join, SORTS))
async def test_a_sort_orders_both_ways(world: World, type_: str, name: str) -> None:
    query = f"patient={world.ids['Patient']}&_count=200&_sort="
    rising, falling = [matches(await searched(world, type_, query + sort)) for sort in (name, f"-{name}")]
    assert len(rising) > 1
    assert set(rising) == set(falling)
    assert rising[0] != falling[0]


INCLUDES = [(offer.type, name) for offer in OFFERS for name in offer.includes]


@pytest.mark.parametrize(("type_", "name"), INCLUDES, ids=[name for _, name in INCLUDES])
async def test_an_include_brings_what_is_referred_to(world: World, type_: str, name: str) -> None:
    found = await searched(world, type_, f"patient={world.ids['Patient']}&_include={name}&_count=200")
    included = [entry["resource"] for entry in found["entry"] if entry["search"]["mode"] == "include"]
    assert included
    assert len({(one["resourceType"], one["id"]) for one in included}) == len(included)
    referred = set(re.findall(r"'(?:reference|questionnaire)': '([^']+)'", repr(found["entry"])))
    for one in included:
        named = {f"{one['resourceType']}/{one['id']}", f"{one.get('url')}|{one.get('version')}"}
        assert named & referred


OFFERED = [
    (offer.type, operation.name, level)
    for offer in OFFERS
    for operation in offer.operations
    for level in sorted(operation.on)
]


@pytest.mark.parametrize(("type_", "name", "level"), OFFERED, ids=[f"{t}.{n} {level}" for t, n, level in OFFERED])
async def test_an_operation_answers(world: World, type_: str, name: str, level: str) -> None:
    example = await world.example(type_)
    (operation,) = (one for one in world.declared(type_)["operation"] if one["name"] == name)
    assert re.match(r"https?://", operation["definition"])
    asked = f"{type_}.{name} {level}"
    assert asked in OPERATIONS, "say how it is asked in tests/fhir/declared.py"
    method, where = OPERATIONS[asked]
    path = where.format(type=type_, id=example["id"], patient=world.ids["Patient"], url=example.get("url"))
    sent = {**world.service.as_(Role.SYSTEM), "Content-Type": "application/fhir+json"}
    body = orjson.dumps(example) if method == "POST" else b""
    answer = await world.service.client.request(method, f"/fhir/{path}", headers=sent, content=body)
    if name == "received":  # what a client sent, byte for byte, in the form that it had
        assert answer.headers["content-type"] == "application/fhir+json"
        assert answer.json()["identifier"]["system"] == "urn:ehr:responses"
    else:
        assert (resource(answer)["resourceType"] == "OperationOutcome") == (name == "validate")


# --- what is not declared -----------------------------------------------------------------------------------------

REQUESTS = {
    "read": ("GET", "{type}/{id}"),
    "vread": ("GET", "{type}/{id}/_history/1"),
    "history-instance": ("GET", "{type}/{id}/_history"),
    "history-type": ("GET", "{type}/_history"),
    "search-type": ("GET", "{type}?_id={id}"),
    "create": ("POST", "{type}"),
    "update": ("PUT", "{type}/{id}"),
    "patch": ("PATCH", "{type}/{id}"),
    "delete": ("DELETE", "{type}/{id}"),
}


async def refused(world: World, method: str, where: str) -> None:
    headers = {**world.service.as_(Role.SYSTEM), "Content-Type": "application/fhir+json"}
    answer = await world.service.client.request(method, f"/fhir/{where}", headers=headers, content=b"{}")
    assert answer.status_code in (404, 405), f"{method} {where}: {answer.status_code}"
    if answer.status_code == 405:
        outcome(answer, 405, "method-not-allowed")
        assert method not in answer.headers["Allow"].split(", ")
    else:
        outcome(answer, 404, "not-found")


@pytest.mark.parametrize("type_", TYPES)
async def test_an_interaction_that_is_not_declared_is_refused(world: World, type_: str) -> None:
    offered = interactions(world.declared(type_))
    assert offered <= set(REQUESTS)
    for code in set(REQUESTS) - offered:
        method, where = REQUESTS[code]
        await refused(world, method, where.format(type=type_, id=world.ids[type_]))
    for where in ("{type}/{id}/$no-such-operation", "{type}/$no-such-operation", "{type}/{id}/name"):
        await refused(world, "GET", where.format(type=type_, id=world.ids[type_]))


@pytest.mark.parametrize("type_", SEARCHED)
async def test_a_parameter_that_is_not_declared_is_refused_or_named(world: World, type_: str) -> None:
    names = [parameter["name"] for parameter in world.declared(type_)["searchParam"]]
    query = f"{type_}?{await by_owner(world, type_)}"
    without = matches(plain(await ask(world, query)))
    for unknown in ("no-such-parameter", "_revinclude", "_text", "no-such.name"):
        asked = f"{query}&{unknown}=x"
        strict = outcome(await ask(world, asked, prefer="handling=strict"), 400, "search-parameter-unknown")
        assert [issue["expression"] for issue in strict["issue"]] == [[f"http.{unknown}"]]
        assert all(known in strict["issue"][0]["details"]["text"] for known in names)
        for headers in ({}, {"prefer": "handling=lenient"}):
            lenient = plain(await ask(world, asked, **headers))
            assert matches(lenient) == without
            (named,) = (e["resource"] for e in lenient["entry"] if e["search"]["mode"] == "outcome")
            assert [issue["expression"] for issue in named["issue"]] == [[f"http.{unknown}"]]
            assert unknown not in links(lenient)["self"]


@pytest.mark.parametrize("type_", SEARCHED)
async def test_a_chained_parameter_is_refused_even_leniently(world: World, type_: str) -> None:
    """Left out, it would find what is of everybody."""
    names = [parameter["name"] for parameter in world.declared(type_)["searchParam"]]
    chains = {f"{name}.identifier": name for name in names} | {f"{name}:Patient.name": name for name in names}
    for chained, name in {**chains, "_has:Observation:patient:code": "_has"}.items():
        query = f"{type_}?{await by_owner(world, type_)}&{chained}=x"
        for prefer in ("handling=strict", "handling=lenient"):
            said = outcome(await ask(world, query, prefer=prefer), 400, "search-invalid")
            assert said["issue"][0]["expression"] == [f"http.{name}"]


async def test_a_type_that_is_not_declared_is_not_there(service: Service) -> None:
    for where in ("Medication", "Medication/1", "patient", "Bundle/1", "Medication/1/_history/1", "Medication/$x"):
        said = outcome(await get(service, f"/fhir/{where}"), 404, "not-found")
        assert all(type_ in said["issue"][0]["details"]["text"] for type_ in TYPES)
    outcome(await get(service, "/fhir"), 405, "method-not-allowed")
    outcome(await get(service, "/fhir/_history"), 404, "not-found")


# --- every route is declared ----------------------------------------------------------------------------------------

CODES = {
    ("GET", "/{id}"): "read",
    ("GET", "/{id}/_history/{id}"): "vread",
    ("GET", "/{id}/_history"): "history-instance",
    ("GET", "/_history"): "history-type",
    ("GET", ""): "search-type",
    ("POST", "/_search"): "search-type",
    ("POST", ""): "create",
    ("PUT", "/{id}"): "update",
    ("PATCH", "/{id}"): "patch",
    ("DELETE", "/{id}"): "delete",
}
OF_THE_SYSTEM = {("GET", "/fhir/metadata"), ("POST", "/fhir"), ("POST", "/fhir/"), *(("GET", path) for path in SMART)}


def fhir_routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        if path.startswith("/fhir"):
            for method in getattr(context.original_route, "methods", None) or ():
                yield method, re.sub(r"\{[^}]+\}", "{id}", path)


def test_every_route_is_declared(shared_service: Service) -> None:
    declared = {("interaction", offer.type, code) for offer in OFFERS for code in offer.interactions}
    declared |= {("operation", offer.type, operation.name) for offer in OFFERS for operation in offer.operations}
    found = set()
    for method, path in fhir_routes(shared_service.app):
        if (method, path) in OF_THE_SYSTEM:
            continue
        type_, _, rest = path.removeprefix("/fhir/").partition("/")
        steps = f"/{rest}" if rest else ""
        if "$" in steps:
            found.add(("operation", type_, steps.rpartition("$")[2]))
        else:
            assert (method, steps) in CODES, f"{method} {path} is no interaction of R4"
            found.add(("interaction", type_, CODES[method, steps]))
    assert found == declared
