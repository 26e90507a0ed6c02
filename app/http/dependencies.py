"""What a route is given: the installation, and the authenticated call."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from app.http.problem_kinds import KINDS
from app.log import correlation_id
from app.security.tokens import TokenReader
from app.services.call import Call
from app.services.installation import Installation

Clock = Callable[[], datetime]

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": "; ".join(f"`{kind.slug}`" for kind in KINDS.values() if kind.status == status),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status in sorted({kind.status for kind in KINDS.values()})
}
"""What any operation may answer besides what it is for."""


def system_clock() -> datetime:
    """Now, aware, in UTC: the only clock of the service."""
    return datetime.now(UTC)


def accepted_languages(header: str | None) -> tuple[str, ...]:
    """The languages of an `Accept-Language` header, most wanted first (RFC 9110, 12.5.4); `q=0` is not wanted."""
    wanted: list[tuple[float, str]] = []
    for part in (header or "").split(",")[:20]:
        tag, _, parameter = part.strip().partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            quality = 0.0
        if tag and tag != "*" and quality > 0:
            wanted.append((quality, tag))
    return tuple(tag for _, tag in sorted(wanted, key=lambda entry: -entry[0]))


def installation_of(request: Request) -> Installation:
    """The running service."""
    installation: Installation = request.app.state.installation
    return installation


async def _installed(request: Request) -> Installation:
    return installation_of(request)


async def authenticated(request: Request) -> Call:
    """Authenticate. Raises TokenRejected, KeysUnavailable."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    reader: TokenReader = request.app.state.token_reader
    return await call_of(request, token.strip() if scheme.lower() == "bearer" else "", reader)


async def call_of(request: Request, token: str, reader: TokenReader) -> Call:
    """The call that a token makes of a request. Raises TokenRejected, KeysUnavailable."""
    caller = await reader.read(token)
    clock: Clock = request.app.state.clock
    languages = accepted_languages(request.headers.get("accept-language"))
    return Call(caller, clock(), correlation_id.get() or "", languages)


Installed = Annotated[Installation, Depends(_installed)]
Authenticated = Annotated[Call, Depends(authenticated)]
