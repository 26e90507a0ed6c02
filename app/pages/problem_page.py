"""A problem as the reader of a page understands it: a patient below `/q` and on their own page, else the care team.

What a patient had written comes back with it: the form is sent once more by a button, for no browser keeps it.
"""

from fastapi import Request
from fastapi.responses import Response

from app.http.dependencies import accepted_languages, installation_of
from app.http.personal_links import PREFIX
from app.http.problems import Problem
from app.log import correlation_id
from app.pages.my_questionnaires import OWN_PAGE
from app.pages.patient_message import message_page, written_again_page
from app.pages.templates import render_page

_FOR_PATIENTS = {
    "not-found": ("answer.unknown_title", "answer.unknown"),
    "links-unavailable": ("answer.unknown_title", "answer.unknown"),
    "link-closed": ("answer.closed_title", "answer.closed"),
    "body-too-large": ("answer.too_much_title", "answer.too_much"),
}
_ELSE_FOR_PATIENTS = ("answer.busy_title", "answer.busy")
_SIGNED_OUT = ("page.problem", "answer.me_signed_out")
_CANNOT_BE_OPENED = ("page.problem", "answer.me_unknown")
_ON_THEIR_OWN_PAGE = {
    "not-authenticated": _SIGNED_OUT,
    "not-permitted": _SIGNED_OUT,
    "cross-site": ("page.problem", "page.problem_cross_site"),
    "link-closed": ("answer.closed_title", "answer.closed"),
} | dict.fromkeys(
    (
        "not-found",
        "unknown-questionnaire",
        "licence-restricted",
        "language-unavailable",
        "links-unavailable",
        "request-invalid",
        "malformed-body",
        "body-too-large",
    ),
    _CANNOT_BE_OPENED,
)
_FOR_STAFF = {
    "not-authenticated": "page.problem_not_signed_in",
    "not-permitted": "page.problem_not_permitted",
    "cross-site": "page.problem_cross_site",
    "not-found": "page.problem_not_found",
    "patient-differs": "page.problem_patient_differs",
    "licence-restricted": "page.problem_licence",
    "request-invalid": "page.problem_request",
    "malformed-body": "page.problem_request",
    "body-too-large": "page.problem_request",
    "busy": "page.problem_busy",
}


def problem_page(request: Request, problem: Problem) -> Response | None:
    """The page of a problem; None where the path is no page's, or whoever asks is a program."""
    path = request.url.path
    if "application/json" in request.headers.get("accept", "") or not path.startswith((f"{PREFIX}/", "/pages/")):
        return None
    asked = request.query_params.get("lang")
    wanted = ((asked,) if asked else ()) + accepted_languages(request.headers.get("accept-language"))
    wording = installation_of(request).wordings.best(wanted)
    slug, status = problem.kind.slug, problem.kind.status
    written = getattr(request.state, "form", None)
    if path.startswith(f"{PREFIX}/") and written:
        page = written_again_page(wording, status, path, written)
    elif path.startswith(f"{PREFIX}/"):
        page = message_page(wording, status, *_FOR_PATIENTS.get(slug, _ELSE_FOR_PATIENTS))
    elif path == OWN_PAGE or path.startswith(f"{OWN_PAGE}/"):
        page = message_page(wording, status, *_ON_THEIR_OWN_PAGE.get(slug, _ELSE_FOR_PATIENTS))
    else:
        sentence = wording.say(_FOR_STAFF.get(slug, "page.problem_defect"), id=correlation_id.get())
        page = render_page("problem.html", status, wording=wording, sentence=sentence)
    page.headers.update(problem.headers)
    return page
