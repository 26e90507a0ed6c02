"""`openapi.yaml`: what the app says of itself, completed with what FastAPI cannot know."""

from typing import Any

from fastapi import FastAPI

_PROBLEM = {
    "title": "Problem",
    "description": (
        "RFC 9457. `type` names the problem (`docs/problems.md`); "
        "`retryable` says whether the same request may be sent again."
    ),
    "type": "object",
    "required": ["type", "title", "status", "detail", "retryable"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "retryable": {"type": "boolean"},
        "correlation_id": {"type": ["string", "null"]},
        "issues": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "pointer", "text"],
                "properties": {
                    "code": {"type": "string"},
                    "link_id": {"type": "string"},
                    "pointer": {"type": "string"},
                    "text": {"type": "string"},
                    "allowed": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}
_SECURITY = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An OIDC access token with SMART v2 scopes, of one of the configured issuers.",
    }
}


_OPEN = ("/fhir/metadata", "/fhir/.well-known/smart-configuration")
"""What needs no token."""


def describe(app: FastAPI) -> None:
    """Give the app its document: problems instead of FastAPI's validation errors, and bearer tokens."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            schemas = document["components"]["schemas"]
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            schemas["Problem"] = _PROBLEM
            document["components"]["securitySchemes"] = _SECURITY
            for path, operations in document["paths"].items():
                if path.startswith(("/v1", "/fhir")) and path not in _OPEN:
                    for operation in operations.values():
                        operation["security"] = [{"bearer": []}]
            _share_refusals(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents replacing it


def _share_refusals(document: dict[str, Any]) -> None:
    """What any operation may answer besides what it is for stands once, and the operations refer to it."""
    shared = document["components"].setdefault("responses", {})
    for path, operations in document["paths"].items():
        kind = "Outcome" if path.startswith("/fhir") else "Problem"
        for operation in operations.values():
            responses = operation["responses"]
            for status in [status for status in responses if status >= "400"]:
                name = f"{kind}{status}"
                if shared.setdefault(name, responses[status]) == responses[status]:
                    responses[status] = {"$ref": f"#/components/responses/{name}"}
