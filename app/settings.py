"""What an operator can set, read once from the environment (`docs/settings.md` lists every one)."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "ES256", "ES384", "EdDSA"]
GrantType = Literal["authorization_code", "client_credentials"]
# What SMART App Launch 2.2 calls capabilities, as far as they are an issuer's own and not a resource server's.
SmartCapability = Literal[
    "launch-standalone",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-standalone-patient",
    "permission-offline",
    "permission-online",
]
# Whoever stands between could hand out other addresses: https, but for a server on this same machine.
Endpoint = Annotated[str, Field(pattern=r"^(https://|http://(localhost|127\.0\.0\.1|\[::1\])[:/])[^\s]+$")]


class ClaimNames(BaseModel):
    """Where an issuer's tokens say who the caller is: the names of its claims."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    centre: str = "vigie_centre"
    role: str = "vigie_role"
    patient: str = "vigie_patient"
    acts_for: str = "vigie_acts_for"
    scope: str = "scope"
    name: str = "name"


class Issuer(BaseModel):
    """One OIDC issuer whose tokens the service accepts.

    `centres` translates the issuer's own centre names to centre ids; a name that is not listed must be a
    centre id itself, unless `centres` is given, in which case only listed names are accepted.

    The endpoints, `grant_types` and `smart_capabilities` are what clients are told of it; the service itself asks none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    audience: str
    jwks_url: str | None = None
    jwks: dict[str, Any] | None = None
    algorithms: tuple[Algorithm, ...] = ("RS256", "ES256")
    claims: ClaimNames = ClaimNames()
    centres: dict[str, UUID] | None = None
    token_endpoint: Endpoint | None = None
    authorization_endpoint: Endpoint | None = None
    grant_types: tuple[GrantType, ...] = ()
    smart_capabilities: tuple[SmartCapability, ...] = ()

    @model_validator(mode="after")
    def _one_source_of_keys(self) -> Self:
        if (self.jwks_url is None) == (self.jwks is None):
            raise ValueError("an issuer needs exactly one of jwks_url and jwks")
        return self

    @model_validator(mode="after")
    def _what_is_told_is_whole(self) -> Self:
        """SMART App Launch 2.2, "Metadata": what a client must be told together."""
        if (self.token_endpoint is None) != (not self.grant_types):
            raise ValueError("token_endpoint and grant_types are told together")
        if ("authorization_code" in self.grant_types) != (self.authorization_endpoint is not None):
            raise ValueError("the grant type authorization_code and authorization_endpoint are told together")
        if self.smart_capabilities and self.token_endpoint is None:
            raise ValueError("smart_capabilities are told with a token_endpoint")
        if "sso-openid-connect" in self.smart_capabilities and self.jwks_url is None:
            raise ValueError("sso-openid-connect is told with a jwks_url")
        return self


class Settings(BaseSettings):
    """The installation's settings. Each is an environment variable: `VIGIE_` and the name in capitals."""

    model_config = SettingsConfigDict(env_prefix="VIGIE_", frozen=True, extra="ignore")

    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    migration_url: str | None = None
    data_dir: Path | None = None
    demo: bool = False
    canonical_base: str = "https://vigie.example/fhir"
    service_base: str | None = None
    instruments_dir: Path = Path(__file__).parent.parent / "questionnaires" / "instruments"
    issuers: tuple[Issuer, ...] = ()
    pages_base: str | None = None
    link_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    cursor_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    pool_size: Annotated[int, Field(ge=1, le=200)] = 8
    pool_wait_s: Annotated[float, Field(gt=0, le=60)] = 2.0
    statement_timeout_ms: Annotated[int, Field(ge=10, le=600_000)] = 5_000
    idle_in_transaction_timeout_ms: Annotated[int, Field(ge=10, le=600_000)] = 10_000
    ins_check: Literal["strict", "lenient"] = "strict"
    body_limit_bytes: Annotated[int, Field(ge=1_024, le=50_000_000)] = 1_000_000

    @model_validator(mode="after")
    def _issuers_stay_in_their_centres(self) -> Self:
        """One hospital's identity provider must not be able to speak for another hospital."""
        names = [issuer.issuer for issuer in self.issuers]
        if len(set(names)) < len(names):
            raise ValueError("two issuers have the same name")
        if len(names) > 1 and any(issuer.centres is None for issuer in self.issuers):
            raise ValueError("with more than one issuer, each needs `centres`: the centres that it may speak for")
        if sum(issuer.token_endpoint is not None for issuer in self.issuers) > 1:
            raise ValueError("clients can be told of one issuer only: one token_endpoint")
        return self

    @property
    def told_issuer(self) -> Issuer | None:
        """The issuer that clients are told to get their tokens from."""
        return next((issuer for issuer in self.issuers if issuer.token_endpoint is not None), None)


@cache
def read_settings() -> Settings:
    """Read the environment once a process."""
    return Settings()
