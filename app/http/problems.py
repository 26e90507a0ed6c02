"""Domain exceptions -> problems: one table, for every door of HTTP."""

from dataclasses import dataclass, field
from typing import Any

from app.http.preconditions import PreconditionRequired
from app.http.problem_kinds import KINDS, ProblemKind
from app.security.errors import (
    KeysUnavailable,
    LinksUnavailable,
    LinkUnreadable,
    NotPermitted,
    PatientOutOfReach,
    TokenRejected,
)
from app.services import errors as service
from app.store import errors as store
from questionnaires.errors import UnknownQuestionnaire
from questionnaires.issues import Issue


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem that happened: its kind, what is to be said of it, and members and headers that belong to it."""

    kind: ProblemKind
    detail: str
    issues: tuple[dict[str, Any], ...] = ()
    members: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def problem_of(error: Exception) -> Problem | None:
    """The problem of a domain exception, or None where the exception is a defect."""
    match error:
        case TokenRejected():
            members = {"reason": error.reason.value} | ({"claim": error.claim} if error.claim else {})
            challenge = {"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{error.reason.value}"'}
            return _problem("not-authenticated", f"the token was rejected: {error.reason.value}", members, challenge)
        case KeysUnavailable():
            detail = "the keys of the token's issuer are not available"
            return _problem("busy", detail, headers={"Retry-After": str(error.retry_after_s)})
        case NotPermitted():
            detail = f"the caller may not {error.operation.value.replace('_', ' ')}"
            needed: dict[str, Any] = {"operation": error.operation.value, "missing_scope": error.missing_scope}
            return _problem("not-permitted", detail, needed)
        case PatientOutOfReach() | store.NotFound() | LinkUnreadable():
            return _problem("not-found", "nothing of that id is within reach")
        case UnknownQuestionnaire():
            return _problem("unknown-questionnaire", "no such questionnaire or version", {"known": list(error.known)})
        case service.UnknownScore():
            return _problem("unknown-score", "no score of that name", {"known": list(error.known)})
        case service.ResponseInvalid() | service.IdentifierInvalid() | service.LinkEndInvalid():
            return _invalid(error)
        case store.Conflict():
            headers = {"ETag": f'"{error.current}"'} if error.current is not None else {}
            return _problem("precondition-failed", "the stored revision is another one", {}, headers)
        case store.StoreBusy():
            return _problem("busy", "the database did not answer in time", headers={"Retry-After": "1"})
        case _:
            slug = _PLAIN.get(type(error))
            return _problem(slug, str(error) or KINDS[slug].title) if slug else None


_PLAIN: dict[type[Exception], str] = {
    PreconditionRequired: "precondition-required",
    service.QuestionnaireRetired: "questionnaire-retired",
    service.QuestionnaireNotActive: "questionnaire-not-active",
    service.AuthoredInFuture: "authored-in-future",
    service.NotInEffect: "not-in-effect",
    service.LanguageUnavailable: "language-unavailable",
    service.LicenceRestricted: "licence-restricted",
    service.IdentifierConflict: "identifier-conflict",
    service.SeveralMatch: "multiple-matches",
    service.MergeConflict: "merge-conflict",
    service.NoConsultation: "no-consultation",
    service.LinkClosed: "link-closed",
    service.PatientDiffers: "patient-differs",
    LinksUnavailable: "links-unavailable",
    store.KeyReused: "idempotency-key-reused",
    store.Gone: "gone",
}


def _problem(
    slug: str, detail: str, members: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> Problem:
    return Problem(KINDS[slug], detail, (), members or {}, headers or {})


def _invalid(error: service.ResponseInvalid | service.IdentifierInvalid | service.LinkEndInvalid) -> Problem:
    if isinstance(error, service.LinkEndInvalid):
        issue = {"code": "expires_at", "pointer": "/body/expires_at", "text": str(error)}
        return Problem(KINDS["request-invalid"], "1 issue(s) in the request", (issue,))
    if isinstance(error, service.IdentifierInvalid):
        return Problem(KINDS["identifier-invalid"], str(error), tuple(_identifier_issue(*i) for i in error.issues))
    detail = f"{len(error.issues)} issue(s) in the answers"
    return Problem(KINDS["response-invalid"], detail, tuple(_plain_issue(issue) for issue in error.issues))


def _identifier_issue(place: int, text: str) -> dict[str, Any]:
    expression = f"Patient.identifier[{place}].value"
    return {"code": "identifier", "pointer": f"/identifiers/{place}/value", "expression": expression, "text": text}


def _plain_issue(issue: Issue) -> dict[str, Any]:
    return {
        "code": issue.code.value,
        "link_id": issue.link_id,
        "pointer": issue.pointer,
        "text": issue.text,
        "allowed": list(issue.allowed),
    }
