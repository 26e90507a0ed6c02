"""Where the milliseconds of one submission go: the real application in this process, one request at a time."""

import time
from typing import Any

import uvloop

from app.main import create_app
from app.security.caller import Role
from app.settings import Settings
from app.store.ids import new_id
from bench.forms import INSTRUMENT, submission_body
from bench.identity import IdentityProvider
from bench.load import Template
from bench.plan import Plan
from bench.report import table
from bench.site import Say, Site
from bench.spans import Label, Spans

_REST = "FastAPI, Starlette, and all else"


def _statement(_connection: object, query: str, *_: object, **__: object) -> str:
    """A statement by its first words and its table: `SQL: INSERT response`."""
    words = query.split()
    if words[0] == "INSERT":
        return f"SQL: INSERT {words[2]}"
    if words[0] == "SELECT":
        return f"SQL: SELECT {'patient, locked' if 'FOR NO KEY UPDATE' in query else 'previous response'}"
    return f"SQL: {words[0].rstrip(';')}"


SPANS: tuple[tuple[str, Label], ...] = (
    ("app.security.tokens:TokenReader.read", "token: signature and claims"),
    ("app.http.strict_json:parse", "body: strict JSON"),
    ("fastapi.dependencies.utils:request_body_to_args", "body: pydantic"),
    ("fastapi.routing:solve_dependencies", "FastAPI: dependencies"),
    ("fastapi.routing:serialize_response", "answer: pydantic to JSON"),
    ("app.api.responses:_sha256", "digest of the canonical body"),
    ("app.services.submit_response:validate", "validation"),
    ("app.services.evaluation:score", "scoring"),
    ("app.services.evaluation:checked_response", "previous response: what was enabled"),
    ("app.services.evaluation:evaluate_alerts", "alerts"),
    ("app.store.jsonb:load", "previous response, contacts: JSON to objects"),
    ("app.store.jsonb:dump", "JSON columns: objects to text"),
    ("app.services.submit_response:feedback", "feedback in words"),
    ("app.services.submit_response:submit_response", "the use case's own lines"),
    ("asyncpg.pool:Pool._acquire", "pool: acquire"),
    ("asyncpg.pool:Pool.release", "pool: release"),
    ("asyncpg.connection:Connection.execute", _statement),
    ("asyncpg.connection:Connection.fetchrow", _statement),
)


def run(site: Site, plan: Plan, say: Say) -> None:
    """Send so many requests to the application itself, and print what each part of one costs."""
    bare, spans = uvloop.run(_profiled(site, plan.in_process))

    def row(name: str, calls: str, wall_ns: int, cpu_ns: int) -> tuple[str, ...]:
        figures = (wall_ns, cpu_ns, wall_ns - cpu_ns)
        return (name, calls, *(f"{ns / plan.in_process / 1e3:.0f}" for ns in figures))

    parts = sorted(spans.found.items(), key=lambda entry: -entry[1].wall_ns)
    rows = [row(name, f"{one.calls / plan.in_process:.0f}", one.wall_ns, one.cpu_ns) for name, one in parts]
    whole = (sum(one.wall_ns for _, one in parts), sum(one.cpu_ns for _, one in parts))
    rows += [row("all, with the cost of measuring", "", *whole), row("all, nothing measured inside", "", *bare)]
    say("\nOne submission in µs: alone in one process, without uvicorn, each with a token that is new")
    say(table(("", "calls", "time", "CPU here", "waiting"), rows))
    say("Waiting is PostgreSQL's work, its flush to disk, and the way there and back.")


async def _profiled(site: Site, times: int) -> tuple[tuple[int, int], Spans]:
    """Nanoseconds (time, CPU) of all requests with nothing measured inside, then the spans of as many others.

    The first requests of a process do not count.
    """
    provider = IdentityProvider.of(site.centre_id)
    settings = Settings.model_validate({"DATABASE_URL": site.server.service_url, "issuers": (provider.issuer,)})
    app = create_app(settings, site.knowledge)
    spans = Spans()
    async with app.router.lifespan_context(app):
        requests = _requests(site, provider, 3 * times)
        for request in requests[:times]:
            await _send(app, *request)
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        for request in requests[times : 2 * times]:
            await _send(app, *request)
        wall, cpu = time.perf_counter_ns() - wall, time.process_time_ns() - cpu
        undo = [spans.install(target, label) for target, label in SPANS]
        try:
            for request in requests[2 * times :]:
                with spans.span(_REST):
                    await _send(app, *request)
        finally:
            for take_away in undo:
                take_away()
    return (wall, cpu), spans


def _requests(site: Site, provider: IdentityProvider, count: int) -> list[tuple[str, str, bytes]]:
    questionnaire = site.knowledge.catalogue.get(INSTRUMENT)
    patients = [site.patients[number % len(site.patients)] for number in range(count)]
    return [
        (
            f"/v1/patients/{patient}/responses",
            provider.token(Role.PATIENT, patient),
            Template(b"", submission_body(questionnaire, number)).filled(),
        )
        for number, patient in enumerate(patients)
    ]


async def _send(app: Any, path: str, token: str, body: bytes) -> None:
    """One request by ASGI's own interface."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"content-length", str(len(body)).encode()),
            (b"authorization", f"Bearer {token}".encode()),
            (b"content-type", b"application/json"),
            (b"idempotency-key", str(new_id()).encode()),
        ],
    }
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    assert statuses == [201], statuses
