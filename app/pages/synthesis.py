"""`/pages/synthesis`: one page, ten seconds before the consultation."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.http.dependencies import Installed
from app.http.form_body import read_form
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


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose synthesis a page is opened for, and in which language: what the page's own addresses keep."""

    consultation: UUID
    lang: str | None
    patient: UUID | None = None
    identifier: str | None = None

    @property
    def meant(self) -> MeantPatient | None:
        """The patient whose record is open; None where nobody said."""
        if self.patient is None and self.identifier is None:
            return None
        system, _, value = (self.identifier or "").partition("|")
        return MeantPatient(self.patient, Identifier(system, value) if self.identifier else None)

    def query(self, lang: str | None) -> str:
        """The query of an address of the same synthesis in a language."""
        said = {
            "consultation": self.consultation,
            "lang": lang,
            "patient": self.patient,
            "identifier": self.identifier,
        }
        return urlencode({name: value for name, value in said.items() if value is not None})


def _asked(consultation: UUID, lang: Lang = None, patient: PatientId = None, identifier: PatientNumber = None) -> Asked:
    return Asked(consultation, lang, patient, identifier)


AskedFor = Annotated[Asked, Depends(_asked)]


@router.get("/synthesis")
async def synthesis_page(installed: Installed, call: PageCall, asked: AskedFor) -> HTMLResponse:
    """The synthesis of one consultation. Raises PatientDiffers where another patient's record is open."""
    return synthesis_html(
        installed, call, asked, await open_synthesis(installed, call, asked.consultation, meant=asked.meant)
    )


@router.get("/synthesis.pdf")
async def synthesis_pdf(installed: Installed, call: PageCall, asked: AskedFor) -> Response:
    """The same on paper. Raises PatientDiffers."""
    return await _pdf(
        installed, call, asked, await open_synthesis(installed, call, asked.consultation, meant=asked.meant)
    )


@router.post("/synthesis.pdf")
async def print_synthesis(installed: Installed, call: PageAction, asked: AskedFor, request: Request) -> Response:
    """The same, and that this version was printed is kept: what changes afterwards is told on the page. What has
    changed since the page was shown is shown instead, and nothing is printed. Raises PatientDiffers.
    """
    opened = await _marked(installed, call, asked, request, MarkKind.PRINTED)
    if opened.is_outdated:
        return synthesis_html(installed, call, asked, opened)
    return await _pdf(installed, call, asked, opened)


@router.post("/synthesis")
async def mark_as_seen(installed: Installed, call: PageAction, asked: AskedFor, request: Request) -> Response:
    """Say that the caller has seen the version that the page shows, and show it again. What has changed since it was
    shown is shown instead, and nobody has seen it yet. Raises PatientDiffers.
    """
    opened = await _marked(installed, call, asked, request, MarkKind.SEEN)
    if opened.is_outdated:
        return synthesis_html(installed, call, asked, opened)
    return RedirectResponse(f"/pages/synthesis?{asked.query(asked.lang)}", status_code=303)


@router.get("/{name}")
async def static_file(name: str) -> Response:
    """The style sheets, scripts and icon of the pages. Raises NotFound."""
    if name not in STATIC_FILES:
        raise NotFound
    media_type, content = STATIC_FILES[name]
    return Response(content, media_type=media_type, headers={"Cache-Control": "max-age=3600"})


async def _marked(
    installed: Installation, call: Call, asked: Asked, request: Request, mark: MarkKind
) -> OpenedSynthesis:
    """The synthesis, with a mark on the version that the form was on; on no version where that one is not said."""
    version = next(iter((await read_form(request)).get("version", ())), "")
    shown = int(version) if version.isdecimal() and len(version) < 10 else 0
    return await open_synthesis(installed, call, asked.consultation, meant=asked.meant, mark=mark, shown=shown)


async def _pdf(installed: Installation, call: Call, asked: Asked, opened: OpenedSynthesis) -> Response:
    view = SynthesisInWords(installed, opened.versioned.found, _wording(installed, call, asked, opened))
    sheet = synthesis_sheet(view, ChangesInWords(installed, opened, view))
    version = opened.versioned.version
    pdf = await pdf_of(sheet, dated=version.dated)
    name = f"synthesis-{asked.consultation}-v{version.number}.pdf"
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


def synthesis_html(installed: Installation, call: Call, asked: Asked, opened: OpenedSynthesis) -> HTMLResponse:
    """The page of a synthesis that was read."""
    wording = _wording(installed, call, asked, opened)
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
        languages=installed.wordings.names,
        query=asked.query,
        look=look_of(opened.versioned.found.centre, "/pages"),
    )


def _wording(installed: Installation, call: Call, asked: Asked, opened: OpenedSynthesis) -> Wording:
    """The words of the page: the language that was asked for, else the browser's, else the centre's."""
    wanted = (asked.lang, *call.languages) if asked.lang else call.languages
    return installed.wordings.best(wanted, opened.versioned.found.centre.languages)
