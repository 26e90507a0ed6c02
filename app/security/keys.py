"""A JWK Set (RFC 7517) -> the keys of it that may verify a token, and which key fits which algorithm."""

import logging
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from app.settings import Algorithm

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

# One algorithm, one kind of key: RFC 8725 section 3.1. HMAC is not here and `oct` keys are not read, so that
# a public key can never be taken for a shared secret (section 2.1).
_RSA_ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384"})
_CURVES: Final = {"ES256": "secp256r1", "ES384": "secp384r1"}

# RFC 7518 section 3.3 asks for 2048 bits at least; beyond 8192, checking one signature costs milliseconds.
_RSA_BITS: Final = range(2048, 8192 + 1)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """One public key of an issuer, with what its JWK says about its use."""

    kid: str | None
    algorithm: str | None
    public_key: PublicKey

    def fits(self, algorithm: Algorithm) -> bool:
        """Whether the kind of key is the algorithm's, and the JWK (`alg`) does not reserve it for another."""
        if self.algorithm not in (None, algorithm):
            return False
        key = self.public_key
        if isinstance(key, RSAPublicKey):
            return algorithm in _RSA_ALGORITHMS and key.key_size in _RSA_BITS
        if isinstance(key, EllipticCurvePublicKey):
            return _CURVES.get(algorithm) == key.curve.name
        return algorithm == "EdDSA"


def parse_key_set(document: object) -> tuple[VerificationKey, ...]:
    """Read the usable keys, leaving out the others (RFC 7517 section 5); raises ValueError if it is no JWK Set."""
    match document:
        case {"keys": list(entries)}:
            return tuple(key for entry in entries if (key := _parse_key(entry)) is not None)
        case _:
            raise ValueError("not a JWK Set")


def _parse_key(entry: object) -> VerificationKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    operations = entry.get("key_ops", ["verify"])
    kid, algorithm = entry.get("kid"), entry.get("alg")
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    if not isinstance(kid, str | None) or not isinstance(algorithm, str | None):
        return None
    public_key = _parse_public_key(entry)
    return None if public_key is None else VerificationKey(kid, algorithm, public_key)


def _parse_public_key(entry: dict[str, object]) -> PublicKey | None:
    # A published private key (`d`) is nobody's identity any more: its signatures prove nothing.
    if "d" in entry:
        _log.error("a JWK Set publishes a private key: the key is not used")
        return None
    try:
        match entry.get("kty"):
            case "RSA":
                key: object = RSAAlgorithm.from_jwk(entry)
            case "EC":
                key = ECAlgorithm.from_jwk(entry)
            case "OKP":
                key = OKPAlgorithm.from_jwk(entry)
            case _:
                return None
    except (PyJWTError, ValueError, TypeError, KeyError, AttributeError):
        _log.warning("a JWK Set has a key that cannot be read: the key is not used")
        return None
    return key if isinstance(key, PublicKey) else None
