"""`/.well-known/smart-configuration`: where a client gets its tokens. SMART App Launch 2.2, "Metadata".

Vigie reads tokens and gives none: what is said of the issuer is what the installation's settings say of it.
"""

from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response

from app.fhir.routing import fhir_router
from app.http.refusal import refusal
from app.security.caller import Role
from app.security.operations import default_scopes
from app.settings import Issuer, Settings

PATHS: Final = ("/fhir/.well-known/smart-configuration", "/.well-known/smart-configuration")
"""SMART looks below the service base; some clients look at the root of the server."""

_HONOURED: Final = ("permission-patient", "permission-user", "permission-v2")

_DOCUMENT: Final = {"description": "The document", "content": {"application/json": {"schema": {"type": "object"}}}}

router = fhir_router()
_at_the_root = APIRouter()
ROUTERS: Final = (router, _at_the_root)


async def smart_configuration(request: Request) -> Response:
    """Where tokens are given for this server, and which scopes it honours. It needs no token.

    404 where the installation's settings name no `token_endpoint`.
    """
    settings: Settings = request.app.state.settings
    if settings.told_issuer is None:
        raise refusal("not-found", "the operator has not said where tokens are given (VIGIE_ISSUERS, token_endpoint)")
    return Response(orjson.dumps(configuration(settings.told_issuer)), media_type="application/json")


router.add_api_route(PATHS[0].removeprefix("/fhir"), smart_configuration, methods=["GET"], responses={200: _DOCUMENT})
_at_the_root.add_api_route(PATHS[1], smart_configuration, methods=["GET"], include_in_schema=False)


def configuration(issuer: Issuer) -> dict[str, Any]:
    """The document. `issuer` is left out where the issuer is no OpenID Connect provider, as SMART wants it."""
    found: dict[str, Any] = {}
    if "sso-openid-connect" in issuer.smart_capabilities:
        found["issuer"] = issuer.issuer
    if issuer.jwks_url is not None:
        found["jwks_uri"] = issuer.jwks_url
    if issuer.authorization_endpoint is not None:
        found["authorization_endpoint"] = issuer.authorization_endpoint
        found["response_types_supported"] = ["code"]
    return found | {
        "token_endpoint": issuer.token_endpoint,
        "grant_types_supported": list(issuer.grant_types),
        "scopes_supported": list(scopes_supported()),
        "code_challenge_methods_supported": ["S256"],
        "capabilities": [*issuer.smart_capabilities, *_HONOURED],
    }


def scopes_supported() -> tuple[str, ...]:
    """The scopes that open something here, each once: `patient/Encounter.rs`."""
    letters: dict[str, str] = {}
    for role in Role:
        for scope in default_scopes(role).split():
            resource, _, granted = scope.partition(".")
            letters[resource] = "".join(sorted({*letters.get(resource, ""), *granted}, key="cruds".index))
    return tuple(f"{resource}.{granted}" for resource, granted in sorted(letters.items()))
