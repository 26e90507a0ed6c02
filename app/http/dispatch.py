"""Which route a request is for, found by the beginning of its path.

The router asks one route after the other, and every included router twice: with as many routes as FHIR has, that took
a quarter of a read. What is not found here is answered by the router itself: 404, 405, HEAD.
"""

from collections.abc import Iterator

from fastapi.routing import APIRoute, APIRouter, RouteContext, iter_route_contexts
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

_STEPS = 2
"""How many steps of a path tell routes apart: `/fhir/Observation`, `/v1/patients`."""


class Dispatch:
    """ASGI: stands before a router that has all its routes."""

    def __init__(self, router: APIRouter) -> None:
        self._router = router
        self._otherwise = router.middleware_stack
        self._routes: dict[str, list[APIRoute]] = {}
        for path, route in _literal_routes(router):
            self._routes.setdefault(_beginning(path), []).append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to its route, or to the router where none is found."""
        route = self.route_of(scope) if scope["type"] == "http" else None
        if route is None:
            await self._otherwise(scope, receive, send)
            return
        scope.setdefault("router", self._router)
        await route.handle(scope, receive, send)

    def route_of(self, scope: Scope) -> APIRoute | None:
        """The first route that takes the request, in the order in which they were added; the scope then holds what the
        path says.
        """
        for route in self._routes.get(_beginning(scope["path"]), ()):
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                return route
        return None


def _literal_routes(router: APIRouter) -> Iterator[tuple[str, APIRoute]]:
    """The routes whose path begins with words, not with parameters, and that no inclusion has changed."""
    for context in iter_route_contexts(router.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and _is_unchanged(context, route) and "{" not in _beginning(route.path):
            yield route.path, route


def _is_unchanged(context: RouteContext, route: APIRoute) -> bool:
    """Whether the route says all of itself: an inclusion may add a prefix to its path."""
    return context.path == route.path


def _beginning(path: str) -> str:
    return "/".join(path.split("/", _STEPS + 1)[: _STEPS + 1])
