"""Who opens a page, and who acts on it: by a bearer token, the same token in a cookie that only the server reads, or a
personal link.
"""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from app.http.dependencies import accepted_languages, call_of
from app.http.personal_links import sealer_of
from app.http.refusal import refusal
from app.log import correlation_id
from app.security.personal_links import LinkClaim
from app.services.call import Call
from app.services.open_link import link_call

SESSION_COOKIE = "vigie_session"

_FROM_HERE = frozenset({"same-origin", "none"})
"""Of `Sec-Fetch-Site` (W3C Fetch Metadata): a page of ours asks, or the reader by an address or a bookmark."""


async def _page_call(request: Request) -> Call:
    """Authenticate whoever reads."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = request.cookies.get(SESSION_COOKIE, "")
    return await call_of(request, token.strip(), request.app.state.token_reader)


async def _page_action(request: Request) -> Call:
    """Authenticate whoever acts, after a look at where the request comes from (docs/decisions/0030)."""
    refuse_other_sites(request)
    return await _page_call(request)


PageCall = Annotated[Call, Depends(_page_call)]
"""Of a page that only reads."""

PageAction = Annotated[Call, Depends(_page_action)]
"""Of everything below `/pages` that changes something."""


def call_by_link(request: Request, token: str) -> tuple[Call, LinkClaim]:
    """Who opens which personal link. Raises LinkUnreadable, LinksUnavailable."""
    claim = sealer_of(request).open(token)
    received_at: datetime = request.app.state.clock()
    languages = accepted_languages(request.headers.get("accept-language"))
    return link_call(claim, received_at, correlation_id.get() or "", languages), claim


def refuse_other_sites(request: Request) -> None:
    """Raises Refused where a browser says that a page of another site asks.

    A page cannot write either header. A client that sends neither is no browser, or one so old that the cookie's
    `SameSite=Strict` alone stands for it.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in _FROM_HERE:
        raise refusal("cross-site", "a page of another site asks for this")
    # A page that tells nobody where it is (`Referrer-Policy: no-referrer`) has the origin `null`, as has a stranger's.
    if origin is not None and not (origin == "null" and site == "same-origin") and not _is_ours(request, origin):
        raise refusal("cross-site", "a page of another site asks for this")


def _is_ours(request: Request, origin: str) -> bool:
    """Whether an origin is this host. A proxy that ends TLS hides the scheme; `pages_base` is what readers see."""
    ours = {
        request.headers.get("host", "").lower(),
        urlsplit(request.app.state.settings.pages_base or "").netloc.lower(),
    }
    try:
        return urlsplit(origin).netloc.lower() in ours - {""}
    except ValueError:
        return False
