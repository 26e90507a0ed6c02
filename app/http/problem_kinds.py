"""Every kind of problem that the service answers with. `docs/problems.md` is held to it; slugs are never reused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem.

    `fhir_code` is of the R4 value set issue-type; `retryable` says whether the same request may be sent again.
    """

    slug: str
    title: str
    status: int
    fhir_code: str
    retryable: bool
    explanation: str


_KINDS = (
    ProblemKind(
        "malformed-body",
        "The body cannot be read",
        400,
        "structure",
        False,
        "The body is not UTF-8, not JSON, nested too deeply, or has the same key twice in one object. Mend "
        "the client; sending it again will not help.",
    ),
    ProblemKind(
        "search-invalid",
        "A search parameter cannot be read",
        400,
        "value",
        False,
        "`expression` names the parameter, the text says how it is written. Nothing was searched: without the "
        "parameter more would be found than was asked for.",
    ),
    ProblemKind(
        "search-parameter-unknown",
        "The search does not understand a parameter",
        400,
        "not-supported",
        False,
        "Asked for with `Prefer: handling=strict`. Without it the parameter is left out, and named in the answer. The "
        "CapabilityStatement lists what each search understands.",
    ),
    ProblemKind(
        "search-too-costly",
        "The search would read too much",
        400,
        "too-costly",
        False,
        "The text says which parameter makes it cheap: mostly `patient`.",
    ),
    ProblemKind(
        "not-authenticated",
        "The token proves nothing",
        401,
        "login",
        False,
        "The `Authorization: Bearer` header is missing, or its token is expired, not signed by a known "
        "issuer, or not meant for this service. `reason` says which. Get a new token and send the request "
        "again.",
    ),
    ProblemKind(
        "not-permitted",
        "The caller may not do this",
        403,
        "forbidden",
        False,
        "The caller's role never does this, or its token lacks the SMART scope that `missing_scope` names.",
    ),
    ProblemKind(
        "cross-site",
        "A page of another site asks for this",
        403,
        "forbidden",
        False,
        "What a page of ours does with its reader's session, no other site's page may ask for: `Sec-Fetch-Site` or "
        "`Origin` said that one did. Nothing was done. Behind a proxy that changes `Host`, set `VIGIE_PAGES_BASE`.",
    ),
    ProblemKind(
        "licence-restricted",
        "The wording is licensed and was not loaded",
        403,
        "suppressed",
        False,
        "The owner of this questionnaire does not let its wording be shipped. It is scored all the same; it can be "
        "shown once the centre's operator has loaded the words that the centre has the permission for: `vigie text "
        "import`.",
    ),
    ProblemKind(
        "not-found",
        "There is no such thing",
        404,
        "not-found",
        False,
        "Nothing of that id is within the caller's reach. What belongs to another centre or another patient "
        "looks exactly the same.",
    ),
    ProblemKind(
        "no-consultation",
        "The patient has no consultation",
        404,
        "not-found",
        False,
        "A summary is made for a consultation. The patient is known here, but no visit of theirs took place or is "
        "ahead: tell of one with `PUT /v1/patients/{patient_id}/consultations/{visit_id}`.",
    ),
    ProblemKind(
        "unknown-questionnaire",
        "There is no such questionnaire or version",
        404,
        "not-found",
        False,
        "`known` lists what there is. `GET /v1/questionnaires` gives all of it.",
    ),
    ProblemKind(
        "unknown-score",
        "There is no score of that name",
        404,
        "not-found",
        False,
        "`known` lists the scores of the questionnaire version.",
    ),
    ProblemKind(
        "language-unavailable",
        "The questionnaire has no words to show",
        404,
        "not-found",
        False,
        "No language of this questionnaire may be shown here. It can be scored all the same.",
    ),
    ProblemKind(
        "method-not-allowed",
        "The resource does not take this method",
        405,
        "not-supported",
        False,
        "The `Allow` header lists the methods that it takes.",
    ),
    ProblemKind(
        "not-in-effect",
        "The response was entered in error",
        409,
        "conflict",
        False,
        "A response that was marked entered-in-error can be read, but not changed any more.",
    ),
    ProblemKind(
        "identifier-conflict",
        "The identifiers belong to more than one patient",
        409,
        "conflict",
        False,
        "Register the patient with the identifiers of one of them. Merging two patients is a decision for a person.",
    ),
    ProblemKind(
        "merge-conflict",
        "The patient cannot be replaced by that one",
        409,
        "conflict",
        False,
        "Either the patient is replaced by another one already, or both would in the end be the same patient: "
        "nobody replaces themselves. What was said of two patients being one is never taken back.",
    ),
    ProblemKind(
        "patient-differs",
        "The consultation is another patient's",
        409,
        "conflict",
        False,
        "The page was opened for one patient and a consultation of another one. Nothing is shown: open it again from "
        "the right record.",
    ),
    ProblemKind(
        "links-unavailable",
        "This installation makes no personal links",
        409,
        "not-supported",
        False,
        "Its operator has to choose the key that seals them: `VIGIE_LINK_KEY`.",
    ),
    ProblemKind(
        "precondition-failed",
        "Somebody else changed it in the meantime",
        412,
        "conflict",
        False,
        "`If-Match` (or `If-None-Match: *`) does not fit what is stored now. Read it again, merge, and send "
        "with the new `ETag`.",
    ),
    ProblemKind(
        "multiple-matches",
        "The condition fits more than one resource",
        412,
        "multiple-matches",
        False,
        "`If-None-Exist` must fit one resource at most: name an identifier.",
    ),
    ProblemKind(
        "not-acceptable",
        "The answer cannot be given in that form",
        406,
        "not-supported",
        False,
        "`/fhir` speaks JSON only: `Accept: application/fhir+json`, or `_format=json`.",
    ),
    ProblemKind(
        "gone",
        "The resource was deleted",
        410,
        "deleted",
        False,
        "It was withdrawn, and its history still tells what it was: `_history`.",
    ),
    ProblemKind(
        "link-closed",
        "The personal link is closed",
        410,
        "expired",
        False,
        "It was revoked, or its time is over. Whoever sent it can make another one.",
    ),
    ProblemKind(
        "body-too-large",
        "The body is too large",
        413,
        "too-long",
        False,
        "`limit_bytes` says how large a body may be.",
    ),
    ProblemKind(
        "unsupported-media-type",
        "The body is not sent as JSON",
        415,
        "not-supported",
        False,
        "Send `Content-Type: application/json`.",
    ),
    ProblemKind(
        "request-invalid",
        "The request does not have the right form",
        422,
        "structure",
        False,
        "`issues` lists every field that is missing, unknown or of the wrong form, each with its place.",
    ),
    ProblemKind(
        "identifier-invalid",
        "An identifier is not what its system promises",
        422,
        "invariant",
        False,
        "`issues` lists each by its place, without its value. An INS has 15 characters and a key; test and "
        "demonstration numbers are for installations in demo mode.",
    ),
    ProblemKind(
        "resource-invalid",
        "The resource is not what R4 calls one",
        400,
        "structure",
        False,
        "`issue` lists everything that FHIR R4 (4.0.1) does not know or wants otherwise, and whatever else is wrong "
        "with it. The second code of `details` says of each what kind of fault it is.",
    ),
    ProblemKind(
        "response-invalid",
        "The answers do not fit the questionnaire",
        422,
        "invariant",
        False,
        "`issues` lists everything: the item, the place, and what would be allowed.",
    ),
    ProblemKind(
        "idempotency-key-reused",
        "The idempotency key was used for another body",
        422,
        "conflict",
        False,
        "A key belongs to one response for ever. Use a new key for new answers.",
    ),
    ProblemKind(
        "questionnaire-retired",
        "The version was retired before the answers were begun",
        422,
        "business-rule",
        False,
        "Ask the newest version instead. Answers that were begun before retirement are always accepted: send "
        "`begun_at`.",
    ),
    ProblemKind(
        "questionnaire-not-active",
        "The version is a draft",
        422,
        "business-rule",
        False,
        "A draft version takes no responses until it is published.",
    ),
    ProblemKind(
        "authored-in-future",
        "The answers are said to be given in the future",
        422,
        "business-rule",
        False,
        "Set the system's clock, or send `sent_at` so that the difference can be corrected.",
    ),
    ProblemKind(
        "precondition-required",
        "The request must say which revision it changes",
        428,
        "required",
        False,
        "Send `If-Match` with the `ETag` that was read; to create a draft, `If-None-Match: *`.",
    ),
    ProblemKind(
        "defect",
        "The service failed",
        500,
        "exception",
        True,
        "It is our fault. Sending again is safe: with the same idempotency key nothing is stored twice. Tell the "
        "operator the `correlation_id`.",
    ),
    ProblemKind(
        "busy",
        "The service is busy",
        503,
        "transient",
        True,
        "It is not certain that anything was stored. Try again after the seconds in `Retry-After`: with the same "
        "idempotency key or ETag, nothing is stored twice.",
    ),
)

KINDS = {kind.slug: kind for kind in _KINDS}
"""Slug -> kind."""
