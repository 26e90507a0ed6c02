"""`/q/{token}`: a personal link. Its questionnaire, then what a patient reads when it is answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.http.dependencies import Installed
from app.http.form_body import Fields, read_form
from app.http.personal_links import PREFIX
from app.pages.answer_form import AnswerForm, longest
from app.pages.answered import Answered
from app.pages.caller import call_by_link
from app.pages.look import look_of
from app.pages.patient_message import closed_page
from app.pages.templates import STATIC_FILES, render_page
from app.security.personal_links import LinkClaim
from app.services.answer_by_link import FilledForm, Outcome, TopicsOutcome, change_topics, save, send
from app.services.call import Call
from app.services.clocks import storable
from app.services.errors import LinkClosed
from app.services.open_link import LinkState, open_link
from questionnaires.written import form_answers
from scoring.history import Respondent

router = APIRouter(prefix=PREFIX, tags=["pages"], include_in_schema=False)

_ANSWER: Final = "answer."


@router.get("/worker.js")
async def worker() -> Response:
    """The service worker: below the links, so that it serves them and nothing else."""
    media_type, content = STATIC_FILES["worker.js"]
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-cache"})


@router.get("/{token}")
async def open_page(installed: Installed, token: str, request: Request) -> Response:
    """The questionnaire of a link, or what has become of it."""
    call, claim = call_by_link(request, token)
    link = await open_link(installed, call, claim, language=request.query_params.get("lang"))
    if link.state is LinkState.OPEN:
        by = _respondent(request.query_params.get("by"))
        return _form_page(request, AnswerForm(installed, link, begun_at=call.received_at), answered_by=by)
    if link.state is LinkState.ANSWERED:
        notice = link.wording.say("answer.topics_saved") if "kept" in request.query_params else None
        return _answered_page(request, Answered(installed, call, link, notice))
    return closed_page(link, _address(request))


@router.post("/{token}")
async def receive_form(installed: Installed, token: str, request: Request) -> Response:
    """Send or save what was filled in."""
    call, claim = call_by_link(request, token)
    fields = await _read(request)
    form = _filled(fields)
    is_sent = _first(fields, "action") == "send"
    try:
        if is_sent:
            outcome, revision = await send(installed, call, claim, form), None
        else:
            outcome, revision = await save(installed, call, claim, form)
    except LinkClosed:
        return await _closed(installed, request, call, claim, form)
    if _wants_json(request):
        return _plain(installed, call, outcome, revision)
    is_refused = is_sent and (outcome.is_empty or bool(outcome.issues))
    if is_sent and not is_refused:
        return RedirectResponse(f"{PREFIX}/{token}", status_code=303)
    language = _first(fields, "language") or form.language
    link = await open_link(installed, call, claim, language=language, version=form.version)
    view = AnswerForm(
        installed,
        link,
        begun_at=form.begun_at or call.received_at,
        written=outcome.written,
        issues=outcome.issues,
        notice=_notice(outcome, is_sent=is_sent),
    )
    return _form_page(request, view, status=422 if is_refused else 200, answered_by=form.answered_by)


@router.post("/{token}/topics")
async def receive_topics(installed: Installed, token: str, request: Request) -> Response:
    """Keep the topics in their new order."""
    call, claim = call_by_link(request, token)
    fields = await _read(request)
    moved = {step: _first(fields, step) for step in ("up", "down")}
    answers = {name: _moved(values, moved) for name, values in _answers(fields).items()}
    seen = (_first(fields, "response"), _first(fields, "revision"))
    try:
        outcome = await change_topics(installed, call, claim, answers, seen)
    except LinkClosed:
        return await _topics_closed(installed, request, call, claim, answers)
    status = 422 if outcome.issues else 409 if outcome.is_stale else 200
    if _wants_json(request):
        now = outcome.current
        return JSONResponse({"response": str(now.response_id), "revision": now.revision}, status_code=status)
    if status != 200:
        notice = _about_topics(installed, call, outcome)
        view = Answered(installed, call, outcome.opened, notice, outcome.written)
        return _answered_page(request, view, status=status)
    return RedirectResponse(f"{PREFIX}/{token}?kept", status_code=303)


def _notice(outcome: Outcome, *, is_sent: bool) -> str | None:
    """What is said above a form that comes back, where no question is at fault."""
    if outcome.is_empty:
        return outcome.opened.wording.say("answer.nothing_written")
    return None if is_sent or outcome.issues else outcome.opened.wording.say("answer.saved")


def _about_topics(installed: Installed, call: Call, outcome: TopicsOutcome) -> str:
    """Why topics were not kept."""
    if outcome.is_stale:
        return outcome.opened.wording.say("answer.topics_stale")
    form = AnswerForm(installed, outcome.opened, begun_at=call.received_at, issues=outcome.issues)
    return " ".join(fault.sentence for fault in form.faults)


async def _topics_closed(
    installed: Installed, request: Request, call: Call, claim: LinkClaim, answers: Mapping[str, list[str]]
) -> Response:
    """It is too late for topics: they are shown again as they were written, beside those that are stored."""
    link = await open_link(installed, call, claim)
    if _wants_json(request):
        return JSONResponse({"state": link.state.value}, status_code=410)
    written = form_answers(link.questionnaire, answers, link.zone)
    if link.state is LinkState.ANSWERED:
        return _answered_page(request, Answered(installed, call, link, written=written), status=410)
    if link.state is LinkState.OPEN:
        # What was answered was withdrawn since: the questionnaire is asked again.
        return _form_page(request, AnswerForm(installed, link, begun_at=call.received_at, written=written), status=410)
    return closed_page(link, _address(request), answers)


async def _read(request: Request) -> Fields:
    """The form, which the page of a problem gives back: what somebody wrote is nowhere else."""
    request.state.form = await read_form(request)
    fields: Fields = request.state.form
    return fields


def _address(request: Request) -> str:
    """Where the page of the link is."""
    return f"{PREFIX}/{request.path_params['token']}"


def _filled(fields: Fields) -> FilledForm:
    draft = _first(fields, "draft") or ""
    return FilledForm(
        version=_first(fields, "version") or "",
        fields=_answers(fields),
        language=_first(fields, "shown_language"),
        text_digest=_first(fields, "text_digest"),
        answered_by=_respondent(_first(fields, "answered_by")),
        begun_at=_moment(_first(fields, "begun_at")),
        authored=_moment(_first(fields, "authored")),
        sent_at=_moment(_first(fields, "sent_at")),
        seen_draft=int(draft) if draft.isdecimal() and len(draft) < 10 else None,
    )


def _respondent(said: str | None) -> Respondent | None:
    """Who says that they answer: somebody else than the patient, or nobody in particular."""
    return Respondent.RELATED_PERSON if said == Respondent.RELATED_PERSON.value else None


def _answers(fields: Fields) -> dict[str, list[str]]:
    return {name.removeprefix(_ANSWER): values for name, values in fields.items() if name.startswith(_ANSWER)}


def _first(fields: Fields, name: str) -> str | None:
    return next(iter(fields.get(name, ())), None)


def _moment(text: str | None) -> datetime | None:
    """A time that the page wrote; None where somebody else wrote something else."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return storable(moment) if moment.tzinfo else None


