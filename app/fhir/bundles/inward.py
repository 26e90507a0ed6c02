"""Asking our own routes: an entry of a batch is the request that it stands for, with the same token."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import Message, Scope

_PASSED_ON = ("host", "authorization", "accept-language", "prefer")


@dataclass(slots=True)
class Answered:
    """What a route answered."""

    status: int = 0
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""


async def ask(
    request: Request, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None
) -> Answered:
    """What this application answers to the request, as if it had come from outside.

    Nothing of the outer request is passed on but who asks, in which language, and what they prefer.
    """
    sent = {name: request.headers[name] for name in _PASSED_ON if name in request.headers} | dict(headers)
    if body is not None:
        sent["content-length"] = str(len(body))
    scope: Scope = {
        name: request.scope[name]
        for name in ("type", "asgi", "http_version", "scheme", "root_path", "client", "server")
        if name in request.scope
    } | {
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items()],
    }
    answered = Answered()

    async def receive() -> Message:
        return {"type": "http.request", "body": body or b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            answered.headers = Headers(raw=message["headers"])
        else:
            answered.body += message.get("body", b"")

    await request.app(scope, receive, send)
    return answered
