"""The short way to a route is a short way only: every path goes where the router itself would send it."""

import re

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope

from app.http.dispatch import Dispatch
from app.security.caller import Role
from app.store.ids import new_id
from tests.support.service import Service

pytestmark = pytest.mark.anyio


def a_path(template: str) -> str:
    """A path that the template takes, with an id in each of its places."""
    return re.sub(r"\{[^}]+\}", lambda _: str(new_id()), template)


async def test_every_route_is_found_as_the_router_finds_it(service: Service) -> None:
    routes = [context.original_route for context in iter_route_contexts(service.app.router.routes)]
    written = [route for route in routes if isinstance(route, APIRoute)]
    short = service.app.router.middleware_stack
    assert isinstance(short, Dispatch)
    found: set[str] = set()
    for route in written:
        for method in route.methods or ():
            scope: Scope = {
                "type": "http",
                "path": a_path(route.path),
                "method": method,
                "root_path": "",
                "headers": [],
            }
            first = next(r for r in written if r.matches(scope)[0] is Match.FULL)
            assert short.route_of(scope) in (first, None), route.path
            found |= {route.path} if short.route_of(scope) is first else set()
    others = {route.path for route in written if not route.path.startswith("/q/{token}")}
    assert others - found <= {"/pages/{name}"}, "all others begin with two words"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/fhir/Nothing/1", 404),
        ("GET", "/", 404),
        ("GET", "", 404),
        ("GET", "//v1//me", 404),
        ("GET", "/v1/me/", 404),
        ("DELETE", "/v1/me", 405),
        ("PATCH", "/fhir/metadata", 405),
        ("GET", "/health/live", 200),
        ("GET", "/fhir/metadata", 200),
        ("GET", "/openapi.json", 200),
    ],
)
async def test_what_no_route_takes_is_answered_as_before(service: Service, method: str, path: str, status: int) -> None:
    answer: httpx.Response = await service.client.request(method, path, headers=service.as_(Role.NURSE))
    assert answer.status_code == status, answer.text
    assert "X-Correlation-Id" in answer.headers
