"""Where the milliseconds of one submission go: the real application in this process, one request at a time."""

import statistics
from functools import cache
from itertools import islice
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
from bench.spans import Label, Span, Spans

_REST = "FastAPI, Starlette, and all else"
_WITH_SPANS = "all, with the cost of measuring inside"
_BARE = "all, with nothing measured inside"
_BLOCK = 50
"""Requests between one kind and the other: wrapping makes Python forget what it learnt of the code."""


def _statement(_connection: object, query: str, *_: object, **__: object) -> str:
    """The label of a call of asyncpg."""
    return _name_of(query)


@cache
def _name_of(query: str) -> str:
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
    ("app.services.comparison:checked_again", "previous response: what was enabled"),
    ("app.services.evaluation:evaluate_alerts", "alerts"),
    ("app.store.jsonb:load", "previous response, contacts: JSON to objects"),
    ("app.store.jsonb:dump", "JSON columns: objects to text"),
    ("app.services.submit_response:feedback", "feedback in words"),
    ("app.api.responses:submit_response", "the use case's own lines"),
    ("asyncpg.pool:Pool._acquire", "pool: acquire"),
    ("asyncpg.pool:Pool.release", "pool: release"),
    ("asyncpg.connection:Connection.execute", _statement),
    ("asyncpg.connection:Connection.fetchrow", _statement),
)


def run(site: Site, plan: Plan, say: Say) -> None:
    """Send so many requests to the application itself, and print what each part of one costs."""
    bare, requests = uvloop.run(_profiled(site, plan.in_process))
    names = {name for request in requests for name in request}
    parts = {name: [request.get(name, Span()) for request in requests] for name in names}
    rows = [_row(name, spans) for name, spans in sorted(parts.items(), key=lambda part: -_median(part[1], "wall_ns"))]
    rows += [_row(_WITH_SPANS, [_sum(request) for request in requests]), _row(_BARE, bare)]
    say(f"\nOne submission in µs, medians of {len(requests)}, one at a time in one process without uvicorn.")
    say("Each has a token that is new. Waiting is PostgreSQL's work, its flush to disk, and the way there and back.")
    say("What measuring a part costs falls to the part around it: the last two lines tell how much that is.")
    say(table(("", "calls", "time", "CPU here", "waiting"), rows))


async def _profiled(site: Site, times: int) -> tuple[list[Span], list[dict[str, Span]]]:
    """Requests with nothing measured inside, and, in turn with them, the spans of as many others.

    The first requests of a process do not count.
    """
    provider = IdentityProvider.of(site.centre_id)
    settings = Settings.model_validate({"DATABASE_URL": site.server.service_url, "issuers": (provider.issuer,)})
    app = create_app(settings, site.knowledge)
    bare: list[Span] = []
    inside: list[dict[str, Span]] = []
    async with app.router.lifespan_context(app):
        requests = iter(_requests(site, provider, 2 * times + _BLOCK))
        for request in islice(requests, _BLOCK):
            await _send(app, *request)
        while block := list(islice(requests, _BLOCK)):
            measured_inside = len(bare) > len(inside)
            spans = Spans()
            with spans.installed(SPANS if measured_inside else ()):
                for request in block:
                    spans.found = {}
                    with spans.span(_REST):
                        await _send(app, *request)
                    if measured_inside:
                        inside.append(spans.found)
                    else:
                        bare.append(spans.found[_REST])
    return bare, inside


def _row(name: str, spans: list[Span]) -> tuple[str, ...]:
    wall, cpu = _median(spans, "wall_ns"), _median(spans, "cpu_ns")
    return (name, f"{_median(spans, 'calls'):.0f}", *(f"{ns / 1e3:.0f}" for ns in (wall, cpu, max(0, wall - cpu))))


def _median(spans: list[Span], what: str) -> float:
    return float(statistics.median(getattr(span, what) for span in spans))


def _sum(request: dict[str, Span]) -> Span:
    spans = request.values()
    return Span(1, sum(span.wall_ns for span in spans), sum(span.cpu_ns for span in spans))


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
