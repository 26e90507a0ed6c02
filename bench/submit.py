"""Storing one response: our service, the floor, and PostgreSQL alone, in interleaved rounds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from app.security.caller import Role
from bench import pgbench
from bench.floor import TABLE
from bench.forms import INSTRUMENT, submission_body
from bench.identity import IdentityProvider
from bench.load import KEY, Load, LoadGenerator, Template
from bench.measure import Measure, measured, median_ratio
from bench.plan import Plan
from bench.servers import Server
from bench.site import Say, Site

CONNECTIONS = (8, 32)
PHONES, SYSTEM, FLOOR, PGBENCH = "vigie, phones", "vigie, one system", "floor", "pgbench"
CONTENDERS = (PHONES, SYSTEM, FLOOR, PGBENCH)

_TABLES = {
    "vigie": ("response", "audit_event"),
    "floor": (TABLE,),
}


@dataclass(frozen=True)
class Submit:
    """Every round's figures by (contender, connections); bytes stored per response; bytes of one body."""

    rounds: Mapping[tuple[str, int], list[Measure]]
    bytes_stored: Mapping[str, float]
    body_bytes: float

    def median(self, contender: str, connections: int) -> Measure:
        """The medians of a contender."""
        return Measure.median(self.rounds[contender, connections])

    def ratio(self, connections: int) -> float:
        """Our requests a second as a share of the floor's."""
        return median_ratio(self.rounds[PHONES, connections], self.rounds[FLOOR, connections])


def scenarios(site: Site, provider: IdentityProvider, plan: Plan) -> dict[str, list[Template]]:
    """The requests. A phone sends once a week: its token is new to the service, whose signature check is measured.

    A system sends many with the same token, which the service remembers.
    """
    questionnaire = site.knowledge.catalogue.get(INSTRUMENT)
    bodies = [submission_body(questionnaire, number) for number in range(len(site.patients))]
    people = list(zip(site.patients, bodies, strict=True))
    system = provider.token(Role.SYSTEM)

    def to_vigie(patient_id: Any, token: str, body: bytes) -> Template:
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": KEY.decode(),
        }
        return Template.of("POST", f"/v1/patients/{patient_id}/responses", headers, body)

    return {
        PHONES: [
            to_vigie(patient_id, provider.token(Role.PATIENT, patient_id), body)
            for _ in range(plan.tokens_per_patient)
            for patient_id, body in people
        ],
        SYSTEM: [to_vigie(patient_id, system, body) for patient_id, body in people],
        FLOOR: [Template.of("POST", "/rows", {"Content-Type": "application/json"}, body) for body in bodies],
    }


async def sizes(site: Site) -> dict[str, tuple[int, int]]:
    """Bytes on disk with indexes and TOAST, and rows, of what each contender stores."""
    superuser = await asyncpg.connect(site.server.url("postgres"))
    found: dict[str, tuple[int, int]] = {}
    for name, tables in _TABLES.items():
        size = await superuser.fetchval(
            "SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest($1::text[]) t", tables
        )
        found[name] = int(size), int(await superuser.fetchval(f"SELECT count(*) FROM {tables[0]}"))
    await superuser.close()
    return found


def grown(before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """Bytes by row, of the rows that the rounds added."""
    return {name: (after[name][0] - size) / max(1, after[name][1] - rows) for name, (size, rows) in before.items()}


def run_rounds(
    site: Site, generator: LoadGenerator, vigie: Server, floor: Server, postgres_pid: int, plan: Plan, say: Say
) -> dict[tuple[str, int], list[Measure]]:
    """Warm up, then every contender in turn, again and again."""
    body = submission_body(site.knowledge.catalogue.get(INSTRUMENT), 0).decode()
    servers = {PHONES: vigie, SYSTEM: vigie, FLOOR: floor}

    def work(contender: str, connections: int, seconds: float) -> Callable[[], Load]:
        if contender == PGBENCH:
            return lambda: pgbench.run(site.server.socket_folder, site.folder, body, connections, seconds)
        port = servers[contender].port
        return lambda: generator.run(contender, port, connections, status=201, seconds=seconds, count=plan.count)

    for contender in CONTENDERS:
        work(contender, max(CONNECTIONS), plan.warm_up_s)()
    rounds: dict[tuple[str, int], list[Measure]] = {}
    for number in range(plan.rounds):
        for connections in CONNECTIONS:
            for contender in CONTENDERS:
                pid = servers[contender].pid if contender in servers else None
                measure = measured(pid, postgres_pid, plan.cores, work(contender, connections, plan.submit_s))
                rounds.setdefault((contender, connections), []).append(measure)
                say(f"  round {number + 1}/{plan.rounds}  {connections:2} x {contender:18} {measure.per_second:7.0f}/s")
    return rounds
