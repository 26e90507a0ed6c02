"""What every refusal must be: a problem of the right kind that repeats nothing of what was sent."""

from typing import Any

import httpx

MARK = "zq9-do-not-repeat"
"""Stands in whatever a test sends that must not come back."""

NEVER_IN_A_PROBLEM = (MARK, "Traceback", 'File "', "asyncpg", "pydantic", "sqlalchemy", "/app/", "SELECT ", "errors.")


def problem(answer: httpx.Response, status: int, slug: str, *, retryable: bool = False) -> dict[str, Any]:
    """The body of a problem, after everything that is true of each of them."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert body["type"] == f"/problems#{slug}"
    assert body["status"] == status
    assert body["retryable"] is retryable
    assert body["title"]
    assert body["detail"]
    assert body["correlation_id"] == answer.headers["X-Correlation-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    for word in NEVER_IN_A_PROBLEM:
        assert word not in answer.text
    return body


def issues(answer: httpx.Response, slug: str = "response-invalid") -> set[tuple[str, str]]:
    """The code and the place of every issue of a 422."""
    return {(issue["code"], issue["pointer"]) for issue in problem(answer, 422, slug)["issues"]}
