"""Reading the synthesis of a patient with two years of weekly responses: over HTTP, and its CPU in this process."""

import json
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection

import uvloop

from app.api.synthesis_body import synthesis_json
from app.security.caller import Role
from app.services.installation import Installation
from app.services.read_synthesis import read_synthesis
from app.store.pool import Pool
from bench.identity import IdentityProvider
from bench.load import HOST, Load, LoadGenerator, Template
from bench.measure import Measure, measured
from bench.plan import Plan
from bench.servers import Server
from bench.site import Say, Site

CONNECTIONS = 8
VIGIE, FLOOR = "synthesis, vigie", "synthesis, floor"


@dataclass(frozen=True)
class SynthesisCost:
    """Every round's figures; CPU milliseconds of the use case and of its JSON in this process; what was read."""

    rounds: Mapping[str, list[Measure]]
    read_ms: float
    encode_ms: float
    body_bytes: int
    responses: int


def scenarios(site: Site, provider: IdentityProvider) -> dict[str, list[Template]]:
    """One clinician who opens one page, again and again; and the same bytes from a service that does nothing."""
    headers = {"Authorization": f"Bearer {provider.token(Role.CLINICIAN)}"}
    return {
        VIGIE: [Template.of("GET", _path(site), headers)],
        FLOOR: [Template.of("GET", "/document", headers)],
    }


def document(site: Site, provider: IdentityProvider, vigie: Server) -> bytes:
    """The synthesis as the service gives it."""
    connection = HTTPConnection(HOST, vigie.port, timeout=10)
    connection.request("GET", _path(site), headers={"Authorization": f"Bearer {provider.token(Role.CLINICIAN)}"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    body = answer.read()
    connection.close()
    return body


def run(
    site: Site,
    generator: LoadGenerator,
    servers: Mapping[str, Server],
    postgres_pid: int,
    body: bytes,
    plan: Plan,
    say: Say,
) -> SynthesisCost:
    """Both services in turn, then the use case without HTTP."""
    for name, server in servers.items():
        generator.run(name, server.port, CONNECTIONS, status=200, seconds=plan.warm_up_s / 2, count=plan.count)
    rounds: dict[str, list[Measure]] = {name: [] for name in servers}
    for number in range(plan.rounds):
        for name, server in servers.items():

            def work(name: str = name, port: int = server.port) -> Load:
                return generator.run(name, port, CONNECTIONS, status=200, seconds=plan.synthesis_s, count=plan.count)

            measure = measured(server.pid, postgres_pid, plan.cores, work)
            rounds[name].append(measure)
            say(f"  round {number + 1}/{plan.rounds}  {CONNECTIONS:2} x {name:18} {measure.per_second:7.0f}/s")
    read_ms, encode_ms = uvloop.run(_in_process(site, plan.in_process))
    return SynthesisCost(rounds, read_ms, encode_ms, len(body), len(json.loads(body)["responses"]))


async def _in_process(site: Site, times: int) -> tuple[float, float]:
    """Median CPU milliseconds of this process: reading and synthesising, then the body."""
    pool = await Pool.open(site.server.service_url, site.settings)
    installation = Installation(site.knowledge, pool)
    reads: list[float] = []
    encodes: list[float] = []
    for _ in range(times):
        start = time.process_time_ns()
        found = await read_synthesis(installation, site.call(Role.CLINICIAN), site.consultation_id)
        middle = time.process_time_ns()
        synthesis_json(found, site.knowledge.wordings.by_language["fr"])
        encodes.append((time.process_time_ns() - middle) / 1e6)
        reads.append((middle - start) / 1e6)
    await pool.close()
    return statistics.median(reads), statistics.median(encodes)


def _path(site: Site) -> str:
    return f"/v1/consultations/{site.consultation_id}/synthesis"
