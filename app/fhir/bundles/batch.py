"""A batch: every entry is a request of its own. One that fails changes nothing for the others."""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from fastapi import Request

from app.fhir.bundles.answers import entry_answer, response_bundle
from app.fhir.bundles.inward import Answered, ask
from app.fhir.bundles.reading import BundleType, Issue, ReadBundle, ReadEntry, fault
from app.http.problem_kinds import KINDS
from app.http.strict_json import parse
from app.log import correlation_id
from fhir_export.encoding import FHIR_JSON, Resource, instant
from fhir_export.operation_outcome import OutcomeIssue, operation_outcome

_HEADERS: Final = {
    "ifMatch": "if-match",
    "ifNoneMatch": "if-none-match",
    "ifNoneExist": "if-none-exist",
}
# A resource type first: nothing outside of it, and no Bundle within a Bundle. No step is `.` or `..`.
_BELOW_THE_BASE: Final = re.compile(r"[A-Za-z]{1,64}(/(?!\.{1,2}(/|$))[A-Za-z0-9.$_-]{1,80}){0,4}", re.ASCII)


async def answer_batch(request: Request, bundle: ReadBundle) -> Resource:
    """The answers, each as its entry's own request would have had it."""
    return response_bundle(BundleType.BATCH, [await _answered(request, entry) for entry in bundle.entries])


async def _answered(request: Request, entry: ReadEntry) -> Resource:
    path, _, query = entry.url.partition("?")
    faults = entry.faults
    if not faults and not _BELOW_THE_BASE.fullmatch(path):
        faults = (fault("value", f"{entry.at}.request.url", "`Type`, `Type/id` or `Type?parameters`"),)
    if faults:
        return entry_answer(KINDS["request-invalid"].status, outcome=_outcome(request, faults))
    headers = {_HEADERS[name]: value for name, value in entry.conditions.items()}
    headers |= {"accept": FHIR_JSON, "x-correlation-id": correlation_id.get() or ""}
    if entry.original is not None:
        headers["content-type"] = FHIR_JSON
    return _as_entry(await ask(request, entry.method, f"/fhir/{path}", query, headers, entry.original))


def _as_entry(answered: Answered) -> Resource:
    given: Resource | None = parse(answered.body) if answered.body else None
    if answered.status >= 400:
        return entry_answer(answered.status, outcome=given)
    return entry_answer(
        answered.status,
        location=answered.headers.get("location"),
        etag=answered.headers.get("etag"),
        last_modified=_last_modified(answered, given),
        resource=given,
    )


def _last_modified(answered: Answered, given: Resource | None) -> str | None:
    """The resource's own time is finer than the header's seconds."""
    if given is not None and "lastUpdated" in given.get("meta", {}):
        return str(given["meta"]["lastUpdated"])
    said = answered.headers.get("last-modified")
    return instant(parsedate_to_datetime(said).astimezone(UTC)) if said is not None else None


def _outcome(request: Request, faults: tuple[Issue, ...]) -> Resource:
    kind = KINDS["request-invalid"]
    issues = [OutcomeIssue("error", kind.fhir_code, kind.slug, one["text"], one["expression"]) for one in faults]
    return operation_outcome(issues, request.app.state.settings.canonical_base.rstrip("/"))
