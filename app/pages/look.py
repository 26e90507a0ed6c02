"""A centre's look: its colour as a style sheet, and its logo, for whoever may open a page of the centre."""

import hashlib
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.http.dependencies import Installed
from app.http.personal_links import PREFIX
from app.pages.caller import PageCall, call_by_link
from app.pages.templates import Look
from app.services.centre_look import read_look
from app.store.centre import Centre
from app.store.centre_look import CentreLook
from app.store.errors import NotFound

of_link = APIRouter(prefix=PREFIX, tags=["pages"], include_in_schema=False)
router = APIRouter(prefix="/pages", tags=["pages"], include_in_schema=False)

# One address, another look for each centre: what a browser keeps is of one session only.
_KEPT: Final = {"Cache-Control": "private, max-age=300", "Vary": "Authorization, Cookie"}
_ONLY_DRAWS: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""What a logo may do that is opened by itself: an SVG draws with its own styles, and nothing else."""


def look_of(centre: Centre, below: str) -> Look:
    """What a page of a centre links to, below a path that its reader may open."""
    return Look(f"{below}/look.css" if centre.has_look else None, f"{below}/logo" if centre.has_logo else None)


@router.get("/look.css")
async def style_of_session(installed: Installed, call: PageCall, request: Request) -> Response:
    """The colour of the reader's centre. Raises NotFound."""
    return _style(request, await read_look(installed, call))


@router.get("/logo")
async def logo_of_session(installed: Installed, call: PageCall, request: Request) -> Response:
    """The logo of the reader's centre. Raises NotFound."""
    return _logo(request, await read_look(installed, call))


@of_link.get("/{token}/look.css")
async def style_of_link(installed: Installed, token: str, request: Request) -> Response:
    """The colour of the link's centre. Raises NotFound."""
    call, _ = call_by_link(request, token)
    return _style(request, await read_look(installed, call))


@of_link.get("/{token}/logo")
async def logo_of_link(installed: Installed, token: str, request: Request) -> Response:
    """The logo of the link's centre. Raises NotFound."""
    call, _ = call_by_link(request, token)
    return _logo(request, await read_look(installed, call))


def _style(request: Request, look: CentreLook) -> Response:
    # Both were checked to stand out from both papers of `vigie.css`, and so do those papers on them.
    css = (
        f":root {{ --brand: {look.colour}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --brand: {look.dark_colour}; }} }}\n"
    )
    return _kept(request, css.encode(), "text/css", {})


def _logo(request: Request, look: CentreLook) -> Response:
    if look.logo is None or look.logo_media_type is None:
        raise NotFound
    return _kept(request, look.logo, look.logo_media_type, {"Content-Security-Policy": _ONLY_DRAWS})


def _kept(request: Request, content: bytes, media_type: str, headers: dict[str, str]) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**_KEPT, "ETag": tag, **headers}
    stated = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in stated:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
