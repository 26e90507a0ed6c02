"""`/pages/me`: a patient's own page. What they are asked, and a button that leads to the one page for answering."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from babel.dates import format_date
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from app.http.dependencies import Installed
from app.http.form_body import Fields, read_form
from app.http.personal_links import PREFIX, sealer_of
from app.http.refusal import refusal
from app.pages.caller import PageAction, PageCall
from app.pages.look import look_of
from app.pages.templates import render_page
from app.security.personal_links import LinkClaim
from app.services.feedback import contacts
from app.services.me import ToDo
from app.services.my_questionnaires import MyQuestionnaires, my_questionnaires
from app.services.personal_links import WantedLink, link_to_answer
from scoring.history import Respondent

OWN_PAGE = "/pages/me"

router = APIRouter(prefix=OWN_PAGE, tags=["pages"], include_in_schema=False)

_FORM_BYTES = 10_000

Lang = Annotated[str | None, Query(max_length=35, description="The page's language; by default the patient's own.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """One questionnaire, in words. `whom`: for whom it is, None where it is for the reader."""

    patient_id: UUID
    instrument: str
    consultation_id: UUID
    title: str
    visit: str
    whom: str | None
    is_open: bool
    is_begun: bool
    opens: str


@router.get("")
async def my_page(installed: Installed, call: PageCall, lang: Lang = None) -> HTMLResponse:
    """What is to be answered, the next consultation first."""
    found = await my_questionnaires(installed, call, lang)
    return render_page(
        "my_questionnaires.html",
        wording=found.wording,
        centre=found.centre.name,
        contacts=contacts(found.centre, found.wording),
        asked=_in_words(found),
        look=look_of(found.centre, "/pages"),
    )


@router.post("/answer")
async def answer(installed: Installed, call: PageAction, request: Request) -> RedirectResponse:
    """Go to the questionnaire's page, by the patient's open link for it; a carer is taken for one there."""
    patient_id, wanted = _wanted(await read_form(request, _FORM_BYTES))
    sealer = sealer_of(request)
    known = await link_to_answer(installed, call, patient_id, wanted)
    token = sealer.seal(LinkClaim(call.caller.centre_id, patient_id, known.link.link_id))
    by = "" if patient_id == call.caller.patient_id else f"?by={Respondent.RELATED_PERSON.value}"
    return RedirectResponse(f"{PREFIX}/{token}{by}", status_code=303)


def _wanted(fields: Fields) -> tuple[UUID, WantedLink]:
    """What the button is for. Raises Refused."""
    try:
        (patient,), (instrument,), (consultation,) = (
            fields[name] for name in ("patient", "instrument", "consultation")
        )
        return UUID(patient), WantedLink(instrument, UUID(consultation))
    except (KeyError, ValueError):
        raise refusal("request-invalid", "the form needs patient, instrument and consultation") from None


def _in_words(found: MyQuestionnaires) -> list[Asked]:
    """What can be shown: a questionnaire whose words the centre has not loaded is nothing that a patient could do."""
    titled = ((item, found.words.best(item.questionnaire, found.wanted)) for item in found.to_do)
    return [_asked(found, item, text.title) for item, text in titled if text is not None]


def _asked(found: MyQuestionnaires, item: ToDo, title: str) -> Asked:
    return Asked(
        patient_id=item.patient_id,
        instrument=item.questionnaire.instrument,
        consultation_id=item.consultation.consultation_id,
        title=title,
        visit=_day(found, item.consultation.starts_at),
        whom=_whom(found, item.patient_id),
        is_open=item.is_open,
        is_begun=item in found.begun,
        opens=_day(found, item.opens_at),
    )


def _whom(found: MyQuestionnaires, patient_id: UUID) -> str | None:
    if patient_id == found.patient_id:
        return None
    name = found.given_names.get(patient_id)
    say = found.wording.say
    return say("answer.to_do_for", name=name) if name else say("answer.to_do_for_somebody")


def _day(found: MyQuestionnaires, moment: datetime) -> str:
    return str(format_date(moment.astimezone(found.zone), format="full", locale=found.wording.language))