def _moved(values: list[str], moved: Mapping[str, str | None]) -> list[str]:
    """The values with one of them a place further up or down."""
    found = list(values)
    for step, by in (("up", -1), ("down", 1)):
        code = moved[step]
        if code in found:
            place = found.index(code)
            other = min(max(place + by, 0), len(found) - 1)
            found[place], found[other] = found[other], found[place]
    return found


async def _closed(installed: Installed, request: Request, call: Call, claim: LinkClaim, form: FilledForm) -> Response:
    """Nothing was stored: what was written stays on the page, or in the phone that sent it."""
    link = await open_link(installed, call, claim, language=form.language, version=form.version)
    if _wants_json(request):
        return JSONResponse({"state": link.state.value}, status_code=410)
    return closed_page(link, _address(request), form.fields)


def _plain(installed: Installed, call: Call, outcome: Outcome, draft: int | None) -> JSONResponse:
    """What became of a form, for the page's script."""
    view = AnswerForm(installed, outcome.opened, begun_at=call.received_at, issues=outcome.issues)
    faults = [{"link_id": fault.link_id, "sentence": fault.sentence} for fault in view.faults]
    status = 422 if (faults or outcome.is_empty) and draft is None else 200
    title = view.say("answer.nothing_written") if outcome.is_empty else view.wording.count("answer.issues", len(faults))
    return JSONResponse({"faults": faults, "title": title, "draft": draft}, status_code=status)


def _form_page(
    request: Request, view: AnswerForm, *, status: int = 200, answered_by: Respondent | None = None
) -> HTMLResponse:
    address = _address(request)
    return render_page(
        "answer.html",
        status,
        runs_scripts=True,
        form=view,
        wording=view.wording,
        address=address,
        longest=longest,
        answered_by=answered_by.value if answered_by else None,
        look=look_of(view.link.centre, address),
    )


def _answered_page(request: Request, view: Answered, *, status: int = 200) -> HTMLResponse:
    address = _address(request)
    return render_page(
        "answered.html",
        status,
        runs_scripts=True,
        view=view,
        wording=view.wording,
        address=address,
        longest=longest,
        look=look_of(view.link.centre, address),
    )


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")
