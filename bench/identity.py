"""An identity provider of the benchmark's own, which the service trusts as it would a hospital's: by VIGIE_ISSUERS."""

import json
import time
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from jwt.algorithms import ECAlgorithm

from app.security.caller import Role
from app.security.operations import default_scopes
from app.settings import Issuer
from app.store.ids import new_id

_ISSUER = "https://login.bench.example"
_AUDIENCE = "https://vigie.bench.example"
_KEY_ID = "bench"
_LIFETIME_S = 3600


@dataclass(frozen=True)
class IdentityProvider:
    """One centre's issuer with one ES256 key, of which only this process has the private half."""

    centre_id: UUID
    key: EllipticCurvePrivateKey

    @classmethod
    def of(cls, centre_id: UUID) -> Self:
        """A provider with a fresh key."""
        return cls(centre_id, generate_private_key(SECP256R1()))

    @property
    def settings(self) -> str:
        """What VIGIE_ISSUERS says of it."""
        return json.dumps([self.issuer.model_dump(mode="json", exclude_unset=True)])

    @property
    def issuer(self) -> Issuer:
        """It as the service's settings know it."""
        public = ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True) | {"kid": _KEY_ID}
        return Issuer(issuer=_ISSUER, audience=_AUDIENCE, jwks={"keys": [public]})

    def token(self, role: Role, patient_id: UUID | None = None) -> str:
        """A fresh token: no two are alike, so that a service that remembers tokens has not seen it yet."""
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": str(patient_id or role.value),
            "exp": int(time.time()) + _LIFETIME_S,
            "jti": str(new_id()),
            "scope": default_scopes(role),
            "vigie_centre": str(self.centre_id),
            "vigie_role": role.value,
        }
        if role is Role.PATIENT:
            claims["vigie_patient"] = str(patient_id)
        return jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": _KEY_ID})
