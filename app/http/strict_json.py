"""Request bodies, read once and strictly: what JSON leaves open is an error here, and numbers stay exact."""

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import HTTPException
from fastapi.routing import APIRoute
from starlette.types import Message, Receive

from app.http.direct import direct_handler

MAX_DEPTH = 50
"""Objects and lists in each other: no body of this service has more than four."""


class MalformedBody(HTTPException):
    """The body is not JSON that can be read without guessing. The message never repeats what was sent."""

    def __init__(self, what: str) -> None:
        super().__init__(status_code=400, detail=what)


class BodyTooLarge(HTTPException):
    """The body is larger than the installation takes."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(status_code=413, detail=f"the body is larger than {limit_bytes} bytes")
        self.limit_bytes = limit_bytes


def parse(body: bytes) -> Any:
    """Parse a JSON body: UTF-8, no key twice, no NaN or Infinity, no lone surrogate, fractions as Decimal.

    Raises MalformedBody.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedBody(f"the body is not UTF-8 (byte {error.start})") from None
    try:
        if b"\\u" in body:
            orjson.loads(body)  # refuses escaped lone surrogates, which the standard library lets through
        parsed = json.loads(
            text, object_pairs_hook=_without_duplicates, parse_float=_exact, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}" if error.lineno else "an escaped character"
        raise MalformedBody(f"the body is not JSON ({where})") from None
    except RecursionError:
        raise MalformedBody("the body is nested too deeply") from None
    except (ValueError, InvalidOperation):
        raise MalformedBody("the body has a number that is too long") from None
    # How deep the parser itself can go hangs on who called it; a body is refused for what it is.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _is_deeper(parsed, MAX_DEPTH):
        raise MalformedBody("the body is nested too deeply")
    return parsed


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """The parsed body. Raises MalformedBody."""
        if not hasattr(self, "_json"):
            self._json = parse(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """A route whose body is read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler, or a direct call of the route, given a strict request."""
        handler = direct_handler(self, super().get_route_handler())

        async def strict_handler(request: Request) -> Response:
            limit = request.app.state.settings.body_limit_bytes
            declared = request.headers.get("content-length", "")
            if declared.isdecimal() and int(declared[:20]) > limit:
                raise BodyTooLarge(limit)
            return await handler(StrictRequest(request.scope, _limited(request.receive, limit)))

        return strict_handler


def _limited(receive: Receive, limit: int) -> Receive:
    """What a client sends, up to the limit: one that does not say how much it sends is stopped on the way."""
    received = 0

    async def receive_within_limit() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise BodyTooLarge(limit)
        return message

    return receive_within_limit


def _is_deeper(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [i for v in level for i in (v.values() if isinstance(v, dict) else v if isinstance(v, list) else ())]
    return any(isinstance(inner, dict | list) for inner in level)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MalformedBody("the body has an object with the same key twice")
    return found


def _exact(text: str) -> Decimal:
    return Decimal(text)


def _refuse_constant(_name: str) -> None:
    raise MalformedBody("the body has NaN or Infinity, which are not JSON")
