"""What every answer carries, whatever its route: a correlation id, and headers that keep it private."""

import re
from collections.abc import Awaitable, Callable
from contextvars import Token

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.log import correlation_id
from app.store.ids import new_id

_CLIENTS_ID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
_NOT_STORED = (b"cache-control", b"no-store")
_OURS = frozenset({b"x-correlation-id", *(name for name, _ in _HEADERS)})


class Envelope:
    """ASGI middleware. A client's own `X-Correlation-Id` is kept where it is a UUID: anything else could be a
    hospital's number for somebody.

    A defect is answered here, by `answer_error`: further out its answer would have neither id nor headers.
    """

    def __init__(self, app: ASGIApp, answer_error: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self._app = app
        self._answer_error = answer_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with the id in its context."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = dict(scope["headers"]).get(b"x-correlation-id", b"")
        request_id = sent.decode() if _CLIENTS_ID.fullmatch(sent) else str(new_id())
        token: Token[str | None] = correlation_id.set(request_id)

        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            started = True
            if message["type"] == "http.response.start":
                given = [header for header in message.get("headers", ()) if header[0] not in _OURS]
                stored = () if any(name == b"cache-control" for name, _ in given) else (_NOT_STORED,)
                message["headers"] = [*given, (b"x-correlation-id", request_id.encode()), *_HEADERS, *stored]
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            if started:
                raise
            answer = await self._answer_error(Request(scope), error)
            await answer(scope, receive, send_with_headers)
        finally:
            correlation_id.reset(token)
