"""Who opens a page: a bearer token, or the same token in a cookie that only the server reads."""

from typing import Annotated

from fastapi import Depends, Request

from app.http.dependencies import call_of
from app.services.call import Call

SESSION_COOKIE = "vigie_session"


async def _page_call(request: Request) -> Call:
    """Authenticate. Pages only read, so that a cookie cannot be made to change anything."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = request.cookies.get(SESSION_COOKIE, "")
    return await call_of(request, token.strip(), request.app.state.token_reader)


PageCall = Annotated[Call, Depends(_page_call)]
