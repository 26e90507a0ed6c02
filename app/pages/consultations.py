"""`/pages/consultations`: the consultations of a day, each with its two most urgent points; whole without scripts."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator, Field

from app.http.dependencies import Installed
from app.http.form_body import read_form
from app.pages.caller import PageCall
from app.pages.day_view import FIRST_DAY, LAST_DAY, SHOWN_POINTS, DayView
from app.pages.look import look_of
from app.pages.templates import render_page
from app.services.call import Call
from app.services.consultations_of_day import AskedDay, Show, read_day
from app.services.installation import Installation

_FORM_LIMIT_BYTES = 4_000
LONGEST_SEARCH = 100
"""Characters that are looked for."""

router = APIRouter(prefix="/pages", tags=["pages"], include_in_schema=False)

# A date field that was emptied sends an empty text.
_Date = Annotated[
    Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)] | None, BeforeValidator(lambda sent: sent or None), Query()
]
_Page = Annotated[int, Query(ge=1, le=1_000)]
Lang = Annotated[str | None, Query(max_length=35, description="The page's language; by default the browser's.")]


async def _asked_day(day: _Date = None, show: Show = Show.ALL, mine: bool = False, page: _Page = 1) -> AskedDay:
    return AskedDay(day, show, mine, page=page)


Asked = Annotated[AskedDay, Depends(_asked_day)]


@router.get("/consultations")
async def day_page(installed: Installed, call: PageCall, asked: Asked, lang: Lang = None) -> HTMLResponse:
    """The consultations of a day; by default today's."""
    return await _page(installed, call, asked, lang)


@router.post("/consultations")
async def search_page(
    installed: Installed, call: PageCall, asked: Asked, request: Request, lang: Lang = None
) -> HTMLResponse:
    """The same for a search. It only reads; it is posted because what stands in an address ends in logs."""
    fields = await read_form(request, _FORM_LIMIT_BYTES)
    search = " ".join(fields.get("q", ()))[:LONGEST_SEARCH]
    searched = AskedDay(asked.day, asked.show, asked.only_mine, search.strip(), asked.page)
    return await _page(installed, call, searched, lang)


async def _page(installed: Installation, call: Call, asked: AskedDay, lang: str | None) -> HTMLResponse:
    found = await read_day(installed, call, asked)
    wanted = (lang, *call.languages) if lang else call.languages
    wording = installed.wordings.best(wanted, found.centre.languages)
    return render_page(
        "consultations.html",
        runs_scripts=True,
        view=DayView(installed, found, asked, wording, lang),
        wording=wording,
        languages=installed.wordings.names,
        longest_search=LONGEST_SEARCH,
        shown_points=SHOWN_POINTS,
        look=look_of(found.centre, "/pages"),
    )
