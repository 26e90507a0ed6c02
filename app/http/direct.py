"""Calling a route that takes only what every route is given, without the machinery that can give anything.

FastAPI works out a request's arguments anew each time, whatever they are: a fifth of a FHIR read went there. What the
documentation says of a route is still FastAPI's.
"""

import inspect
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

from app.http.dependencies import Authenticated, Installed, authenticated, installation_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def direct_handler(route: APIRoute, usual: Handler) -> Handler:
    """A handler that fills in the request, the installation, the authenticated call and parts of the path.

    The usual one where the route takes anything else, or gives anything but a ready response. It also answers where a
    part of the path has not its form, and so says what is wrong with it.
    """
    signature = inspect.signature(route.endpoint, eval_str=True)
    annotations = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    known = {name for name, kind in annotations.items() if kind in (Request, Installed, Authenticated)}
    parts = {name: TypeAdapter[Any](annotations[name]) for name in annotations if name in route.param_convertors}
    is_simple = annotations.keys() == known | parts.keys() and not route.dependencies
    if signature.return_annotation is not Response or not is_simple:
        return usual
    requests = [name for name in known if annotations[name] is Request]
    installations = [name for name in known if annotations[name] == Installed]
    calls = [name for name in known if annotations[name] == Authenticated]

    async def direct(request: Request) -> Response:
        try:
            values = {name: part.validate_python(request.path_params[name]) for name, part in parts.items()}
        except ValidationError:
            return await usual(request)
        values |= dict.fromkeys(requests, request)
        for name in installations:
            values[name] = installation_of(request)
        for name in calls:
            values[name] = await authenticated(request)
        answer: Response = await route.endpoint(**values)
        return answer

    return direct
