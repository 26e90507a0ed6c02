"""Every problem that the service answers with, in one table. `docs/problems.md` is written from it; slugs are never reused."""

from dataclasses import dataclass, field
from typing import Any

from app.api.preconditions import PreconditionRequired
from app.security.errors import KeysUnavailable, NotPermitted, PatientOutOfReach, TokenRejected
from app.services import errors as service
from app.store import errors as store
from questionnaires.errors import UnknownQuestionnaire
from questionnaires.issues import Issue


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem: its slug, title and status, the FHIR issue code, and whether the same request may be tried again."""

    slug: str
    title: str
    status: int
    fhir_code: str
    retryable: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem that happened: its kind, what is to be said of it, and members and headers that belong to it."""

    kind: ProblemKind
    detail: str
    issues: tuple[dict[str, Any], ...] = ()
    members: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


_KINDS = (
    ProblemKind("malformed-body", "The body cannot be read", 400, "structure", False, "The body is not UTF-8, not JSON, nested too deeply, or has the same key twice in one object. Mend the client; sending it again will not help."),
    ProblemKind("not-authenticated", "The token proves nothing", 401, "login", False, "The `Authorization: Bearer` header is missing, or its token is expired, not signed by a known issuer, or not meant for this service. `reason` says which. Get a new token and send the request again."),
    ProblemKind("not-permitted", "The caller may not do this", 403, "forbidden", False, "The caller's role never does this, or its token lacks the SMART scope that `missing_scope` names."),
    ProblemKind("not-found", "There is no such thing", 404, "not-found", False, "Nothing of that id is within the caller's reach. What belongs to another centre or another patient looks exactly the same."),
    ProblemKind("unknown-questionnaire", "There is no such questionnaire or version", 404, "not-found", False, "`known` lists what there is. `GET /v1/questionnaires` gives all of it."),
    ProblemKind("unknown-score", "There is no score of that name", 404, "not-found", False, "`known` lists the scores of the questionnaire version."),
    ProblemKind("language-unavailable", "The questionnaire has no words to show", 404, "not-found", False, "No language of this questionnaire may be shown here. It can be scored all the same."),
    ProblemKind("method-not-allowed", "The resource does not take this method", 405, "not-supported", False, "The `Allow` header lists the methods that it takes."),
    ProblemKind("not-in-effect", "The response was entered in error", 409, "conflict", False, "A response that was marked entered-in-error can be read, but not changed any more."),
    ProblemKind("identifier-conflict", "The identifiers belong to more than one patient", 409, "conflict", False, "Register the patient with the identifiers of one of them. Merging two patients is a decision for a person."),
    ProblemKind("precondition-failed", "Somebody else changed it in the meantime", 412, "conflict", False, "`If-Match` (or `If-None-Match: *`) does not fit what is stored now. Read it again, merge, and send with the new `ETag`."),
    ProblemKind("body-too-large", "The body is too large", 413, "too-long", False, "`limit_bytes` says how large a body may be."),
    ProblemKind("unsupported-media-type", "The body is not sent as JSON", 415, "not-supported", False, "Send `Content-Type: application/json`."),
    ProblemKind("request-invalid", "The request does not have the right form", 422, "structure", False, "`issues` lists every field that is missing, unknown or of the wrong form, each with its place."),
    ProblemKind("response-invalid", "The answers do not fit the questionnaire", 422, "invariant", False, "`issues` lists everything: the item, the place, and what would be allowed."),
    ProblemKind("idempotency-key-reused", "The idempotency key was used for another body", 422, "conflict", False, "A key belongs to one response for ever. Use a new key for new answers."),
    ProblemKind("questionnaire-retired", "The version was retired before the answers were begun", 422, "business-rule", False, "Ask the newest version instead. Answers that were begun before retirement are always accepted: send `begun_at`."),
    ProblemKind("questionnaire-not-active", "The version is a draft", 422, "business-rule", False, "A draft version takes no responses until it is published."),
    ProblemKind("authored-in-future", "The answers are said to be given in the future", 422, "business-rule", False, "Set the system's clock, or send `sent_at` so that the difference can be corrected."),
    ProblemKind("precondition-required", "The request must say which revision it changes", 428, "required", False, "Send `If-Match` with the `ETag` that was read; to create a draft, `If-None-Match: *`."),
    ProblemKind("defect", "The service failed", 500, "exception", True, "It is our fault. Nothing was stored. Tell the operator the `correlation_id`."),
    ProblemKind("busy", "The service is busy", 503, "transient", True, "Nothing was stored. Try again after the seconds in `Retry-After`."),
)

KINDS = {kind.slug: kind for kind in _KINDS}


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
            members = {"operation": error.operation.value, "missing_scope": error.missing_scope}
            return _problem("not-permitted", f"the caller may not {error.operation.value.replace('_', ' ')}", members)
        case PatientOutOfReach() | store.NotFound():
            return _problem("not-found", "nothing of that id is within reach")
        case UnknownQuestionnaire():
            return _problem("unknown-questionnaire", "no such questionnaire or version", {"known": list(error.known)})
        case service.UnknownScore():
            return _problem("unknown-score", "no score of that name", {"known": list(error.known)})
        case service.ResponseInvalid():
            detail = f"{len(error.issues)} issue(s) in the answers"
            return Problem(KINDS["response-invalid"], detail, tuple(_plain_issue(issue) for issue in error.issues))
        case store.Conflict():
            headers = {"ETag": f'"{error.current}"'} if error.current is not None else {}
            return _problem("precondition-failed", "the stored revision is another one", {}, headers)
        case store.StoreBusy():
            return _problem("busy", "the database did not answer in time", headers={"Retry-After": "1"})
    slug = _PLAIN.get(type(error))
    return _problem(slug, str(error) or KINDS[slug].title) if slug else None


_PLAIN: dict[type[Exception], str] = {
    PreconditionRequired: "precondition-required",
    service.QuestionnaireRetired: "questionnaire-retired",
    service.QuestionnaireNotActive: "questionnaire-not-active",
    service.AuthoredInFuture: "authored-in-future",
    service.NotInEffect: "not-in-effect",
    service.LanguageUnavailable: "language-unavailable",
    service.IdentifierConflict: "identifier-conflict",
    store.KeyReused: "idempotency-key-reused",
}


def _problem(
    slug: str, detail: str, members: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> Problem:
    return Problem(KINDS[slug], detail, (), members or {}, headers or {})


def _plain_issue(issue: Issue) -> dict[str, Any]:
    return {
        "code": issue.code.value,
        "link_id": issue.link_id,
        "pointer": issue.pointer,
        "text": issue.text,
        "allowed": list(issue.allowed),
    }
