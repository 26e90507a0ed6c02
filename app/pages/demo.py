"""`/demo`: a way in without an identity provider. It exists in demo mode only, and says so on every page."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from app.demo.seed import CENTRE_ID, answering_link, coming_consultations
from app.http.dependencies import Installed, accepted_languages, system_clock
from app.http.personal_links import PREFIX, sealer_of
from app.pages.caller import SESSION_COOKIE
from app.pages.templates import render_page
from app.security.caller import Role
from app.security.demo_issuer import DemoIssuer

router = APIRouter(prefix="/demo", tags=["demo"], include_in_schema=False)

_SESSION_S = 8 * 3600

Lang = Annotated[str | None, Query(max_length=35, description="The page's language; by default the browser's.")]


@router.get("")
async def demo_patients(installed: Installed, request: Request, lang: Lang = None) -> HTMLResponse:
    """The synthetic patients, each with what can be opened of them."""
    accepted = accepted_languages(request.headers.get("accept-language"))
    return render_page(
        "demo.html",
        patients=await coming_consultations(installed, system_clock()),
        wording=installed.wordings.best((lang, *accepted) if lang else accepted),
        languages=installed.wordings.names,
    )


@router.get("/open")
async def open_synthesis(consultation: UUID, request: Request) -> RedirectResponse:
    """Become the demonstration's clinician, and open one synthesis."""
    return _signed_in(request, f"/pages/synthesis?consultation={consultation}", Role.CLINICIAN)


@router.get("/day")
async def open_day(request: Request) -> RedirectResponse:
    """Become the demonstration's clinician, and open the list of the day."""
    return _signed_in(request, "/pages/consultations", Role.CLINICIAN)


@router.get("/me")
async def open_own_page(patient: UUID, request: Request) -> RedirectResponse:
    """Become a synthetic patient, and open their own page."""
    return _signed_in(request, "/pages/me", Role.PATIENT, patient)


@router.get("/answer")
async def answer(installed: Installed, patient: UUID, consultation: UUID, request: Request) -> RedirectResponse:
    """Open the personal link of a synthetic patient: the same one each time, until it is answered."""
    claim = await answering_link(installed, patient, consultation, system_clock())
    return RedirectResponse(f"{PREFIX}/{sealer_of(request).seal(claim)}", status_code=303)


def _signed_in(request: Request, path: str, role: Role, patient_id: UUID | None = None) -> RedirectResponse:
    issuer: DemoIssuer = request.app.state.demo_issuer
    answer = RedirectResponse(path, status_code=303)
    answer.set_cookie(
        SESSION_COOKIE,
        issuer.mint(role, CENTRE_ID, patient_id, lifetime_s=_SESSION_S),
        max_age=_SESSION_S,
        httponly=True,
        samesite="strict",
        path="/pages",
    )
    return answer
