"""A problem as an R4 OperationOutcome: where and what, never the value that was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fhir_export import systems
from fhir_export.encoding import Resource


@dataclass(frozen=True, slots=True)
class OutcomeIssue:
    """One fault. `code` is of the R4 value set issue-type, `slug` is our problem's, `expression` a FHIRPath to the
    element.

    `diagnostics`: what a developer or an operator wants to know besides. `fault`: our own code of what is wrong with
    the element, finer than the problem. Without a slug it is no problem, but says that all is well.
    """

    severity: Literal["fatal", "error", "warning", "information"]
    code: str
    slug: str | None
    text: str
    expression: str | None = None
    diagnostics: str | None = None
    fault: str | None = None


def operation_outcome(issues: Sequence[OutcomeIssue], canonical_base: str) -> Resource:
    """The outcome of at least one issue. `location` is not used: R4 deprecates it for `expression`."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(issue, canonical_base) for issue in issues]}


def _issue(issue: OutcomeIssue, canonical_base: str) -> Resource:
    codes = ((systems.problems(canonical_base), issue.slug), (systems.issues(canonical_base), issue.fault))
    coding = [{"system": system, "code": code} for system, code in codes if code is not None]
    details: Resource = {"coding": coding, "text": issue.text} if coding else {"text": issue.text}
    entry: Resource = {"severity": issue.severity, "code": issue.code, "details": details}
    if issue.diagnostics is not None:
        entry["diagnostics"] = issue.diagnostics
    if issue.expression is not None:
        entry["expression"] = [issue.expression]
    return entry
