"""Issuers with keys of their own, and tokens made by hand: also those that no library would agree to make."""

import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from app.settings import Issuer

NOW = 1_800_000_000.0
ISSUER = "https://login.hospital.example"
AUDIENCE = "https://vigie.hospital.example"
CENTRE = UUID("018f0000-0000-7000-8000-0000000000c1")
OTHER_CENTRE = UUID("018f0000-0000-7000-8000-0000000000c2")
PATIENT = UUID("018f0000-0000-7000-8000-0000000000a1")
CHILD = UUID("018f0000-0000-7000-8000-0000000000a2")
STRANGER = UUID("018f0000-0000-7000-8000-0000000000a3")


class Clock:
    """A clock that tests move."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@cache
def rsa_key(name: str, bits: int = 2048) -> RSAPrivateKey:
    """The RSA key of this name, the same for the whole run."""
    return generate_rsa(65537, bits)


@cache
def ec_key(name: str) -> EllipticCurvePrivateKey:
    """The P-256 key of this name, the same for the whole run."""
    return generate_ec(SECP256R1())


def jwk(key: RSAPrivateKey | EllipticCurvePrivateKey, kid: str | None, **members: object) -> dict[str, Any]:
    """The public JWK of a key, with no more members than asked for."""
    if isinstance(key, RSAPrivateKey):
        full = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        full = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    bare = {name: full[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in full}
    return bare | ({} if kid is None else {"kid": kid}) | members


def issuer(*keys: dict[str, Any], **settings: object) -> Issuer:
    """An issuer with these public keys; by default one RSA key `r1` and one EC key `e1`."""
    published = list(keys) or [jwk(rsa_key("r1"), "r1"), jwk(ec_key("e1"), "e1")]
    return Issuer.model_validate({"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"keys": published}} | settings)


def claims(**changes: object) -> dict[str, Any]:
    """The claims of a good patient token; a change to `None` removes the claim."""
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "u-17",
        "exp": NOW + 600,
        "vigie_centre": str(CENTRE),
        "vigie_role": "patient",
        "vigie_patient": str(PATIENT),
        "scope": "openid patient/QuestionnaireResponse.crus",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def rsa_token(
    content: dict[str, Any] | None = None, key: str = "r1", algorithm: str = "RS256", **header: object
) -> str:
    """A token signed with an RSA key; `kid` is the key's name unless told."""
    return _signed(claims() if content is None else content, rsa_key(key), algorithm, {"kid": key} | header)


def ec_token(content: dict[str, Any] | None = None, key: str = "e1", algorithm: str = "ES256", **header: object) -> str:
    """A token signed with an EC key; `kid` is the key's name unless told."""
    return _signed(claims() if content is None else content, ec_key(key), algorithm, {"kid": key} | header)


def raw_token(header: object, content: object, signature: bytes = b"") -> str:
    """Three segments of whatever."""
    return ".".join(segment(part) for part in (header, content)) + "." + _base64url(signature)


def segment(part: object) -> str:
    """One segment: bytes as they are, anything else as JSON."""
    return _base64url(part if isinstance(part, bytes) else json.dumps(part).encode())


def _signed(
    content: dict[str, Any], key: RSAPrivateKey | EllipticCurvePrivateKey, algorithm: str, header: dict[str, Any]
) -> str:
    # Signed below the library's own checks of header and claims: these tests need bad ones.
    fields = {name: value for name, value in ({"typ": "JWT", "alg": algorithm} | header).items() if value is not None}
    signing_input = f"{segment(fields)}.{segment(content)}"
    signer = jwt.PyJWS().get_algorithm_by_name(algorithm)
    return f"{signing_input}.{_base64url(signer.sign(signing_input.encode(), key))}"


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
