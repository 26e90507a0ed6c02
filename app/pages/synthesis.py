"""`/pages/synthesis`: one page, ten seconds before the consultation."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from app.http.dependencies import Installed
from app.pages.caller import PageCall
from app.pages.templates import STATIC_FILES, render_page
from app.services.read_synthesis import read_synthesis
from app.services.synthesis_in_words import SynthesisInWords
from app.store.errors import NotFound

SHOWN_POINTS = 3
"""Points of vigilance that are shown; the page says how many more there are."""

router = APIRouter(prefix="/pages", tags=["pages"], include_in_schema=False)

Lang = Annotated[str | None, Query(max_length=35, description="The page's language; by default the browser's.")]


@router.get("/synthesis")
async def synthesis_page(installed: Installed, call: PageCall, consultation: UUID, lang: Lang = None) -> HTMLResponse:
    """The synthesis of one consultation."""
    found = await read_synthesis(installed, call, consultation)
    wanted = (lang, *call.languages) if lang else call.languages
    wording = installed.wordings.best(wanted, found.centre.languages)
    view = SynthesisInWords(installed, found, wording)
    return render_page(
        "synthesis.html",
        view=view,
        shown_points=SHOWN_POINTS,
        wording=wording,
        languages=tuple(installed.wordings.by_language),
        consultation=consultation,
    )


@router.get("/{name}")
async def static_file(name: str) -> Response:
    """The style sheet and the icon of the pages. Raises NotFound."""
    if name not in STATIC_FILES:
        raise NotFound
    media_type, content = STATIC_FILES[name]
    return Response(content, media_type=media_type, headers={"Cache-Control": "max-age=3600"})
