"""A problem as an R4 OperationOutcome: where and what, never the value that was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fhir_export import systems
from fhir_export.encoding import Resource


@dataclass(frozen=True, slots=True)
class OutcomeIssue:
    """One fault. `code` is of the R4 value set issue-type, `slug` is ours, `expression` a FHIRPath to the element."""

    severity: Literal["fatal", "error", "warning", "information"]
    code: str
    slug: str
    text: str
    expression: str | None = None


def operation_outcome(issues: Sequence[OutcomeIssue], canonical_base: str) -> Resource:
    """The outcome of at least one issue. `location` is not used: R4 deprecates it for `expression`."""
    system = systems.problems(canonical_base)
    return {"resourceType": "OperationOutcome", "issue": [_issue(issue, system) for issue in issues]}


def _issue(issue: OutcomeIssue, system: str) -> Resource:
    entry: Resource = {
        "severity": issue.severity,
        "code": issue.code,
        "details": {"coding": [{"system": system, "code": issue.slug}], "text": issue.text},
    }
    return entry | {"expression": [issue.expression]} if issue.expression is not None else entry
