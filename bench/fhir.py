"""What an EHR pulls and sends: one response, pages of responses and of Observations, and a response that it creates.

Each beside its floor: the same bytes out of one row of a table, or one row stored and its bytes given back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvloop

from app.security.caller import Role
from app.store.ids import new_id
from bench.floor import DOCUMENTS
from bench.identity import IdentityProvider
from bench.load import HOST, NOW, Load, LoadGenerator, Template
from bench.measure import Measure, measured, median_ratio
from bench.plan import Plan
from bench.servers import Server
from bench.site import Say, Site
from bench.thirty_items import INSTRUMENT, ITEMS, SCORES

CONNECTIONS = 8
READ, RESPONSES, OBSERVATIONS, CREATE = "read", "20 responses", "50 Observations", "create"
SCENARIOS = (READ, RESPONSES, OBSERVATIONS, CREATE)
GO_SERVER = {READ: 2279, RESPONSES: 240, OBSERVATIONS: 147, CREATE: 50}
"""Requests a second of a FHIR server written in Go, on PostgreSQL, measured before on a machine of this size. What it
created was a transaction with the response and its Observations."""

_FHIR = "application/fhir+json"
_PAGE_OF_RESPONSES, _PAGE_OF_OBSERVATIONS = 20, 50
_CREATED, _FOUND = 201, 200


@dataclass(frozen=True)
class FhirCost:
    """Every round's figures by scenario, ours and the floor's, and the bytes of one answer."""

    vigie: Mapping[str, list[Measure]]
    floor: Mapping[str, list[Measure]]
    body_bytes: Mapping[str, int]

    def ratio(self, scenario: str) -> float:
        """Our requests a second as a share of the floor's."""
        return median_ratio(self.vigie[scenario], self.floor[scenario])

    @property
    def projected_creates(self) -> float:
        """Responses a second where each is created and its Observations are projected.

        A creation stores what they are made from; they are made whenever they are read, here once. What that takes is
        the Observations' share of a page of them.
        """
        created, page = (Measure.median(self.vigie[name]).per_second for name in (CREATE, OBSERVATIONS))
        return 1 / (1 / created + SCORES / _PAGE_OF_OBSERVATIONS / page)


@dataclass(frozen=True)
class Pulled:
    """What the service answers, seen once and found to be what is meant: paths with their bytes, and bodies to send."""

    paths: Mapping[str, dict[str, bytes]]
    to_create: list[bytes]

    @property
    def body_bytes(self) -> dict[str, int]:
        """Bytes of one answer."""
        return {name: len(next(iter(answers.values()))) for name, answers in self.paths.items()}


def pull(site: Site, provider: IdentityProvider, vigie: Server) -> Pulled:
    """Ask for everything once. An answer that is not what is to be measured ends the run."""
    client = _Client(vigie, provider.token(Role.SYSTEM))
    page = f"/fhir/QuestionnaireResponse?patient={site.pulled}&_count={_PAGE_OF_RESPONSES}"
    found = client.get(page)
    responses = _entries(found, _PAGE_OF_RESPONSES, "QuestionnaireResponse")
    for response in responses:
        assert len(_answers(response["item"])) == ITEMS, "every item of the form is answered"
    scores = f"/fhir/Observation?patient={site.pulled}&_count={_PAGE_OF_OBSERVATIONS}"
    observed = client.get(scores)
    _entries(observed, _PAGE_OF_OBSERVATIONS, "Observation")
    one = {f"/fhir/QuestionnaireResponse/{response['id']}": response for response in responses}
    reads = {path: client.get(path) for path in one}
    assert all(orjson.loads(body)["id"] == one[path]["id"] for path, body in reads.items())
    bodies = [_as_sent(response, patient) for response, patient in zip(responses, site.patients, strict=False)]
    created = client.create(Template(b"", bodies[0]).filled())
    of_it = client.get(f"/fhir/Observation?derived-from=QuestionnaireResponse/{orjson.loads(created)['id']}&_count=100")
    _entries(of_it, SCORES, "Observation")
    first = {f"/fhir/QuestionnaireResponse/{orjson.loads(created)['id']}": created}
    return Pulled({READ: reads, RESPONSES: {page: found}, OBSERVATIONS: {scores: observed}, CREATE: first}, bodies)


