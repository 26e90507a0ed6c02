"""The development issuer: it says anybody is whoever they like, so it exists in demo mode and nowhere else."""

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from jwt.utils import base64url_encode

from app.security.caller import Role
from app.security.errors import DemoIssuerRefused
from app.security.operations import default_scopes
from app.settings import ClaimNames, Issuer, Settings

DEMO_ISSUER: Final = "https://demo.vigie.invalid"  # `.invalid` can never resolve: RFC 2606
DEMO_AUDIENCE: Final = "vigie-demo"
KEY_FILE: Final = "demo-issuer-key.pem"

_log = logging.getLogger(__name__)


def refuse_demo_issuer_in_production(settings: Settings) -> None:
    """Say loudly that this is a demo; outside demo mode raise DemoIssuerRefused if the demo issuer is configured."""
    if settings.demo:
        _log.warning("DEMO MODE: anyone can be given a token for any role. Never keep real patients here.")
    elif any(issuer.issuer.rstrip("/").lower() == DEMO_ISSUER for issuer in settings.issuers):
        raise DemoIssuerRefused(f"{DEMO_ISSUER} is the development issuer: remove it from VIGIE_ISSUERS")


class DemoIssuer:
    """Mints tokens that `TokenReader` reads like those of any other issuer."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, now: Callable[[], float] = time.time) -> None:
        self._key = key
        self._now = now
        self._jwk = _public_jwk(key)

    @classmethod
    def open(cls, settings: Settings, folder: Path) -> Self:
        """Take the key from the folder, making it at the first start; raises DemoIssuerRefused outside demo mode."""
        if not settings.demo:
            raise DemoIssuerRefused("the development issuer exists in demo mode only")
        path = folder / KEY_FILE
        if not path.exists():
            _create_key(path)
        path.chmod(0o600)
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise DemoIssuerRefused(f"{path} holds another kind of key: delete it, a new one will be made")
        return cls(key)

    def as_issuer(self) -> Issuer:
        """The issuer as settings would describe it, with its public key."""
        return Issuer(issuer=DEMO_ISSUER, audience=DEMO_AUDIENCE, jwks={"keys": [self._jwk]}, algorithms=("ES256",))

    def secret_for(self, purpose: str) -> str:
        """A secret of this demonstration, the same in all its processes and after each start."""
        scalar = self._key.private_numbers().private_value
        return sha256(f"{purpose} {scalar}".encode()).hexdigest()

    def mint(
        self,
        role: Role,
        centre_id: UUID,
        patient_id: UUID | None = None,
        acts_for: Iterable[UUID] = (),
        subject: str | None = None,
        lifetime_s: int = 8 * 3600,
        scopes: str | None = None,
    ) -> str:
        """Make a token, with the role's default scopes unless told; raises ValueError for a patient without id."""
        if (role is Role.PATIENT) != (patient_id is not None):
            raise ValueError("a patient's token names its patient, another names none")
        now, names = int(self._now()), ClaimNames()
        claims: dict[str, Any] = {
            "iss": DEMO_ISSUER,
            "aud": DEMO_AUDIENCE,
            "sub": subject or f"demo-{role}" + (f"-{patient_id}" if patient_id else ""),
            "iat": now,
            "exp": now + lifetime_s,
            names.centre: str(centre_id),
            names.role: role.value,
            names.scope: default_scopes(role) if scopes is None else scopes,
        }
        if patient_id is not None:
            claims[names.patient] = str(patient_id)
            claims[names.acts_for] = sorted(str(other) for other in acts_for)
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": str(self._jwk["kid"])})


def _create_key(path: Path) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside (mkstemp: 0600 from its first byte), then linked: of two workers that start together one
    # wins, and neither ever reads half a key.
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        Path(aside).unlink()


def _public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    required = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    # The kid is the key's thumbprint (RFC 7638): another key, another kid.
    thumbprint = sha256(json.dumps(required, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {**required, "kid": base64url_encode(thumbprint).decode(), "use": "sig", "alg": "ES256"}
