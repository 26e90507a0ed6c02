"""What an operator can set, read once from the environment (`docs/settings.md` lists every one)."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "ES256", "ES384", "EdDSA"]


class ClaimNames(BaseModel):
    """Where an issuer's tokens say who the caller is: the names of its claims."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    centre: str = "vigie_centre"
    role: str = "vigie_role"
    patient: str = "vigie_patient"
    acts_for: str = "vigie_acts_for"
    scope: str = "scope"


class Issuer(BaseModel):
    """One OIDC issuer whose tokens the service accepts.

    `centres` translates the issuer's own centre names to centre ids; a name that is not listed must be a
    centre id itself, unless `centres` is given, in which case only listed names are accepted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    audience: str
    jwks_url: str | None = None
    jwks: dict[str, Any] | None = None
    algorithms: tuple[Algorithm, ...] = ("RS256", "ES256")
    claims: ClaimNames = ClaimNames()
    centres: dict[str, UUID] | None = None

    @model_validator(mode="after")
    def _one_source_of_keys(self) -> Self:
        if (self.jwks_url is None) == (self.jwks is None):
            raise ValueError("an issuer needs exactly one of jwks_url and jwks")
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
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    pool_size: Annotated[int, Field(ge=1, le=200)] = 8
    pool_wait_s: Annotated[float, Field(gt=0, le=60)] = 2.0
    statement_timeout_ms: Annotated[int, Field(ge=10, le=600_000)] = 5_000
    idle_in_transaction_timeout_ms: Annotated[int, Field(ge=10, le=600_000)] = 10_000
    body_limit_bytes: Annotated[int, Field(ge=1_024, le=50_000_000)] = 1_000_000

    @model_validator(mode="after")
    def _issuers_stay_in_their_centres(self) -> Self:
        """One hospital's identity provider must not be able to speak for another hospital."""
        names = [issuer.issuer for issuer in self.issuers]
        if len(set(names)) < len(names):
            raise ValueError("two issuers have the same name")
        if len(names) > 1 and any(issuer.centres is None for issuer in self.issuers):
            raise ValueError("with more than one issuer, each needs `centres`: the centres that it may speak for")
        return self


@cache
def read_settings() -> Settings:
    """Read the environment once a process."""
    return Settings()
