"""The page of the synthesis and its PDF, for a patient with two years of weekly responses: in this process, in one
database with few responses of others beside it, and in a copy of it with very many.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import asyncpg
import uvloop

from app.pages.pdf.rendering import pdf_of
from app.pages.pdf.synthesis_sheet import synthesis_sheet
from app.pages.synthesis import Asked, synthesis_html
from app.security.caller import Role
from app.services.changes_in_words import ChangesInWords
from app.services.installation import Installation
from app.services.open_synthesis import open_synthesis
from app.services.synthesis_in_words import SynthesisInWords
from app.store.pool import Pool
from bench.plan import Plan
from bench.site import Say, Site

_FEW, _MANY = "bench_few", "bench_many"
_RESPONSES_A_PATIENT = 100
_LANGUAGE = "fr"

# Copies of real rows under patients of their own: as many bytes, in every index.
_GROW = """
SET synchronous_commit = off;
CREATE TEMPORARY TABLE grown AS
  SELECT gen_random_uuid() AS new_patient_id, n FROM generate_series(1, {patients}) AS n;
INSERT INTO patient (centre_id, patient_id) SELECT '{centre}', new_patient_id FROM grown;
CREATE TEMPORARY TABLE sample AS
  SELECT *, row_number() OVER () AS place FROM response WHERE centre_id = '{centre}' AND revision = 1 LIMIT {a_patient};
INSERT INTO response ({columns})
  SELECT {values} FROM grown, sample;
ANALYZE;
"""


@dataclass(frozen=True)
class PageCost:
    """Medians in milliseconds. `cpu`: of this process for the whole page; `few` and `many`: from the request to the
    HTML, beside so many responses of others; `pdf`: setting one, the words being there. `loop`: CPU of a plain loop of
    a million additions, between the pages: a core that others share is slower for both.
    """

    cpu_ms: float
    few_ms: float
    many_ms: float
    others: tuple[int, int]
    pdf_ms: float
    loop_ms: float
    html_bytes: int

    @property
    def ratio(self) -> float:
        """How much slower it is beside many than beside few."""
        return self.many_ms / self.few_ms


def run(site: Site, plan: Plan, say: Say) -> PageCost:
    """Copy the database, let one copy grow, and read the page from both in turn."""
    say(f"Two copies of the database, one with {plan.others[1]} responses of other patients ...")
    asyncio.run(_copies(site, plan))
    return uvloop.run(_measured(site, plan, say))


async def _copies(site: Site, plan: Plan) -> None:
    connection = await asyncpg.connect(site.server.service_url)
    source = await connection.fetchval("SELECT current_database()")
    await connection.close()
    # A template must be left alone while it is copied.
    superuser = await asyncpg.connect(site.server.url("postgres", "postgres"))
    for name in (_FEW, _MANY):
        await superuser.execute(f'CREATE DATABASE {name} TEMPLATE "{source}"')
    for name, count in zip((_FEW, _MANY), plan.others, strict=True):
        await _grow(site, name, count)
    # Else it is written out while the pages are timed, on the same processors.
    await superuser.execute("CHECKPOINT")
    await superuser.close()


async def _grow(site: Site, database: str, count: int) -> None:
    connection = await asyncpg.connect(site.server.url("postgres", database))
    names = [
        row["column_name"]
        for row in await connection.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'response' ORDER BY ordinal_position"
        )
    ]
    replaced = {
        "response_id": "gen_random_uuid()",
        "patient_id": "new_patient_id",
        "idempotency_key": "idempotency_key || n",
        "consultation_id": "NULL",
    }
    await connection.execute(
        _GROW.format(
            centre=site.centre_id,
            patients=count // _RESPONSES_A_PATIENT,
            a_patient=_RESPONSES_A_PATIENT,
            columns=", ".join(names),
            values=", ".join(replaced.get(name, name) for name in names),
        )
    )
    await connection.execute("VACUUM ANALYZE response")
    await connection.close()


async def _measured(site: Site, plan: Plan, say: Say) -> PageCost:
    pools = {name: await Pool.open(site.server.url("vigie_service", name), site.settings) for name in (_FEW, _MANY)}
    places = {name: Installation(site.knowledge, pool) for name, pool in pools.items()}
    walls: dict[str, list[float]] = {name: [] for name in places}
    cpus: list[float] = []
    loops: list[float] = []
    html = b""
    for number in range(plan.page_rounds):
        for name, place in places.items():
            loops.append(_loop())
            for _ in range(plan.pages_a_round):
                wall, cpu, html = await _timed(partial(_page, place, site))
                walls[name].append(wall)
                cpus.append(cpu)
        say(f"  round {number + 1}/{plan.page_rounds}  {statistics.median(walls[_FEW]):.1f} ms a page")
    pdf_ms = await _pdf(places[_FEW], site, plan)
    for pool in pools.values():
        await pool.close()
    few, many = (statistics.median(walls[name]) for name in (_FEW, _MANY))
    cpu_ms, loop_ms = statistics.median(cpus), statistics.median(loops)
    return PageCost(cpu_ms, few, many, plan.others, pdf_ms, loop_ms, len(html))


def _loop() -> float:
    cpu, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return (time.process_time() - cpu) * 1e3


async def _timed(work: Callable[[], Awaitable[bytes]]) -> tuple[float, float, bytes]:
    wall, cpu = time.perf_counter(), time.process_time()
    done = await work()
    return (time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3, done


async def _page(place: Installation, site: Site) -> bytes:
    call = site.call(Role.CLINICIAN)
    asked = Asked(site.consultation_id, _LANGUAGE)
    opened = await open_synthesis(place, call, asked.consultation)
    return bytes(synthesis_html(place, call, asked, opened).body)


async def _pdf(place: Installation, site: Site, plan: Plan) -> float:
    opened = await open_synthesis(place, site.call(Role.CLINICIAN), site.consultation_id)
    view = SynthesisInWords(place, opened.versioned.found, place.wordings.by_language[_LANGUAGE])
    sheet = synthesis_sheet(view, ChangesInWords(place, opened, view))
    times = []
    for _ in range(plan.page_rounds * 5):
        start = time.perf_counter()
        await pdf_of(sheet, dated=opened.versioned.version.dated)
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)
