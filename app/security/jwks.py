"""Where the keys of an issuer come from: its settings, or its `jwks_url`, fetched, cached and rotated."""

import asyncio
import json
import logging
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final, Protocol

import httpx

from app.security.errors import KeysUnavailable, Rejection, TokenRejected
from app.security.keys import PublicKey, VerificationKey, parse_key_set
from app.settings import Algorithm, Issuer

REFRESH_S: Final = 600.0
UNKNOWN_KID_S: Final = 30.0
RETRY_S: Final = 5.0
FETCH_TIMEOUT_S: Final = 5.0
MAX_BYTES: Final = 256 * 1024

Clock = Callable[[], float]

_log = logging.getLogger(__name__)


class KeySource(Protocol):
    """The keys of one issuer."""

    @property
    def generation(self) -> int:
        """Another number whenever the keys are others."""
        ...

    async def key(self, kid: str | None, algorithm: Algorithm) -> PublicKey:
        """Find the one key; raises TokenRejected (unknown_key, key_unfit) or KeysUnavailable."""
        ...


class StaticKeys:
    """Keys written in the settings: they never change while the service runs."""

    generation = 0

    def __init__(self, issuer: Issuer) -> None:
        self._keys = parse_key_set(issuer.jwks)
        if not self._keys:
            raise ValueError(f"the jwks of issuer {issuer.issuer} has no usable key")

    async def key(self, kid: str | None, algorithm: Algorithm) -> PublicKey:
        """Find the one key; raises TokenRejected (unknown_key, key_unfit)."""
        return _pick(self._keys, kid, algorithm)


class FetchedKeys:
    """Keys that the issuer publishes.

    Refetched after 10 minutes, and on an unknown `kid` at most once per 30 s: whoever sends invented kids cannot
    make us hammer the issuer. When a refetch fails the keys at hand stay good: patients go on answering.
    """

    def __init__(self, issuer: Issuer, monotonic: Clock) -> None:
        self._issuer = issuer.issuer
        self._url = _checked_url(issuer)
        self._tls = httpx.create_ssl_context()  # reads every root certificate: once, not per fetch
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._keys: tuple[VerificationKey, ...] | None = None
        self._refresh_at = float("-inf")
        self._unknown_kid_at = float("-inf")
        self._fetches = 0
        self._generation = 0

    @property
    def generation(self) -> int:
        """Another number whenever the keys are others."""
        return self._generation

    async def key(self, kid: str | None, algorithm: Algorithm) -> PublicKey:
        """Find the one key, fetching if needed; raises TokenRejected (unknown_key, key_unfit) or KeysUnavailable."""
        try:
            return _pick(await self._current(), kid, algorithm)
        except TokenRejected as rejected:
            if rejected.reason is not Rejection.UNKNOWN_KEY or not await self._refetched_for_unknown_kid():
                raise
        return _pick(await self._current(), kid, algorithm)

    async def _current(self) -> tuple[VerificationKey, ...]:
        # While one request refetches, the others go on with the keys at hand; only the first ones must wait.
        if self._monotonic() >= self._refresh_at and (self._keys is None or not self._lock.locked()):
            await self._fetch_once(self._fetches)
        if self._keys is None:
            raise KeysUnavailable(retry_after_s=int(RETRY_S))
        return self._keys

    async def _refetched_for_unknown_kid(self) -> bool:
        if self._lock.locked():
            # Someone is fetching already, perhaps for this same new kid: their answer is ours.
            await self._fetch_once(self._fetches)
            return True
        if self._monotonic() < self._unknown_kid_at + UNKNOWN_KID_S:
            return False
        self._unknown_kid_at = self._monotonic()
        await self._fetch_once(self._fetches)
        return True

    async def _fetch_once(self, seen: int) -> None:
        """Fetch, unless a fetch ended while we waited for our turn. A cancelled fetch did not end."""
        async with self._lock:
            if self._fetches != seen:
                return
            try:
                keys = await self._fetch()
            except (httpx.HTTPError, httpx.StreamError, TimeoutError, ValueError, RecursionError) as error:
                fields = {"issuer": self._issuer, "error_type": type(error).__name__}
                _log.warning("the issuer's keys could not be fetched", extra=fields)
                self._refresh_at = self._monotonic() + (RETRY_S if self._keys is None else UNKNOWN_KID_S)
            else:
                if keys != self._keys:
                    self._generation += 1
                    _log.info("the issuer's keys changed", extra={"issuer": self._issuer, "usable_keys": len(keys)})
                self._keys = keys
                self._refresh_at = self._monotonic() + REFRESH_S
            self._fetches += 1

    async def _fetch(self) -> tuple[VerificationKey, ...]:
        # The client's time-outs are per read: the outer one also stops a server that sends a byte a second.
        # Unencoded, so that the limit counts what arrives and nothing is inflated. Redirects are not followed:
        # they could leave https.
        headers = {"Accept": "application/jwk-set+json, application/json", "Accept-Encoding": "identity"}
        body = bytearray()
        async with (
            asyncio.timeout(FETCH_TIMEOUT_S),
            httpx.AsyncClient(verify=self._tls, follow_redirects=False) as client,
            client.stream("GET", self._url, headers=headers) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ValueError(f"status {answer.status_code}")
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ValueError("too large")
        return parse_key_set(json.loads(body))


def _pick(keys: tuple[VerificationKey, ...], kid: str | None, algorithm: Algorithm) -> PublicKey:
    # Without a kid there must be no choice: we do not try keys one after the other.
    if kid is None:
        fitting = [key for key in keys if key.fits(algorithm)]
        if len(fitting) != 1:
            raise TokenRejected(Rejection.UNKNOWN_KEY)
        return fitting[0].public_key
    named = [key for key in keys if key.kid == kid]
    if not named:
        raise TokenRejected(Rejection.UNKNOWN_KEY)
    # RFC 7517 section 4.5: keys of different kinds may share a kid.
    for key in named:
        if key.fits(algorithm):
            return key.public_key
    raise TokenRejected(Rejection.KEY_UNFIT)


def _checked_url(issuer: Issuer) -> str:
    """Whoever can change the keys on their way can be anybody: https, but for a server on this same machine."""
    try:
        url = httpx.URL(issuer.jwks_url or "")
    except httpx.InvalidURL as error:
        raise ValueError(f"the jwks_url of issuer {issuer.issuer} is not a URL") from error
    if url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host)):
        return str(url)
    raise ValueError(f"the jwks_url of issuer {issuer.issuer} must be https")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
