"""`/problems`: what the `type` of a problem leads to."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.http.problem_kinds import KINDS
from app.pages.templates import render_page

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/problems")
async def problem_list(request: Request) -> HTMLResponse:
    """Every problem that the service answers with, and what to do about it."""
    wording = request.app.state.installation.wordings.by_language["en"]
    return render_page("problems.html", kinds=KINDS.values(), wording=wording)
