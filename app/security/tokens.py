"""A bearer token (JWT, RFC 7519) -> the Caller, by the rules of RFC 8725."""

import json
import re
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, get_args

import jwt

from app.security.caller import Caller
from app.security.claims import caller_of, check_audience_and_times
from app.security.errors import Rejection, TokenRejected
from app.security.jwks import Clock, FetchedKeys, KeySource, StaticKeys
from app.settings import Algorithm, Issuer

MAX_TOKEN_CHARACTERS: Final = 8 * 1024
CACHE_ENTRIES: Final = 4096
CACHE_S: Final = 60.0

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")

# `none` and HMAC are not among them whatever an issuer's settings say.
_ALGORITHMS: Final[dict[object, Algorithm]] = {name: name for name in get_args(Algorithm)}

# RFC 8725 section 3.11: a token that says that it is something else (logout, DPoP proof, ...) is not for us.
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})


@dataclass(frozen=True, slots=True)
class _Verified:
    """A token that was verified, as long as its issuer's keys stay what they were."""

    caller: Caller
    keys: KeySource
    generation: int
    since: float
    until: float


class TokenReader:
    """Reads the tokens of the configured issuers.

    A patient's phone and an EHR send the same token many times. A verified one is remembered, by its digest so that
    no token lies in memory, for at most 60 s, never beyond its `exp`, and no longer than the issuer's keys stay.
    """

    def __init__(
        self, issuers: tuple[Issuer, ...], *, now: Clock = time.time, monotonic: Clock = time.monotonic
    ) -> None:
        """Raises ValueError for settings that cannot be trusted: two issuers of one name, bad keys, a bad jwks_url."""
        if len({issuer.issuer for issuer in issuers}) != len(issuers):
            raise ValueError("two issuers have the same name")
        self._now = now
        self._issuers: dict[object, tuple[Issuer, KeySource]] = {
            issuer.issuer: (
                issuer,
                FetchedKeys(issuer, monotonic) if issuer.jwks_url else StaticKeys(issuer),
            )
            for issuer in issuers
        }
        self._jws = jwt.PyJWS(algorithms=list(_ALGORITHMS.values()))
        self._verified: dict[bytes, _Verified] = {}

    async def read(self, token: str) -> Caller:
        """Who sends this token; raises TokenRejected, or KeysUnavailable when nobody can tell yet."""
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise TokenRejected(Rejection.TOO_LARGE)
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        now = self._now()
        known = self._verified.get(digest)
        # `since`: a clock that was set back must not lengthen a life.
        if known is not None and known.since <= now < known.until and known.generation == known.keys.generation:
            return known.caller
        self._verified.pop(digest, None)
        verified = await self._verify(token)
        if verified.since < verified.until:
            self._remember(digest, verified)
        return verified.caller

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        # All live equally long at most, so that the oldest is the one that would leave first anyway.
        if len(self._verified) >= CACHE_ENTRIES:
            del self._verified[next(iter(self._verified))]
        self._verified[digest] = verified

    async def _verify(self, token: str) -> _Verified:
        header, claims = _parse(token)
        algorithm, kid = _check_header(header)
        issuer, keys = self._issuer_of(claims)
        if algorithm not in issuer.algorithms:
            raise TokenRejected(Rejection.ALGORITHM_NOT_ALLOWED)
        key = await keys.key(kid, algorithm)
        # The library's verifier alone: what it would decode is decoded and checked above already.
        signed, _, segment = token.rpartition(".")
        try:
            signature = _bytes(segment)
        except ValueError:
            raise TokenRejected(Rejection.MALFORMED) from None
        if not self._jws.get_algorithm_by_name(algorithm).verify(signed.encode(), key, signature):
            raise TokenRejected(Rejection.BAD_SIGNATURE)
        # From here on the claims, parsed from the very characters that were signed, are the issuer's word.
        now = self._now()
        expires_at = check_audience_and_times(claims, issuer, now)
        return _Verified(caller_of(claims, issuer), keys, keys.generation, now, min(expires_at, now + CACHE_S))

    def _issuer_of(self, claims: dict[str, object]) -> tuple[Issuer, KeySource]:
        # Not verified yet: it only chooses whose keys must verify it. Compared exactly (RFC 8725 section 3.8).
        name = claims.get("iss")
        if name is None:
            raise TokenRejected(Rejection.CLAIM_MISSING, "iss")
        if not isinstance(name, str) or name not in self._issuers:
            raise TokenRejected(Rejection.UNKNOWN_ISSUER)
        return self._issuers[name]


def _parse(token: str) -> tuple[dict[str, object], dict[str, object]]:
    if not token:
        raise TokenRejected(Rejection.MISSING)
    # Strict characters: Python's decoder skips what is not base64, so that many texts would be one token.
    if _COMPACT.fullmatch(token) is None:
        raise TokenRejected(Rejection.MALFORMED)
    header, claims, _ = token.split(".")
    return _json_object(header), _json_object(claims)


def _json_object(segment: str) -> dict[str, object]:
    try:
        value = json.loads(_bytes(segment))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise TokenRejected(Rejection.MALFORMED)
    return value


def _bytes(segment: str) -> bytes:
    """Base64url without padding (RFC 7515 section 2). Raises ValueError."""
    return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def _check_header(header: dict[str, object]) -> tuple[Algorithm, str | None]:
    # We understand no extension, and what is critical must be understood (RFC 7515 section 4.1.11).
    if "crit" in header or "b64" in header:
        raise TokenRejected(Rejection.CRITICAL_HEADER)
    name, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise TokenRejected(Rejection.WRONG_TYPE)
    # Before any key is looked up, let alone used (RFC 8725 section 3.1). Keys that the token itself brings
    # (`jwk`, `jku`, `x5u`, `x5c`) are never looked at (section 3.10).
    if not isinstance(name, str) or name not in _ALGORITHMS:
        raise TokenRejected(Rejection.ALGORITHM_NOT_ALLOWED)
    if not isinstance(kid, str | None):
        raise TokenRejected(Rejection.MALFORMED)
    return _ALGORITHMS[name], kid
