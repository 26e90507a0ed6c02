"""`/.well-known/smart-configuration`: what the operator said of the issuer, what Vigie honours, and nothing else."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError

from app.fhir.smart import PATHS, configuration, scopes_supported
from app.security.caller import Role
from app.security.operations import NEEDS, ROLES, Operation, default_scopes, needed_grant
from app.security.scopes import Grant, parse_scopes
from app.settings import Issuer, Settings
from app.store.embedded import EmbeddedPostgres
from tests.api.problems import problem
from tests.fhir.client import outcome, resource
from tests.support.service import Service, running_service
from tests.unit.security.forge import issuer

pytestmark = pytest.mark.anyio

LOGIN = "https://login.hospital.example"
TOLD: dict[str, Any] = {
    "token_endpoint": f"{LOGIN}/token",
    "authorization_endpoint": f"{LOGIN}/authorize",
    "grant_types": ("authorization_code", "client_credentials"),
    "smart_capabilities": ("client-confidential-asymmetric", "launch-standalone"),
}
MAY_BE_CLAIMED = {
    *("permission-patient", "permission-user", "permission-v2", "permission-offline", "permission-online"),
    *("client-public", "client-confidential-symmetric", "client-confidential-asymmetric"),
    *("launch-standalone", "sso-openid-connect", "context-standalone-patient"),
}


def told(**changes: Any) -> Issuer:
    return issuer(**(TOLD | changes))


@pytest.fixture(scope="module")
async def told_service(postgres: EmbeddedPostgres) -> AsyncIterator[Service]:
    async with running_service(postgres.service_url, postgres.owner_url, issuers=(told(),)) as started:
        yield started


@pytest.mark.parametrize("path", PATHS)
async def test_it_is_given_without_a_token_as_json(told_service: Service, path: str) -> None:
    answer = await told_service.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == configuration(told())


async def test_it_says_what_smart_requires_of_it() -> None:
    found = configuration(told())
    assert found["token_endpoint"] == f"{LOGIN}/token"
    assert found["authorization_endpoint"] == f"{LOGIN}/authorize"
    assert found["grant_types_supported"] == ["authorization_code", "client_credentials"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["response_types_supported"] == ["code"]
    assert found["capabilities"] == [
        *("client-confidential-asymmetric", "launch-standalone"),
        *("permission-patient", "permission-user", "permission-v2"),
    ]
    assert set(found["capabilities"]) <= MAY_BE_CLAIMED
    assert "issuer" not in found  # SMART: only of an OpenID Connect provider


async def test_what_the_operator_did_not_say_is_not_there() -> None:
    found = configuration(issuer(token_endpoint=f"{LOGIN}/token", grant_types=("client_credentials",)))
    assert set(found) == {
        *("token_endpoint", "grant_types_supported", "scopes_supported"),
        *("code_challenge_methods_supported", "capabilities"),
    }


async def test_an_openid_provider_is_named() -> None:
    keys = {"jwks": None, "jwks_url": f"{LOGIN}/keys"}
    found = configuration(told(smart_capabilities=("sso-openid-connect",), **keys))
    assert (found["issuer"], found["jwks_uri"]) == (LOGIN, f"{LOGIN}/keys")


@pytest.mark.parametrize("path", PATHS)
async def test_without_a_token_endpoint_there_is_no_document(service: Service, path: str) -> None:
    answer = await service.client.get(path)
    if path.startswith("/fhir"):
        said = outcome(answer, 404, "not-found")
        assert "VIGIE_ISSUERS" in said["issue"][0]["details"]["text"]
    else:
        assert "VIGIE_ISSUERS" in problem(answer, 404, "not-found")["detail"]


async def test_clients_of_smart_1_find_the_endpoints_in_the_capability_statement(
    told_service: Service, service: Service
) -> None:
    (rest,) = resource(await told_service.client.get("/fhir/metadata"))["rest"]
    (extension,) = rest["security"]["extension"]
    assert extension["url"] == "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
    assert {part["url"]: part["valueUri"] for part in extension["extension"]} == {
        "token": f"{LOGIN}/token",
        "authorize": f"{LOGIN}/authorize",
    }
    (untold,) = resource(await service.client.get("/fhir/metadata"))["rest"]
    assert "extension" not in untold["security"]


async def test_every_scope_that_opens_something_is_named_once() -> None:
    named = scopes_supported()
    assert len({scope.partition(".")[0] for scope in named}) == len(named)
    granted = parse_scopes(" ".join(named))
    assert all(parse_scopes(default_scopes(role)) <= granted for role in Role)
    opening = {
        needed_grant(role, operation) for operation in Operation if NEEDS[operation] for role in ROLES[operation]
    }
    assert granted == {grant for grant in opening if isinstance(grant, Grant)}


NOT_TOGETHER: dict[str, dict[str, Any]] = {
    "no grant type": {"token_endpoint": f"{LOGIN}/token"},
    "no token endpoint": {"grant_types": ("client_credentials",)},
    "nowhere to sign in": {"token_endpoint": f"{LOGIN}/token", "grant_types": ("authorization_code",)},
    "nobody signs in there": TOLD | {"grant_types": ("client_credentials",)},
    "capabilities of nobody": {"smart_capabilities": ("client-public",)},
    "OpenID without keys to fetch": TOLD | {"smart_capabilities": ("sso-openid-connect",)},
    "a launch that we do not have": TOLD | {"smart_capabilities": ("launch-ehr",)},
    "plain http": TOLD | {"token_endpoint": "http://login.hospital.example/token"},
    "no URL": TOLD | {"token_endpoint": "/token"},
}


@pytest.mark.parametrize("settings", NOT_TOGETHER.values(), ids=NOT_TOGETHER)
async def test_an_issuer_that_is_told_in_part_stops_the_start(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        issuer(**settings)


async def test_a_server_on_this_machine_may_speak_plain_http() -> None:
    assert told(token_endpoint="http://localhost:8080/token").token_endpoint == "http://localhost:8080/token"


async def test_only_one_issuer_can_be_told() -> None:
    two = [told(issuer=f"https://{name}.example", centres={}) for name in ("a", "b")]
    with pytest.raises(ValidationError, match="one issuer only"):
        Settings.model_validate({"issuers": two})
    quiet = issuer(issuer="https://c.example", centres={})
    assert Settings.model_validate({"issuers": [quiet, two[0]]}).told_issuer == two[0]
