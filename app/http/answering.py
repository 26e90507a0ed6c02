"""How problems leave the house: as problem+json (RFC 9457) on `/v1`, as an OperationOutcome on `/fhir`, as pages."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.http.preconditions import PreconditionRequired
from app.http.problem_kinds import KINDS
from app.http.problems import Problem, problem_of
from app.http.refusal import Refused
from app.http.strict_json import BodyTooLarge, MalformedBody
from app.log import correlation_id
from app.security.errors import SecurityError
from app.services.errors import ServiceError
from app.store.errors import StoreBusy, StoreError
from fhir_export.encoding import CONTENT_TYPE, encode
from fhir_export.operation_outcome import OutcomeIssue, operation_outcome
from questionnaires.errors import UnknownQuestionnaire

_LOG = logging.getLogger("vigie.problems")
_BY_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large", 415: "unsupported-media-type"}
# pydantic's own messages are kept where they quote no input; these would.
_SAFE_MESSAGES = {
    "uuid_parsing": "a UUID is needed",
    "datetime_from_date_parsing": "a date and time with its offset is needed (RFC 3339)",
    "datetime_parsing": "a date and time with its offset is needed (RFC 3339)",
    "date_from_datetime_parsing": "a date is needed (YYYY-MM-DD)",
    "date_parsing": "a date is needed (YYYY-MM-DD)",
}


def _title(_path: str) -> str:
    return KINDS["not-found"].title


def _no_page(_request: Request, _problem: Problem) -> Response | None:
    return None


def install_problem_handlers(
    app: FastAPI,
    unserved: Callable[[str], str] = _title,
    problem_page: Callable[[Request, Problem], Response | None] = _no_page,
) -> None:
    """Make every error of the app leave as a problem. FastAPI's own 422 would repeat what was sent.

    `unserved` says of a path below `/fhir` that no route has what there is instead; `problem_page` gives the page of a
    problem, where a person reads it in a browser.
    """
    app.state.unserved = unserved
    app.state.problem_page = problem_page
    app.add_exception_handler(RequestValidationError, _request_invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Refused, _refused)
    # By family, not as `Exception`: that handler would answer outside of `Envelope`, and raise again for the server.
    for family in (ServiceError, StoreError, SecurityError, UnknownQuestionnaire, PreconditionRequired):
        app.add_exception_handler(family, answer_error)


def render(request: Request, problem: Problem) -> Response:
    """A problem as the client of this path reads it."""
    page: Response | None = request.app.state.problem_page(request, problem)
    if page is not None:
        return page
    if _speaks_fhir(request):
        content, media_type = _outcome(problem, request.app.state.settings.canonical_base.rstrip("/")), CONTENT_TYPE
    else:
        content, media_type = _problem(problem), "application/problem+json"
    headers = {"Cache-Control": "no-store", **problem.headers}
    if _speaks_fhir(request) and "ETag" in headers:
        headers["ETag"] = f"W/{headers['ETag']}"  # as every ETag of FHIR (R4 3.1.0.5)
    return Response(content, status_code=problem.kind.status, media_type=media_type, headers=headers)


def _speaks_fhir(request: Request) -> bool:
    return request.url.path == "/fhir" or request.url.path.startswith("/fhir/")


def _problem(problem: Problem) -> bytes:
    kind = problem.kind
    body: dict[str, Any] = {
        "type": f"/problems#{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        "retryable": kind.retryable,
        "correlation_id": correlation_id.get(),
        **problem.members,
    }
    if problem.issues:
        body["issues"] = list(problem.issues)
    return orjson.dumps(body)


def _outcome(problem: Problem, canonical_base: str) -> bytes:
    kind = problem.kind
    members = problem.members | ({"correlation_id": correlation_id.get()} if kind.retryable else {})
    diagnostics = "; ".join(f"{name}: {_listed(value)}" for name, value in members.items() if value) or None
    issues = [
        OutcomeIssue(
            "error",
            issue.get("fhir_code", kind.fhir_code),
            kind.slug,
            issue["text"],
            _expression(issue),
            diagnostics,
            issue.get("fault"),
        )
        for issue in problem.issues
    ] or [OutcomeIssue("error", kind.fhir_code, kind.slug, problem.detail, None, diagnostics)]
    return encode(operation_outcome(issues, canonical_base))


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _expression(issue: Mapping[str, str]) -> str:
    """Where: a FHIRPath of the resource that was sent, or `http.` and the name of a parameter of the request."""
    return issue.get("expression") or "http." + issue["pointer"].rpartition("/")[2]


async def _request_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if _speaks_fhir(request) and any(fault["loc"][0] == "path" for fault in faults):
        # What cannot be a logical id was never one of ours: it is absent like any other.
        return render(request, Problem(KINDS["not-found"], "nothing of that id is within reach"))
    if any(fault["loc"] == ("body",) and fault["type"] == "missing" for fault in faults):
        return render(request, Problem(KINDS["request-invalid"], "the request needs a JSON body"))
    if any(fault["loc"] == ("body",) and isinstance(fault.get("input"), bytes) for fault in faults):
        return render(request, Problem(KINDS["unsupported-media-type"], "the body is not sent as JSON"))
    issues = tuple(
        {
            "code": fault["type"],
            "pointer": "".join(f"/{_escaped(str(step)[:64])}" for step in fault["loc"]),
            "text": _SAFE_MESSAGES.get(fault["type"], fault["msg"]),
        }
        for fault in faults
    )
    return render(request, Problem(KINDS["request-invalid"], f"{len(issues)} issue(s) in the request", issues))


def _escaped(step: str) -> str:
    """One step of a JSON Pointer (RFC 6901, section 3)."""
    return step.replace("~", "~0").replace("/", "~1")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return render(request, error.problem)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if isinstance(error, MalformedBody):
        return render(request, Problem(KINDS["malformed-body"], error.detail))
    if isinstance(error, BodyTooLarge):
        members = {"limit_bytes": error.limit_bytes}
        return render(request, Problem(KINDS["body-too-large"], error.detail, members=members))
    slug = _BY_STATUS.get(error.status_code, "defect")
    detail = KINDS[slug].title
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods_of(request))
        detail += f": it takes {headers['Allow']}"
    elif error.status_code == 404 and _speaks_fhir(request):
        detail = request.app.state.unserved(request.url.path)
    return render(request, Problem(KINDS[slug], detail, headers=headers))


def _methods_of(request: Request) -> list[str]:
    """Every method that the path takes: Starlette names those of the first route only."""
    asked = ((method, dict(request.scope) | {"method": method}) for method in ("GET", "POST", "PUT", "PATCH", "DELETE"))
    routes = request.app.routes
    return [method for method, scope in asked if any(route.matches(scope)[0] is Match.FULL for route in routes)]


async def answer_error(request: Request, error: Exception) -> Response:
    """A domain exception has its problem; anything else is our defect, logged by type and place."""
    problem = problem_of(error)
    if isinstance(error, StoreBusy):
        _LOG.warning("busy", exc_info=error)
    if problem is None:
        _LOG.error("defect", exc_info=error)
        problem = Problem(KINDS["defect"], "the service failed; the operator finds it by the correlation id")
    return render(request, problem)