def scenarios(site: Site, provider: IdentityProvider, pulled: Pulled) -> dict[str, list[Template]]:
    """The requests to us and to the floor, which has every body that is read under an id of its own.

    An EHR is one system that sends the same token again and again.
    """
    system = _headers(provider.token(Role.SYSTEM))
    read = (READ, RESPONSES, OBSERVATIONS)
    ours = {name: [Template.of("GET", path, system) for path in pulled.paths[name]] for name in read}
    ids = {name: {new_id(): body for body in pulled.paths[name].values()} for name in read}
    theirs = {name: [Template.of("GET", f"/documents/{row}", system) for row in ids[name]] for name in read}
    sent = system | {"Content-Type": _FHIR}
    ours[CREATE] = [Template.of("POST", "/fhir/QuestionnaireResponse", sent, body) for body in pulled.to_create]
    theirs[CREATE] = [Template.of("POST", "/documents", sent, body) for body in pulled.to_create]
    uvloop.run(_keep(site, {row: body for rows in ids.values() for row, body in rows.items()}))
    return {_ours(name): ours[name] for name in SCENARIOS} | {_theirs(name): theirs[name] for name in SCENARIOS}


def run(
    generator: LoadGenerator,
    vigie: Server,
    floor: Server,
    postgres_pid: int,
    pulled: Pulled,
    plan: Plan,
    say: Say,
) -> FhirCost:
    """Warm up, then every scenario with its floor, again and again."""

    def one(name: str, server: Server, status: int, seconds: float) -> Load:
        return generator.run(name, server.port, CONNECTIONS, status=status, seconds=seconds, count=plan.count)

    ours: dict[str, list[Measure]] = {name: [] for name in SCENARIOS}
    floors: dict[str, list[Measure]] = {name: [] for name in SCENARIOS}
    for number in range(plan.rounds + 1):
        for name in SCENARIOS:
            status = _CREATED if name == CREATE else _FOUND
            for rounds, called, server in ((ours, _ours(name), vigie), (floors, _theirs(name), floor)):
                if number == 0:
                    one(called, server, status, plan.warm_up_s / 2)
                    continue
                load = partial(one, called, server, status, plan.fhir_s)
                rounds[name].append(measured(server.pid, postgres_pid, plan.cores, load))
                say(f"  round {number}/{plan.rounds}  {called:28} {rounds[name][-1].per_second:7.0f}/s")
    return FhirCost(ours, floors, pulled.body_bytes)


async def _keep(site: Site, documents: Mapping[UUID, bytes]) -> None:
    """Put what is to be read into the floor's table."""
    owner = await asyncpg.connect(site.server.owner_url)
    await owner.executemany(f"INSERT INTO {DOCUMENTS} (id, body) VALUES ($1, $2)", list(documents.items()))
    await owner.close()


def _ours(scenario: str) -> str:
    return f"{scenario}, vigie"


def _theirs(scenario: str) -> str:
    return f"{scenario}, floor"


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept": _FHIR}


class _Client:
    """Asks the running service, and takes nothing but what was asked for."""

    def __init__(self, server: Server, token: str) -> None:
        self._server = server
        self._headers = _headers(token)

    def get(self, path: str) -> bytes:
        return self._answer("GET", path, None, _FOUND)

    def create(self, body: bytes) -> bytes:
        return self._answer("POST", "/fhir/QuestionnaireResponse", body, _CREATED)

    def _answer(self, method: str, path: str, body: bytes | None, status: int) -> bytes:
        connection = HTTPConnection(HOST, self._server.port, timeout=10)
        headers = self._headers | ({"Content-Type": _FHIR} if body else {})
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        read = answer.read()
        connection.close()
        assert answer.status == status, (path, answer.status, read[:2000])
        return read


def _entries(body: bytes, count: int, resource_type: str) -> list[dict[str, Any]]:
    """The matches of a searchset. Raises AssertionError where there are others, or not so many."""
    bundle = orjson.loads(body)
    found = [entry["resource"] for entry in bundle["entry"]]
    assert [resource["resourceType"] for resource in found] == [resource_type] * count, len(found)
    return found


def _answers(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every answer, however deep."""
    return [
        answer
        for item in items
        for answer in (*item.get("answer", ()), *_answers(item.get("item", [])))
        if "item" not in answer
    ]


def _as_sent(response: Mapping[str, Any], patient_id: UUID) -> bytes:
    """The response as another system would create it for another patient, with the time of sending left open."""
    subject = {"reference": f"Patient/{patient_id}"}
    kept = {name: response[name] for name in ("resourceType", "language", "questionnaire", "status", "item")}
    assert INSTRUMENT in kept["questionnaire"], "it is the questionnaire of 30 items"
    return orjson.dumps(kept | {"subject": subject, "source": subject, "authored": NOW.decode()})
