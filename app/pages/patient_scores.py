"""`/pages/patients/{id}/scores`: every score of one instrument over time, as small charts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from app.http.dependencies import Installed
from app.pages.caller import PageCall
from app.pages.look import look_of
from app.pages.scores_view import ScoresView
from app.pages.templates import render_page
from app.services.read_longitudinal import read_patient_scores

router = APIRouter(prefix="/pages", tags=["pages"], include_in_schema=False)

Lang = Annotated[str | None, Query(max_length=35, description="The page's language; by default the browser's.")]


@router.get("/patients/{patient_id}/scores")
async def scores_page(
    installed: Installed,
    call: PageCall,
    patient_id: UUID,
    instrument: Annotated[str | None, Query(max_length=40, description="By default what was answered last.")] = None,
    lang: Lang = None,
) -> HTMLResponse:
    """A patient's scores over time."""
    found = await read_patient_scores(installed, call, patient_id, instrument=instrument)
    wanted = (lang, *call.languages) if lang else call.languages
    wording = installed.wordings.best(wanted, found.centre.languages)
    view = ScoresView(found, wording)
    return render_page(
        "scores.html",
        view=view,
        wording=wording,
        languages=installed.wordings.names,
        look=look_of(found.centre, "/pages"),
    )
