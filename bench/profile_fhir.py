"""Where the milliseconds of one FHIR read go."""

import asyncio
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import repeat
from uuid import UUID

import asyncpg

from app.security.caller import Role
from bench.identity import IdentityProvider
from bench.plan import Plan
from bench.profiling import SHARED, Asked, profile
from bench.site import Say, Site
from bench.spans import Label

READS: Mapping[str, str] = {
    "read": "One response by id",
    "responses": "A page of 20 responses",
    "observations": "A page of 50 Observations",
}


def _statement(_connection: object, query: str, *_: object, **__: object) -> str:
    """The label of a call of asyncpg."""
    return _name_of(query)


@cache
def _name_of(query: str) -> str:
    """What a message to PostgreSQL is for."""
    if query.startswith("BEGIN"):
        return "SQL: BEGIN and the scope"
    return "SQL: the audit event and COMMIT" if query.endswith("COMMIT") else f"SQL: {query.split(maxsplit=1)[0]}"


SPANS: tuple[tuple[str, Label], ...] = (
    *SHARED,
    ("app.fhir.exchange:encode", "answer: plain data to bytes"),
    ("app.services.exported_response:past_response", "rows to what was answered and scored"),
    ("app.services.exported_response:words_of", "words of the instruments"),
    ("app.services.exported_response:questionnaire_response", "responses to plain data"),
    ("app.services.exported_response:observations", "Observations to plain data"),
    ("asyncpg.connection:Connection.execute", _statement),
    ("asyncpg.connection:Connection.fetch", _statement),
    ("asyncpg.connection:Connection.fetchrow", _statement),
)


def run(read: str, site: Site, plan: Plan, say: Say) -> None:
    """Send so many of these requests, as one system with one token, and print what each part of one costs."""
    provider = IdentityProvider.of(site.centre_id)
    headers = ((b"authorization", f"Bearer {provider.token(Role.SYSTEM)}".encode()),)
    path, query = _asked(read, site)
    asked = Asked("GET", path, query, headers, b"", 200)
    requests: Iterator[Asked] = iter(repeat(asked, 2 * plan.in_process + 50))
    profile(READS[read], site, provider, requests, SPANS, say)


def _asked(read: str, site: Site) -> tuple[str, str]:
    """The path and the query."""
    if read == "read":
        return f"/fhir/QuestionnaireResponse/{asyncio.run(_any_response(site))}", ""
    if read == "responses":
        return "/fhir/QuestionnaireResponse", f"patient={site.pulled}&_count=20"
    return "/fhir/Observation", f"patient={site.pulled}&_count=50"


async def _any_response(site: Site) -> UUID:
    superuser = await asyncpg.connect(site.server.url("postgres"))
    found: UUID = await superuser.fetchval(
        "SELECT max(response_id::text)::uuid FROM response WHERE patient_id = $1", site.pulled
    )
    await superuser.close()
    return found
