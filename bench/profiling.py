"""Where the milliseconds of one request go: the real application in this process, one request at a time."""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import uvloop

from app.main import create_app
from bench.identity import IdentityProvider
from bench.report import table
from bench.site import Say, Site
from bench.spans import Label, Span, Spans

Targets = Iterable[tuple[str, Label]]

_REST = "FastAPI, Starlette, and all else"
_WITH_SPANS = "all, with the cost of measuring inside"
_BARE = "all, with nothing measured inside"
_BLOCK = 50
"""Requests between one kind and the other: wrapping makes Python forget what it learnt of the code."""

ANSWER_JSON = ("fastapi.routing:serialize_response", "answer: pydantic to JSON")
SHARED: Sequence[tuple[str, Label]] = (
    ("app.security.tokens:TokenReader.read", "token: signature and claims"),
    ("fastapi.routing:solve_dependencies", "FastAPI: dependencies"),
    ("app.store.jsonb:load", "JSON columns: text to objects"),
)
"""What every request of the service goes through."""


@dataclass(frozen=True)
class Asked:
    """One request as ASGI has it, and the status that it is to be answered with."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes
    status: int


def profile(
    title: str, site: Site, provider: IdentityProvider, asked: Iterator[Asked], targets: Targets, say: Say
) -> None:
    """Send the requests to the application itself, and print what each part of one costs."""
    bare, requests = uvloop.run(_profiled(site, provider, asked, tuple(targets)))
    names = {name for request in requests for name in request}
    parts = {name: [request.get(name, Span()) for request in requests] for name in names}
    rows = [_row(name, spans) for name, spans in sorted(parts.items(), key=lambda part: -_median(part[1], "wall_ns"))]
    rows += [_row(_WITH_SPANS, [_sum(request) for request in requests]), _row(_BARE, bare)]
    say(f"\n{title} in µs, medians of {len(requests)}, one at a time in one process without uvicorn.")
    say("Waiting is PostgreSQL's work, its flush to disk, and the way there and back.")
    say("What measuring a part costs falls to the part around it: the last two lines tell how much that is.")
    say(table(("", "calls", "time", "CPU here", "waiting"), rows))


async def _profiled(
    site: Site, provider: IdentityProvider, asked: Iterator[Asked], targets: Sequence[tuple[str, Label]]
) -> tuple[list[Span], list[dict[str, Span]]]:
    """Requests with nothing measured inside, and, in turn with them, the spans of as many others.

    The first requests of a process do not count.
    """
    settings = site.settings.model_copy(update={"issuers": (provider.issuer,)})
    app = create_app(settings, site.knowledge)
    bare: list[Span] = []
    inside: list[dict[str, Span]] = []
    async with app.router.lifespan_context(app):
        for request in islice(asked, _BLOCK):
            await _send(app, request)
        while block := list(islice(asked, _BLOCK)):
            measured_inside = len(bare) > len(inside)
            spans = Spans()
            with spans.installed(targets if measured_inside else ()):
                for request in block:
                    spans.found = {}
                    with spans.span(_REST):
                        await _send(app, request)
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


async def _send(app: Any, asked: Asked) -> None:
    """One request by ASGI's own interface."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": asked.path,
        "raw_path": asked.path.encode(),
        "query_string": asked.query.encode(),
        "root_path": "",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "headers": [(b"host", b"127.0.0.1"), (b"content-length", str(len(asked.body)).encode()), *asked.headers],
    }
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": asked.body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    assert statuses == [asked.status], statuses
