"""`/pages/synthesis`: one page, ten seconds before the consultation."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.http.dependencies import Installed
from app.http.form_body import read_form
from app.pages.answer_form import language_name
from app.pages.caller import PageAction, PageCall
from app.pages.look import look_of
from app.pages.pdf.rendering import pdf_of
from app.pages.pdf.synthesis_sheet import synthesis_sheet
from app.pages.templates import STATIC_FILES, render_page
from app.pages.trend_line import trend_line
from app.services.call import Call
from app.services.changes_in_words import ChangesInWords
from app.services.installation import Installation
from app.services.open_synthesis import MeantPatient, OpenedSynthesis, open_synthesis
from app.services.synthesis_as_text import SHOWN_POINTS, synthesis_as_text
from app.services.synthesis_in_words import SynthesisInWords, named_lines
from app.store.errors import NotFound
from app.store.patient import Identifier
from app.store.synthesis_mark import MarkKind
from app.wording import Wording

router = APIRouter(prefix="/pages", tags=["pages"], include_in_schema=False)

Lang = Annotated[str | None, Query(max_length=35, description="The page's language; by default the browser's.")]
PatientId = Annotated[UUID | None, Query(description="The patient whose record is open: another one's is refused.")]
PatientNumber = Annotated[
    str | None,
    Query(max_length=401, pattern=r"^[^|]+\|.+$", description="The same by a hospital's number: system|value."),
]


@router.get("/synthesis")
async def synthesis_page(
    installed: Installed,
    call: PageCall,
    consultation: UUID,
    lang: Lang = None,
    patient: PatientId = None,
    identifier: PatientNumber = None,
) -> HTMLResponse:
    """The synthesis of one consultation. Raises PatientDiffers where another patient's record is open."""
    opened = await open_synthesis(installed, call, consultation, meant=_meant(patient, identifier))
    return synthesis_html(installed, call, opened, lang)


@router.get("/synthesis.pdf")
async def synthesis_pdf(installed: Installed, call: PageCall, consultation: UUID, lang: Lang = None) -> Response:
    """The same on paper."""
    return await _pdf(installed, call, await open_synthesis(installed, call, consultation), lang)


@router.post("/synthesis.pdf")
async def print_synthesis(installed: Installed, call: PageAction, consultation: UUID, lang: Lang = None) -> Response:
    """The same, and that this version was printed is kept: what changes afterwards is told on the page."""
    opened = await open_synthesis(installed, call, consultation, mark=MarkKind.PRINTED)
    return await _pdf(installed, call, opened, lang)


async def _pdf(installed: Installation, call: Call, opened: OpenedSynthesis, lang: str | None) -> Response:
    wording = wording_for(installed, call, opened, lang)
    view = SynthesisInWords(installed, opened.versioned.found, wording)
    sheet = synthesis_sheet(view, ChangesInWords(installed, opened, view))
    version = opened.versioned.version
    pdf = await pdf_of(sheet, dated=version.dated)
    name = f"synthesis-{opened.versioned.material.visit.consultation_id}-v{version.number}.pdf"
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@router.post("/synthesis")
async def mark_as_seen(
    installed: Installed, call: PageAction, consultation: UUID, request: Request, lang: Lang = None
) -> Response:
    """Say that the caller has seen the version that the page shows, and show it again. What has changed since it was
    shown is shown instead, and nobody has seen it yet.
    """
    version = next(iter((await read_form(request)).get("version", ())), "")
    shown = int(version) if version.isdecimal() and len(version) < 10 else 0
    opened = await open_synthesis(installed, call, consultation, mark=MarkKind.SEEN, shown=shown)
    if opened.is_outdated:
        return synthesis_html(installed, call, opened, lang)
    query = f"consultation={consultation}" + (f"&lang={lang}" if lang else "")
    return RedirectResponse(f"/pages/synthesis?{query}", status_code=303)


@router.get("/{name}")
async def static_file(name: str) -> Response:
    """The style sheets, scripts and icon of the pages. Raises NotFound."""
    if name not in STATIC_FILES:
        raise NotFound
    media_type, content = STATIC_FILES[name]
    return Response(content, media_type=media_type, headers={"Cache-Control": "max-age=3600"})


def synthesis_html(installed: Installation, call: Call, opened: OpenedSynthesis, lang: str | None) -> HTMLResponse:
    """The page of a synthesis that was read."""
    wording = wording_for(installed, call, opened, lang)
    view = SynthesisInWords(installed, opened.versioned.found, wording)
    changes = ChangesInWords(installed, opened, view)
    return render_page(
        "synthesis.html",
        runs_scripts=True,
        view=view,
        changes=changes,
        shown_points=SHOWN_POINTS,
        named_lines=named_lines,
        trend_line=trend_line,
        text=synthesis_as_text(view, changes.version),
        wording=wording,
        languages=[(code, language_name(code)) for code in installed.wordings.by_language],
        consultation=opened.versioned.material.visit.consultation_id,
        look=look_of(opened.versioned.found.centre, "/pages"),
    )


def wording_for(installed: Installation, call: Call, opened: OpenedSynthesis, lang: str | None) -> Wording:
    """The words of the page: the language that was asked for, else the browser's, else the centre's."""
    wanted = (lang, *call.languages) if lang else call.languages
    return installed.wordings.best(wanted, opened.versioned.found.centre.languages)


def _meant(patient: UUID | None, identifier: str | None) -> MeantPatient | None:
    if patient is None and identifier is None:
        return None
    system, _, value = (identifier or "").partition("|")
    return MeantPatient(patient, Identifier(system, value) if identifier else None)
