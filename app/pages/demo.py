"""`/demo`: a way in without an identity provider. It exists in demo mode only, and says so on every page."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from app.demo.seed import CENTRE_ID, coming_consultations
from app.http.dependencies import Installed, system_clock
from app.pages.caller import SESSION_COOKIE
from app.pages.templates import render_page
from app.security.caller import Role
from app.security.demo_issuer import DemoIssuer

router = APIRouter(prefix="/demo", tags=["demo"], include_in_schema=False)

_SESSION_S = 8 * 3600


@router.get("")
async def demo_patients(installed: Installed) -> HTMLResponse:
    """The synthetic patients, each with a link to their synthesis."""
    patients = await coming_consultations(installed, system_clock())
    wording = installed.wordings.by_language["en"]
    return render_page("demo.html", patients=patients, wording=wording)


@router.get("/open")
async def open_synthesis(consultation: UUID, request: Request) -> RedirectResponse:
    """Become the demonstration's clinician, and open one synthesis."""
    issuer: DemoIssuer = request.app.state.demo_issuer
    answer = RedirectResponse(f"/pages/synthesis?consultation={consultation}", status_code=303)
    answer.set_cookie(
        SESSION_COOKIE,
        issuer.mint(Role.CLINICIAN, CENTRE_ID, lifetime_s=_SESSION_S),
        max_age=_SESSION_S,
        httponly=True,
        samesite="strict",
        path="/pages",
    )
    return answer
