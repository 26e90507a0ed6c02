"""Routes that are called without FastAPI's machinery answer exactly as they do with it."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import pytest
from fastapi import Query, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts

from app.fhir.routing import FhirId
from app.http.dependencies import Authenticated, Installed
from app.http.direct import direct_handler
from app.security.caller import Role
from app.store.ids import new_id
from tests.support.service import Service

pytestmark = pytest.mark.anyio


async def plain(request: Request, installed: Installed, call: Authenticated, resource_id: FhirId) -> Response:
    return Response(f"{request.method} {resource_id} {call.caller.role} {len(installed.catalogue.instruments)}")


async def of_nothing() -> Response:
    return Response("nothing")


async def with_query(number: Annotated[int, Query()] = 1) -> Response:
    return Response(str(number))


async def with_model(call: Authenticated) -> dict[str, str]:
    return {"role": call.caller.role}


async def usual(_request: Request) -> Response:
    return Response("usual")


@pytest.mark.parametrize(
    ("endpoint", "path", "is_direct"),
    [
        (plain, "/{resource_id}", True),
        (of_nothing, "/", True),
        (with_query, "/", False),
        (with_model, "/", False),
    ],
)
def test_only_what_takes_nothing_else_is_called_directly(
    endpoint: Callable[..., Awaitable[object]], path: str, is_direct: bool
) -> None:
    handler = direct_handler(APIRoute(path, endpoint), usual)
    assert (handler is not usual) is is_direct


async def test_whatever_fhir_clients_read_is_called_directly(service: Service) -> None:
    routes = [context.original_route for context in iter_route_contexts(service.app.router.routes)]
    reads = [route for route in routes if isinstance(route, APIRoute) and route.methods == {"GET"}]
    ours = [route for route in reads if route.path.startswith("/fhir/")]
    assert len(ours) > 10
    assert [route.path for route in ours if direct_handler(route, usual) is usual] == []


async def test_the_token_is_asked_for_before_anything_is_said(service: Service) -> None:
    for path in (f"/fhir/Patient/{new_id()}", "/fhir/Patient/not_an_id"):
        answer = await service.client.get(path)
        assert answer.status_code == 401, path


async def test_an_id_of_the_wrong_form_reaches_no_route(service: Service) -> None:
    """What answers is the usual handler, whose word for it is the door's."""
    answer = await service.client.get("/fhir/Patient/not_an_id", headers=service.as_(Role.SYSTEM))
    assert answer.status_code == 404
    assert "not_an_id" not in answer.text


async def test_a_part_of_the_path_that_has_not_its_form_is_left_to_the_usual_handler() -> None:
    handler = direct_handler(APIRoute("/{resource_id}", plain), usual)
    answer = await handler(Request({"type": "http", "method": "GET", "path_params": {"resource_id": "not_an_id"}}))
    assert answer.body == b"usual"
